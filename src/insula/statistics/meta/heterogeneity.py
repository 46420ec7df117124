"""Variance between studies: eight estimators, Q, I2, H2 and their Q-profile intervals.

Sources: DL DerSimonian & Laird 1986 (Control Clin Trials 7:177); HE Hedges & Olkin 1985; HS Hunter & Schmidt
2004; SJ Sidik & Jonkman 2005 (J Biopharm Stat 15:823); PM Paule & Mandel 1982 (J Res Natl Bur Stand 87:377);
EB Morris 1983 (JASA 78:47), whose equation is that of PM; ML and REML by Fisher scoring (Viechtbauer 2005);
intervals Viechtbauer 2007 (Stat Med 26:37); I2, H2 Higgins & Thompson 2002 (Stat Med 21:1539) and, with
moderators, Viechtbauer 2010 (J Stat Softw 36:3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtrc, chdtri

from insula.core.errors import UnknownName
from insula.statistics.meta.linear import WeightedFit, weighted_fit
from insula.statistics.meta.records import NotConverged

if TYPE_CHECKING:
    from collections.abc import Callable

    from insula.statistics.meta.records import Floats

COMMON = "EE"
METHODS = (COMMON, "DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM")
_STEPS = 10_000
_CONVERGED = 1e-13  # of the total variance of a typical study
_BEST_AT_ZERO = 1e-8  # log-likelihood by which 0 must beat a local maximum to be taken instead


@dataclass(frozen=True)
class Heterogeneity:
    """How much the true effects differ.

    Parameters
    ----------
    method
        Estimator of tau2; ``EE`` is the common-effect model, without tau2.
    tau2, tau2_se
        Variance between studies and its standard error (NaN for ``EE`` and for a single study).
    q, q_df, q_p
        Cochran's Q (residual, with moderators), degrees of freedom, p of no heterogeneity.
    i2, h2
        Share of variance between studies in percent; total over sampling variance.
    typical_variance
        The sampling variance that I2 and H2 refer to; NaN for a single study.
    """

    method: str
    tau2: float
    tau2_se: float
    q: float
    q_df: int
    q_p: float
    i2: float
    h2: float
    typical_variance: float


@dataclass(frozen=True)
class HeterogeneityInterval:
    """Q-profile intervals (low, high) of tau2, I2 and H2; the confidence level travels with them."""

    tau2: tuple[float, float]
    i2: tuple[float, float]
    h2: tuple[float, float]
    level: float


def describe_heterogeneity(y: Floats, variance: Floats, design: Floats, method: str) -> Heterogeneity:
    """Estimate tau2 and describe it.

    Parameters
    ----------
    y, variance : (k,)
        No NaN, variances above 0.
    design : (k, p)
    method
        One of `METHODS`.

    Raises
    ------
    UnknownName, NotConverged, RankDeficient
    """
    if method not in METHODS:
        raise UnknownName("method", method, METHODS)
    plain = weighted_fit(y, design, 1 / variance)
    df = len(y) - design.shape[1]
    if df < 1:
        return Heterogeneity(method, 0.0, np.nan, 0.0, 0, 1.0, 0.0, 1.0, np.nan)
    q = plain.squares
    typical = df / plain.trace()
    tau2, error = (0.0, np.nan) if method == COMMON else _ESTIMATORS[method](y, variance, design)
    i2, h2 = (
        (max(0.0, 100 * (q - df) / q) if q > 0 else 0.0, q / df)
        if method == COMMON
        else (100 * tau2 / (typical + tau2), tau2 / typical + 1)
    )
    return Heterogeneity(method, tau2, error, q, df, float(chdtrc(df, q)), i2, h2, typical)


def profile_interval(
    y: Floats, variance: Floats, design: Floats, level: float = 0.95
) -> HeterogeneityInterval | None:
    """Invert the test of the generalised Q: all tau2 that the data do not reject.

    An end that would lie below 0 is 0. Both ends are 0 when even 0 leaves Q too small to be chance.

    Returns
    -------
    None when there are no more studies than coefficients.
    """
    df = len(y) - design.shape[1]
    if df < 1:
        return None
    ends = []
    for probability in ((1 + level) / 2, (1 - level) / 2):
        ends.append(_solve_q(y, variance, design, float(chdtri(df, 1 - probability))))
    low, high = ends
    typical = df / weighted_fit(y, design, 1 / variance).trace()
    return HeterogeneityInterval(
        (low, high),
        (100 * low / (typical + low), 100 * high / (typical + high)),
        (low / typical + 1, high / typical + 1),
        level,
    )


def _at(tau2: float, y: Floats, variance: Floats, design: Floats) -> WeightedFit:
    return weighted_fit(y, design, 1 / (variance + tau2))


def _solve_q(y: Floats, variance: Floats, design: Floats, wanted: float) -> float:
    """Return the tau2 at which the generalised Q, which falls with tau2, is as wanted; 0 where it is too small."""

    def excess(tau2: float) -> float:
        return _at(tau2, y, variance, design).squares - wanted

    if excess(0.0) <= 0:
        return 0.0
    high = float(np.mean(variance))
    while excess(high) > 0:
        high *= 4
        if not np.isfinite(high):
            raise NotConverged("The Q-profile of tau2 has no end; are two studies infinitely far apart?")
    return float(brentq(excess, 0.0, high, xtol=1e-300, rtol=4 * np.finfo(float).eps, maxiter=1000))


def _hedges(y: Floats, variance: Floats, design: Floats) -> tuple[float, float]:
    fit, df = weighted_fit(y, design, np.ones_like(y)), len(y) - design.shape[1]
    trace = fit.trace(variance)
    tau2 = max(0.0, (fit.squares - trace) / df)
    spread = 2 * fit.trace_twice(variance, variance) + 4 * tau2 * trace + 2 * tau2**2 * df
    return tau2, float(np.sqrt(spread)) / df


def _from_q(
    y: Floats, variance: Floats, design: Floats, expected: float, divisor: float
) -> tuple[float, float]:
    """Share DL and HS: (Q - expected) / divisor, with the spread of Q under tau2."""
    fit, df = weighted_fit(y, design, 1 / variance), len(y) - design.shape[1]
    tau2 = max(0.0, (fit.squares - expected) / divisor)
    spread = 2 * df + 4 * tau2 * fit.trace() + 2 * tau2**2 * fit.trace_twice()
    return tau2, float(np.sqrt(spread)) / divisor


def _dersimonian_laird(y: Floats, variance: Floats, design: Floats) -> tuple[float, float]:
    trace = weighted_fit(y, design, 1 / variance).trace()
    return _from_q(y, variance, design, len(y) - design.shape[1], trace)


def _hunter_schmidt(y: Floats, variance: Floats, design: Floats) -> tuple[float, float]:
    return _from_q(y, variance, design, len(y), float(np.sum(1 / variance)))


def _sidik_jonkman(y: Floats, variance: Floats, design: Floats) -> tuple[float, float]:
    crude, df = float(np.var(y)), len(y) - design.shape[1]
    if crude == 0:
        return 0.0, np.nan  # all studies alike: nothing to start from
    fit = _at(crude, y, variance, design)
    tau2 = crude * fit.squares / df
    spread = (
        2 * fit.trace_twice(variance, variance)
        + 4 * tau2 * fit.trace_twice(variance)
        + 2 * tau2**2 * fit.trace_twice()
    )
    return tau2, crude / df * float(np.sqrt(spread))


def _paule_mandel(y: Floats, variance: Floats, design: Floats) -> tuple[float, float]:
    k, df = len(y), len(y) - design.shape[1]
    tau2 = _solve_q(y, variance, design, float(df))
    return tau2, float(np.sqrt(2 * k**2 / df) / np.sum(1 / (variance + tau2)))


def log_likelihood(fit: WeightedFit, restricted: bool) -> float:
    """Return the log-likelihood of a regression whose weights are the inverse total variances.

    The restricted one has the constant log|X'X|/2, as metafor and Stata have it.
    """
    k, p = fit.design.shape
    constant = np.linalg.slogdet(fit.design.T @ fit.design)[1] + p * np.log(2 * np.pi)
    value = (-k * np.log(2 * np.pi) + np.sum(np.log(fit.weight)) - fit.squares) / 2
    return float(value + (constant - fit.log_determinant) / 2) if restricted else float(value)


def _scoring(restricted: bool) -> Callable[[Floats, Floats, Floats], tuple[float, float]]:
    def estimate(y: Floats, variance: Floats, design: Floats) -> tuple[float, float]:
        tau2 = _climb(y, variance, design, restricted)
        fit = _at(tau2, y, variance, design)
        best_at_zero = log_likelihood(_at(0.0, y, variance, design), restricted)
        if best_at_zero - log_likelihood(fit, restricted) > _BEST_AT_ZERO:
            tau2, fit = 0.0, _at(0.0, y, variance, design)
        information = fit.trace_twice() if restricted else float(np.sum(fit.weight**2))
        return tau2, float(np.sqrt(2 / information))

    return estimate


def _climb(y: Floats, variance: Floats, design: Floats, restricted: bool) -> float:
    """Fisher scoring from Hedges' estimate, kept at 0 or above."""
    tau2, typical = _hedges(y, variance, design)[0], float(np.median(variance))
    for _ in range(_STEPS):
        fit = _at(tau2, y, variance, design)
        if restricted:
            step = (fit.squares_twice - fit.trace()) / fit.trace_twice()
        else:
            step = (fit.squares_twice - float(np.sum(fit.weight))) / float(np.sum(fit.weight**2))
        new = max(0.0, tau2 + step)
        if abs(new - tau2) <= _CONVERGED * (tau2 + typical):
            return new
        tau2 = new
    raise NotConverged("Fisher scoring of tau2 did not converge; try the method PM or DL.")


_ESTIMATORS: dict[str, Callable[[Floats, Floats, Floats], tuple[float, float]]] = {
    "DL": _dersimonian_laird,
    "HE": _hedges,
    "HS": _hunter_schmidt,
    "SJ": _sidik_jonkman,
    "ML": _scoring(restricted=False),
    "REML": _scoring(restricted=True),
    "EB": _paule_mandel,
    "PM": _paule_mandel,
}
