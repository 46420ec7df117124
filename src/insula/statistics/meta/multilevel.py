"""Effects within clusters: the three-level model (Konstantopoulos 2011, Res Synth Methods 2:61)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import cho_solve, cholesky
from scipy.special import chdtrc

from insula.core.errors import UnknownName
from insula.statistics.meta.coefficients import Coefficients, check_level, coefficients, critical_value
from insula.statistics.meta.linear import weighted_fit
from insula.statistics.meta.records import (
    MetaAnalysisError,
    NotConverged,
    TooFewStudies,
    check_numbers,
    known_studies,
    select,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from insula.statistics.meta.records import Effects, Floats

_STEPS = 1000
_CONVERGED = 1e-12


@dataclass(frozen=True)
class ThreeLevel:
    """A three-level model.

    Parameters
    ----------
    coefficients
    design : (k, p)
    effects
        Those that took part.
    outer, inner
        Variance between clusters, and within clusters between units.
    covariance : (k, k)
        Fitted covariance of the effects.
    clusters : (k,)
    q, q_p
        Residual heterogeneity against the model without both variances.
    i2
        Percent of the variance at the outer and at the inner level.
    log_likelihood
    method
        ``REML`` or ``ML``.
    prediction
        (low, high) of a new true effect when the intercept is the only coefficient, else None.
    """

    coefficients: Coefficients
    design: Floats
    effects: Effects
    outer: float
    inner: float
    covariance: Floats
    clusters: tuple[str, ...]
    q: float
    q_p: float
    i2: tuple[float, float]
    log_likelihood: float
    method: str
    prediction: tuple[float, float] | None


@dataclass(frozen=True)
class _Fit:
    """What one pair of variances gives."""

    beta: Floats
    beta_covariance: Floats
    inverse: Floats
    projection: Floats
    log_likelihood: float


def three_level(
    effects: Effects,
    clusters: Sequence[str],
    units: Sequence[str],
    design: Floats | None = None,
    names: tuple[str, ...] = ("intercept",),
    *,
    method: str = "REML",
    t_tests: bool = False,
    level: float = 0.95,
) -> ThreeLevel:
    """Fit effects of units within clusters by Fisher scoring.

    Parameters
    ----------
    effects
        (all,) effects; those with a NaN are left out. Their covariance matrix (k, k) is held in memory.
    clusters, units : (all,)
        Labels; a unit's label counts within its cluster.
    design : (all, p), optional
        By default an intercept.
    names
        Of the p coefficients.
    method
        ``REML`` or ``ML``.
    t_tests
        t with k - p degrees of freedom instead of the normal distribution.
    level

    Raises
    ------
    TooFewStudies
        Fewer than two clusters, or no more effects than coefficients.
    UnknownName, MetaAnalysisError, NotConverged
    """
    if method not in ("REML", "ML"):
        raise UnknownName("method", method, ("REML", "ML"))
    check_level(level)
    matrix = np.ones((len(effects.estimate), 1)) if design is None else design
    if not len(clusters) == len(units) == len(effects.estimate):
        raise MetaAnalysisError("Effects, clusters and units need one length.")
    check_numbers(effects.estimate, effects.variance)
    known = known_studies(effects, matrix)
    used, x = select(effects, known), matrix[known]
    outer = [str(label) for label, use in zip(clusters, known, strict=True) if use]
    inner = [str(label) for label, use in zip(units, known, strict=True) if use]
    df = len(outer) - x.shape[1]
    if len(set(outer)) < 2 or df < 1:
        raise TooFewStudies(
            f"{len(outer)} effects in {len(set(outer))} clusters are too few for three levels."
        )
    parts = (_same(outer), _same(list(zip(outer, inner, strict=True))))
    sigma = _score(used, x, parts, restricted=method == "REML")
    fit = _fit(sigma, used, x, parts, restricted=method == "REML")
    degrees = np.full(x.shape[1], float(df) if t_tests else np.inf)
    table = coefficients(names, fit.beta, fit.beta_covariance, degrees, level)
    plain = weighted_fit(used.estimate, x, 1 / used.variance)
    total = sigma.sum() + df / plain.trace()
    return ThreeLevel(
        table, x, used, float(sigma[0]), float(sigma[1]), _covariance(sigma, used, parts), tuple(outer),
        float(plain.squares), float(chdtrc(df, plain.squares)),
        (float(100 * sigma[0] / total), float(100 * sigma[1] / total)), fit.log_likelihood, method,
        _prediction(table, float(sigma.sum())) if x.shape[1] == 1 else None,
    )  # fmt: skip


def _same(labels: Sequence[object]) -> Floats:
    """Return 1 where two effects share a label, (k, k)."""
    numbers = {label: i for i, label in enumerate(dict.fromkeys(labels))}
    codes = np.array([numbers[label] for label in labels])
    return np.asarray(codes[:, None] == codes, dtype=np.float64)


def _covariance(sigma: Floats, effects: Effects, parts: tuple[Floats, Floats]) -> Floats:
    return np.asarray(np.diag(effects.variance) + sigma[0] * parts[0] + sigma[1] * parts[1])


def _fit(
    sigma: Floats, effects: Effects, x: Floats, parts: tuple[Floats, Floats], *, restricted: bool
) -> _Fit:
    upper = cholesky(_covariance(sigma, effects, parts))
    k, p = x.shape
    inverse = cho_solve((upper, False), np.eye(k))
    weighted = inverse @ x
    information = x.T @ weighted
    beta_covariance = np.linalg.inv(information)
    projection = inverse - weighted @ beta_covariance @ weighted.T
    y = effects.estimate
    value = -(k * np.log(2 * np.pi) + 2 * np.log(np.diag(upper)).sum() + y @ projection @ y) / 2
    if restricted:
        determinants = np.linalg.slogdet(x.T @ x)[1] - np.linalg.slogdet(information)[1]
        value += (p * np.log(2 * np.pi) + determinants) / 2
    return _Fit(beta_covariance @ weighted.T @ y, beta_covariance, inverse, projection, float(value))


def _score(effects: Effects, x: Floats, parts: tuple[Floats, Floats], *, restricted: bool) -> Floats:
    """Climb the likelihood of the two variances, which stay at 0 or above."""
    sigma = np.full(2, float(np.var(effects.estimate)) / 2)
    fit = _fit(sigma, effects, x, parts, restricted=restricted)
    typical = float(np.median(effects.variance))
    for _ in range(_STEPS):
        step = _step(sigma, fit, effects.estimate, parts, restricted)
        new, tried = _uphill(sigma, step, fit.log_likelihood, effects, x, parts, restricted)
        if np.all(np.abs(new - sigma) <= _CONVERGED * (sigma + typical)):
            return new
        sigma, fit = new, tried
    raise NotConverged("The variances of the three-level model did not converge.")


def _step(sigma: Floats, fit: _Fit, y: Floats, parts: tuple[Floats, Floats], restricted: bool) -> Floats:
    """Fisher's step; a variance at 0 that would fall further stays there."""
    metric = fit.projection if restricted else fit.inverse
    pushed = fit.projection @ y
    moved = [metric @ part for part in parts]
    slope = np.array([pushed @ part @ pushed - np.trace(m) for part, m in zip(parts, moved, strict=True)]) / 2
    information = np.array([[np.sum(a * b.T) for b in moved] for a in moved]) / 2
    free = (sigma > 0) | (slope > 0)
    step = np.zeros(2)
    if free.any():
        step[free] = np.linalg.lstsq(information[np.ix_(free, free)], slope[free], rcond=None)[0]
    return step


def _uphill(
    sigma: Floats,
    step: Floats,
    best: float,
    effects: Effects,
    x: Floats,
    parts: tuple[Floats, Floats],
    restricted: bool,
) -> tuple[Floats, _Fit]:
    """Take the step, or a part of it that does not go down."""
    for _ in range(40):
        new = np.maximum(0.0, sigma + step)
        fit = _fit(new, effects, x, parts, restricted=restricted)
        if fit.log_likelihood >= best - 1e-10 * (1 + abs(best)):
            return new, fit
        step = step / 2
    return sigma, _fit(sigma, effects, x, parts, restricted=restricted)


def _prediction(table: Coefficients, between: float) -> tuple[float, float]:
    reach = critical_value(table.level, table.degrees[0]) * np.sqrt(table.standard_error[0] ** 2 + between)
    return float(table.estimate[0] - reach), float(table.estimate[0] + reach)
