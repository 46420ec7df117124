"""A population in a folder that can be shared: its patients, what it was made from, and the hash that it goes by."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from insula.catalog.saved_population import (
    COLUMNS,
    FILES,
    LIVES,
    MANIFEST,
    PARQUET,
    PATIENTS,
    SCHEMA,
    SCREENED,
    SPARE,
    address_of,
    read_made,
)
from insula.core.paths import science_root
from insula.core.provenance import git_commit, tree_hashes
from insula.core.tables import write_csv, write_parquet
from insula.population.derived import formula_of, lived_of
from insula.statistics.chance import effective_number
from insula.trial.draw_patients import Patients, draw_patients
from insula.trial.manifest import Differences, differences, making_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from insula.catalog import Catalog
    from insula.population.records import Sourced
    from insula.population.sample import ParameterTable


def write_population(catalog: Catalog, patients: Patients, out: Path) -> dict[str, Any]:
    """Write the tables and, when these are whole, population.json.

    Returns
    -------
    What stands in population.json.
    """
    out.mkdir(parents=True, exist_ok=True)
    (out / MANIFEST).unlink(missing_ok=True)
    made = _write_tables(catalog, patients, out)
    text = json.dumps(made, indent=1, ensure_ascii=False, allow_nan=False)
    (out / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return made


def repeat(catalog: Catalog, folder: Path, progress: Callable[[str, float], None]) -> Differences:
    """Draw the population of a folder again with the science as it is now, and compare byte by byte."""
    made = read_made(folder)
    population = catalog.populations[made["population"]]
    patients = draw_patients(catalog, population, made["patients"], made["seed"], progress)
    with TemporaryDirectory() as place:
        return differences(made, _write_tables(catalog, patients, Path(place)))


def _write_tables(catalog: Catalog, patients: Patients, out: Path) -> dict[str, Any]:
    """Write the tables; return the manifest."""
    columns = _columns(patients)
    write_csv(out / PATIENTS, columns)
    write_parquet(out / PARQUET, columns)
    write_csv(out / COLUMNS, _meanings(patients))
    write_csv(out / SCREENED, _named(patients.judged))
    write_csv(out / SPARE, _named(patients.spare))
    (out / LIVES).unlink(missing_ok=True)
    if patients.lives:
        write_csv(out / LIVES, patients.lives)
    made = {
        "population": patients.population.id,
        "population_text": patients.population.model_dump(mode="json", by_alias=True, exclude_none=True),
        **making_of(catalog, patients.seed),
        "schema": SCHEMA,
        "commit": git_commit(science_root()),
        "patients": len(patients.people.candidates),
        "candidates": len(patients.candidates.candidates),
        "effective_sample_size": effective_number(patients.weights),
        "screening": [vars(step) for step in patients.steps],
        "results": tree_hashes(out, FILES),
    }
    return {**made, "sha256": address_of(made)}


def _columns(patients: Patients) -> dict[str, np.ndarray[Any, Any]]:
    """Return one row a patient: its address, ensemble member and weight, then every number that differs."""
    people = patients.people
    return {
        "patient": np.arange(len(people.candidates)),
        **_named(people.only(())),
        "weight": patients.weights,
        **_named(people),
    }


def _named(people: ParameterTable) -> dict[str, np.ndarray[Any, Any]]:
    """Return one row a person: the address, then every number."""
    address = {"candidate": people.candidates, "ensemble_member": people.members}
    return address | {symbol: people.column(symbol) for symbol in people.symbols}


def _meanings(patients: Patients) -> dict[str, list[str]]:
    """Return a row for each number: its unit, what it differs by, and where it comes from."""
    rows = [patients.quantities[symbol] for symbol in patients.people.symbols]
    return {
        "column": list(patients.people.symbols),
        "unit": [row.unit for row in rows],
        "varies_by": [varies_by(row) for row in rows],
        "source": [row.source or "" for row in rows],
    }


def varies_by(row: Sourced) -> str:
    """Say what makes a number differ: ``patient`` or ``ensemble`` (drawn), ``life`` or ``derived``."""
    if lived_of(row.source) is not None:
        return "life"
    return "derived" if formula_of(row.source) is not None else str(row.varies_by)
