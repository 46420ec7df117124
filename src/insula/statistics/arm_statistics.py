"""The numbers that trials report of an arm, computed for many imagined arms at once.

Each takes (draws, n, K): the value of each patient, then its baseline where K is 2; and gives (draws,). No
NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def mean(arms: Floats) -> Floats:
    """Mean; of yes (1) and no (0) the proportion, of yearly events the rate."""
    return np.asarray(arms[..., 0].mean(axis=-1), dtype=np.float64)


def median(arms: Floats) -> Floats:
    """Median."""
    return np.asarray(np.median(arms[..., 0], axis=-1), dtype=np.float64)


def count(arms: Floats) -> Floats:
    """Patients with yes."""
    return np.asarray(arms[..., 0].sum(axis=-1), dtype=np.float64)


def change_from_baseline(arms: Floats) -> Floats:
    """Mean of value less baseline."""
    return np.asarray((arms[..., 0] - arms[..., 1]).mean(axis=-1), dtype=np.float64)


def percent_change(arms: Floats) -> Floats:
    """Change of the mean in percent of the mean at baseline; infinite or undefined where that mean is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(
            100 * (arms[..., 0].mean(axis=-1) / arms[..., 1].mean(axis=-1) - 1), dtype=np.float64
        )


STATISTICS: dict[str, Callable[[Floats], Floats]] = {
    "mean": mean,
    "median": median,
    "proportion": mean,
    "rate": mean,
    "count": count,
    "change_from_baseline": change_from_baseline,
    "percent_change": percent_change,
}
NEEDS_BASELINE = frozenset({"change_from_baseline", "percent_change"})


def limits_of(statistic: str, size: int) -> tuple[float, float]:
    """Return the lowest and the highest value that a statistic of an arm of this size can have.

    No endpoint measures anything below 0; changes have no limits.
    """
    highest = {"proportion": 1.0, "count": float(size)}.get(statistic, np.inf)
    return (-np.inf if statistic in NEEDS_BASELINE else 0.0), highest
