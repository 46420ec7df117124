"""Reads a finished run: its manifest and its result tables."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from insula.core.errors import InsulaError
from insula.core.spoken import _
from insula.core.tables import Columns, read_parquet
from insula.trial.weigh_run import WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Table = Columns

REQUIRED = ("patients", "course", "endpoints", "comparison")
OPTIONAL = ("parameters", "screening", "map_error", "adverse_events", "conditional")
SENSOR = "cgm"
FINISHED = "ok"


@dataclass(frozen=True)
class Run:
    """A finished run: where it lies, what its manifest says, and its tables as columns of equal length.

    Where the patients do not count alike, every table of patients has a column ``weight``.
    The sensor readings, by far the largest table, stay on disk and are read visit by visit.
    """

    folder: Path
    manifest: Mapping[str, Any]
    tables: Mapping[str, Table]

    @property
    def study(self) -> str:
        """Id of the study that was run."""
        return str(self.manifest["study"])

    def table(self, name: str) -> Table:
        """Return a table; an optional one that the run did not write is empty."""
        return self.tables.get(name, {})

    def sensor(self, arm: str, day: float) -> Table:
        """Return patient, minute, glucose (and weight) of one arm and visit, for those of the patients table."""
        path = self.folder / "results" / f"{SENSOR}.parquet"
        if not path.is_file():
            return {}
        wanted = (pc.field("arm") == arm) & (pc.field("day") == day)
        found = pq.read_table(path, columns=["patient", "minute", "glucose"], filters=wanted)
        table = {name: found.column(name).to_numpy() for name in found.column_names}
        patients = select(self.tables["patients"], arm=arm)
        keep = np.isin(table["patient"], patients["patient"])
        table = table if keep.all() else {name: column[keep] for name, column in table.items()}
        return _with_weights(table, patients) if "weight" in patients else table


def read_run(folder: Path) -> Run:
    """Read a run folder; InsulaError says which file is missing."""
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        raise InsulaError(
            _("{folder} is no finished run: it has no manifest.json. Start one with `insula run`.").format(
                folder=folder
            )
        )
    results = folder / "results"
    missing = [name for name in REQUIRED if not (results / f"{name}.parquet").is_file()]
    if missing:
        names = ", ".join(f"results/{name}.parquet" for name in missing)
        raise InsulaError(
            _("The run in {folder} is not complete: {names} missing. Resume it with `insula run`.").format(
                folder=folder, names=names
            )
        )
    tables = {name: _read_table(results / f"{name}.parquet") for name in REQUIRED + OPTIONAL}
    weights = _read_table(results / f"{WEIGHTS}.parquet")
    if weights:
        tables = {name: _with_weights(table, weights) for name, table in tables.items()}
    return Run(folder, json.loads(manifest.read_text(encoding="utf-8")), tables)


def _with_weights(table: Table, weights: Table) -> Table:
    """Return a table of patients with the column ``weight``: how many people each of them stands for."""
    if "patient" not in table:
        return table
    order = np.argsort(weights["patient"])
    place = np.searchsorted(weights["patient"], table["patient"], sorter=order)
    return table | {"weight": weights["weight"][order[place]]}


def without_failures(run: Run) -> Run:
    """Return the run without the rows of patients that failed: part of a course would bias every mean."""
    patients = run.tables["patients"]
    failed = patients["status"] != FINISHED
    gone = set(zip(patients["arm"][failed].tolist(), patients["patient"][failed].tolist(), strict=True))
    kept = {name: _without(table, gone) for name, table in run.tables.items()}
    return Run(run.folder, run.manifest, kept)


def _without(table: Table, gone: set[tuple[str, int]]) -> Table:
    if not gone or not {"arm", "patient"} <= set(table):
        return table
    keep = np.ones(len(table["arm"]), dtype=bool)
    for arm in {arm for arm, _patient in gone}:
        theirs = [patient for other, patient in gone if other == arm]
        keep &= (table["arm"] != arm) | ~np.isin(table["patient"], theirs)
    return {name: column[keep] for name, column in table.items()}


def rows_of(table: Table) -> list[dict[str, Any]]:
    """Return a table as one plain dict per row; missing and not-a-number values are None."""
    columns = {name: [_plain(item) for item in column.tolist()] for name, column in table.items()}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def select(table: Table, **wanted: object) -> Table:
    """Return the rows whose columns equal the wanted values."""
    if not table:
        return table
    size = len(next(iter(table.values())))
    keep = np.ones(size, dtype=bool)
    for name, value in wanted.items():
        keep &= table[name] == value
    return {name: column[keep] for name, column in table.items()}


def in_order(column: np.ndarray) -> list[Any]:
    """Return the distinct values in the order in which they first appear."""
    return list(dict.fromkeys(column.tolist()))


def _read_table(path: Path) -> Table:
    return read_parquet(path) if path.is_file() else {}


def _plain(item: object) -> object:
    return None if isinstance(item, float) and not np.isfinite(item) else item
