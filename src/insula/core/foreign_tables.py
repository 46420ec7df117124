"""Tables from anybody's spreadsheet: encoding, separator and decimal mark are found out where they are certain."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from insula.core.problems import error
from insula.core.spoken import N_, _
from insula.core.tables import Row, named_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from insula.core.problems import Problem

_SEPARATORS = (",", ";", "\t")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+([eE][+-]?\d+)?")
_DECIMAL_POINT = re.compile(r"[+-]?\d*\.\d+([eE][+-]?\d+)?")
_SAVE = N_('Save it as "CSV UTF-8 (comma delimited)".')
_NAMES = N_("The first line names the columns.")
_ABOVE = 30  # rows in which the header is looked for, where others may stand above it


@dataclass(frozen=True)
class ForeignTable:
    """A table as it was found.

    Parameters
    ----------
    path
    header
        Names of the columns; empty for an empty file.
    rows
        Cells as stripped text; decimal commas have become points where the separator allows them.
    problems
        Everything that could not be read.
    header_row
        Its number in the file.
    """

    path: Path
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    header_row: int = 1


def read_foreign_csv(path: Path, is_header: Callable[[list[str]], bool] | None = None) -> ForeignTable:
    """Read a CSV file of unknown origin.

    Parameters
    ----------
    path
        UTF-8 with or without a mark, UTF-16 with a mark, or GB18030; separated by commas, semicolons or tabs.
        With semicolons or tabs, numbers may have decimal commas, all of them or none.
    is_header
        Knows the header by its stripped cells, so that rows may stand above it: the first such row is it, and if there
        is none, the one with most names. Columns that are there twice are then left to who asks. Without it, the first
        line is the header.

    Returns
    -------
    ForeignTable; what is ambiguous is a problem, never a guess.
    """
    text = _decode(path.read_bytes())
    if text is None:
        return _refused(
            path, _("its letters are neither UTF-8 nor GB18030, or it is no text at all."), _(_SAVE)
        )
    if not text.strip():
        return _refused(path, _("the table is empty."), _(_NAMES))
    try:
        separator, above = (_separator(text), 0) if is_header is None else _header(text, is_header)
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))[above:]
    except csv.Error as wrong:
        told = _("its quotes do not match ({reason}).").format(reason=wrong)
        return _refused(path, told, _("Every opening quote needs a closing one."))
    header = tuple(name.strip() for name in lines[0])
    if not any(header):
        return _refused(path, _("the first line is empty."), _(_NAMES))
    rows, problems = named_rows(path, lines, above + 1)
    if is_header is None:
        problems += _doubled(path, header)
    if separator != ",":
        rows, mixed = _with_points(path, rows)
        problems += mixed
    return ForeignTable(path, header, tuple(rows), tuple(problems), above + 1)


def _doubled(path: Path, header: tuple[str, ...]) -> list[Problem]:
    twice = [name for name in dict.fromkeys(header) if header.count(name) > 1]
    return [
        error(path, _('column "{name}" is there twice.').format(name=name), _("Keep one."), row=1)
        for name in twice
    ]


def _refused(path: Path, message: str, suggestion: str) -> ForeignTable:
    return ForeignTable(path, (), (), (error(path, message, suggestion),))


def _decode(data: bytes) -> str | None:
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return _try(data, encoding)
    if b"\0" in data:
        return None
    text = _try(data, "utf-8-sig")
    return text if text is not None else _chinese(data)


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _chinese(data: bytes) -> str | None:
    """Decode GB18030 when most letters are common ones: the accents of other encodings make rare ones."""
    text = _try(data, "gb18030")
    foreign = [letter for letter in text or "" if not letter.isascii()]
    common = sum(_is_common(letter) for letter in foreign)
    return text if 2 * common > len(foreign) else None


def _is_common(letter: str) -> bool:
    try:
        letter.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _separator(text: str) -> str:
    first = next(line for line in text.splitlines() if line.strip())
    return max(_SEPARATORS, key=first.count)


def _header(text: str, is_header: Callable[[list[str]], bool]) -> tuple[str, int]:
    """Return the separator and how many rows stand above the header, or above the row with most names."""
    fullest = (0, 0, _separator(text))
    for separator in _SEPARATORS:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        for above, row in enumerate(islice(rows, _ABOVE)):
            cells = [cell.strip() for cell in row]
            if is_header(cells):
                return separator, above
            fullest = max(fullest, (sum(map(bool, cells)), -above, separator))
    return fullest[2], -fullest[1]


def _with_points(path: Path, rows: list[Row]) -> tuple[list[Row], list[Problem]]:
    """Turn decimal commas into points; rows with commas are problems when others have points."""
    comma = [row for row in rows if any(_DECIMAL_COMMA.fullmatch(cell) for cell in row.cells.values())]
    point = any(_DECIMAL_POINT.fullmatch(cell) for row in rows for cell in row.cells.values())
    if point:
        message, hint = (
            _("decimal commas, where other rows have decimal points."),
            _("Write all numbers alike."),
        )
        return rows, [error(path, message, hint, row=row.number) for row in comma]
    return [Row(row.number, {name: _point(cell) for name, cell in row.cells.items()}) for row in rows], []


def _point(cell: str) -> str:
    return cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell
