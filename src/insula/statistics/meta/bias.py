"""Asymmetry of the funnel: small studies that say something else.

Sources: Egger et al. 1997 (BMJ 315:629); Sterne & Egger 2005; Begg & Mazumdar 1994 (Biometrics 50:1088);
PET-PEESE Stanley & Doucouliagos 2014 (Res Synth Methods 5:60).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import kendalltau

from insula.core.errors import UnknownName
from insula.core.spoken import _
from insula.statistics.meta.coefficients import Coefficients, check_level, coefficients, critical_value
from insula.statistics.meta.linear import weighted_fit
from insula.statistics.meta.model import all_on_the_model, fit_model
from insula.statistics.meta.records import Effects, MetaAnalysisError, complete_studies

if TYPE_CHECKING:
    from insula.statistics.meta.records import Floats

PREDICTORS = ("standard_error", "variance", "size", "inverse_size", "root_size", "inverse_root_size")
MULTIPLICATIVE = "lm"
_EXACT_RANKS = (
    500  # the exact p takes a time that grows with the third power; here it is normal to three digits
)


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


def funnel(effects: Effects, level: float = 0.95) -> Funnel:
    """Return points and limits of a funnel plot; studies with a NaN are left out."""
    check_level(level)
    used = complete_studies(effects, 1, _("the funnel"))
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
    used = complete_studies(effects, 3, _("the funnel"))
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

    The p is exact without ties and up to 500 studies, else normal. Studies with a NaN are left out.

    Raises
    ------
    TooFewStudies
        Fewer than three studies.
    """
    used = complete_studies(effects, 3, _("the funnel"))
    weight = 1 / used.variance
    centre = np.average(used.estimate, weights=weight)
    score = (used.estimate - centre) / np.sqrt(used.variance - 1 / weight.sum())
    ties = len(np.unique(score)) < len(score) or len(np.unique(used.variance)) < len(score)
    normal = ties or len(score) > _EXACT_RANKS
    found = kendalltau(score, used.variance, method="asymptotic" if normal else "exact")
    return float(found.statistic), float(found.pvalue)


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
