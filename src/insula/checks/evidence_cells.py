"""Every cell of every evidence table is what the schema says: type, limits, words, numbers that a word needs."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from insula.checks.survey import Place, Survey
from insula.core.errors import close_names, suggest
from insula.core.spoken import _, picked
from insula.core.tables import read_csv
from insula.core.units import is_unit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from insula.catalog.evidence_schema import Column, Schema, Table
    from insula.core.problems import Problem
    from insula.core.tables import Row

_SLUG = re.compile(r"[a-z0-9][A-Za-z0-9_.:-]*")
_SPREAD = ("spread_low", "spread_high")


def cells_follow_the_schema(survey: Survey) -> Iterator[Problem]:
    """Every cell has the type, limits and words that schema.yaml gives its column."""
    for path, table, rows in evidence_rows(survey):
        for row in rows:
            for name, column in table.columns.items():
                for message, hint in _faults(name, column, row.cells[name]):
                    yield Place(path, row=row.number, key=key_of(row)).error(message, hint)


def spreads_are_complete(survey: Survey) -> Iterator[Problem]:
    """A spread has as many numbers as its type needs, in order, around its value, and no width below zero."""
    for path, table, rows in evidence_rows(survey):
        kinds = table.columns["spread_type"].numbers if "spread_type" in table.columns else {}
        for row in rows if kinds else ():
            for message in _spread_faults(row, kinds):
                yield Place(path, row=row.number, key=key_of(row)).error(message)


def evidence_rows(survey: Survey) -> Iterator[tuple[Path, Table, tuple[Row, ...]]]:
    """Yield file, description and rows of every evidence table that there is."""
    schema, folder = _schema(survey), survey.catalog.root / "evidence"
    for topic in survey.catalog.topics.readable().values():
        for name, table in schema.items():
            if table.of_a_topic:
                yield topic.folder / f"{name}.csv", table, getattr(topic, name)
    for table in schema.values():
        path = folder / table.file
        if not table.of_a_topic and path.exists():
            yield path, table, tuple(read_csv(path, list(table.columns))[0])


def key_of(row: Row) -> str:
    """Return what a row is about: its first cell."""
    return next(iter(row.cells.values()), "")


def _schema(survey: Survey) -> Schema:
    exists = (survey.catalog.root / "evidence" / "schema.yaml").exists()
    return survey.catalog.evidence_schema if exists else {}


def _faults(name: str, column: Column, cell: str) -> Iterator[tuple[str, str]]:
    if not cell:
        if column.required:
            yield _("{name} is empty.").format(name=name), picked(column.meaning)
    elif column.type in ("number", "whole"):
        yield from _number_faults(name, column, cell)
    elif column.type == "word" and cell not in column.words:
        hint = suggest(cell, close_names(cell, column.words))
        yield (
            _('{name} "{cell}" is none of {names}.').format(
                name=name, cell=cell, names=", ".join(column.words)
            ),
            hint,
        )
    elif column.type == "id" and not _SLUG.fullmatch(cell):
        yield (
            _('{name} "{cell}" is no id.').format(name=name, cell=cell),
            _("Small letters, figures and _ only, no spaces."),
        )
    elif column.type == "unit" and not is_unit(cell):
        yield (
            _('{name} "{cell}" is no unit.').format(name=name, cell=cell),
            _("Units are spelt of the atoms in biology/units.txt."),
        )


def _number_faults(name: str, column: Column, cell: str) -> Iterator[tuple[str, str]]:
    value = _number(cell)
    if math.isnan(value) or math.isinf(value):
        yield (
            _('{name} "{cell}" is not a number.').format(name=name, cell=cell),
            _("Words belong in analysis or notes."),
        )
    elif column.type == "whole" and value != int(value):
        yield _("{name} {cell} is not a whole number.").format(name=name, cell=cell), ""
    elif column.at_least is not None and value < column.at_least:
        yield (
            _("{name} {cell} is below {at_least:g}.").format(name=name, cell=cell, at_least=column.at_least),
            "",
        )
    elif column.at_most is not None and value > column.at_most:
        yield (
            _("{name} {cell} is above {at_most:g}.").format(name=name, cell=cell, at_most=column.at_most),
            "",
        )


def _spread_faults(row: Row, kinds: dict[str, int]) -> Iterator[str]:
    kind = row.cells["spread_type"] or "none"
    low, high = (row.cells[name] for name in _SPREAD)
    ends = [_number(end) for end in (low, high) if end]
    if kind not in kinds or any(math.isnan(end) for end in ends):
        return  # told by the question about cells
    if len(ends) != kinds[kind] or (kinds[kind] == 1 and not low):
        yield _("spread_type {kind} needs {count} numbers.").format(kind=kind, count=kinds[kind])
    elif kinds[kind] == 1 and ends[0] < 0:
        yield _("{kind} {low} is below zero.").format(kind=kind, low=low)
    elif kinds[kind] == 2 and ends[0] > ends[1]:
        yield _("spread_low {low} is above spread_high {high}.").format(low=low, high=high)
    elif kinds[kind] == 2 and row.cells["value"] and not ends[0] <= _number(row.cells["value"]) <= ends[1]:
        yield _("value {value} lies outside its {kind}, {low} to {high}.").format(
            value=row.cells["value"], kind=kind, low=low, high=high
        )


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan
