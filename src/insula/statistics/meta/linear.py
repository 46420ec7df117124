"""Weighted least squares, and the traces that estimators of heterogeneity are made of; one table or many at once.

With P = W - W X (X'WX)^-1 X'W every estimator is a ratio of quadratic forms and traces of P, which are
written here without the (k, k) matrix (Viechtbauer 2005, J Educ Behav Stat 30:261; Viechtbauer et al. 2015,
Psychol Methods 20:360).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from insula.core.spoken import _
from insula.statistics.meta.records import RankDeficient

if TYPE_CHECKING:
    from insula.statistics.meta.records import Floats

_DEPENDENT = 1e-9  # a column this much its own size away from the others says nothing new


@dataclass(frozen=True)
class WeightedFit:
    """A weighted regression; `...` stands for (), one table, or (T,), many.

    Parameters
    ----------
    design : (..., k, p)
    weight : (..., k)
        0 where a table has no study.
    beta : (..., p)
    covariance : (..., p, p)
        (X'WX)^-1.
    residual : (..., k)
    basis : (..., k, p)
        Orthonormal columns that span sqrt(W) X; with them P = sqrt(W) (I - Q Q') sqrt(W).
    log_determinant : (...)
        Of X'WX.
    """

    design: Floats
    weight: Floats
    beta: Floats
    covariance: Floats
    residual: Floats
    basis: Floats
    log_determinant: Floats

    @property
    def squares(self) -> Floats:
        """Weighted sum of squared residuals, y'Py, (...)."""
        return np.asarray(np.sum(self.weight * self.residual**2, axis=-1))

    @property
    def squares_twice(self) -> Floats:
        """Return y'PPy, (...)."""
        return np.asarray(np.sum((self.weight * self.residual) ** 2, axis=-1))

    @property
    def squares_thrice(self) -> Floats:
        """Return y'PPPy, (...)."""
        pushed = self.weight * self.residual
        explained = np.sum(self.basis * (np.sqrt(self.weight) * pushed)[..., None], axis=-2)
        return np.asarray(np.sum(self.weight * pushed**2, axis=-1) - np.sum(explained**2, axis=-1))

    @property
    def hat(self) -> Floats:
        """Leverages, (..., k)."""
        return np.asarray(np.sum(self.basis**2, axis=-1))

    @cached_property
    def slack(self) -> Floats:
        """Return 1 - hat, (..., k), accurate also for a study that outweighs all others."""
        hat = self.hat
        return np.where(
            hat < 0.5, 1 - hat, self._seen_by_others(np.ones_like(hat)) / np.where(hat > 0, hat, 1.0)
        )

    def trace(self, a: Floats | float = 1.0) -> Floats:
        """Return trace(P A) of a diagonal A, (..., k)."""
        return np.asarray(np.sum(self.weight * a * self.slack, axis=-1))

    def trace_twice(self, a: Floats | float = 1.0, b: Floats | float = 1.0) -> Floats:
        """Return trace(P A P B) of diagonal A and B, (..., k): a sum of positive terms."""
        first, second = self.weight * a, self.weight * b
        return np.asarray(np.sum(first * (second * self.slack**2 + self._seen_by_others(second)), axis=-1))

    def _seen_by_others(self, diagonal: Floats) -> Floats:
        """Return q_i' (sum over j other than i of d_j q_j q_j') q_i, (..., k), without a difference."""
        q = self.basis
        parts = (diagonal[..., None] * q)[..., :, None] * q[..., None, :]
        none = np.zeros_like(parts[..., :1, :, :])
        before = np.concatenate([none, np.cumsum(parts, axis=-3)[..., :-1, :, :]], axis=-3)
        after = np.concatenate([np.cumsum(parts[..., :0:-1, :, :], axis=-3)[..., ::-1, :, :], none], axis=-3)
        return np.asarray(np.einsum("...kp,...kpq,...kq->...k", q, before + after, q))


def weighted_fit(y: Floats, design: Floats, weight: Floats) -> WeightedFit:
    """Fit by QR, which keeps moderators such as calendar years accurate.

    Parameters
    ----------
    y, weight : (..., k)
        No NaN.
    design : (..., k, p)
        No NaN.

    Raises
    ------
    RankDeficient
        When columns of a design depend on each other.
    """
    root = np.sqrt(weight)
    scaled = design * root[..., None]
    q, r = np.linalg.qr(scaled)
    diagonal = np.abs(np.diagonal(r, axis1=-2, axis2=-1))
    too_few = design.shape[-2] < design.shape[-1]
    if too_few or (diagonal <= _DEPENDENT * np.linalg.norm(scaled, axis=-2)).any():
        raise RankDeficient(_("The moderators depend on each other, or are constant: leave one out."))
    beta = np.linalg.solve(r, np.swapaxes(q, -2, -1) @ (root * y)[..., None])
    inverse = np.linalg.inv(r)
    log_determinant = np.asarray(2 * np.sum(np.log(diagonal), axis=-1))
    residual = y - (design @ beta)[..., 0]
    covariance = inverse @ np.swapaxes(inverse, -2, -1)
    basis = scaled @ inverse  # as q, but each row to its own size
    return WeightedFit(design, weight, beta[..., 0], covariance, residual, basis, log_determinant)


def log_likelihood(fit: WeightedFit, restricted: bool) -> Floats:
    """Return the log-likelihood, (...), of regressions whose weights are the inverse total variances.

    The restricted one has the constant log|X'X|/2, as metafor and Stata have it.
    """
    there = fit.weight > 0
    logs = np.log(np.where(there, fit.weight, 1.0))
    value = (np.sum(logs - there * np.log(2 * np.pi), axis=-1) - fit.squares) / 2
    if not restricted:
        return np.asarray(value)
    cross = np.swapaxes(fit.design, -2, -1) @ fit.design
    constant = np.linalg.slogdet(cross)[1] + fit.design.shape[-1] * np.log(2 * np.pi)
    return np.asarray(value + (constant - fit.log_determinant) / 2)
