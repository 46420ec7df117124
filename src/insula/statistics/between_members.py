"""The mean of a population as uncertain numbers leave it: patients nested in members of an ensemble."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

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
    error
        Standard error of `mean`.
    members
        How many members have patients.
    """

    mean: float
    within: float
    between: float
    error: float
    members: int

    @property
    def doubt(self) -> float:
        """Standard deviation of the mean in a member that was not tried."""
        return sqrt(self.between**2 + self.error**2)

    def interval(self, level: float) -> tuple[float, float]:
        """Return where the mean in another member lies with this probability, by Student's t."""
        half = float(stdtrit(self.members - 1, (1 + level) / 2)) * self.doubt
        return self.mean - half, self.mean + half


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
    typical = (n - float((sizes**2).sum()) / n) / (m - 1)
    between = max(0.0, (outside - inside) / typical)
    error = between * float((sizes**2).sum()) / n**2 + inside / n
    return Nested(mean, sqrt(inside), sqrt(between), sqrt(error), m)
