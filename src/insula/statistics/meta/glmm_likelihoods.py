"""Likelihoods of counts, study by study, for generalised linear mixed models.

A likelihood takes effects (k, n) of k studies, n trial values each, and returns the log-likelihood of each study and
its first two derivatives, (k, n) each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import expit, gammaln, log_expit, logsumexp

from insula.core.spoken import _
from insula.statistics.meta.records import Floats, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Data = Mapping[str, Floats]
    Likelihood = Callable[[Floats], tuple[Floats, Floats, Floats]]


def proportions(d: Data) -> Likelihood:
    """Binomial `xi` of `ni`; the effect is a logit."""
    refuse(d["xi"] > d["ni"], "xi", _("is more than its total ni."))
    return _binomial(d["xi"], d["ni"], np.zeros_like(d["ni"]))


def rates(d: Data) -> Likelihood:
    """Poisson `xi` in the time `ti`; the effect is a log rate."""
    return _poisson(d["xi"], d["ti"])


def two_rates(d: Data) -> Likelihood:
    """Events of the first group given those of both, binomial; the effect is a log rate ratio."""
    return _binomial(d["x1i"], d["x1i"] + d["x2i"], np.log(d["t1i"] / d["t2i"]))


def rare_odds(d: Data) -> Likelihood:
    """Events of the first group given those of both, as if they were rare: binomial; a log odds ratio."""
    return _binomial(d["ai"], d["ai"] + d["ci"], np.log((d["ai"] + d["bi"]) / (d["ci"] + d["di"])))


def odds(d: Data) -> Likelihood:
    """Events of the first group given those of both, exactly: j of n1, m - j of n2; a log odds ratio."""
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


class Pair(NamedTuple):
    """Log-likelihood of two groups at study effect a and effect theta, and its derivatives, (k, n) each."""

    value: Floats
    a: Floats
    theta: Floats
    aa: Floats
    a_theta: Floats
    theta_theta: Floats


class TwoGroups:
    """Both groups of each study, unconditionally: a + theta/2 in the first, a - theta/2 in the second.

    Parameters
    ----------
    first, second
        Likelihoods of the groups: of a logit or a log rate.
    start : (k, 1)
        A study effect to start from.
    """

    def __init__(self, first: Likelihood, second: Likelihood, start: Floats) -> None:
        self.first, self.second, self.start = first, second, start

    def __call__(self, a: Floats, theta: Floats) -> Pair:
        """Return the likelihood of each study, (k, n)."""
        value1, slope1, bend1 = self.first(a + theta / 2)
        value2, slope2, bend2 = self.second(a - theta / 2)
        both, difference = bend1 + bend2, (bend1 - bend2) / 2
        return Pair(value1 + value2, slope1 + slope2, (slope1 - slope2) / 2, both, difference, both / 4)


def odds_of_two_groups(d: Data) -> TwoGroups:
    """Two binomials; theta is a log odds ratio."""
    n1, n2 = d["ai"] + d["bi"], d["ci"] + d["di"]
    start = np.log((d["ai"] + d["ci"] + 0.5) / (d["bi"] + d["di"] + 0.5))
    none = np.zeros_like(n1)
    return TwoGroups(_binomial(d["ai"], n1, none), _binomial(d["ci"], n2, none), start[:, None])


def rates_of_two_groups(d: Data) -> TwoGroups:
    """Two Poisson counts; theta is a log rate ratio."""
    start = np.log((d["x1i"] + d["x2i"]) / (d["t1i"] + d["t2i"]))
    return TwoGroups(_poisson(d["x1i"], d["t1i"]), _poisson(d["x2i"], d["t2i"]), start[:, None])


def _binomial(events: Floats, trials: Floats, offset: Floats) -> Likelihood:
    x, n, shift = events[:, None], trials[:, None], offset[:, None]
    constant = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)

    def likelihood(effect: Floats) -> tuple[Floats, Floats, Floats]:
        chance = expit(effect + shift)
        value = constant + x * log_expit(effect + shift) + (n - x) * log_expit(-effect - shift)
        return value, x - n * chance, -n * chance * (1 - chance)

    return likelihood


def _poisson(events: Floats, times: Floats) -> Likelihood:
    x, t = events[:, None], times[:, None]

    def likelihood(effect: Floats) -> tuple[Floats, Floats, Floats]:
        mean = t * np.exp(effect)
        return x * (np.log(t) + effect) - mean - gammaln(x + 1), x - mean, -mean

    return likelihood


def _log_choose(n: Floats, k: Floats) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))
