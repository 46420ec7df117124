"""Generalised linear mixed models: counts as they are, true effects normal between studies.

Each study's likelihood is integrated over its true effect by adaptive Gauss-Hermite quadrature. Sources: Stijnen,
Hamza & Ozdemir 2010 (Stat Med 29:3046); Hamza, van Houwelingen & Stijnen 2008 (J Clin Epidemiol 61:41); Liu & Pierce
1994 (Biometrika 81:624).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq, minimize, root
from scipy.special import expit, gammaln, log_expit, logsumexp

from insula.core.errors import UnknownName
from insula.statistics.meta.effects_of_counts import refuse_empty_groups
from insula.statistics.meta.model import Coefficients, check_level, coefficients
from insula.statistics.meta.records import (
    Floats,
    MetaAnalysisError,
    NotConverged,
    TooFewStudies,
    as_floats,
    refuse,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike

    # effects (k, n) -> log-likelihood and its first two derivatives, (k, n) each
    Likelihood = Callable[[Floats], tuple[Floats, Floats, Floats]]

MODELS = {
    "PLO": ("xi", "ni"),
    "IRLN": ("xi", "ti"),
    "OR": ("ai", "bi", "ci", "di"),
    "OR_APPROXIMATE": ("ai", "bi", "ci", "di"),
    "IRR": ("x1i", "t1i", "x2i", "t2i"),
}
_NODES = 25
_STEPS = 100
_LARGEST_TAU = 20.0  # on logarithmic scales: a factor of half a billion between studies
_NO_TAU = 1e-4
_FLAT = 1e-6  # slope of the log-likelihood at its top


@dataclass(frozen=True)
class MixedModel:
    """A pooled effect from counts.

    Parameters
    ----------
    model
        One of `MODELS`.
    studies
        That took part.
    coefficients
        The pooled logit, log rate or log ratio, with a normal interval at its level.
    tau2
        Variance between studies.
    log_likelihood
        With all constants.
    """

    model: str
    studies: int
    coefficients: Coefficients
    tau2: float
    log_likelihood: float


def mixed_model(model: str, columns: Mapping[str, ArrayLike], *, level: float = 0.95) -> MixedModel:
    """Fit by maximum likelihood.

    Parameters
    ----------
    model
        ``PLO`` proportions `xi` of `ni` (binomial); ``IRLN`` rates `xi` in `ti` (Poisson); ``OR`` two groups, given the
        events of each study (non-central hypergeometric); ``OR_APPROXIMATE`` the same, binomial, for events that are
        rare; ``IRR`` two rates, given the events of each study (binomial).
    columns
        Of `MODELS`, (k,) each; studies with a NaN are left out, as are studies that say nothing of a ratio.
    level

    Raises
    ------
    UnknownName, InvalidStudy
    MetaAnalysisError
        A column is missing, or all events are on one side, where the likelihood has no top.
    TooFewStudies
        Fewer than two studies.
    NotConverged
    """
    if model not in MODELS:
        raise UnknownName("mixed model", model, MODELS)
    check_level(level)
    data = _read(model, columns)
    likelihood = _LIKELIHOODS[model](data)
    start = _common_effect(likelihood, len(next(iter(data.values()))))
    mu, tau, information, value = _maximise(likelihood, start, data)
    if not (np.linalg.eigvalsh(information) > 0).all():
        raise NotConverged("The likelihood of the mixed model is flat: the counts are too few to tell.")
    covariance = as_floats(np.linalg.inv(information)[:1, :1])
    table = coefficients((model,), np.array([mu]), covariance, np.array([np.inf]), level)
    return MixedModel(model, len(next(iter(data.values()))), table, tau**2, value)


def _read(model: str, columns: Mapping[str, ArrayLike]) -> dict[str, Floats]:
    missing = [name for name in MODELS[model] if name not in columns]
    if missing:
        raise MetaAnalysisError(f'The model {model} needs the column "{missing[0]}".')
    data = {name: as_floats(columns[name]) for name in MODELS[model]}
    for name, values in data.items():
        refuse(values < 0, name, "must not be negative.")
        refuse(np.isinf(values), name, "is infinite.")
        if name in ("ni", "ti", "t1i", "t2i"):
            refuse(values == 0, name, "must be above 0.")
    refuse_empty_groups(data)
    known = np.isfinite(list(data.values())).all(axis=0)
    if "ai" in data:
        known &= (data["ai"] + data["ci"] > 0) & (data["bi"] + data["di"] > 0)
    if "x2i" in data:
        known &= data["x1i"] + data["x2i"] > 0
    if known.sum() < 2:
        raise TooFewStudies(f"{int(known.sum())} studies say something of the effect; two are needed.")
    return {name: values[known] for name, values in data.items()}


def _common_effect(likelihood: Likelihood, studies: int) -> float:
    """Return the effect at which the likelihood without tau2 has its top."""

    def slope(mu: float) -> float:
        return float(likelihood(np.full((studies, 1), mu))[1].sum())

    if slope(-30.0) <= 0 or slope(30.0) >= 0:
        raise MetaAnalysisError("All events are on one side: the likelihood has no top.")
    return float(brentq(slope, -30.0, 30.0))


def _maximise(
    likelihood: Likelihood, start: float, data: Mapping[str, Floats]
) -> tuple[float, float, Floats, float]:
    """Return mu, tau, the observed information of both, and the log-likelihood; tau is 0 where none is better."""
    studies = len(next(iter(data.values())))

    def slope(point: Floats) -> Floats:
        return _integrate(likelihood, point[0], point[1], studies)[1]

    def downhill(point: Floats) -> tuple[float, Floats]:
        value, gradient = _integrate(likelihood, point[0], point[1], studies)
        return -value, -gradient

    near = minimize(
        downhill, [start, 0.5], jac=True, method="L-BFGS-B", bounds=[(None, None), (0, _LARGEST_TAU)]
    )
    at_zero = np.full((studies, 1), start)
    values, _, curvature = likelihood(at_zero)
    if near.x[1] < _NO_TAU:
        if _rises(likelihood, at_zero):
            raise NotConverged("The mixed model did not converge.")
        return start, 0.0, np.diag([-float(curvature.sum()), 1.0]), float(values.sum())
    found = root(slope, near.x, options={"xtol": 1e-12})
    if np.abs(found.fun).max() > _FLAT:
        raise NotConverged("The mixed model did not converge.")
    value = _integrate(likelihood, found.x[0], found.x[1], studies)[0]
    return float(found.x[0]), float(abs(found.x[1])), _information(slope, found.x), value


def _rises(likelihood: Likelihood, effect: Floats) -> bool:
    """Say whether the likelihood grows when tau2 leaves 0."""
    _, first, second = likelihood(effect)
    return float(np.sum(first**2 + second)) > 0


def _information(slope: Callable[[Floats], Floats], point: Floats) -> Floats:
    step = 1e-5
    columns = [(slope(point + shift) - slope(point - shift)) / (2 * step) for shift in step * np.eye(2)]
    matrix = -np.array(columns)
    return (matrix + matrix.T) / 2


def _integrate(likelihood: Likelihood, mu: float, tau: float, studies: int) -> tuple[float, Floats]:
    """Return the log-likelihood of (mu, tau) and its gradient: expectations over each study's true effect."""
    z = _modes(likelihood, mu, tau, studies)
    width = 1 / np.sqrt(1 - tau**2 * likelihood(mu + tau * z)[2])
    node, weight = np.polynomial.hermite.hermgauss(_NODES)
    at = z + np.sqrt(2) * width * node
    value, first, _ = likelihood(mu + tau * at)
    logs = value - at**2 / 2 + node**2 + np.log(weight) + np.log(width / np.sqrt(np.pi))
    total = logsumexp(logs, axis=1, keepdims=True)
    share = np.exp(logs - total)
    return float(total.sum()), np.array([np.sum(share * first), np.sum(share * first * at)])


def _modes(likelihood: Likelihood, mu: float, tau: float, studies: int) -> Floats:
    """Return the most likely standardised effect of each study, (k, 1); the target is concave."""
    z = np.zeros((studies, 1))
    for _ in range(_STEPS):
        _, first, second = likelihood(mu + tau * z)
        step = np.clip((tau * first - z) / (1 - tau**2 * second), -1, 1)
        z = z + step
        if np.abs(step).max() < 1e-9:
            break
    return z  # any point near the mode will do: it only places the nodes


def _binomial(events: Floats, trials: Floats, offset: Floats) -> Likelihood:
    x, n, shift = events[:, None], trials[:, None], offset[:, None]
    constant = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)

    def likelihood(effect: Floats) -> tuple[Floats, Floats, Floats]:
        chance = expit(effect + shift)
        value = constant + x * log_expit(effect + shift) + (n - x) * log_expit(-effect - shift)
        return value, x - n * chance, -n * chance * (1 - chance)

    return likelihood


def _proportions(d: Mapping[str, Floats]) -> Likelihood:
    refuse(d["xi"] > d["ni"], "xi", "is more than its total ni.")
    return _binomial(d["xi"], d["ni"], np.zeros_like(d["ni"]))


def _rates(d: Mapping[str, Floats]) -> Likelihood:
    x, t = d["xi"][:, None], d["ti"][:, None]

    def likelihood(effect: Floats) -> tuple[Floats, Floats, Floats]:
        mean = t * np.exp(effect)
        return x * (np.log(t) + effect) - mean - gammaln(x + 1), x - mean, -mean

    return likelihood


def _two_rates(d: Mapping[str, Floats]) -> Likelihood:
    return _binomial(d["x1i"], d["x1i"] + d["x2i"], np.log(d["t1i"] / d["t2i"]))


def _rare_odds(d: Mapping[str, Floats]) -> Likelihood:
    return _binomial(d["ai"], d["ai"] + d["ci"], np.log((d["ai"] + d["bi"]) / (d["ci"] + d["di"])))


def _odds(d: Mapping[str, Floats]) -> Likelihood:
    """Events of the first group given all events: j of n1, m - j of n2."""
    n1, n2, events = d["ai"] + d["bi"], d["ci"] + d["di"], d["ai"] + d["ci"]
    j = np.arange(int(min(n1.max(), events.max())) + 1.0)
    inside = (j <= np.minimum(n1, events)[:, None]) & (j >= np.maximum(0, events - n2)[:, None])
    with np.errstate(invalid="ignore"):
        ways = _log_choose(n1[:, None], j) + _log_choose(n2[:, None], events[:, None] - j)
    ways = np.where(inside, ways, -np.inf)[:, None, :]
    own = (_log_choose(n1, d["ai"]) + _log_choose(n2, d["ci"]))[:, None]
    a = d["ai"][:, None]

    def likelihood(effect: Floats) -> tuple[Floats, Floats, Floats]:
        logs = ways + effect[:, :, None] * j
        total = logsumexp(logs, axis=2)
        share = np.exp(logs - total[:, :, None])
        mean = share @ j
        return own + a * effect - total, a - mean, mean**2 - share @ j**2

    return likelihood


def _log_choose(n: Floats, k: Floats) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


_LIKELIHOODS: dict[str, Callable[[Mapping[str, Floats]], Likelihood]] = {
    "PLO": _proportions,
    "IRLN": _rates,
    "OR": _odds,
    "OR_APPROXIMATE": _rare_odds,
    "IRR": _two_rates,
}
