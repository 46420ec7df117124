"""The file of a glucose sensor as readings: its columns, what devices write instead of a number, and every bad row."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.analysis.ask.times import read_times
from insula.core.calendar import MINUTES_PER_DAY
from insula.core.foreign_tables import read_foreign_csv
from insula.core.problems import error
from insula.core.spoken import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from insula.catalog.records import SensorWord
    from insula.core.foreign_tables import ForeignTable
    from insula.core.problems import Problem
    from insula.core.tables import Row

    Floats = NDArray[np.float64]
    Words = Mapping[str, frozenset[str]]

_COLUMNS = ("time", "glucose")
_BESIDE_THE_NAME = re.compile(r"[（(].*?[)）]|\s*\b(?:mg/dl|mmol/l)\s*$", re.IGNORECASE)  # units and forms
_NAMED = 10  # rows with a fault that are named one by one


@dataclass(frozen=True)
class Trace:
    """Readings in the order of the file.

    Parameters
    ----------
    minutes : (N,), since the midnight before the first reading
    glucose : (N,), in the unit of the file
        -inf below and inf above the range of the device.
    """

    minutes: Floats
    glucose: Floats


def read_trace(path: Path, words: Iterable[SensorWord]) -> tuple[Trace | None, list[Problem]]:
    """Read a file of sensor readings; rows with a time and no reading are gaps.

    Parameters
    ----------
    words
        How columns are named, which kind of row is a reading, and what stands for a reading beyond the range. Rows
        above the one that names both columns are passed over, and so are rows of another kind.

    Returns
    -------
    The readings, None where something is wrong, and what is wrong: the first rows one by one, the others counted.
    """
    meant = _by_meaning(words)
    table = read_foreign_csv(path, lambda cells: not _missing(cells, meant))
    if not table.header:
        return None, list(table.problems)
    problems = _column_problems(table, meant)
    if problems:
        return None, [*table.problems, *problems]
    readings, problems = _readings(table, meant)
    if problems:
        return None, problems
    minutes, glucose = (np.array(values) for values in zip(*readings, strict=True))
    return Trace(minutes - np.floor(minutes.min() / MINUTES_PER_DAY) * MINUTES_PER_DAY, glucose), []


def _by_meaning(words: Iterable[SensorWord]) -> Words:
    known = [(one.means, one.word.casefold()) for one in words]
    return {means: frozenset(word for of, word in known if of == means) for means, _word in known}


def _heads(header: Sequence[str], column: str, meant: Words) -> list[str]:
    """Return the heads that name a column, units and what stands in brackets left out."""
    return [head for head in header if _BESIDE_THE_NAME.sub("", head).strip().casefold() in meant[column]]


def _missing(header: Sequence[str], meant: Words) -> list[str]:
    return [column for column in _COLUMNS if not _heads(header, column, meant)]


def _column_problems(table: ForeignTable, meant: Words) -> list[Problem]:
    """Return which columns are missing or there twice, and which ones to keep."""
    problems = []
    missing = _missing(table.header, meant)
    if missing:
        text = _("column {columns} is missing; row {row} names {heads}.").format(
            columns=_(" and ").join(missing),
            row=table.header_row,
            heads=", ".join(filter(None, table.header)),
        )
        hint = _("Keep two columns: time, when each reading was taken, and glucose (or 时间 and 葡萄糖).")
        likely = [head for column in missing for head in table.header if _holds(head, meant[column])]
        if likely:
            hint += " " + _("It may be {heads}: rename it.").format(heads=", ".join(likely))
        problems.append(error(table.path, text, hint, row=table.header_row))
    for column in _COLUMNS:
        heads = _heads(table.header, column, meant)
        if len(heads) > 1:
            text = _("columns {heads} are both {column}.").format(heads=_(" and ").join(heads), column=column)
            problems.append(error(table.path, text, _("Keep one."), row=table.header_row))
    return problems


def _holds(head: str, words: frozenset[str]) -> bool:
    return any(word in head.casefold() for word in words)


def _readings(table: ForeignTable, meant: Words) -> tuple[list[tuple[float, float]], list[Problem]]:
    """Return minutes and glucose of every row that has both, and what is wrong with the others."""
    time, glucose = (_heads(table.header, column, meant)[0] for column in _COLUMNS)
    rows = _of_sensor(table, meant)
    times = read_times([row.cells[time] for row in rows])
    if times.either:
        return [], [_ambiguous(table.path, times.either)]
    found: list[tuple[float, float]] = []
    first: dict[float, int] = {}
    problems = list(table.problems)
    for row, minute in zip(rows, times.minutes, strict=True):
        level = _glucose(row.cells[glucose], meant)
        wrong = _wrong(row, (row.cells[time], minute), (row.cells[glucose], level), first)
        if wrong:
            problems.append(error(table.path, *wrong, row=row.number))
        elif minute is not None and level is not None:
            first[minute] = row.number
            found.append((minute, level))
    if not found and not problems:
        problems.append(_nothing(table, meant))
    return found, _first_of(table.path, problems)


def _of_sensor(table: ForeignTable, meant: Words) -> list[Row]:
    """Return the rows that are readings; all of them where no column tells kinds of rows apart."""
    heads = _heads(table.header, "kind", meant)
    if not heads:
        return list(table.rows)
    kinds = meant["reading"] | {""}
    return [row for row in table.rows if row.cells[heads[0]].casefold() in kinds]


def _ambiguous(path: Path, date: str) -> Problem:
    text = _('"{date}" may be day and month or month and day, and so may every other date.').format(date=date)
    hint = _("Write the year first (2025-05-01 08:05), or add readings of a day after the 12th of a month.")
    return error(path, text, hint)


def _nothing(table: ForeignTable, meant: Words) -> Problem:
    hint = _("A row per reading: a time and glucose.")
    heads = _heads(table.header, "kind", meant)
    if heads and table.rows:
        kinds = sorted(kind.upper() for kind in meant["reading"])
        text = _('Of the column "{head}" only rows with {kinds} are readings.')
        hint += " " + text.format(head=heads[0], kinds=_(" or ").join(kinds))
    return error(table.path, _("there is no reading."), hint)


def _wrong(
    row: Row, time: tuple[str, float | None], level: tuple[str, float | None], first: dict[float, int]
) -> tuple[str, str] | None:
    """Return what is wrong with a row, as printed and as read, and what to do; None for a reading or a gap."""
    (when, minute), (reading, glucose) = time, level
    gap = _("Leave the cell empty for a gap.")
    if minute is None:
        text = _('"{text}" is no time, or not in the order of day and month of the others.')
        return text.format(text=when), _("Write 2025-05-01 08:05 (the year first), or minutes.")
    if not reading:
        return None
    if glucose is None:
        text = _('"{text}" is no reading.').format(text=reading)
        return text, _("Write a number, LOW or HIGH; leave the cell empty for a gap.")
    if -math.inf < glucose <= 0:
        return _("{number} is no glucose: it lies above zero.").format(number=reading), gap
    if first.get(minute, row.number) != row.number:
        text = _('the time "{time}" stands in row {row} already.').format(time=when, row=first[minute])
        return text, _("Keep one of the two.")
    return None


def _first_of(path: Path, problems: list[Problem]) -> list[Problem]:
    """Return the first problems one by one; where there are more, also how many there are."""
    if len(problems) <= _NAMED:
        return problems
    text = _("{count} rows cannot be used; the first {named} are named.")
    ordered = sorted(problems, key=lambda problem: problem.row or 0)
    return [error(path, text.format(count=len(problems), named=_NAMED)), *ordered[:_NAMED]]


def _glucose(text: str, meant: Words) -> float | None:
    """Return a reading; -inf and inf beyond the range of the device, None for what is no reading."""
    if text.casefold() in meant["below"]:
        return -math.inf
    if text.casefold() in meant["above"]:
        return math.inf
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None
