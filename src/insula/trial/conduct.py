"""Run a study into a folder: parts while it runs, result tables and a manifest when it is complete."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.catalog.own_texts import keep_texts
from insula.core.errors import InsulaError
from insula.core.parts import discard, open_parts
from insula.core.provenance import text_hash
from insula.core.spoken import _
from insula.core.tables import read_parquet
from insula.core.team import default_workers
from insula.trial.manifest import identity_of, manifest_of, written_manifest
from insula.trial.open_clinic import open_clinic
from insula.trial.run import run_blocks
from insula.trial.saved_people import refuse_too_few
from insula.trial.weigh_run import weigh_run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from insula.catalog import Catalog
    from insula.catalog.records import Study


@dataclass(frozen=True)
class RunOutcome:
    """Folder of a finished run, and the share of patients (over all arms) that could not be integrated."""

    folder: Path
    failed_share: float
    failure_limit: float

    @property
    def acceptable(self) -> bool:
        """Whether failures stay within the study's limit."""
        return self.failed_share <= self.failure_limit


def conduct(
    catalog: Catalog,
    study: Study,
    *,
    patients: int,
    out: Path,
    seed: int | None = None,
    workers: int | None = None,
    progress: Callable[[str, float], None] = lambda *_: None,
) -> RunOutcome:
    """Simulate a study.

    A run that was killed goes on where it stood when it is started again with the same study, seed and folder;
    its results equal those of an undisturbed run. Results depend on study, science text, seed and number of
    patients, not on workers.

    Parameters
    ----------
    patients : at least 1
        Patients enrolled in every arm; the same people in each.
    progress : called with the name of the stage and the share of it that is done

    Raises
    ------
    InsulaError
        Wrong text, wrong number of patients, a folder that cannot be written or holds another study; patients who
        cannot be weighted to the marginals of their population (finished parts stay, so that a run with more patients
        goes on from them).
    """
    if patients < 1:
        raise InsulaError(_("A study needs at least one patient, not {patients}.").format(patients=patients))
    began = time.monotonic()
    progress("prepare", 0.0)
    clinic = open_clinic(catalog, study, seed)
    refuse_too_few(clinic, patients)
    identity = identity_of(catalog, study, clinic.seed)
    folder, results = out / "parts", out / "results"
    _refuse_other_study(out, study)
    try:
        out.mkdir(parents=True, exist_ok=True)
        _remove_finished(out)
        keep_texts(catalog.beside, out)
        open_parts(folder, text_hash(json.dumps(identity, sort_keys=True)))
    except OSError as error:
        told = _("The folder {out} cannot be written: {reason}. Choose another with --out.")
        raise InsulaError(told.format(out=out, reason=error.strerror)) from error
    progress("simulate", 0.0)
    workers = workers or default_workers()
    blocks = run_blocks(clinic, patients, folder, results, workers, lambda share: progress("simulate", share))
    progress("collect", 0.0)
    status = read_parquet(results / "patients.parquet", ["status"])["status"]
    weighed = weigh_run(clinic, results, patients)
    manifest = manifest_of(catalog, clinic, identity, patients, blocks, results, time.monotonic() - began)
    (out / "manifest.json").write_text(
        json.dumps(manifest | weighed, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    discard(folder)
    return RunOutcome(out, float(np.mean(status != "ok")), study.failure_limit)


def _refuse_other_study(out: Path, study: Study) -> None:
    """Refuse a folder that holds the finished run of another study."""
    there = (written_manifest(out) or {}).get("study", study.id)
    if there != study.id:
        raise InsulaError(
            _(
                "The folder {out} holds a run of {there}, which {study} would replace. Choose another "
                "with --out, or remove it."
            ).format(out=out, there=there, study=study.id)
        )


def _remove_finished(out: Path) -> None:
    """Remove what an earlier run left: manifest, results and report stand for a complete run only."""
    for name in ("manifest.json", "report.html"):
        (out / name).unlink(missing_ok=True)
    discard(out / "results")
