"""The published rows that a contradiction names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from insula.catalog.evidence_tables import EvidenceTables
    from insula.catalog.records.contradictions import NamedRows

_COLUMNS = {
    "study": "study_id",
    "meta_analysis": "meta_analysis_id",
    "outcome": "outcome",
    "arm": "arm_id",
    "measure": "measure",
    "subgroup": "subgroup",
}


@dataclass(frozen=True)
class FoundRow:
    """A row as printed: where it stands, and its cells."""

    topic: str
    table: str
    number: int
    cells: Mapping[str, str]


def rows_named(topics: Iterable[EvidenceTables], named: NamedRows) -> tuple[FoundRow, ...]:
    """Return every row of any topic that has the cells which are named, in the order of the tables."""
    table = "outcomes" if named.study is not None else "pooled"
    return tuple(
        FoundRow(tables.topic, table, row.number, row.cells)
        for tables in topics
        for row in getattr(tables, table)
        if _is_named(row.cells, named)
    )


def _is_named(cells: Mapping[str, str], named: NamedRows) -> bool:
    wanted = named.model_dump(include=set(_COLUMNS), exclude_none=True)
    if any(cells[_COLUMNS[name]] != text for name, text in wanted.items()):
        return False
    months = cells["time_months"]
    return named.months is None or (bool(months) and float(months) == named.months)
