"""Whether a folder holds a complete and undamaged run of exactly this study, so that it need not be repeated."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from insula.core.provenance import file_hash
from insula.core.tables import read_parquet
from insula.trial.conduct import RunOutcome
from insula.trial.manifest import identity_of, written_manifest

if TYPE_CHECKING:
    from pathlib import Path

    from insula.catalog import Catalog
    from insula.catalog.records import Study


def finished_run(catalog: Catalog, study: Study, *, patients: int, out: Path) -> RunOutcome | None:
    """Return the outcome of the run in a folder, or None where `conduct` would give another one.

    Its manifest must name the same study, science text, seed, versions and processor and as many patients, and every
    result table must still have the hash that it had.
    """
    manifest = written_manifest(out)
    if manifest is None:
        return None
    try:
        identity = json.loads(json.dumps(identity_of(catalog, study, study.seed)))
        wanted = {"beside": None, **identity, "patients": patients}
        if any(manifest.get(name) != value for name, value in wanted.items()):
            return None
        hashes = manifest["results"]
        if any(file_hash(out / "results" / name) != digest for name, digest in hashes.items()):
            return None
    except (OSError, ValueError, KeyError):
        return None
    status = read_parquet(out / "results" / "patients.parquet", ["status"])["status"]
    return RunOutcome(out, float(np.mean(status != "ok")), study.failure_limit)
