"""How often an event comes, as trials that counted it tell: a beta or gamma distribution, as wide as they disagree.

A proportion has Jeffreys' prior Beta(1/2, 1/2), a rate per time Gamma(1/2, 0). Where several trials counted, their
dispersion phi (Pearson's chi-square over its degrees of freedom, at least 1) says how much more they differ than chance
makes them. Their own proportions then have the intra-class correlation rho = (phi - 1) / n0, n0 a typical size, and
what is known of the next trial's proportion is worth 1 / (rho + phi / N) patients instead of all N.

References
----------
brown2001 (Jeffreys' interval); williams1982 (dispersion and intra-class correlation)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincinv, gammaincinv

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class EventRate:
    """What trials tell of a proportion (`share`) or of a rate per unit of `of`.

    Parameters
    ----------
    events, of
        Effective counts: what one trial without disagreement would have had to count.
    """

    events: float
    of: float
    share: bool

    def quantile(self, below: Floats) -> Floats:
        """Return the proportion or rate below which it lies with the given probabilities, any shape."""
        if self.share:
            return np.asarray(betaincinv(self.events + 0.5, self.of - self.events + 0.5, below))
        return np.asarray(gammaincinv(self.events + 0.5, below) / self.of)


def event_rate(events: Sequence[float], of: Sequence[float], *, share: bool) -> EventRate:
    """Pool the counts of trials.

    Parameters
    ----------
    events, of
        By trial: events, and patients (or administrations, or patient-years), more than 0.
    share
        Whether each patient has the event at most once, so that it is a proportion.
    """
    counted, sizes = np.asarray(events, dtype=float), np.asarray(of, dtype=float)
    total = float(sizes.sum())
    middle = float(counted.sum()) / total
    variance = middle * (1 - middle) if share else middle
    if len(sizes) == 1 or variance == 0:
        return EventRate(float(counted.sum()), total, share)
    chi_square = float(np.sum((counted - middle * sizes) ** 2 / (sizes * variance)))
    phi = max(1.0, chi_square / (len(sizes) - 1))
    typical = (total - float(np.sum(sizes**2)) / total) / (len(sizes) - 1)
    worth = 1 / ((phi - 1) / typical + phi / total)
    return EventRate(middle * worth, worth, share)
