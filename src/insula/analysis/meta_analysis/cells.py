"""The cells of a table of studies, one column at a time; what cannot be read becomes a problem with its row."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from insula.analysis.meta_analysis.studies import KINDS, PUBLISHED
from insula.core.errors import suggest
from insula.core.problems import error
from insula.core.spoken import N_, _
from insula.statistics.meta.regression import indicator_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from insula.core.foreign_tables import ForeignTable
    from insula.core.problems import Problem
    from insula.core.tables import Row
    from insula.statistics.meta.records import Floats

STUDY = ("study", "研究")  # either names the studies
_MINUS = str.maketrans("−﹣－", "---")
_EMPTY = N_("Leave the cell empty when it is missing.")


def study_of(row: Row) -> str:
    """Return the name of the study; empty when the table gives none."""
    return next((row.cells[name] for name in STUDY if row.cells.get(name)), "")


def numbers(table: ForeignTable, name: str, problems: list[Problem]) -> Floats:
    """Read a column of numbers, (k,); an empty cell is NaN, a written NaN or infinity is a problem."""
    values = np.full(len(table.rows), np.nan)
    for i, row in enumerate(table.rows):
        text = row.cells[name]
        if not text:
            continue
        value = as_number(text)
        if value is None:
            problems.append(
                at(table, row, _('{name}: "{text}" is no number.').format(name=name, text=text), _(_EMPTY))
            )
        else:
            values[i] = value
    return values


def as_number(text: str) -> float | None:
    """Return a finite number, or None; the true minus sign is read as one."""
    plain = text.translate(_MINUS)
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if np.isfinite(value) and "_" not in plain else None


def at(table: ForeignTable, row: Row, message: str, suggestion: str = "") -> Problem:
    """Return a problem of one row."""
    return error(table.path, message, suggestion, row=row.number, key=study_of(row))


def names(table: ForeignTable) -> tuple[str, ...]:
    """Return the study of each row as it is written; the number of the row where the table gives none."""
    return tuple(study_of(row) or f"row {row.number}" for row in table.rows)


def labels(table: ForeignTable, may_repeat: bool, problems: list[Problem]) -> tuple[str, ...]:
    """Name the rows; a study that occurs again is a problem, or is numbered where it may repeat."""
    written = names(table)
    seen: Counter[str] = Counter()
    found = []
    for row, name in zip(table.rows, written, strict=True):
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
        if seen[name] > 1 and not may_repeat:
            first = table.rows[written.index(name)].number
            message = _("the study is there twice, first in row {first}.").format(first=first)
            remedy = _(
                "Keep one row, or name the column of dependent effects by --cluster (or --shared-control)."
            )
            problems.append(at(table, row, message, remedy))
    return tuple(found)


def kinds(table: ForeignTable, problems: list[Problem]) -> tuple[str, ...]:
    """Read the column `kind`; without it, or where it is empty, studies are published."""
    found = [row.cells.get("kind", "").lower() or PUBLISHED for row in table.rows]
    for row, kind in zip(table.rows, found, strict=True):
        if kind not in KINDS:
            problems.append(
                at(
                    table,
                    row,
                    _('kind: "{kind}" is unknown.').format(kind=kind),
                    _("Known: {names}.").format(names=", ".join(KINDS)),
                )
            )
    return tuple(found)


def one_unit(table: ForeignTable, problems: list[Problem]) -> str:
    """Read the column `unit`, which must say the same in all rows: effects in two units cannot be pooled."""
    units = Counter(row.cells.get("unit", "") for row in table.rows)
    units.pop("", None)
    if not units:
        return ""
    usual = units.most_common(1)[0][0]
    for row in table.rows:
        unit = row.cells["unit"]
        if unit not in ("", usual):
            message = _('unit: "{unit}" where other rows have "{usual}".').format(unit=unit, usual=usual)
            problems.append(
                at(table, row, message, _("Convert this row: effects in two units cannot be pooled."))
            )
    return usual


def filled(table: ForeignTable, name: str, problems: list[Problem]) -> tuple[str, ...]:
    """Read a column of labels that none may miss."""
    for row in table.rows:
        if not row.cells[name]:
            problems.append(
                at(table, row, _("{name}: the cell is empty.").format(name=name), _("Every row needs one."))
            )
    return tuple(row.cells[name] for row in table.rows)


def ranks(texts: Sequence[str]) -> Floats:
    """Return the rank of each text, (k,): as numbers where all are, else as words; equal ones share a rank."""
    values = [as_number(text) for text in texts]
    keys = list(texts) if None in values else values
    places = {key: i for i, key in enumerate(sorted(set(keys)))}  # type: ignore[type-var]
    return np.array([float(places[key]) for key in keys])


def moderators(table: ForeignTable, names: Sequence[str], problems: list[Problem]) -> dict[str, Floats]:
    """Take columns as numbers where all cells are, else as 0/1 columns of their labels; one label is a problem."""
    columns: dict[str, Floats] = {}
    for name in names:
        cells = [row.cells[name] for row in table.rows]
        values = [as_number(cell) if cell else np.nan for cell in cells]
        if any(value is None for value in values):
            labels = {cell for cell in cells if cell}
            if len(labels) == 1:
                message = _(
                    'The moderator "{name}" says "{label}" in all rows: it can explain no difference.'
                ).format(name=name, label=labels.pop())
                problems.append(error(table.path, message, _("Take it out of --moderators."), row=1))
            columns |= indicator_columns(name, cells)
        else:
            columns[name] = np.array(values, dtype=np.float64)
    return columns


def missing(table: ForeignTable, names: Sequence[str]) -> list[Problem]:
    """Return a problem for each named column that the table does not have."""
    return [
        error(
            table.path,
            _('There is no column "{name}".').format(name=name),
            suggest(name, table.header),
            row=1,
        )
        for name in names
        if name not in table.header
    ]
