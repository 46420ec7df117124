"""What the two clocks hand to each other: the table ``handover.csv``, applied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insula.core.calendar import MINUTES_PER_DAY

if TYPE_CHECKING:
    from insula.catalog.records import HandoverRow
    from insula.trial.metabolic_clock import Readings

Floats = NDArray[np.float64]
Statistic = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True)
class ToFast:
    """A value of the disease clock that becomes a parameter of the metabolic clock."""

    source: str
    target: str


@dataclass(frozen=True)
class ToSlow:
    """A statistic over a sampled day that the disease clock needs."""

    source: str
    target: str
    statistic: str


def split(rows: tuple[HandoverRow, ...]) -> tuple[tuple[ToFast, ...], tuple[ToSlow, ...]]:
    """Return the rows from slow to fast, and those from fast to slow."""
    fast, slow = [], []
    for row in rows:
        (from_clock, source), (_, target) = row.source.split(":", 1), row.target.split(":", 1)
        if from_clock == "disease":
            fast.append(ToFast(source, target))
        else:
            slow.append(ToSlow(source, target, row.statistic))
    return tuple(fast), tuple(slow)


def average(row: ToSlow, readings: Readings) -> Floats:
    """Statistic of one row over the readings, (P,)."""
    return statistic(row.statistic)(readings.time, np.ascontiguousarray(readings.values[row.source]))


def rows_of(values: Floats, keep: NDArray[np.bool_]) -> Floats:
    """Return the kept columns of (P, T), each patient's in one piece.

    Otherwise NumPy adds up the readings of a patient who is alone in another order than those of one among others.
    """
    return np.ascontiguousarray(values[:, keep])


def statistic(name: str) -> Statistic:
    """Return the function (time (T,), values (P, T)) -> (P,) that a row names."""
    kind, _, argument = name.partition(":")
    if kind == "share_below":
        return partial(_share_below, float(argument))
    return _STATISTICS[kind]


def _share_below(limit: float, _: Floats, values: Floats) -> Floats:
    """Share of the readings below a limit; NaN where a reading is missing."""
    return np.asarray(np.where(np.isnan(values).any(axis=1), np.nan, (values < limit).mean(axis=1)))


def _mean(time: Floats, values: Floats) -> Floats:
    """Time-weighted mean by the trapezoid rule."""
    return np.asarray(_integral(time, values) / (time[-1] - time[0]))


def _minimum(_: Floats, values: Floats) -> Floats:
    return np.asarray(values.min(axis=1))


def _integral(time: Floats, values: Floats) -> Floats:
    return np.asarray(np.trapezoid(values, time, axis=1))


def _difference_per_day(time: Floats, values: Floats) -> Floats:
    """How much a counter rose in a day."""
    return np.asarray((values[:, -1] - values[:, 0]) * MINUTES_PER_DAY / (time[-1] - time[0]))


_STATISTICS: dict[str, Statistic] = {
    "mean": _mean,
    "minimum": _minimum,
    "integral": _integral,
    "difference_per_day": _difference_per_day,
}
