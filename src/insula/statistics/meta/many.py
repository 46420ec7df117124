"""Many meta-analyses at once, for simulations: the same formulas as `pooling.pool`, over tables side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.statistics.meta.coefficients import statistic_and_interval
from insula.statistics.meta.heterogeneity import measures
from insula.statistics.meta.model import check_request, hksj_factor
from insula.statistics.meta.records import Floats, MetaAnalysisError, as_floats, check_numbers
from insula.statistics.meta.tau2 import Tables, estimate_tau2

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class PooledTables:
    """Pooled effects of T tables; the numbers of a table that is not usable are NaN, but for its studies.

    Parameters
    ----------
    usable : (T,)
        False where `pool` would refuse the table: no study, a single one with an interval that needs their spread, or
        an iteration without end.
    studies : (T,)
        That took part.
    estimate, standard_error, p_value, low, high, tau2, q, i2 : (T,)
        As in `Pooled` and `Heterogeneity`; i2 in percent.
    """

    usable: NDArray[np.bool_]
    studies: NDArray[np.int64]
    estimate: Floats
    standard_error: Floats
    p_value: Floats
    low: Floats
    high: Floats
    tau2: Floats
    q: Floats
    i2: Floats


def pool_many(
    estimate: ArrayLike,
    variance: ArrayLike,
    *,
    method: str = "REML",
    interval: str = "wald",
    level: float = 0.95,
) -> PooledTables:
    """Pool each table of studies.

    Parameters
    ----------
    estimate, variance : (T, k)
        Effects and sampling variances; a NaN in either is no study.
    method, interval, level
        See `fit_model`.

    Raises
    ------
    MetaAnalysisError
        When the shapes differ or the level is none.
    InvalidStudy
        A variance is 0 or less, or a number beyond what can be computed with; its position counts along the rows.
    UnknownName
    """
    check_request(method, interval, level)
    y, v = as_floats(estimate), as_floats(variance)
    if y.ndim != 2 or y.shape != v.shape:
        raise MetaAnalysisError(f"Effects and variances need one shape (T, k), not {y.shape} and {v.shape}.")
    check_numbers(y.ravel(), v.ravel())
    there = ~np.isnan(y) & ~np.isnan(v)
    studies = there.sum(axis=1)
    usable = studies >= (1 if interval == "wald" else 2)
    found = np.full((8, len(y)), np.nan)
    if usable.any():
        found[:, usable] = _pool(_tables(y[usable], v[usable], there[usable]), method, interval, level)
    usable &= np.isfinite(found[0])
    return PooledTables(usable, studies, *found)


def _tables(y: Floats, variance: Floats, there: NDArray[np.bool_]) -> Tables:
    present = there.astype(np.float64)
    return Tables(np.where(there, y, 0.0), np.where(there, variance, 1.0), present[:, :, None], present)


def _pool(tables: Tables, method: str, interval: str, level: float) -> Floats:
    """Return the columns of `PooledTables` after its studies, (8, T); NaN where a table has no result."""
    tau2, _, converged = estimate_tau2(tables, method)
    fit = tables.fit(np.where(converged, tau2, 0.0))
    q, _, i2, _, _ = measures(tables, method, tau2)
    degrees = np.full_like(tau2, np.inf) if interval == "wald" else tables.df
    scale = hksj_factor(fit, tables.df, interval)
    estimate, error = fit.beta[:, 0], np.sqrt(scale * fit.covariance[:, 0, 0])
    _, p_value, low, high = statistic_and_interval(estimate, error, degrees, level)
    found = np.array([estimate, error, p_value, low, high, tau2, q, i2])
    found[:, ~converged] = np.nan
    return found
