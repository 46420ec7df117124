"""The file of a glucose sensor as readings: its columns, what devices write instead of a number, and every bad row."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from insula.core.calendar import MINUTES_PER_DAY
from insula.core.foreign_tables import read_foreign_csv
from insula.core.problems import error

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from insula.core.foreign_tables import ForeignTable
    from insula.core.problems import Problem
    from insula.core.tables import Row

    Floats = NDArray[np.float64]

COLUMNS = {"time": ("time", "时间"), "glucose": ("glucose", "葡萄糖", "血糖")}  # any of these heads names it
_BELOW, _ABOVE = ("low", "lo", "低"), ("high", "hi", "高")  # what devices write beyond their range
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


def read_trace(path: Path) -> tuple[Trace | None, list[Problem]]:
    """Read a file of sensor readings; rows with a time and no reading are gaps.

    Returns
    -------
    The readings, None where something is wrong, and what is wrong: the first rows one by one, the others counted.
    """
    table = read_foreign_csv(path)
    if not table.header:
        return None, list(table.problems)
    columns, problems = _columns(table)
    if problems:
        return None, [*table.problems, *problems]
    rows, problems = _rows(table, columns)
    if not rows and not problems:
        problems = [error(path, "there is no reading.", "A row per reading: a time and glucose.")]
    if problems:
        return None, problems
    minutes, glucose = (np.array(values) for values in zip(*rows, strict=True))
    return Trace(minutes - np.floor(minutes.min() / MINUTES_PER_DAY) * MINUTES_PER_DAY, glucose), []


def _columns(table: ForeignTable) -> tuple[dict[str, str], list[Problem]]:
    """Return the head of each column as the file writes it."""
    found = {
        column: [head for head in table.header if head.casefold() in names]
        for column, names in COLUMNS.items()
    }
    missing = [column for column, heads in found.items() if not heads]
    problems = []
    if missing:
        text = f"column {' and '.join(missing)} is missing; the file has {', '.join(table.header)}."
        problems.append(error(table.path, text, "Name them time and glucose, or 时间 and 葡萄糖.", row=1))
    for column, heads in found.items():
        if len(set(heads)) > 1:
            text = f"columns {' and '.join(heads)} are both {column}."
            problems.append(error(table.path, text, "Keep one.", row=1))
    return {column: heads[0] for column, heads in found.items() if heads}, problems


def _rows(table: ForeignTable, columns: dict[str, str]) -> tuple[list[tuple[float, float]], list[Problem]]:
    """Return minutes and glucose of every row that has both, and what is wrong with the others."""
    rows: list[tuple[float, float]] = []
    first: dict[float, int] = {}
    problems = list(table.problems)
    for row in table.rows:
        when, reading = row.cells[columns["time"]], row.cells[columns["glucose"]]
        minute, glucose = _minute(when), _glucose(reading)
        wrong = _wrong(row, (when, minute), (reading, glucose), first)
        if wrong:
            problems.append(error(table.path, *wrong, row=row.number))
        elif minute is not None and glucose is not None:
            first[minute] = row.number
            rows.append((minute, glucose))
    return rows, _first_of(table.path, problems)


def _wrong(
    row: Row, time: tuple[str, float | None], level: tuple[str, float | None], first: dict[float, int]
) -> tuple[str, str] | None:
    """Return what is wrong with a row, as printed and as read, and what to do; None for a reading or a gap."""
    (when, minute), (reading, glucose) = time, level
    if minute is None:
        return f'"{when}" is no time.', "Write 2025-05-01T08:05, or minutes."
    if not reading:
        return None
    if glucose is None:
        return f'"{reading}" is no reading.', "Write a number, LOW or HIGH; leave the cell empty for a gap."
    if -math.inf < glucose <= 0:
        return f"{reading} is no glucose: it lies above zero.", "Leave the cell empty for a gap."
    if first.get(minute, row.number) != row.number:
        return f'the time "{when}" stands in row {first[minute]} already.', "Keep one of the two."
    return None


def _first_of(path: Path, problems: list[Problem]) -> list[Problem]:
    """Return the first problems one by one; where there are more, also how many there are."""
    if len(problems) <= _NAMED:
        return problems
    text = f"{len(problems)} rows cannot be used; the first {_NAMED} are named."
    ordered = sorted(problems, key=lambda problem: problem.row or 0)
    return [error(path, text), *ordered[:_NAMED]]


def _minute(text: str) -> float | None:
    """Return minutes since any midnight."""
    found = _number(text)
    if found is not None:
        return found
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when.toordinal() * MINUTES_PER_DAY + when.hour * 60 + when.minute + when.second / 60


def _glucose(text: str) -> float | None:
    """Return a reading; -inf and inf beyond the range of the device, None for what is no reading."""
    if text.casefold() in _BELOW:
        return -math.inf
    return math.inf if text.casefold() in _ABOVE else _number(text)


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None
