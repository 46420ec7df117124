"""Asymmetry of the funnel: small studies that say something else.

Sources: Egger et al. 1997 (BMJ 315:629); Sterne & Egger 2005; Begg & Mazumdar 1994 (Biometrics 50:1088); Duval &
Tweedie 2000 (JASA 95:89; Biometrics 56:455); PET-PEESE Stanley & Doucouliagos 2014 (Res Synth Methods 5:60).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import kendalltau, rankdata

from insula.core.errors import UnknownName
from insula.statistics.meta.linear import weighted_fit
from insula.statistics.meta.model import (
    Coefficients,
    all_on_the_model,
    check_level,
    coefficients,
    critical_value,
    fit_model,
)
from insula.statistics.meta.pooling import Pooled, pool
from insula.statistics.meta.records import Effects, MetaAnalysisError, TooFewStudies, known_studies, select

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insula.statistics.meta.records import Floats

PREDICTORS = ("standard_error", "variance", "size", "inverse_size", "root_size", "inverse_root_size")
MULTIPLICATIVE = "lm"
_ROUNDS = 100


@dataclass(frozen=True)
class Funnel:
    """What a funnel plot shows.

    Parameters
    ----------
    estimate, standard_error : (k,)
    centre
        Common-effect estimate, where the funnel stands.
    limit_error, limit_low, limit_high : (101,)
        Standard errors from 0 to the largest, and the pseudo-confidence limits there.
    level
    """

    estimate: Floats
    standard_error: Floats
    centre: float
    limit_error: Floats
    limit_low: Floats
    limit_high: Floats
    level: float


@dataclass(frozen=True)
class Asymmetry:
    """A regression test of the funnel.

    Parameters
    ----------
    model
        ``lm`` (weighted regression, multiplicative dispersion) or the method of the mixed-effects model.
    predictor
        One of `PREDICTORS`.
    statistic, p_value, degrees
        Of the slope; degrees infinite for a normal test.
    limit, low, high
        The effect of an infinitely large study (NaN for predictors that do not vanish there).
    level
    """

    model: str
    predictor: str
    statistic: float
    p_value: float
    degrees: float
    limit: float
    low: float
    high: float
    level: float


@dataclass(frozen=True)
class PetPeese:
    """Effect corrected for small-study effects: PET, PEESE, and which of them to take.

    Parameters
    ----------
    pet, peese
        Regressions on the standard error and on the variance; their limits are the corrected effects.
    chosen
        ``peese`` when the 90 % interval of the PET limit excludes 0, else ``pet``.
    """

    pet: Asymmetry
    peese: Asymmetry
    chosen: str


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


def funnel(effects: Effects, level: float = 0.95) -> Funnel:
    """Return points and limits of a funnel plot; studies with a NaN are left out."""
    check_level(level)
    used = _used(effects, 1)
    error = used.standard_error
    centre = float(np.average(used.estimate, weights=1 / used.variance))
    grid = np.linspace(0, error.max(), 101)
    reach = critical_value(level) * grid
    return Funnel(used.estimate, error, centre, grid, centre - reach, centre + reach, level)


def regression_test(
    effects: Effects,
    *,
    model: str = "REML",
    predictor: str = "standard_error",
    interval: str = "wald",
    level: float = 0.95,
) -> Asymmetry:
    """Test the funnel by regression (Egger: model ``lm``, predictor ``standard_error``).

    Parameters
    ----------
    effects
        Studies with a NaN are left out.
    model
        ``lm`` or one of `heterogeneity.METHODS`.
    predictor
        One of `PREDICTORS`.
    interval
        Of the mixed-effects model.
    level

    Raises
    ------
    TooFewStudies
        Fewer than three studies.
    RankDeficient
        The predictor is the same in all studies.
    """
    if predictor not in PREDICTORS:
        raise UnknownName("predictor", predictor, PREDICTORS)
    used = _used(effects, 3)
    column = _predictor(used, predictor)
    design = np.stack([np.ones_like(column), column], axis=1)
    if model == MULTIPLICATIVE:
        check_level(level)
        table = _multiplicative(used, design, predictor, level)
    else:
        names = ("intercept", predictor)
        table = fit_model(used, design, names, method=model, interval=interval, level=level).coefficients
    vanishes = predictor not in ("size", "root_size")
    ends = (table.estimate[0], table.low[0], table.high[0]) if vanishes else (np.nan,) * 3
    limit, low, high = map(float, ends)
    statistic, p_value, degrees = table.statistic[1], table.p_value[1], table.degrees[1]
    return Asymmetry(
        model, predictor, float(statistic), float(p_value), float(degrees), limit, low, high, level
    )


def pet_peese(effects: Effects, level: float = 0.95) -> PetPeese:
    """Correct the effect for what small studies say; see `PetPeese`."""
    pet = regression_test(effects, model=MULTIPLICATIVE, predictor="standard_error", level=level)
    peese = regression_test(effects, model=MULTIPLICATIVE, predictor="variance", level=level)
    at_ninety = regression_test(effects, model=MULTIPLICATIVE, predictor="standard_error", level=0.90)
    return PetPeese(pet, peese, "peese" if at_ninety.low > 0 or at_ninety.high < 0 else "pet")


def rank_test(effects: Effects) -> tuple[float, float]:
    """Correlate effects and variances by rank (Begg): Kendall's tau and its p.

    The p is exact without ties and normal with them. Studies with a NaN are left out.

    Raises
    ------
    TooFewStudies
        Fewer than three studies.
    """
    used = _used(effects, 3)
    weight = 1 / used.variance
    centre = np.average(used.estimate, weights=weight)
    score = (used.estimate - centre) / np.sqrt(used.variance - 1 / weight.sum())
    ties = len(np.unique(score)) < len(score) or len(np.unique(used.variance)) < len(score)
    found = kendalltau(score, used.variance, method="asymptotic" if ties else "exact")
    return float(found.statistic), float(found.pvalue)


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
    used = _used(effects, 3 if side is None else 2)
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


def _multiplicative(used: Effects, design: Floats, predictor: str, level: float) -> Coefficients:
    fit = weighted_fit(used.estimate, design, 1 / used.variance)
    if all_on_the_model(fit):
        raise MetaAnalysisError("The effects lie exactly on a line: the regression has no residual spread.")
    df = float(len(used.estimate) - design.shape[1])
    return coefficients(
        ("intercept", predictor), fit.beta, fit.squares / df * fit.covariance, np.full(2, df), level
    )


def _predictor(used: Effects, name: str) -> Floats:
    if name == "standard_error":
        return used.standard_error
    if name == "variance":
        return used.variance
    if not np.isfinite(used.size).all():
        raise MetaAnalysisError(f'The predictor "{name}" needs the size of every study.')
    power = {"size": 1.0, "inverse_size": -1.0, "root_size": 0.5, "inverse_root_size": -0.5}[name]
    return np.asarray(used.size**power)


def _used(effects: Effects, least: int) -> Effects:
    known = known_studies(effects)
    if known.sum() < least:
        raise TooFewStudies(
            f"{int(known.sum())} studies have an effect; the test of the funnel needs {least}."
        )
    return select(effects, known)
