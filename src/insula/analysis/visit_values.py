"""Endpoints of a finished run, by arm, endpoint and visit."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from insula.catalog.records.matches import MEASURED
from insula.core.errors import InsulaError
from insula.core.spoken import N_, _
from insula.core.tables import Columns, read_parquet
from insula.trial import weigh_run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

MANIFEST, PATIENTS, ENDPOINTS = "manifest.json", "results/patients.parquet", "results/endpoints.parquet"
WEIGHTS = f"results/{weigh_run.WEIGHTS}.parquet"

_HINT = N_("Is it a finished run? Start or resume it with `insula run`.")


@dataclass(frozen=True)
class VisitValues:
    """The endpoint table of a run.

    Parameters
    ----------
    patients
        Columns arm, patient, candidate, ensemble_member.
    endpoints
        Columns arm, patient, day, endpoint, value; NaN or an absent row means that the patient has no value.
    weights
        Columns patient, weight; None where everybody counts alike.
    matched
        Endpoints that the weights give their published distribution before the therapy.
    model_error
        How far the fit of the population's ensemble lets a trial lie from the model: SD and unit, by endpoint.
    """

    patients: Columns
    endpoints: Columns
    weights: Columns | None = None
    matched: frozenset[str] = frozenset()
    model_error: Mapping[str, tuple[float, str]] = field(default_factory=dict)

    @property
    def arms(self) -> list[str]:
        """Arms in the order of the patients table."""
        return list(dict.fromkeys(self.patients["arm"].tolist()))

    @cached_property
    def _places(self) -> dict[tuple[str, str, float], NDArray[np.intp]]:
        """Rows of each arm, endpoint and day."""
        table = self.endpoints
        (arms, arm), (names, name), (days, day) = (_coded(table[key]) for key in ("arm", "endpoint", "day"))
        code = (arm * len(names) + name) * len(days) + day
        order = np.argsort(code, kind="stable")
        codes, starts = np.unique(code[order], return_index=True)
        return {
            (
                str(arms[c // (len(days) * len(names))]),
                str(names[c // len(days) % len(names)]),
                float(days[c % len(days)]),
            ): rows
            for c, rows in zip(codes, np.split(order, starts[1:]), strict=True)
        }

    def measured(self, arm: str) -> set[tuple[str, float]]:
        """Return every endpoint and day that the run holds of an arm."""
        return {(endpoint, day) for name, endpoint, day in self._places if name == arm}

    def visit_days(self, arm: str, endpoint: str) -> list[float]:
        """Return the days on which an endpoint was measured in an arm, in order."""
        return sorted(day for name, day in self.measured(arm) if name == endpoint)

    def people(self, arm: str) -> tuple[Whole, Whole, Whole]:
        """Return patient, candidate and ensemble member of everybody in an arm."""
        mine = self.patients["arm"] == arm
        patient, candidate, member = (
            self.patients[name][mine].astype(np.int64) for name in ("patient", "candidate", "ensemble_member")
        )
        return patient, candidate, member

    def weights_in(self, arm: str) -> Floats | None:
        """Return how many people everybody in an arm stands for, in the order of `people`; None where all are alike."""
        if self.weights is None:
            return None
        weight = np.zeros(int(self.weights["patient"].max()) + 1)
        weight[self.weights["patient"].astype(np.int64)] = self.weights["weight"]
        return weight[self.people(arm)[0]]

    def values(self, arm: str, endpoint: str, day: float) -> Floats:
        """Return an endpoint of everybody in an arm, in the order of `people`; NaN without value."""
        patient = self.people(arm)[0]
        found = np.full(patient.size, np.nan)
        rows = self._places.get((arm, endpoint, day))
        if rows is None:
            return found
        order = np.argsort(patient)
        whose = self.endpoints["patient"][rows].astype(np.int64)
        place = np.minimum(np.searchsorted(patient, whose, sorter=order), patient.size - 1)
        strangers = whose[patient[order[place]] != whose]
        if strangers.size:
            raise InsulaError(
                _(
                    "The endpoint table names patient {patient} in arm {arm}, day {day:g}, whom the patients "
                    "table does not have. The run is damaged; repeat it."
                ).format(patient=strangers[0], arm=arm, day=day)
            )
        found[order[place]] = self.endpoints["value"][rows].astype(np.float64)
        return found


def _coded(column: np.ndarray[Any, Any]) -> tuple[list[Any], Whole]:
    """Return the distinct values of a column in order of appearance, and the place of each row among them."""
    coded = pa.array(column).dictionary_encode()
    return coded.dictionary.to_pylist(), coded.indices.to_numpy().astype(np.int64)


def read_visit_values(folder: Path) -> VisitValues:
    """Read the two tables of a run folder, and the weights of its patients where it has them.

    Raises
    ------
    InsulaError
        When a table is missing.
    """
    for name in (PATIENTS, ENDPOINTS):
        if not (folder / name).is_file():
            raise InsulaError(
                _("{folder} has no {name}. {hint}").format(folder=folder, name=name, hint=_(_HINT))
            )
    tables = read_parquet(folder / PATIENTS), read_parquet(folder / ENDPOINTS)
    told = read_manifest(folder) if (folder / MANIFEST).is_file() else {}
    errors = {name: (one["value"], one["unit"]) for name, one in told.get("model_error", {}).items()}
    if not (folder / WEIGHTS).is_file():
        return VisitValues(*tables, model_error=errors)
    quantities = {row["quantity"].partition(" ")[0] for row in told["matched"]}
    matched = frozenset(name.removeprefix(MEASURED) for name in quantities if name.startswith(MEASURED))
    return VisitValues(*tables, read_parquet(folder / WEIGHTS), matched, errors)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read what a run says about itself.

    Raises
    ------
    InsulaError
        When there is no manifest.
    """
    path = folder / MANIFEST
    if not path.is_file():
        raise InsulaError(
            _("{folder} has no {name}. {hint}").format(folder=folder, name=MANIFEST, hint=_(_HINT))
        )
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
