"""Mixed models with two independent random effects per study: its level and its effect.

The integral over both is by adaptive Gauss-Hermite quadrature on a grid turned and scaled to each study's likelihood;
with one node it is Laplace's approximation. Source: Liu & Pierce 1994 (Biometrika 81:624).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

from insula.core.spoken import _
from insula.statistics.meta.glmm_one_effect import LARGEST_TAU, hermite_nodes
from insula.statistics.meta.records import Floats, MetaAnalysisError, NotConverged

if TYPE_CHECKING:
    from collections.abc import Callable

    from insula.statistics.meta.glmm_likelihoods import Pair, TwoGroups

_STEPS = 100
_DIFFERENCE = 1e-3  # of the parameters, for second derivatives by fourth-order differences
_FLAT = 1e-4  # slope of the log-likelihood at its top, by differences


def maximise_both(groups: TwoGroups, nodes: int) -> tuple[Floats, Floats, float]:
    """Return (mu, tau, level, spread of levels), the observed information of all four, and the log-likelihood.

    Raises
    ------
    MetaAnalysisError
        The likelihood has no top.
    NotConverged
    """

    def downhill(point: Floats) -> float:
        return -log_likelihood(groups, point, nodes)

    level = float(np.median(groups.start))
    sd = LARGEST_TAU
    found = minimize(
        downhill, [0.0, 0.5, level, 0.5], jac="3-point", method="L-BFGS-B",
        bounds=[(-30, 30), (-sd, sd), (None, None), (-sd, sd)], options={"ftol": 1e-14, "gtol": 1e-7},
    )  # fmt: skip
    point = np.asarray(found.x)
    if abs(point[0]) > 29:
        raise MetaAnalysisError(_("All events are on one side: the likelihood has no top."))
    if np.abs(found.jac).max() > _FLAT:
        raise NotConverged(_("The mixed model did not converge."))
    point[[1, 3]] = np.abs(point[[1, 3]])  # the likelihood knows no sign of a standard deviation
    return point, _hessian(downhill, point), -float(found.fun)


def log_likelihood(groups: TwoGroups, point: Floats, nodes: int) -> float:
    """Return the log-likelihood of (mu, tau, level, spread of levels)."""
    mu, tau, level, spread = point
    mode = _modes(groups, point)
    w, z = mode[..., 0], mode[..., 1]
    pair = groups(level + spread * w, mu + tau * z)
    shape = np.linalg.inv(np.linalg.cholesky(_curvature(pair, tau, spread)))[
        :, 0
    ]  # curvature^-1 = shape' shape
    node, weight = hermite_nodes(nodes)
    grid = np.array(np.meshgrid(node, node)).reshape(2, -1)
    at = mode + np.sqrt(2) * np.swapaxes(shape.swapaxes(1, 2) @ grid, 1, 2)
    value = groups(level + spread * at[..., 0], mu + tau * at[..., 1]).value
    logs = value - np.sum(at**2, axis=2) / 2 + np.sum(grid**2, axis=0)
    logs = logs + np.log(np.outer(weight, weight).ravel() / np.pi)
    volume = np.log(np.diagonal(shape, axis1=1, axis2=2)).sum(axis=1)
    return float((logsumexp(logs, axis=1) + volume).sum())


def _curvature(pair: Pair, tau: float, spread: float) -> Floats:
    """Return minus the second derivatives of the integrand's logarithm in both standardised effects, (k, 1, 2, 2)."""
    cross = -tau * spread * pair.a_theta
    rows = [[1 - spread**2 * pair.aa, cross], [cross, 1 - tau**2 * pair.theta_theta]]
    return np.moveaxis(np.array(rows), (0, 1), (-2, -1))


def _modes(groups: TwoGroups, point: Floats) -> Floats:
    """Return the most likely standardised level and effect of each study, (k, 1, 2); the target is concave."""
    mu, tau, level, spread = point
    at = np.zeros((*groups.start.shape, 2))
    for _turn in range(_STEPS):
        pair = groups(level + spread * at[..., 0], mu + tau * at[..., 1])
        slope = np.stack([spread * pair.a, tau * pair.theta], axis=-1) - at
        step = np.linalg.solve(_curvature(pair, tau, spread), slope[..., None])[..., 0]
        at = at + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-9:
            break
    return at


def _hessian(function: Callable[[Floats], float], point: Floats) -> Floats:
    """Return second derivatives by differences, twice as fine ones taken off (Richardson)."""
    return (
        4 * _differences(function, point, _DIFFERENCE / 2) - _differences(function, point, _DIFFERENCE)
    ) / 3


def _differences(function: Callable[[Floats], float], point: Floats, step: float) -> Floats:
    n = len(point)
    shifts, matrix = step * np.eye(n), np.empty((n, n))
    for i in range(n):
        for j in range(i + 1):
            a, b = shifts[i], shifts[j]
            corners = function(point + a + b) - function(point + a - b) - function(point - a + b)
            matrix[i, j] = matrix[j, i] = (corners + function(point - a - b)) / (4 * step**2)
    return matrix
