"""The numbers that trials report of an arm, computed for many imagined arms at once.

Each takes (draws, n, K): the value of each patient, then its baseline where K is 2, or for a relation across people
what the value is held against; and gives (draws,). No NaN goes in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SLOPE, ON_LINE = "slope", "value_on_line"  # relations of two numbers across the patients


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


def slope(arms: Floats) -> Floats:
    """Slope of the least-squares line through the patients; undefined where all have one abscissa."""
    y, x = _centred(arms)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((x * y).sum(axis=-1) / (x * x).sum(axis=-1), dtype=np.float64)


def value_on_line(arms: Floats) -> Floats:
    """Where the least-squares line meets the abscissa 0."""
    return mean(arms) - slope(arms) * mean(arms[..., 1:])


def _centred(arms: Floats) -> tuple[Floats, Floats]:
    away = arms - arms.mean(axis=-2, keepdims=True)
    return away[..., 0], away[..., 1]


STATISTICS: dict[str, Callable[[Floats], Floats]] = {
    "mean": mean,
    "median": median,
    "proportion": mean,
    "rate": mean,
    "count": count,
    "change_from_baseline": change_from_baseline,
    "percent_change": percent_change,
    SLOPE: slope,
    ON_LINE: value_on_line,
}
NEEDS_BASELINE = frozenset({"change_from_baseline", "percent_change"})
RELATIONS = frozenset({SLOPE, ON_LINE})


def limits_of(statistic: str, size: int) -> tuple[float, float]:
    """Return the lowest and the highest value that a statistic of an arm of this size can have.

    No endpoint measures anything below 0; changes, slopes and lines have no limits.
    """
    highest = {"proportion": 1.0, "count": float(size)}.get(statistic, np.inf)
    return (-np.inf if statistic in NEEDS_BASELINE | RELATIONS else 0.0), highest


def parts_of(statistic: str, patients: Floats) -> Floats:
    """Return what each patient adds to a statistic, from which the variance between members is estimated.

    Parameters
    ----------
    patients : (P, K)
        NaN for who has no value.

    Returns
    -------
    (P,): the value, the change from baseline, or for a relation how far the line moves with the patient, times P
    (infinitesimal jackknife); NaN for who has no value.
    """
    if statistic not in RELATIONS:
        return patients[:, 0] - patients[:, 1] if patients.shape[1] > 1 else patients[:, 0]
    found = np.full(len(patients), np.nan)
    known = ~np.isnan(patients).any(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        found[known] = _moved(statistic, patients[known]) if known.any() else np.nan
    return found


def _moved(statistic: str, people: Floats) -> Floats:
    """How far the line moves with each of the people (P, 2), times P; no NaN."""
    y, x = _centred(people)
    rest = y - slope(people) * x
    of_slope = x * rest / np.mean(x * x)
    return np.asarray(of_slope if statistic == SLOPE else rest - mean(people[:, 1:]) * of_slope)
