"""Mixed models with one random effect per study, by adaptive Gauss-Hermite quadrature.

Parameters of the studies themselves, where a model has them, are at their most likely values throughout (profile
likelihood). Source: Liu & Pierce 1994 (Biometrika 81:624).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq, minimize, root
from scipy.special import logsumexp

from insula.core.spoken import _
from insula.statistics.meta.records import Floats, MetaAnalysisError, NotConverged

if TYPE_CHECKING:
    from collections.abc import Callable

    from insula.statistics.meta.glmm_likelihoods import Likelihood, TwoGroups

    # mu, tau -> likelihood of the studies' effects
    Profile = Callable[[float, float], Likelihood]

_NODES = 25
_STEPS = 100
LARGEST_TAU = 20.0  # on logarithmic scales: a factor of half a billion between studies
_NO_TAU = 1e-4
_FLAT = 1e-6  # slope of the log-likelihood at its top


def without_study_effects(likelihood: Likelihood) -> Profile:
    """Return the profile of a likelihood that knows nothing but the effect."""
    return lambda _mu, _tau: likelihood


def fixed_study_effects(groups: TwoGroups) -> Profile:
    """Return the profile in which each study effect is the most likely one for mu and tau; its target is concave."""
    a = groups.start

    def profile(mu: float, tau: float) -> Likelihood:
        nonlocal a  # starts where it was last: mu and tau come in small steps
        for _turn in range(_STEPS):
            theta, logs = _quadrature(_at(groups, a), mu, tau, len(a))
            share = _shares(logs)
            pair = groups(a, theta)
            slope = np.sum(share * pair.a, axis=1, keepdims=True)
            bend = np.sum(share * (pair.aa + pair.a**2), axis=1, keepdims=True) - slope**2
            step = np.clip(-slope / bend, -2, 2)
            a = a + step
            if np.abs(step).max() < 1e-11:
                break
        return _at(groups, a)

    return profile


def _at(groups: TwoGroups, a: Floats) -> Likelihood:
    def likelihood(theta: Floats) -> tuple[Floats, Floats, Floats]:
        pair = groups(a, theta)
        return pair.value, pair.theta, pair.theta_theta

    return likelihood


def maximise(profile: Profile, studies: int) -> tuple[float, float, Floats, float]:
    """Return mu, tau, the observed information of both, and the log-likelihood; tau is 0 where none is better.

    Raises
    ------
    MetaAnalysisError
        The likelihood has no top.
    NotConverged
    """
    start = _common_effect(profile, studies)

    def slope(point: Floats) -> Floats:
        return _integrate(profile, point[0], point[1], studies)[1]

    def downhill(point: Floats) -> tuple[float, Floats]:
        value, gradient = _integrate(profile, point[0], point[1], studies)
        return -value, -gradient

    near = minimize(
        downhill, [start, 0.5], jac=True, method="L-BFGS-B", bounds=[(None, None), (0, LARGEST_TAU)]
    )
    if near.x[1] < _NO_TAU:
        if _rises(profile, start, studies):
            raise NotConverged(_("The mixed model did not converge."))
        value = _integrate(profile, start, 0.0, studies)[0]
        return start, 0.0, information(slope, np.array([start, 0.0])), value
    found = root(slope, near.x, options={"xtol": 1e-12})
    if np.abs(found.fun).max() > _FLAT:
        raise NotConverged(_("The mixed model did not converge."))
    value = _integrate(profile, found.x[0], found.x[1], studies)[0]
    return float(found.x[0]), float(abs(found.x[1])), information(slope, found.x), value


@cache
def hermite_nodes(number: int) -> tuple[Floats, Floats]:
    """Return nodes and weights of Gauss-Hermite quadrature, (number,) each."""
    node, weight = np.polynomial.hermite.hermgauss(number)
    return node, weight


def information(slope: Callable[[Floats], Floats], point: Floats) -> Floats:
    """Return minus the second derivatives, (m, m), of what has this slope at a point (m,)."""
    step = 1e-5
    shifts = step * np.eye(len(point))
    columns = [(slope(point + shift) - slope(point - shift)) / (2 * step) for shift in shifts]
    matrix = -np.array(columns)
    return (matrix + matrix.T) / 2


def _common_effect(profile: Profile, studies: int) -> float:
    """Return the effect at which the likelihood without tau2 has its top."""

    def slope(mu: float) -> float:
        return float(profile(mu, 0.0)(np.full((studies, 1), mu))[1].sum())

    if slope(-30.0) <= 0 or slope(30.0) >= 0:
        raise MetaAnalysisError(_("All events are on one side: the likelihood has no top."))
    return float(brentq(slope, -30.0, 30.0))


def _rises(profile: Profile, mu: float, studies: int) -> bool:
    """Say whether the likelihood grows when tau2 leaves 0."""
    _, first, second = profile(mu, 0.0)(np.full((studies, 1), mu))
    return float(np.sum(first**2 + second)) > 0


def _integrate(profile: Profile, mu: float, tau: float, studies: int) -> tuple[float, Floats]:
    """Return the log-likelihood of (mu, tau) and its gradient: expectations over each study's true effect."""
    likelihood = profile(mu, tau)
    effect, logs = _quadrature(likelihood, mu, tau, studies)
    share, first = _shares(logs), likelihood(effect)[1]
    z = (effect - mu) / tau if tau else np.zeros_like(effect)
    return float(logsumexp(logs, axis=1).sum()), np.array([np.sum(share * first), np.sum(share * first * z)])


def _quadrature(likelihood: Likelihood, mu: float, tau: float, studies: int) -> tuple[Floats, Floats]:
    """Return effects at the nodes, and the logarithm of each node's part of the integral, (k, n) each."""
    z = _modes(likelihood, mu, tau, studies)
    width = 1 / np.sqrt(1 - tau**2 * likelihood(mu + tau * z)[2])
    node, weight = hermite_nodes(_NODES)
    at = z + np.sqrt(2) * width * node
    value = likelihood(mu + tau * at)[0]
    return mu + tau * at, value - at**2 / 2 + node**2 + np.log(weight) + np.log(width / np.sqrt(np.pi))


def _shares(logs: Floats) -> Floats:
    return np.asarray(np.exp(logs - logsumexp(logs, axis=1, keepdims=True)))


def _modes(likelihood: Likelihood, mu: float, tau: float, studies: int) -> Floats:
    """Return the most likely standardised effect of each study, (k, 1); the target is concave."""
    z = np.zeros((studies, 1))
    for _turn in range(_STEPS):
        _, first, second = likelihood(mu + tau * z)
        step = np.clip((tau * first - z) / (1 - tau**2 * second), -1, 1)
        z = z + step
        if np.abs(step).max() < 1e-9:
            break
    return z  # any point near the mode will do: it only places the nodes
