"""The chance of a yes, from weighted virtual patients of several ensemble members.

One truth holds for the patient who asks (an ensemble member), but nobody knows which. So the chance is uncertain; it
is taken to follow a beta distribution over the members, and the patients of a member say yes with that member's
chance (the beta-binomial model). Mean p and correlation r of two patients of a member are known from few patients only;
both are integrated over a grid, with uniform priors. The variance of one outcome is p (1 - p); the share r of it lies
between members, which is lack of evidence, and the rest between patients, which stays when every number is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc, betaln

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

_MEANS, _CORRELATIONS = 48, 24  # points of the grid
_HALVINGS = 14  # an end of the interval is found to 2^-14, less than 0.01 per cent


@dataclass(frozen=True)
class Chance:
    """The chance of a yes.

    Parameters
    ----------
    share
        Weighted share of yes.
    low, high
        Interval of the chance: over what the uncertain numbers may be, and over which patients happened to be drawn.
    between_members, between_low, between_high
        Share of the variance of the outcome that lies between members, 0 to 1, with its own interval: lack of evidence.
        The rest lies between patients. None where all say the same, which tells nothing of it.
    effective
        Effective number of patients.
    """

    share: float
    low: float
    high: float
    between_members: float | None
    between_low: float | None
    between_high: float | None
    effective: float


def effective_number(weights: Floats) -> float:
    """Return the effective sample size of weights (P,), (sum w)^2 / sum w^2; 0 where all are 0."""
    squares = float(np.sum(weights**2))
    return float(np.sum(weights)) ** 2 / squares if squares > 0 else 0.0


def chance(yes: Floats, weights: Floats, member: Whole, level: float) -> Chance | None:
    """Estimate the chance of a yes and how well it is known.

    Parameters
    ----------
    yes : (P,)
        1 or 0; NaN where a patient has no value, who is left out.
    weights : (P,)
        Not negative; only their proportions count. The patients tell as much as their effective number does.
    member : (P,)
        Ensemble member of each patient.
    level
        Probability inside the interval.

    Returns
    -------
    None where fewer than two effective patients have a value.
    """
    known = np.isfinite(yes) & (weights > 0)
    yes, weights, member = yes[known], weights[known], member[known]
    n = effective_number(weights)
    if n < 2.0:
        return None
    share = float(np.average(yes, weights=weights))
    posterior = _Posterior.of(yes, weights * (n / weights.sum()), member)
    ends = ((1 - level) / 2, (1 + level) / 2)
    low, high = posterior.bracket(ends[0])[0], posterior.bracket(ends[1])[1]
    between: tuple[float | None, float | None, float | None] = (None, None, None)
    if 0.0 < share < 1.0:
        least, most = map(posterior.between_quantile, ends)
        between = (posterior.between, least, most)
    return Chance(share, min(low, share), max(high, share), *between, n)


@dataclass(frozen=True)
class _Posterior:
    """Means and correlations of a grid, (G,) each, with their probabilities."""

    middle: Floats
    correlation: Floats
    probability: Floats

    @classmethod
    def of(cls, yes: Floats, weights: Floats, member: Whole) -> _Posterior:
        """Return what the patients leave of uniform priors; the grid is finer towards 0 and 1."""
        place = (np.arange(_MEANS) + 0.5) / _MEANS
        correlations = (np.arange(_CORRELATIONS) + 0.5) / _CORRELATIONS
        middle, correlation = (
            grid.ravel() for grid in np.meshgrid(np.sin(np.pi / 2 * place) ** 2, correlations, indexing="ij")
        )
        prior = np.repeat(np.sin(np.pi * place), _CORRELATIONS)
        _, group = np.unique(member, return_inverse=True)
        said, asked = np.bincount(group, weights * yes), np.bincount(group, weights)
        a, b = _shape(middle, correlation)
        told = betaln(a[:, None] + said, b[:, None] + asked - said) - betaln(a, b)[:, None]
        log = told.sum(axis=1)
        probability = prior * np.exp(log - log.max())
        return cls(middle, correlation, probability / probability.sum())

    @property
    def between(self) -> float:
        """Mean of the share between members."""
        return float(self.probability @ self.correlation)

    def between_quantile(self, share: float) -> float:
        """Return the share between members below which it lies with this probability."""
        order = np.argsort(self.correlation, kind="stable")
        place = int(np.searchsorted(np.cumsum(self.probability[order]), share))
        return float(self.correlation[order][min(place, len(order) - 1)])

    def bracket(self, share: float) -> tuple[float, float]:
        """Return two chances, close together, between which lies that below which it is with this probability."""
        a, b = _shape(self.middle, self.correlation)
        low, high = 0.0, 1.0
        for _ in range(_HALVINGS):
            half = (low + high) / 2
            low, high = (half, high) if self.probability @ betainc(a, b, half) < share else (low, half)
        return low, high


def _shape(middle: Floats, correlation: Floats) -> tuple[Floats, Floats]:
    """Return both parameters of the beta distributions of chances."""
    size = 1.0 / correlation - 1.0
    return middle * size, (1.0 - middle) * size
