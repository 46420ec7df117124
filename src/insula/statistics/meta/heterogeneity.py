"""How much the true effects differ: Q, tau2, I2, H2 and their Q-profile intervals.

Sources: intervals Viechtbauer 2007 (Stat Med 26:37); I2, H2 Higgins & Thompson 2002 (Stat Med 21:1539) and, with
moderators, Viechtbauer 2010 (J Stat Softw 36:3). The estimators of tau2 are in `tau2`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc, chdtri

from insula.core.spoken import _
from insula.statistics.meta.linear import weighted_fit
from insula.statistics.meta.records import NotConverged
from insula.statistics.meta.tau2 import COMMON, Tables, estimate_tau2, one_table, solve_q

if TYPE_CHECKING:
    from insula.statistics.meta.records import Floats


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
        One of `tau2.METHODS`.

    Raises
    ------
    NotConverged, RankDeficient
    """
    tables = one_table(y, variance, design)
    tau2, error, converged = estimate_tau2(tables, method)
    if not converged[0]:
        raise NotConverged(
            _("The iteration for tau2 ({method}) did not converge; try the method DL.").format(method=method)
        )
    values = (float(row[0]) for row in measures(tables, method, tau2))
    q, q_p, i2, h2, typical = values
    return Heterogeneity(method, float(tau2[0]), float(error[0]), q, int(tables.df[0]), q_p, i2, h2, typical)


def measures(tables: Tables, method: str, tau2: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return Q, its p, I2 in percent, H2 and the typical variance of each table with its tau2, (T,) each."""
    df, plain = tables.df, tables.plain()
    several = df >= 1
    q = np.where(several, plain.squares, 0.0)
    p_value = np.where(several, chdtrc(np.maximum(df, 1), q), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        typical = np.where(several, df / plain.trace(), np.nan)
        between = np.maximum(0.0, (q - df) / q) if method == COMMON else tau2 / (typical + tau2)
        total = q / df if method == COMMON else tau2 / typical + 1
    known = several & (q > 0) if method == COMMON else several
    return q, p_value, np.where(known, 100 * between, 0.0), np.where(several, total, 1.0), typical


def profile_interval(
    y: Floats, variance: Floats, design: Floats, level: float = 0.95
) -> HeterogeneityInterval | None:
    """Invert the test of the generalised Q: all tau2 that the data do not reject.

    An end that would lie below 0 is 0. Both ends are 0 when even 0 leaves Q too small to be chance.

    Returns
    -------
    None when there are no more studies than coefficients.

    Raises
    ------
    NotConverged
    """
    df = len(y) - design.shape[1]
    if df < 1:
        return None
    tables = one_table(y, variance, design)
    low, high = (_profile_end(tables, chdtri(df, tail)) for tail in ((1 - level) / 2, (1 + level) / 2))
    typical = df / float(weighted_fit(y, design, 1 / variance).trace())
    return HeterogeneityInterval(
        (low, high),
        (100 * low / (typical + low), 100 * high / (typical + high)),
        (low / typical + 1, high / typical + 1),
        level,
    )


def _profile_end(tables: Tables, wanted: float) -> float:
    tau2, converged = solve_q(tables, np.array([wanted]))
    if not converged[0]:
        raise NotConverged(_("The Q-profile of tau2 has no end; are two studies infinitely far apart?"))
    return float(tau2[0])
