"""The evidence tables as raw rows; bringing them to one vocabulary and unit is the room ``evidence``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from insula.catalog.evidence_schema import Schema, Table, read_schema
from insula.catalog.shelf import Entry
from insula.core.problems import Problem, error
from insula.core.spoken import _
from insula.core.tables import Row, read_csv

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = "schema.yaml"
_OPTIONAL = ("pooled",)  # no meta-analysis may have been read for a topic


@dataclass(frozen=True)
class EvidenceTables:
    """Rows of one topic, as text; see ``Row.number`` and ``Row.cells``."""

    topic: str
    folder: Path
    studies: tuple[Row, ...]
    arms: tuple[Row, ...]
    outcomes: tuple[Row, ...]
    pooled: tuple[Row, ...]


def read_evidence(schema_path: Path, folder: Path) -> Entry[EvidenceTables]:
    """Read the four tables of a topic as a schema says."""
    schema, problems = read_schema(schema_path)
    tables = {
        name: _read(folder, name, schema, problems) for name in ("studies", "arms", "outcomes", "pooled")
    }
    return Entry(folder, EvidenceTables(folder.name, folder, **tables), tuple(problems))


def _read(folder: Path, name: str, schema: Schema, problems: list[Problem]) -> tuple[Row, ...]:
    path = folder / f"{name}.csv"
    table: Table | None = schema.get(name)
    if table is None:
        return ()
    columns = list(table.columns)
    if not path.exists():
        if name in _OPTIONAL:
            return ()
        problems.append(
            error(
                path, _("this table is missing."), _("Columns: {columns}").format(columns=",".join(columns))
            )
        )
        return ()
    rows, found = read_csv(path, columns)
    problems += found
    return tuple(rows)
