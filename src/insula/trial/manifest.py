"""What a run was made from: enough to repeat it, nothing about the machine but its arithmetic."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from insula.catalog.own_texts import hash_of_texts
from insula.catalog.saved_population import read_made
from insula.core.paths import science_root
from insula.core.provenance import cpu_features, git_commit, tree_hashes, versions
from insula.core.tables import read_parquet
from insula.trial import disease_clock, metabolic_clock
from insula.trial.block import SIZE

if TYPE_CHECKING:
    from pathlib import Path

    from insula.catalog import Catalog
    from insula.catalog.records import Study
    from insula.trial.clinic import Clinic

SCHEMA = 1


def identity_of(catalog: Catalog, study: Study, seed: int) -> dict[str, Any]:
    """Return what decides the numbers of a run, the number of patients apart."""
    return {
        "study": study.id,
        "study_text": study.model_dump(mode="json", by_alias=True),
        **_saved(catalog, study),
        **making_of(catalog, seed),
    }


def making_of(catalog: Catalog, seed: int) -> dict[str, Any]:
    """Return what decides all numbers that are drawn or simulated: text, seed, tolerances, versions, processor."""
    return {
        "schema": SCHEMA,
        "science": catalog.science_hash,
        **_beside(catalog),
        "seed": seed,
        "block_size": SIZE,
        "tolerances": {
            "disease": [disease_clock.RTOL, disease_clock.ATOL],
            "metabolic": [metabolic_clock.RTOL, metabolic_clock.ATOL],
        },
        "versions": versions(),
        "cpu": cpu_features(),
    }


def _saved(catalog: Catalog, study: Study) -> dict[str, str]:
    """Return the hash of the saved population that a study names, where it names one."""
    folder = catalog.saved.get(study.population)
    return {"saved_population": str(read_made(folder)["sha256"])} if folder else {}


def _beside(catalog: Catalog) -> dict[str, str]:
    """Return the hash of a user's own texts, where there are any."""
    return {"beside": hash_of_texts(catalog.beside)} if catalog.beside else {}


def manifest_of(
    catalog: Catalog,
    clinic: Clinic,
    identity: dict[str, Any],
    patients: int,
    blocks: int,
    results: Path,
    seconds: float,
) -> dict[str, Any]:
    """Return the manifest of a finished run."""
    status = read_parquet(results / "patients.parquet", ["arm", "status"])
    failures = {arm: int(((status["arm"] == arm) & (status["status"] != "ok")).sum()) for arm in clinic.arms}
    return {
        **identity,
        "commit": git_commit(science_root()),
        "patients": patients,
        "candidates": blocks * SIZE,
        "failures": failures,
        "averaged_map": clinic.averaged_map.summary(),
        "model_error": _model_error(catalog, clinic),
        "results": tree_hashes(results),
        "citations": sorted(cited(catalog, clinic)),
        "seconds": round(seconds, 1),
    }


def _model_error(catalog: Catalog, clinic: Clinic) -> dict[str, dict[str, Any]]:
    """Return how far, by endpoint, the fit that gave the population its ensemble lets a trial lie from the model."""
    fit = clinic.population.ensemble or ""
    stated = catalog.calibrations[fit].model_error if fit in catalog.calibrations else {}
    return {name: {"value": one.value, "unit": one.unit} for name, one in stated.items()}


def cited(catalog: Catalog, clinic: Clinic) -> set[str]:
    """Keys of the bibliography that the numbers of this run rest on."""
    keys = {row.source for row in clinic.quantities.values() if row.source}
    keys |= {row.source for module in catalog.modules.values() for row in module.parameters}
    keys |= {definition.source for definition in catalog.endpoints.values()}
    risks = (risk for plan in clinic.arms.values() for risk in plan.risks)
    keys |= {one.source for risk in risks for one in risk.harm.observed}
    return {key for key in keys if key in catalog.citations}


def written_manifest(out: Path) -> dict[str, Any] | None:
    """Return the manifest of the run that a folder holds; None where there is none, or none that can be read."""
    try:
        found = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


@dataclass(frozen=True)
class Differences:
    """Result tables that are not the same in two manifests, and what in the making of the runs differs."""

    results: list[str]
    causes: list[str]


def differences(first: dict[str, Any], second: dict[str, Any]) -> Differences:
    """Compare two manifests of the same study."""
    before, now = first["results"], second["results"]
    tables = sorted(name for name in before | now if before.get(name) != now.get(name))
    keys = ("science", "seed", "patients", "block_size", "tolerances", "versions", "cpu", "commit")
    return Differences(tables, [key for key in keys if first.get(key) != second.get(key)])
