"""Tables of coefficients: standard errors, tests and intervals, normal or t."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, fdtrc, ndtr, ndtri, stdtr, stdtrit

from insula.core.spoken import _
from insula.statistics.meta.records import Floats, MetaAnalysisError


@dataclass(frozen=True)
class Coefficients:
    """Estimates with intervals at one confidence level.

    Parameters
    ----------
    names
        One per coefficient.
    estimate, standard_error, statistic, p_value, low, high : (p,)
    covariance : (p, p)
    degrees : (p,)
        Degrees of freedom of the t distribution; infinite for the normal one.
    level
    """

    names: tuple[str, ...]
    estimate: Floats
    standard_error: Floats
    statistic: Floats
    p_value: Floats
    low: Floats
    high: Floats
    covariance: Floats
    degrees: Floats
    level: float


def coefficients(
    names: tuple[str, ...], beta: Floats, covariance: Floats, degrees: Floats, level: float
) -> Coefficients:
    """Turn estimates into a table with tests and intervals (normal where the degrees are infinite)."""
    error = np.sqrt(np.diag(covariance))
    statistic, p_value, low, high = statistic_and_interval(beta, error, degrees, level)
    return Coefficients(names, beta, error, statistic, p_value, low, high, covariance, degrees, level)


def statistic_and_interval(
    estimate: Floats, error: Floats, degrees: Floats, level: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return statistic and p of no effect, and both ends of the interval; arrays of one shape."""
    statistic = estimate / error
    reach = critical_value(level, degrees) * error
    return statistic, two_sided_p(statistic, degrees), estimate - reach, estimate + reach


def joint_test(beta: Floats, covariance: Floats, degrees: float) -> tuple[float, float]:
    """Test that all these coefficients are 0.

    Parameters
    ----------
    beta : (m,)
    covariance : (m, m)
    degrees
        Infinite: chi-squared with m degrees of freedom; else F with m and these.

    Returns
    -------
    statistic, p
    """
    quadratic = float(beta @ np.linalg.solve(covariance, beta))
    if np.isinf(degrees):
        return quadratic, float(chdtrc(len(beta), quadratic))
    statistic = quadratic / len(beta)
    return statistic, float(fdtrc(len(beta), degrees, statistic))


def critical_value(level: float, degrees: Floats | float = np.inf) -> Floats:
    """Return the two-sided critical value of the t distribution, or of the normal one."""
    finite = np.where(np.isinf(degrees), 1.0, degrees)
    t_value = stdtrit(finite, (1 + level) / 2)
    return np.asarray(np.where(np.isinf(degrees), ndtri((1 + level) / 2), t_value))


def two_sided_p(statistic: Floats, degrees: Floats | float = np.inf) -> Floats:
    """Return the two-sided p of t statistics; normal where the degrees are infinite."""
    below, finite = -np.abs(statistic), np.where(np.isinf(degrees), 1.0, degrees)
    return np.asarray(2 * np.where(np.isinf(degrees), ndtr(below), stdtr(finite, below)))


def check_level(level: float) -> None:
    """Refuse a confidence level that is none."""
    if not 0 < level < 1:
        raise MetaAnalysisError(
            _("A confidence level lies between 0 and 1 (0.95 is 95 %), not {level}.").format(level=level)
        )
