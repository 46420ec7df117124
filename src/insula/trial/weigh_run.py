"""The weights of a finished run's patients, where their population states what the published patients were like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from insula.core.errors import InsulaError
from insula.core.parts import discard
from insula.core.tables import read_parquet, write_parquet
from insula.statistics.chance import effective_number
from insula.trial.matching import weigh

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from insula.trial.clinic import Clinic

    Floats = NDArray[np.float64]

WEIGHTS = "weights"  # patient, weight; the table is missing where nothing is matched: everybody counts alike
_BASELINE = 0.0


def weigh_run(clinic: Clinic, results: Path, patients: int) -> dict[str, Any]:
    """Write the table of weights beside the others; return what a manifest says of it, nothing where all are alike.

    Raises
    ------
    UnknownName, ProtocolError
        As `insula.trial.matching.weigh`; the folder of results is then removed.
    """
    matches = clinic.population.matches
    if matches is None:
        return {}
    values = _drawn(results, patients) | _measured(results, patients)
    try:
        found = weigh(clinic.population, matches.marginals, values, clinic.units)
    except InsulaError:
        discard(results)  # tables stand for a complete run only
        raise
    write_parquet(results / f"{WEIGHTS}.parquet", {"patient": np.arange(patients), "weight": found.weights})
    return {"effective_sample_size": effective_number(found.weights), "matched": list(found.rows)}


def _drawn(results: Path, patients: int) -> dict[str, Floats]:
    table = read_parquet(results / "parameters.parquet", ["patient", "symbol", "value"])
    return _columns(table["symbol"], table["patient"], table["value"], patients)


def _measured(results: Path, patients: int) -> dict[str, Floats]:
    """Endpoints on the day of the therapy, before it, when all arms are the same people."""
    table = read_parquet(results / "endpoints.parquet", ["arm", "patient", "day", "endpoint", "value"])
    first = (table["arm"] == table["arm"][0]) & (table["day"] == _BASELINE)
    found = _columns(table["endpoint"][first], table["patient"][first], table["value"][first], patients)
    return {f"endpoint.{name}": column for name, column in found.items()}


def _columns(
    name: NDArray[Any], patient: NDArray[Any], value: NDArray[Any], patients: int
) -> dict[str, Floats]:
    """Turn a long table into a column for each name, NaN for who has no row."""
    found = {str(one): np.full(patients, np.nan) for one in np.unique(name)}
    for one, column in found.items():
        mine = name == one
        column[patient[mine].astype(np.int64)] = value[mine]
    return found
