"""The table of ``insula meta``: studies as rows, with every mistake named by row and column."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.core.errors import UnknownName
from insula.core.problems import error, raise_if_any
from insula.core.tables import Row, read_csv
from insula.statistics.meta.effect_sizes import COLUMNS, effect_sizes
from insula.statistics.meta.records import Effects, Floats, InvalidStudy, refuse
from insula.statistics.meta.regression import indicator_columns

if TYPE_CHECKING:
    from pathlib import Path

    from insula.core.problems import Problem

_TOTALS = ("n1i", "n2i", "ni", "ri")


@dataclass(frozen=True)
class Studies:
    """Effects with what describes them.

    Parameters
    ----------
    labels : (k,)
        Column `study`, else the row.
    effects
    groups : (k,) or None
        Labels of the subgroups.
    moderators
        Name to (k,) numbers; texts are 0/1 columns.
    by
        Name of the subgroup column.
    """

    labels: tuple[str, ...]
    effects: Effects
    groups: tuple[str, ...] | None
    moderators: dict[str, Floats]
    by: str | None


def read_studies(
    path: Path, measure: str, *, by: str | None, moderators: tuple[str, ...], correlation: float | None
) -> Studies:
    """Read the studies of a CSV file.

    Raises
    ------
    InvalidText
        When cells are no numbers or impossible; all unreadable cells are named, by row and column.
    UnknownName
        When there is no such column for subgroups or moderators.
    MetaAnalysisError
        When a column of the measure is missing.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = [name.strip() for name in next(csv.reader(file), [])]
    for name in (by, *moderators):
        if name is not None and name not in header:
            raise UnknownName("column", name, header)
    rows, problems = read_csv(path, header)
    columns = {
        name: _numbers(path, rows, name, problems)
        for name in dict.fromkeys((*COLUMNS[measure], *_TOTALS))
        if name in header
    }
    raise_if_any(problems)
    labels = tuple(row.cells.get("study") or f"row {row.number}" for row in rows)
    try:
        effects = effect_sizes(measure, columns, correlation=correlation)
        refuse(
            effects.variance <= 0, "variance", f"the {measure} of this study has no variance to weigh it by."
        )
    except InvalidStudy as wrong:
        row = rows[wrong.position]
        problem = error(path, f"{wrong.column}: {wrong.reason}", row=row.number, key=labels[wrong.position])
        raise_if_any([problem])
        raise
    groups = tuple(row.cells[by] for row in rows) if by else None
    return Studies(labels, effects, groups, _moderators(rows, moderators), by)


def _numbers(path: Path, rows: list[Row], name: str, problems: list[Problem]) -> Floats:
    values = np.full(len(rows), np.nan)
    for i, row in enumerate(rows):
        text = row.cells[name]
        try:
            values[i] = float(text) if text else np.nan
        except ValueError:
            key = row.cells.get("study", "")
            suggestion = "Leave the cell empty when it is missing."
            problems.append(
                error(path, f'{name}: "{text}" is no number.', suggestion, row=row.number, key=key)
            )
    return values


def _moderators(rows: list[Row], names: tuple[str, ...]) -> dict[str, Floats]:
    """Take columns as numbers where all cells are, else as 0/1 columns of their labels."""
    columns: dict[str, Floats] = {}
    for name in names:
        cells = [row.cells[name] for row in rows]
        try:
            columns[name] = np.array([float(cell) if cell else np.nan for cell in cells])
        except ValueError:
            columns |= indicator_columns(name, cells)
    return columns
