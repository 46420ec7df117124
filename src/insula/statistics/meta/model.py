"""The one model behind pooling and regression: y = X beta + study effect + sampling error.

Intervals: Wald; HKSJ (Hartung & Knapp 2001, Stat Med 20:3875; Sidik & Jonkman 2002, Stat Med 21:3153); the
modified HKSJ never narrows the Wald one (Roever, Knapp & Friede 2015, BMC Med Res Methodol 15:99).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.core.errors import UnknownName
from insula.core.spoken import _
from insula.statistics.meta.coefficients import Coefficients, check_level, coefficients
from insula.statistics.meta.heterogeneity import Heterogeneity, describe_heterogeneity
from insula.statistics.meta.linear import log_likelihood, weighted_fit
from insula.statistics.meta.records import (
    Effects,
    Floats,
    MetaAnalysisError,
    TooFewStudies,
    check_numbers,
    joined,
    known_studies,
    positions,
    select,
)
from insula.statistics.meta.tau2 import COMMON, METHODS

if TYPE_CHECKING:
    from insula.statistics.meta.linear import WeightedFit

INTERVALS = ("wald", "hksj", "modified_hksj")
ROUNDING = 16 * np.finfo(float).eps  # of the effects: what is left below it is none


@dataclass(frozen=True)
class Information:
    """Log-likelihood (restricted for REML) and what weighs it against the number of parameters.

    With REML and no more studies than coefficients there is nothing to weigh, and `bic` is NaN.
    """

    log_likelihood: float
    aic: float
    bic: float
    aicc: float


@dataclass(frozen=True)
class Model:
    """A fitted meta-analytic model.

    Parameters
    ----------
    effects
        The studies that took part, (k,).
    design : (k, p)
    included : (all,)
        Which of the given studies took part; the others miss the effect, the variance or a moderator.
    coefficients
    interval
        One of `INTERVALS`: the one asked for, but ``modified_hksj`` where the effects agree exactly and the interval
        ``hksj`` would have no width.
    heterogeneity
    scale
        Factor on the variance of the coefficients (HKSJ); 1 for Wald.
    information
    """

    effects: Effects
    design: Floats
    included: np.ndarray[tuple[int], np.dtype[np.bool_]]
    coefficients: Coefficients
    interval: str
    heterogeneity: Heterogeneity
    scale: float
    information: Information

    @property
    def studies(self) -> int:
        """Number of studies that took part."""
        return len(self.effects.estimate)

    @property
    def omitted(self) -> tuple[int, ...]:
        """Positions, from 0, of the studies that were left out."""
        return positions(~self.included)

    @property
    def weight(self) -> Floats:
        """Share of each study in the pooled estimate in percent, (k,)."""
        weight: Floats = 1 / (self.effects.variance + self.heterogeneity.tau2)
        return np.asarray(100 * weight / weight.sum())


def fit_model(
    effects: Effects,
    design: Floats | None = None,
    names: tuple[str, ...] = ("intercept",),
    *,
    method: str = "REML",
    interval: str = "wald",
    level: float = 0.95,
) -> Model:
    """Fit the model to the studies that have all numbers.

    Parameters
    ----------
    effects
        (all,) studies; those with a NaN are left out and reported.
    design : (all, p), optional
        Intercept and moderators; by default the intercept alone.
    names
        Of the p columns.
    method, interval
        One of `tau2.METHODS`; one of `INTERVALS`.
    level
        Confidence level, between 0 and 1.

    Raises
    ------
    TooFewStudies
        No study is left, fewer than coefficients, or no more than coefficients with a t interval.
    InvalidStudy
        A variance is 0 or less, or a number is beyond what can be computed with.
    MetaAnalysisError
        The level is none, or a t interval is asked of a common effect.
    UnknownName, RankDeficient, NotConverged
    """
    check_request(method, interval, level)
    check_numbers(effects.estimate, effects.variance)
    matrix = np.ones((len(effects.estimate), 1)) if design is None else design
    included = known_studies(effects, matrix)
    matrix, used = matrix[included], select(effects, included)
    _check_number(len(used.estimate), matrix.shape[1], interval, names)
    found = describe_heterogeneity(used.estimate, used.variance, matrix, method)
    fit = weighted_fit(used.estimate, matrix, 1 / (used.variance + found.tau2))
    df = len(used.estimate) - matrix.shape[1]
    if interval == "hksj" and all_on_the_model(fit):
        interval = "modified_hksj"
    scale = float(hksj_factor(fit, df, interval))
    degrees = np.full(len(names), np.inf if interval == "wald" else float(df))
    table = coefficients(names, fit.beta, scale * fit.covariance, degrees, level)
    return Model(used, matrix, included, table, interval, found, scale, _information(fit, method))


def check_request(method: str, interval: str, level: float) -> None:
    """Refuse a method, an interval or a level that is none, and a t interval of a common effect."""
    if method not in METHODS:
        raise UnknownName("method", method, METHODS)
    if interval not in INTERVALS:
        raise UnknownName("interval", interval, INTERVALS)
    if method == COMMON and interval != "wald":
        raise MetaAnalysisError(
            _("The interval {interval} belongs to random effects; with {method} take wald.").format(
                interval=interval, method=COMMON
            )
        )
    check_level(level)


def _check_number(studies: int, columns: int, interval: str, names: tuple[str, ...]) -> None:
    if studies < columns:
        raise TooFewStudies(
            _(
                "{studies} studies have effect, variance and moderators; {needed} are needed for {names}."
            ).format(studies=studies, needed=columns, names=joined(names))
        )
    if interval != "wald" and studies == columns:
        raise TooFewStudies(
            _(
                "The interval {interval} needs more studies than coefficients, and there are {studies} "
                "of each. Take the interval wald."
            ).format(interval=interval, studies=studies)
        )


def all_on_the_model(fit: WeightedFit) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Say whether nothing but rounding is left of the effects, (...)."""
    y = fit.residual + (fit.design @ fit.beta[..., None])[..., 0]
    return np.asarray(fit.squares <= np.sum(fit.weight * (ROUNDING * y) ** 2, axis=-1))


def hksj_factor(fit: WeightedFit, df: Floats | float, interval: str) -> Floats:
    """Return the factor on the variance of the coefficients, (...), from the generalised Q; 1 for Wald.

    It is 1 as well, as for modified HKSJ, where the effects agree exactly: there is no spread to take it from.
    """
    if interval == "wald":
        return np.ones_like(fit.squares)
    spread = fit.squares / df
    return np.where(all_on_the_model(fit) | (interval == "modified_hksj"), np.maximum(1.0, spread), spread)


def _information(fit: WeightedFit, method: str) -> Information:
    restricted = method == "REML"
    k, p = fit.design.shape
    value = float(log_likelihood(fit, restricted))
    parameters = p + (method != COMMON)
    count = k - p if restricted else k
    enough = max(count, parameters + 2)
    bic = float(-2 * value + parameters * np.log(count)) if count else np.nan
    return Information(
        value,
        -2 * value + 2 * parameters,
        bic,
        -2 * value + 2 * parameters * enough / (enough - parameters - 1),
    )
