"""What the two clocks hand to each other: the table ``handover.csv``, applied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insula.catalog.records import HandoverRow
    from insula.trial.metabolic_clock import Readings

Statistic = Callable[["NDArray[np.float64]", "NDArray[np.float64]"], "NDArray[np.float64]"]


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


def average(row: ToSlow, readings: Readings, after: float) -> NDArray[np.float64]:
    """Statistic of one row over the readings later than ``after`` (min), (P,)."""
    keep = readings.time >= after
    return statistic(row.statistic)(readings.time[keep], readings.values[row.source][:, keep])


def statistic(name: str) -> Statistic:
    """Return the function (time (T,), values (P, T)) -> (P,) that a row names."""
    kind, _, argument = name.partition(":")
    if kind == "share_below":
        limit = float(argument)
        return lambda _, values: np.where(np.isnan(values).any(axis=1), np.nan, (values < limit).mean(axis=1))
    return _STATISTICS[kind]


def _mean(time: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Time-weighted mean by the trapezoid rule."""
    return np.trapezoid(values, time, axis=1) / (time[-1] - time[0])


_STATISTICS: dict[str, Statistic] = {
    "mean": _mean,
    "minimum": lambda _, values: values.min(axis=1),
    "integral": lambda time, values: np.trapezoid(values, time, axis=1),
    "difference_per_day": lambda time, values: (values[:, -1] - values[:, 0]) * 1440.0 / (time[-1] - time[0]),
}
