"""The mean of a population as uncertain numbers leave it: patients nested in members of an ensemble."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Nested:
    """One-way analysis of variance by the method of moments.

    Parameters
    ----------
    mean
        Over patients.
    within
        Standard deviation between patients of one member: of one world, as a trial has it.
    between
        Standard deviation between the means of members, what chance does between few patients taken off.
    of_members : (M,)
        Means of the members, drawn towards `mean` until their variance is that between members and the squared
        standard error of `mean` together: what it is in each of them, without the chance of who was drawn. The shape
        of their distribution stays, so a quantity that is never negative has no negative mean.

    References
    ----------
    Louis (1984), Estimating a population of parameter values using Bayes and empirical Bayes methods, Journal of the
    American Statistical Association 79:393-398 (estimates of many means with the variance that the means have).
    """

    mean: float
    within: float
    between: float
    of_members: Floats

    def interval(self, level: float) -> tuple[float, float]:
        """Return where this share of the members has its mean."""
        low, high = np.quantile(self.of_members, [(1 - level) / 2, (1 + level) / 2])
        return float(low), float(high)


def nested(values: Floats, members: Whole) -> Nested | None:
    """Split the variance of values (P,) into that between members (P,) and that between patients of one member.

    NaN is left out. None where fewer than two members have a value, or no member has two.
    """
    known = np.isfinite(values)
    values = values[known]
    _, group = np.unique(members[known], return_inverse=True)
    sizes = np.bincount(group)
    n, m = len(values), len(sizes)
    if m < 2 or n == m:
        return None
    means = np.bincount(group, values) / sizes
    mean = float(values.mean())
    inside = float(((values - means[group]) ** 2).sum()) / (n - m)
    outside = float((sizes * (means - mean) ** 2).sum()) / (m - 1)
    squares = float((sizes**2).sum())
    between = max(0.0, (outside - inside) * (m - 1) / (n - squares / n))
    wanted = between + between * squares / n**2 + inside / n
    seen = float(means.var(ddof=1))
    scale = min(1.0, sqrt(wanted / seen)) if seen > 0 else 0.0
    return Nested(mean, sqrt(inside), sqrt(between), mean + scale * (means - mean))
