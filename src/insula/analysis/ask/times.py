"""Times as devices and spreadsheets write them: minutes, year first, or day and month in the order that fits all."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from insula.core.calendar import MINUTES_PER_DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

_YEAR_FIRST = r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"
_YEAR_LAST = r"(?P<one>\d{1,2})[-/.](?P<two>\d{1,2})[-/.](?P<last>\d{4})"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?"
_WRITTEN = re.compile(
    rf"(?:{_YEAR_FIRST}|{_YEAR_LAST})[T\s]+(?P<noon>[上下]午)?\s*{_CLOCK}\s*(?P<half>[ap]\.?m\.?)?",
    re.IGNORECASE,
)
_AFTERNOON = ("p", "下")
_HOURS_OF_HALF_A_DAY = 12


@dataclass(frozen=True)
class Times:
    """Times of a column.

    Parameters
    ----------
    minutes
        Since any midnight, one for each text; None for what is no time.
    either
        A date that can be read in two ways when all others can, too; empty where there is one reading.
    """

    minutes: tuple[float | None, ...]
    either: str = ""


def read_times(texts: Sequence[str]) -> Times:
    """Read a column of times.

    Parameters
    ----------
    texts
        Minutes, ISO 8601, the year first, or day and month before the year: then all in one order, the one that more
        of them fit.
    """
    day_first, month_first = zip(*(_minutes(text) for text in texts), strict=True) if texts else ((), ())
    misfits = day_first.count(None) - month_first.count(None)
    if misfits == 0 and day_first != month_first:
        pairs = zip(texts, day_first, month_first, strict=True)
        return Times(day_first, next(text for text, one, other in pairs if one != other))
    return Times(day_first if misfits <= 0 else month_first)


def _minutes(text: str) -> tuple[float | None, float | None]:
    """Return minutes with the day before the month, and with the month before the day."""
    plain = _number(text)
    if plain is None:
        plain = _iso(text)
    written = _WRITTEN.fullmatch(text)
    if plain is not None or written is None:
        return plain, plain
    clock = _minute_of_day(written)
    if written["year"]:
        found = _of(clock, written["year"], written["month"], written["day"])
        return found, found
    year, one, two = written["last"], written["one"], written["two"]
    return _of(clock, year, two, one), _of(clock, year, one, two)


def _minute_of_day(written: re.Match[str]) -> float | None:
    """Return minutes since midnight; None where no clock shows such a time."""
    hour, half = int(written["hour"]), (written["half"] or written["noon"] or "").casefold()
    minute, second = int(written["minute"]), int(written["second"] or 0)
    if half and not 1 <= hour <= _HOURS_OF_HALF_A_DAY:
        return None
    if half:
        hour = hour % _HOURS_OF_HALF_A_DAY + _HOURS_OF_HALF_A_DAY * half.startswith(_AFTERNOON)
    return hour * 60 + minute + second / 60 if hour < 24 and minute < 60 and second < 60 else None


def _of(clock: float | None, year: str, month: str, day: str) -> float | None:
    try:
        days = datetime(int(year), int(month), int(day)).toordinal()
    except ValueError:
        return None
    return None if clock is None else days * MINUTES_PER_DAY + clock


def _iso(text: str) -> float | None:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when.toordinal() * MINUTES_PER_DAY + when.hour * 60 + when.minute + when.second / 60


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None
