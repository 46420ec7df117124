"""Generalised linear mixed models: counts as they are, true effects normal between studies.

Sources: Stijnen, Hamza & Ozdemir 2010 (Stat Med 29:3046); Hamza, van Houwelingen & Stijnen 2008 (J Clin Epidemiol
61:41). The models with study effects are UM.FS and UM.RS of metafor (Viechtbauer 2010, J Stat Softw 36:3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.core.errors import UnknownName
from insula.core.spoken import _
from insula.statistics.meta.coefficients import Coefficients, check_level, coefficients
from insula.statistics.meta.effects_of_counts import refuse_empty_groups
from insula.statistics.meta.glmm_likelihoods import (
    odds,
    odds_of_two_groups,
    proportions,
    rare_odds,
    rates,
    rates_of_two_groups,
    two_rates,
)
from insula.statistics.meta.glmm_one_effect import fixed_study_effects, maximise, without_study_effects
from insula.statistics.meta.glmm_two_effects import maximise_both
from insula.statistics.meta.records import (
    Floats,
    MetaAnalysisError,
    NotConverged,
    TooFewStudies,
    as_floats,
    refuse,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike

_TABLE, _RATES = ("ai", "bi", "ci", "di"), ("x1i", "t1i", "x2i", "t2i")
MODELS = {
    "PLO": ("xi", "ni"),
    "IRLN": ("xi", "ti"),
    "OR": _TABLE,
    "OR_APPROXIMATE": _TABLE,
    "OR_FIXED_STUDIES": _TABLE,
    "OR_RANDOM_STUDIES": _TABLE,
    "IRR": _RATES,
    "IRR_FIXED_STUDIES": _RATES,
    "IRR_RANDOM_STUDIES": _RATES,
}
_GIVEN = {"PLO": proportions, "IRLN": rates, "OR": odds, "OR_APPROXIMATE": rare_odds, "IRR": two_rates}
_GROUPS = {"OR": odds_of_two_groups, "IRR": rates_of_two_groups}


@dataclass(frozen=True)
class MixedModel:
    """A pooled effect from counts.

    Parameters
    ----------
    model
        One of `MODELS`.
    studies
        That took part.
    coefficients
        The pooled logit, log rate or log ratio, with a normal interval at its level.
    tau2
        Variance between studies.
    sigma2
        Variance of the studies' levels (the middle of both groups' logits or log rates); NaN where levels are not
        random.
    log_likelihood
        With all constants.
    """

    model: str
    studies: int
    coefficients: Coefficients
    tau2: float
    sigma2: float
    log_likelihood: float


def mixed_model(
    model: str, columns: Mapping[str, ArrayLike], *, level: float = 0.95, nodes: int = 15
) -> MixedModel:
    """Fit by maximum likelihood.

    Parameters
    ----------
    model
        ``PLO`` proportions `xi` of `ni` (binomial); ``IRLN`` rates `xi` in `ti` (Poisson); ``OR`` two groups, given the
        events of each study (non-central hypergeometric); ``OR_APPROXIMATE`` the same, binomial, for events that are
        rare; ``IRR`` two rates, given the events of each study (binomial). Not given the events, with a level of its
        own for each study: ``OR_FIXED_STUDIES``, ``IRR_FIXED_STUDIES``; with levels that are random, independent of
        the effects: ``OR_RANDOM_STUDIES``, ``IRR_RANDOM_STUDIES``.
    columns
        Of `MODELS`, (k,) each; studies with a NaN are left out, as are studies that say nothing of a ratio.
    level
    nodes
        Of the quadrature of each of two random effects; 1 is Laplace's approximation, which lme4 has for them.

    Raises
    ------
    UnknownName, InvalidStudy
    MetaAnalysisError
        A column is missing, or all events are on one side, where the likelihood has no top.
    TooFewStudies
        Fewer than two studies.
    NotConverged
    """
    if model not in MODELS:
        raise UnknownName("mixed model", model, MODELS)
    check_level(level)
    data = _read(model, columns)
    studies = len(next(iter(data.values())))
    mu, tau2, sigma2, information, value = _fit(model, data, studies, nodes)
    if not (np.linalg.eigvalsh(information) > 0).all():
        raise NotConverged(_("The likelihood of the mixed model is flat: the counts are too few to tell."))
    covariance = as_floats(np.linalg.inv(information)[:1, :1])
    table = coefficients((model,), np.array([mu]), covariance, np.array([np.inf]), level)
    return MixedModel(model, studies, table, tau2, sigma2, value)


def _fit(
    model: str, data: Mapping[str, Floats], studies: int, nodes: int
) -> tuple[float, float, float, Floats, float]:
    """Return mu, tau2, sigma2, the information (mu first) and the log-likelihood."""
    measure, _, levels = model.partition("_")
    if levels == "RANDOM_STUDIES":
        point, information, value = maximise_both(_GROUPS[measure](data), nodes)
        return float(point[0]), float(point[1] ** 2), float(point[3] ** 2), information, value
    if levels == "FIXED_STUDIES":
        profile = fixed_study_effects(_GROUPS[measure](data))
    else:
        profile = without_study_effects(_GIVEN[model](data))
    mu, tau, information, value = maximise(profile, studies)
    return mu, tau**2, np.nan, information, value


def _read(model: str, columns: Mapping[str, ArrayLike]) -> dict[str, Floats]:
    missing = [name for name in MODELS[model] if name not in columns]
    if missing:
        raise MetaAnalysisError(
            _('The model {model} needs the column "{missing}".').format(model=model, missing=missing[0])
        )
    data = {name: as_floats(columns[name]) for name in MODELS[model]}
    for name, values in data.items():
        refuse(values < 0, name, _("must not be negative."))
        refuse(np.isinf(values), name, _("is infinite."))
        if name in ("ni", "ti", "t1i", "t2i"):
            refuse(values == 0, name, _("must be above 0."))
    refuse_empty_groups(data)
    known = np.isfinite(list(data.values())).all(axis=0)
    if "ai" in data:
        known &= (data["ai"] + data["ci"] > 0) & (data["bi"] + data["di"] > 0)
    if "x2i" in data:
        known &= data["x1i"] + data["x2i"] > 0
    if known.sum() < 2:
        raise TooFewStudies(
            _("{known} studies say something of the effect; two are needed.").format(known=int(known.sum()))
        )
    return {name: values[known] for name, values in data.items()}
