"""What single studies do to the result: leave one out, cumulate, and case diagnostics.

Source: Viechtbauer & Cheung 2010 (Res Synth Methods 1:112).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtr

from insula.statistics.meta.linear import weighted_fit
from insula.statistics.meta.model import Model, fit_model
from insula.statistics.meta.pooling import Pooled, pool
from insula.statistics.meta.records import (
    MetaAnalysisError,
    NotConverged,
    RankDeficient,
    TooFewStudies,
    check_numbers,
    complete_studies,
    known_studies,
    select,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from insula.statistics.meta.records import Effects, Floats

_MANY_SE = 3  # limits of Viechtbauer & Cheung, as metafor has them
_COOK_PROBABILITY = 0.5


@dataclass(frozen=True)
class Influence:
    """Diagnostics of each study that took part; NaN where the model cannot do without the study.

    Parameters
    ----------
    studentised_residual, dffits, cook, covariance_ratio, hat, weight : (k,)
        Externally studentised residual; change of its fitted value in standard errors; squared distance that all
        coefficients move; ratio of the determinants of their covariance; leverage; weight in percent.
    tau2, q : (k,)
        Without the study.
    dfbetas : (k, p)
        Change of each coefficient in standard errors.
    influential : (k,)
        |DFFITS| > 3 sqrt(p/(k-p)), or Cook's distance beyond the median of chi-squared, or hat > 3 p/k, or
        |DFBETAS| > 1.
    """

    studentised_residual: Floats
    dffits: Floats
    cook: Floats
    covariance_ratio: Floats
    tau2: Floats
    q: Floats
    hat: Floats
    weight: Floats
    dfbetas: Floats
    influential: NDArray[np.bool_]


def leave_one_out(
    effects: Effects, *, method: str = "REML", interval: str = "wald", level: float = 0.95
) -> tuple[Pooled, ...]:
    """Pool again without each study in turn.

    Parameters
    ----------
    effects
        Studies with a NaN are left out from the start.
    method, interval, level
        See `fit_model`.

    Returns
    -------
    One result for each study that has an effect, in their order.

    Raises
    ------
    TooFewStudies
        With fewer than two studies.
    """
    used = complete_studies(effects, 2, "leaving one out")
    rows = np.arange(len(used.estimate))
    return tuple(
        pool(select(used, rows != i), method=method, interval=interval, level=level) for i in rows.tolist()
    )


def cumulate(
    effects: Effects,
    order: Sequence[float] | None = None,
    *,
    method: str = "REML",
    interval: str = "wald",
    level: float = 0.95,
) -> tuple[Pooled, ...]:
    """Pool the first study, the first two, the first three and so on.

    Parameters
    ----------
    effects
        Studies with a NaN are left out.
    order : (k,), optional
        What the studies are sorted by, say their years; equal ones keep their order. Default: as they are.
    method, interval, level
        See `fit_model`. The result of one study has a Wald interval in any case.
    """
    if order is not None and len(order) != len(effects.estimate):
        raise MetaAnalysisError(f"{len(order)} values to sort {len(effects.estimate)} studies by.")
    check_numbers(effects.estimate, effects.variance)
    keys = np.arange(len(effects.estimate)) if order is None else np.asarray(order)
    rows = np.argsort(keys, kind="stable")
    rows = rows[known_studies(effects)[rows]]
    return tuple(
        pool(select(effects, rows[: n + 1]), method=method, interval=interval if n else "wald", level=level)
        for n in range(len(rows))
    )


def influence(model: Model) -> Influence:
    """Fit the model again without each study, and say what changed.

    Parameters
    ----------
    model
        Pooled or regression.

    Raises
    ------
    TooFewStudies
        With fewer than two studies.
    """
    used = complete_studies(model.effects, 2, "leaving one out")
    k, p = model.design.shape
    tau2 = model.heterogeneity.tau2
    hat = weighted_fit(used.estimate, model.design, 1 / (used.variance + tau2)).hat
    rows = [_without(model, i, float(hat[i])) for i in range(k)]
    residual, dffits, cook, ratio, tau2_without, q = np.array([row[:6] for row in rows]).T
    dfbetas = np.array([row[6] for row in rows])
    with np.errstate(invalid="ignore"):
        influential = (
            (np.abs(dffits) > _MANY_SE * np.sqrt(p / max(k - p, 1)))
            | (chdtr(p, cook) > _COOK_PROBABILITY)
            | (hat > _MANY_SE * p / k)
            | (np.abs(dfbetas) > 1).any(axis=1)
        )
    return Influence(residual, dffits, cook, ratio, tau2_without, q, hat, model.weight, dfbetas, influential)


def _without(model: Model, i: int, hat: float) -> tuple[float, float, float, float, float, float, Floats]:
    """Return the diagnostics of study i, in the order of `Influence`."""
    keep = np.arange(model.studies) != i
    full, p = model.coefficients, model.design.shape[1]
    try:
        rest = fit_model(
            select(model.effects, keep),
            model.design[keep],
            full.names,
            method=model.heterogeneity.method,
            interval=model.interval,
            level=full.level,
        )
    except (TooFewStudies, RankDeficient, NotConverged):
        return (np.nan,) * 6 + (np.full(p, np.nan),)
    x, tau2 = model.design[i], rest.heterogeneity.tau2
    total = model.effects.variance + tau2
    moved = full.estimate - rest.coefficients.estimate
    residual = float(model.effects.estimate[i] - x @ rest.coefficients.estimate)
    spread = float(x @ rest.coefficients.covariance @ x) + rest.scale * float(total[i])
    unscaled = weighted_fit(model.effects.estimate, model.design, 1 / total).covariance
    return (
        residual / np.sqrt(spread),
        float(x @ moved) / np.sqrt(rest.scale * hat * total[i]),
        float(moved @ np.linalg.solve(full.covariance, moved)),
        float(np.linalg.det(rest.coefficients.covariance) / np.linalg.det(full.covariance)),
        tau2,
        rest.heterogeneity.q,
        moved / np.sqrt(rest.scale * np.diag(unscaled)),
    )
