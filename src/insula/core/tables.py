"""Tables: strict CSV in, tidy CSV out, Parquet that has the same bytes whenever it holds the same numbers."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from insula.core.errors import suggest
from insula.core.problems import Problem, error
from insula.core.spoken import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Columns = dict[str, np.ndarray[Any, Any]]
_ROWS_PER_GROUP = 1 << 17
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # the wide ones too: spreadsheets in East Asia read them alike


@dataclass(frozen=True)
class Row:
    """One row of a CSV file: cells as stripped text, number as a spreadsheet counts (header = 1)."""

    number: int
    cells: dict[str, str]


def read_csv(
    path: Path, required: Sequence[str], optional: Sequence[str] = ()
) -> tuple[list[Row], list[Problem]]:
    """Read a CSV file with a header.

    Parameters
    ----------
    path
        UTF-8, comma, RFC 4180 quoting. Rows that are entirely empty are skipped.
    required, optional
        Column names. A required column that is missing and a column that is neither are problems.

    Returns
    -------
    rows, problems
        Rows that have as many cells as the header; a missing optional cell is the empty text.
    """
    try:
        lines = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    except UnicodeDecodeError as trouble:
        row = trouble.object[: trouble.start].count(b"\n") + 1
        return [], [error(path, _("the file is not UTF-8 text."), _('Save it as "CSV UTF-8".'), row=row)]
    if not lines:
        return [], [
            error(
                path,
                _("the table is empty."),
                _("First line: {columns}").format(columns=",".join(required)),
                row=1,
            )
        ]
    problems = _header_problems(path, [name.strip() for name in lines[0]], required, optional)
    rows, ragged = named_rows(path, lines)
    blank = dict.fromkeys([*required, *optional], "")
    return [Row(row.number, blank | row.cells) for row in rows], problems + ragged


def named_rows(path: Path, lines: Sequence[list[str]], first: int = 1) -> tuple[list[Row], list[Problem]]:
    """Name the cells of a table by its first line; empty rows are skipped, ragged ones are problems.

    `first` is the number of that line in the file.
    """
    header = [name.strip() for name in lines[0]]
    rows, problems = [], []
    for number, cells in enumerate(lines[1:], start=first + 1):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            found = _("{cells} cells under {columns} columns.").format(cells=len(cells), columns=len(header))
            if first > 1:
                found += " " + _("Row {row} was taken for the one that names the columns.").format(row=first)
            hint = _('A text with a comma needs "quotes".')
            problems.append(error(path, found, hint, row=number, key=cells[0]))
            continue
        named = zip(header, cells, strict=True)
        rows.append(Row(number, {name: cell.strip() for name, cell in named}))
    return rows, problems


def _header_problems(
    path: Path, header: list[str], required: Sequence[str], optional: Sequence[str]
) -> list[Problem]:
    known = [*required, *optional]
    if len(header) == 1 < len(required) and ";" in header[0]:
        return [
            error(path, _("the cells are separated by semicolons."), _("Separate them by commas."), row=1)
        ]
    problems = [
        error(
            path,
            _('column "{name}" is missing.').format(name=name),
            _("Columns: {columns}").format(columns=",".join(known)),
            row=1,
        )
        for name in required
        if name not in header
    ]
    for index, name in enumerate(header):
        if name not in known:
            problems.append(
                error(path, _('unknown column "{name}".').format(name=name), suggest(name, known), row=1)
            )
        elif name in header[:index]:
            problems.append(
                error(path, _('column "{name}" is there twice.').format(name=name), _("Keep one."), row=1)
            )
    return problems


def write_csv(path: Path, columns: Mapping[str, Sequence[Any] | np.ndarray[Any, Any]]) -> None:
    """Write a tidy CSV file: a row per observation, missing numbers empty, shortest floats.

    A text that a spreadsheet would run as a formula gets an apostrophe before it; numbers stay numbers.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        print_csv(file, columns)


def print_csv(file: TextIO, columns: Mapping[str, Sequence[Any] | np.ndarray[Any, Any]]) -> None:
    """Write the table of `write_csv` to an open file, such as standard output."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(map(_cell, columns))
    writer.writerows(zip(*(map(_cell, values) for values in columns.values()), strict=True))


def _cell(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, float | np.floating):
        return repr(float(value))
    return _harmless(value) if isinstance(value, str) else str(value)


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    if not text.startswith(_FORMULA):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


def read_numbers(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    """Read a table of numbers that `write_csv` wrote, to the last bit; NaN where a cell is empty."""
    header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
    columns = zip(*rows, strict=True) if rows else ([] for _ in header)
    return {
        name: np.array([float(cell) if cell else np.nan for cell in cells], dtype=np.float64)
        for name, cells in zip(header, columns, strict=True)
    }


class ParquetRows:
    """A Parquet file that is written table by table; its bytes depend on the rows, not on the cuts between tables.

    A context manager to which at least one table is added; without an error the file gets its name at the end. A
    column of which nothing is known yet takes the type of the first table that says more.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._unfinished = path, path.with_name(path.name + ".unfinished")
        self._waiting: list[pa.Table] = []
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> ParquetRows:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return self

    def add(self, table: pa.Table) -> None:
        """Write what fills whole groups of rows and keep the rest waiting."""
        rows = pa.concat_tables([*self._waiting, table], promote_options="default")
        while rows.num_rows >= _ROWS_PER_GROUP:
            self._write(rows.slice(0, _ROWS_PER_GROUP))
            rows = rows.slice(_ROWS_PER_GROUP)
        self._waiting = [rows]

    def _write(self, group: pa.Table) -> None:
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self._unfinished, group.schema, compression="zstd", version="2.6", store_schema=False
            )
        if group.num_rows:
            self._writer.write_table(group.cast(self._writer.schema).combine_chunks())

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._write(*self._waiting)
        if self._writer is not None:
            self._writer.close()
        if kind is None:
            self._unfinished.replace(self._path)  # a killed run leaves no half table under the final name


def write_parquet(path: Path, columns: pa.Table | Mapping[str, Sequence[Any] | np.ndarray[Any, Any]]) -> None:
    """Write columns of equal length; the same columns always give the same bytes (with one pyarrow)."""
    with ParquetRows(path) as rows:
        rows.add(columns if isinstance(columns, pa.Table) else pa.table(dict(columns)))


def merge_parquet(path: Path, parts: Sequence[Path]) -> None:
    """Join Parquet files of one schema; the bytes depend on the rows, not on the cuts between parts."""
    if not parts:
        raise ValueError(f"There are no parts to merge into {path.name}.")
    with ParquetRows(path) as rows:
        for part in parts:
            rows.add(pq.read_table(part))


def read_parquet(path: Path, names: Sequence[str] | None = None) -> Columns:
    """Read a Parquet file (or some of its columns) into arrays; texts become object arrays."""
    table = pq.read_table(path, columns=list(names) if names is not None else None)
    return {name: table.column(name).to_numpy() for name in table.column_names}
