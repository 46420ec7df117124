"""Weighted least squares, and the traces that estimators of heterogeneity are made of.

With P = W - W X (X'WX)^-1 X'W every estimator is a ratio of quadratic forms and traces of P, which are
written here without the (k, k) matrix (Viechtbauer 2005, J Educ Behav Stat 30:261; Viechtbauer et al. 2015,
Psychol Methods 20:360).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import solve_triangular

from insula.statistics.meta.records import RankDeficient

if TYPE_CHECKING:
    from insula.statistics.meta.records import Floats

_DEPENDENT = 1e-9  # a column this much its own size away from the others says nothing new


@dataclass(frozen=True)
class WeightedFit:
    """A weighted regression.

    Parameters
    ----------
    design : (k, p)
    weight : (k,)
    beta : (p,)
    covariance : (p, p)
        (X'WX)^-1.
    residual : (k,)
    basis : (k, p)
        Orthonormal columns that span sqrt(W) X; with them P = sqrt(W) (I - Q Q') sqrt(W).
    log_determinant
        Of X'WX.
    """

    design: Floats
    weight: Floats
    beta: Floats
    covariance: Floats
    residual: Floats
    basis: Floats
    log_determinant: float

    @property
    def squares(self) -> float:
        """Weighted sum of squared residuals, y'Py."""
        return float(np.sum(self.weight * self.residual**2))

    @property
    def squares_twice(self) -> float:
        """Return y'PPy."""
        return float(np.sum((self.weight * self.residual) ** 2))

    @property
    def hat(self) -> Floats:
        """Leverages, (k,)."""
        return np.asarray(np.sum(self.basis**2, axis=1))

    def trace(self, a: Floats | float = 1.0) -> float:
        """Return trace(P A) of a diagonal A, (k,)."""
        return float(np.sum(self.weight * a * (1 - self.hat)))

    def trace_twice(self, a: Floats | float = 1.0, b: Floats | float = 1.0) -> float:
        """Return trace(P A P B) of diagonal A and B, (k,)."""
        first, second = self.weight * a, self.weight * b
        overlap = np.sum(self._seen(first) * self._seen(second))
        return float(np.sum(first * second * (1 - 2 * self.hat)) + overlap)

    def _seen(self, diagonal: Floats) -> Floats:
        return (self.basis.T * diagonal) @ self.basis


def weighted_fit(y: Floats, design: Floats, weight: Floats) -> WeightedFit:
    """Fit by QR, which keeps moderators such as calendar years accurate.

    Parameters
    ----------
    y, weight : (k,)
    design : (k, p)
        No NaN.

    Raises
    ------
    RankDeficient
        When columns of the design depend on each other.
    """
    root = np.sqrt(weight)
    scaled = design * root[:, None]
    q, r = np.linalg.qr(scaled)
    diagonal = np.abs(np.diag(r))
    if design.shape[0] < design.shape[1] or (diagonal <= _DEPENDENT * np.linalg.norm(scaled, axis=0)).any():
        raise RankDeficient("The moderators depend on each other, or are constant: leave one out.")
    beta = solve_triangular(r, q.T @ (root * y))
    inverse = solve_triangular(r, np.eye(len(beta)))
    log_determinant = float(2 * np.sum(np.log(diagonal)))
    return WeightedFit(design, weight, beta, inverse @ inverse.T, y - design @ beta, q, log_determinant)
