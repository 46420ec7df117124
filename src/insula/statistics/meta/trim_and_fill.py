"""Trim and fill: studies that an asymmetric funnel lacks (Duval & Tweedie 2000, JASA 95:89; Biometrics 56:455)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

from insula.core.errors import UnknownName
from insula.statistics.meta.model import fit_model
from insula.statistics.meta.pooling import Pooled, pool
from insula.statistics.meta.records import Effects, MetaAnalysisError, complete_studies

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insula.statistics.meta.records import Floats

_ROUNDS = 100


@dataclass(frozen=True)
class TrimAndFill:
    """Studies that an asymmetric funnel lacks, and the effect with them.

    Parameters
    ----------
    estimator
        ``L0`` or ``R0``.
    side
        Where studies are missing.
    missing, missing_se
        Their number and its standard error.
    p_value
        R0 only: of no missing study; else NaN.
    filled
        The studies with the added ones at the end.
    pooled
        The effect with the added ones.
    """

    estimator: str
    side: str
    missing: int
    missing_se: float
    p_value: float
    filled: Effects
    pooled: Pooled


def trim_and_fill(
    effects: Effects,
    *,
    estimator: str = "L0",
    side: str | None = None,
    method: str = "REML",
    interval: str = "wald",
    level: float = 0.95,
) -> TrimAndFill:
    """Trim the outer studies of the full side until the funnel is symmetric, then fill in their mirror images.

    Parameters
    ----------
    effects
        Studies with a NaN are left out.
    estimator
        ``L0`` or ``R0``.
    side
        ``left`` or ``right``: where studies are missing; by default the side that Egger's slope points to.
    method, interval, level
        See `fit_model`.

    Raises
    ------
    TooFewStudies, UnknownName, NotConverged
    """
    if estimator not in ("L0", "R0"):
        raise UnknownName("estimator of missing studies", estimator, ("L0", "R0"))
    used = complete_studies(effects, 3 if side is None else 2, "trim and fill")
    missing_on = side or _empty_side(used, method)
    if missing_on not in ("left", "right"):
        raise UnknownName("side of the funnel", missing_on, ("left", "right"))
    sign = -1.0 if missing_on == "right" else 1.0
    order = np.argsort(sign * used.estimate, kind="stable")
    number, error, centre = _trim(sign * used.estimate[order], used.variance[order], estimator, method)
    outer = order[len(order) - number :]
    filled = Effects(
        used.measure,
        np.append(used.estimate, 2 * sign * centre - used.estimate[outer]),
        np.append(used.variance, used.variance[outer]),
        np.append(used.size, used.size[outer]),
        used.notes,
    )
    p_value = 0.5 ** (number + 1) if estimator == "R0" else np.nan
    pooled = pool(filled, method=method, interval=interval, level=level)
    return TrimAndFill(estimator, missing_on, number, error, p_value, filled, pooled)


def _trim(y: Floats, variance: Floats, estimator: str, method: str) -> tuple[int, float, float]:
    """Return the number of studies missing on the left, its error, and the centre without the outer ones."""
    k, missing = len(y), 0
    for _ in range(_ROUNDS):
        kept = slice(0, k - missing)
        inner = Effects("GEN", y[kept], variance[kept], np.full(k - missing, np.nan))
        centre = float(fit_model(inner, method=method).coefficients.estimate[0])
        ranks = rankdata(np.abs(y - centre), method="ordinal") * np.sign(y - centre)
        estimate, error = _missing_by_run(ranks) if estimator == "R0" else _missing_by_sum(ranks)
        new = max(0, round(estimate))
        if new == missing:
            return missing, error, centre
        missing = new
    raise MetaAnalysisError("Trim and fill goes round in circles; take the other estimator.")


def _missing_by_run(ranks: NDArray[np.float64]) -> tuple[float, float]:
    """R0: length of the run of largest ranks on the right, less one."""
    left = -ranks[ranks < 0]
    estimate = len(ranks) - (left.max() if len(left) else 0.0) - 1
    return float(estimate), float(np.sqrt(2 * max(0.0, estimate) + 2))


def _missing_by_sum(ranks: NDArray[np.float64]) -> tuple[float, float]:
    """L0: from Wilcoxon's sum of the ranks on the right."""
    k = len(ranks)
    n = (4 * float(ranks[ranks > 0].sum()) - k * (k + 1)) / (2 * k - 1)
    trimmed = 10 * n**3 + 27 * n**2 + 17 * n + 6 * k * n * (k - 3 * n - 3)
    variance = (k * (k + 1) * (2 * k + 1) + trimmed) / 24
    return n, 4 * float(np.sqrt(max(0.0, variance))) / (2 * k - 1)


def _empty_side(used: Effects, method: str) -> str:
    error = used.standard_error
    design = np.stack([np.ones_like(error), error], axis=1)
    slope = fit_model(used, design, ("intercept", "standard_error"), method=method).coefficients.estimate[1]
    return "right" if slope < 0 else "left"
