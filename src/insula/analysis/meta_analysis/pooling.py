"""Pooling by any method, told in one dictionary: inverse variance, Mantel-Haenszel, or a mixed model of the counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from insula.core.spoken import _
from insula.statistics.meta.coefficients import critical_value
from insula.statistics.meta.effect_sizes import RATIOS, back_transform
from insula.statistics.meta.glmm import MODELS, mixed_model
from insula.statistics.meta.model import fit_model
from insula.statistics.meta.pooling import pool
from insula.statistics.meta.rare_events import MEASURES as MANTEL_HAENSZEL_MEASURES
from insula.statistics.meta.rare_events import CommonEffect, mantel_haenszel, mantel_haenszel_weights
from insula.statistics.meta.records import MetaAnalysisError
from insula.statistics.meta.subgroups import difference as between_groups
from insula.statistics.meta.tau2 import COMMON
from insula.statistics.meta.tau2 import METHODS as INVERSE_VARIANCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from insula.analysis.meta_analysis.studies import Studies
    from insula.statistics.meta.glmm import MixedModel
    from insula.statistics.meta.pooling import Pooled
    from insula.statistics.meta.records import Effects, Floats

    Answer = dict[str, Any]

MANTEL_HAENSZEL, MIXED = "MH", "GLMM"
METHODS = (*INVERSE_VARIANCE, MANTEL_HAENSZEL, MIXED)
WITHOUT_SPREAD = (COMMON, MANTEL_HAENSZEL, MIXED)  # their mean has a Wald interval and no other
_SHARES = frozenset({"PLO", "PAS", "PFT", "IRS", "ZCOR"})


@dataclass(frozen=True)
class Request:
    """How to pool: a name of `METHODS`, the interval of the mean, the confidence level."""

    method: str
    interval: str
    level: float

    def by_inverse_variance(self) -> Request:
        """Return the request for what needs an effect and a variance per study: funnel, influence, regression."""
        stands_in = {MANTEL_HAENSZEL: COMMON, MIXED: "ML"}
        return replace(self, method=stands_in.get(self.method, self.method))

    def for_many_fits(self) -> Request:
        """Return the request for pooling again and again: a mixed model takes too long, as metafor finds too."""
        return self.by_inverse_variance() if self.method == MIXED else self


def check_method(studies: Studies, request: Request) -> None:
    """Refuse a method that the measure has not, or that cannot take divided controls."""
    measure, method = studies.effects.measure, request.method
    known = {MANTEL_HAENSZEL: MANTEL_HAENSZEL_MEASURES, MIXED: tuple(MODELS)}.get(method)
    if known and measure not in known:
        names = " ".join(name for name in known if "_" not in name)
        raise MetaAnalysisError(
            _("--method {method} takes the measures {names}, not {measure}.").format(
                method=method, names=names, measure=measure
            )
        )
    if method == MIXED and studies.roles.shared_control:
        raise MetaAnalysisError(
            _("--method GLMM needs whole counts and cannot take --shared-control; MH can.")
        )
    if request.interval != "wald" and method in (MANTEL_HAENSZEL, MIXED):
        raise MetaAnalysisError(
            _("The interval {interval} belongs to random effects; with {method} take wald.").format(
                interval=request.interval, method=method
            )
        )


def pool_studies(studies: Studies, request: Request) -> Answer:
    """Pool the studies; numbers that the method does not give are None.

    Raises
    ------
    MetaAnalysisError
        As `pool`, `mantel_haenszel` and `mixed_model`.
    """
    measure, level = studies.effects.measure, request.level
    if request.method == MANTEL_HAENSZEL:
        found = _common_effect(mantel_haenszel(measure, studies.columns, level=level))
    elif request.method == MIXED:
        found = _mixed(mixed_model(measure, studies.columns, level=level))
    else:
        found = _pooled(pool(studies.effects, method=request.method, interval=request.interval, level=level))
    return {"interval": request.interval, **found, "back_transformed": _readable_of(found, studies.effects)}


def pool_some(studies: Studies, request: Request, rows: NDArray[np.bool_]) -> Answer:
    """Pool some of the studies; a single one has a Wald interval, for it shows no spread."""
    part = studies.only(rows)
    alone = int(np.isfinite(part.effects.estimate).sum()) < 2
    return pool_studies(part, replace(request, interval="wald") if alone else request)


def weights(studies: Studies, request: Request) -> Floats:
    """Return the share of each study in the pooled effect in percent, (k,); NaN where the method has none."""
    effects = studies.effects
    if request.method == MANTEL_HAENSZEL:
        return mantel_haenszel_weights(effects.measure, studies.columns)
    if request.method == MIXED:
        return np.full(len(studies.labels), np.nan)
    return fit_model(effects, method=request.method, level=request.level).weight


def difference(groups: Sequence[Answer]) -> Answer:
    """Test whether pooled effects differ: Q between them, weighted by their Wald standard errors."""
    found = between_groups([group["estimate"] for group in groups], [group["wald_error"] for group in groups])
    return dict(zip(("statistic", "degrees", "p"), found, strict=True))


def readable(effects: Effects, values: Sequence[float], sizes: Floats | None = None) -> list[float] | None:
    """Return values on the scale that people read; None where that is the scale of pooling."""
    if scale(effects.measure) == "plain":
        return None
    return back_transform(effects.measure, values, effects.size if sizes is None else sizes).tolist()  # type: ignore[no-any-return]


def scale(measure: str) -> str:
    """Return ``ratio`` (read by exp), ``share`` (read by another inverse) or ``plain``."""
    return "ratio" if measure in RATIOS else "share" if measure in _SHARES else "plain"


def _readable_of(found: Answer, effects: Effects) -> Answer | None:
    ends = readable(effects, [found["estimate"], found["low"], found["high"]])
    if ends is None:
        return None
    prediction = found["prediction"] and readable(effects, found["prediction"])
    return {"estimate": ends[0], "low": ends[1], "high": ends[2], "prediction": prediction}


def _pooled(found: Pooled) -> Answer:
    model = found.model
    spread, profile = model.heterogeneity, found.profile
    return {
        "studies": model.studies,
        "estimate": found.estimate, "standard_error": found.standard_error, "p": found.p_value,
        "wald_error": found.wald_error, "low": found.low, "high": found.high, "degrees": model.coefficients.degrees[0],
        "interval": model.interval, "narrower_than_wald": found.narrower_than_wald,
        "prediction": found.prediction,
        "q": spread.q, "q_degrees": spread.q_df, "q_p": spread.q_p, "i2": spread.i2, "h2": spread.h2,
        "tau2": spread.tau2,
        "tau2_interval": profile.tau2 if profile else None, "i2_interval": profile.i2 if profile else None,
        "tests": None,
    }  # fmt: skip


def _common_effect(found: CommonEffect) -> Answer:
    i2 = max(0.0, 100 * (found.q - found.q_df) / found.q) if found.q > 0 else 0.0
    return {
        "studies": found.studies,
        "estimate": found.estimate, "standard_error": found.standard_error, "p": found.p_value,
        "wald_error": found.standard_error, "low": found.low, "high": found.high, "degrees": None, "prediction": None,
        "q": found.q, "q_degrees": found.q_df, "q_p": found.q_p, "i2": i2,
        "h2": found.q / found.q_df if found.q_df else None,
        "tau2": None, "tau2_interval": None, "i2_interval": None,
        "tests": {name: {"statistic": test[0], "p": test[1]} for name, test in found.tests.items()} or None,
    }  # fmt: skip


def _mixed(found: MixedModel) -> Answer:
    table = found.coefficients
    estimate, error = float(table.estimate[0]), float(table.standard_error[0])
    reach = float(critical_value(table.level)) * float(np.sqrt(error**2 + found.tau2))
    return {
        "studies": found.studies,
        "estimate": estimate, "standard_error": error, "wald_error": error, "p": float(table.p_value[0]),
        "low": float(table.low[0]), "high": float(table.high[0]), "degrees": None,
        "prediction": (estimate - reach, estimate + reach),
        "q": None, "q_degrees": None, "q_p": None, "i2": None, "h2": None,
        "tau2": found.tau2, "tau2_interval": None, "i2_interval": None, "tests": None,
    }  # fmt: skip
