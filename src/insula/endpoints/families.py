"""Families of endpoints: how a definition of ``endpoints.yaml`` becomes a computation on a visit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from insula.endpoints import c_peptide, cgm_metrics, change, glycaemia, homa, insulin_need, scores

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from insula.endpoints.visit import Floats, Visit

LimitUnit = tuple[
    str, str | None
]  # unit in which the function wants the limit, and the quantity for conversions

_PERCENT: LimitUnit = ("percent", None)
_SHARE: LimitUnit = ("dimensionless", None)
_GLUCOSE: LimitUnit = ("mg_per_dL", "glucose")
_C_PEPTIDE: LimitUnit = ("nmol_per_L", "c_peptide")
_HBA1C: LimitUnit = ("percent", "hba1c")
_DOSE: LimitUnit = ("U_per_kg_day", None)
_HBA1C_PER_DOSE: LimitUnit = ("percent_kg_day_per_U", None)
_MINUTE: LimitUnit = ("min", None)
_HOUR: LimitUnit = ("hour", None)
_DAY: LimitUnit = ("day", None)


class Readings(Protocol):
    """A visit together with the endpoints measured from it."""

    visit: Visit

    def value(self, endpoint: str) -> Floats:
        """Return an endpoint of this visit, (P,)."""

    def at_baseline(self, endpoint: str) -> Floats:
        """Return an endpoint of the baseline visit, (P,); all NaN without one."""


@dataclass(frozen=True)
class Family:
    """One way to compute an endpoint.

    Parameters
    ----------
    compute
        ``compute(readings, of, **limits) -> (P,)``; `of` is the endpoint or visit field that the definition
        names.
    required, optional
        Limits by name with the unit that `compute` wants; None as unit means the unit of the endpoint `of`.
    of
        ``none``, ``endpoint``, ``field``, ``symbol`` (of the disease model) or ``event`` (adverse): what the
        definition's key ``of`` names.
    """

    compute: Callable[..., Floats]
    required: Mapping[str, LimitUnit] = field(default_factory=dict)
    optional: Mapping[str, LimitUnit | None] = field(default_factory=dict)
    of: str = "none"


def _from_cgm(function: Callable[..., Floats], **required: LimitUnit) -> Family:
    def compute(readings: Readings, of: str, **limits: Any) -> Floats:  # noqa: ARG001
        return function(readings.visit.cgm_glucose, **limits)

    return Family(compute, {**required, "complete": _PERCENT})


def _field(readings: Readings, of: str) -> Floats:
    return np.asarray(getattr(readings.visit, of), dtype=np.float64)


def _reading_of(readings: Readings, of: str) -> Floats:
    return readings.visit.read[of]


def _diagnosed(readings: Readings, of: str) -> Floats:  # noqa: ARG001
    visit = readings.visit
    return np.where(np.isnan(visit.hba1c), np.nan, (visit.since_diagnosis >= 0).astype(float))


def _dose_adjusted(readings: Readings, of: str, *, per_dose: float) -> Floats:
    adjusted = readings.value(of) + per_dose * _dose_per_kg(readings, of)
    return np.where(np.isnan(readings.visit.since_diagnosis), np.nan, adjusted)


def _low_insulin(readings: Readings, of: str, *, below: float, dose_below: float) -> Floats:
    """1 where HbA1c and the dose per weight both lie below their limits, else 0; NaN where one has no value."""
    hba1c, dose = readings.value(of), _dose_per_kg(readings, of)
    return np.where(np.isnan(hba1c + dose), np.nan, (hba1c < below) & (dose < dose_below))


def _with_hba1c(readings: Readings, of: str, *, below: float) -> Floats:
    """1 where the endpoint `of` is 1 and HbA1c lies below its limit, else 0; NaN where one has no value."""
    there, hba1c = readings.value(of), readings.value("hba1c")
    return np.where(np.isnan(there + hba1c), np.nan, (there == 1) & (hba1c < below))


def _free_of_events(readings: Readings, of: str, **limits: Any) -> Floats:  # noqa: ARG001
    return readings.visit.free_of_severe_hypoglycaemia


def _had_event(readings: Readings, of: str) -> Floats:
    """1 for who has had the adverse event since day 0, else 0.

    NaN where no diary was kept, the patient failed, or nobody counted the event by then.
    """
    diary, failed = readings.visit.adverse_events, np.isnan(readings.visit.weight)
    if diary is None:
        return np.full(failed.shape, np.nan)
    had = diary.get(of, np.zeros(failed.shape))
    return np.where(failed | np.isnan(had), np.nan, had > 0)


def _meets(readings: Readings, of: str, **limits: Any) -> Floats:
    return glycaemia.meets(readings.value(of), **limits)


def _management_indicator(readings: Readings, of: str, **limits: Any) -> Floats:
    return cgm_metrics.glucose_management_indicator(readings.value(of), **limits)


def _fasting(readings: Readings, of: str) -> Floats:
    return glycaemia.fasting_sample(readings.visit.meal_test_time, getattr(readings.visit, of))


def _sample(readings: Readings, of: str, *, at: float) -> Floats:
    return glycaemia.sample_at(readings.visit.meal_test_time, getattr(readings.visit, of), at)


def _peak(readings: Readings, of: str) -> Floats:
    return c_peptide.peak(getattr(readings.visit, of))


def _area(function: Callable[..., Floats]) -> Callable[..., Floats]:
    def compute(readings: Readings, of: str, *, until: float) -> Floats:
        return function(readings.visit.meal_test_time, getattr(readings.visit, of), until=until)

    return compute


def _homa(function: Callable[..., Floats]) -> Callable[..., Floats]:
    def compute(readings: Readings, of: str, **limits: Any) -> Floats:  # noqa: ARG001
        return function(readings.value("fasting_glucose"), readings.value("fasting_c_peptide"), **limits)

    return compute


def _daily_dose(readings: Readings, of: str) -> Floats:  # noqa: ARG001
    return insulin_need.daily_dose(readings.visit.insulin_dose)


def _dose_per_kg(readings: Readings, of: str) -> Floats:
    return _daily_dose(readings, of) / readings.visit.weight


def _fallen(readings: Readings, of: str, **limits: Any) -> Floats:
    return change.fallen(readings.value(of), readings.at_baseline(of), **limits)


def _c_peptide_response(readings: Readings, of: str, **limits: Any) -> Floats:  # noqa: ARG001
    names = ("fasting_c_peptide", "stimulated_c_peptide_2h")
    return change.either(
        *(change.risen(readings.value(name), readings.at_baseline(name), **limits) for name in names)
    )


def _independent(
    readings: Readings,
    of: str,  # noqa: ARG001
    *,
    fasting_at: float,
    after_breakfast_at: float,
    after_lunch_at: float,
    after_dinner_at: float,
    counted_days: float,
    **limits: Any,
) -> Floats:
    visit, days = readings.visit, int(counted_days)
    if not visit.cgm_time.size:  # else only those who still inject would have a value
        return np.full(visit.patients, np.nan)
    meals = (after_breakfast_at, after_lunch_at, after_dinner_at)
    fasting = insulin_need.readings_at_clock(
        visit.cgm_time, visit.cgm_glucose, hours=(fasting_at,), days=days
    )
    after = insulin_need.readings_at_clock(visit.cgm_time, visit.cgm_glucose, hours=meals, days=days)
    return insulin_need.insulin_independent(visit.insulin_dose, visit.hba1c, fasting, after, **limits)


def _beta_score(readings: Readings, of: str, **limits: Any) -> Floats:  # noqa: ARG001
    names = (
        "fasting_glucose",
        "hba1c",
        "insulin_dose_per_kg",
        "fasting_c_peptide",
        "stimulated_c_peptide_90min",
    )
    return scores.beta_score(*(readings.value(name) for name in names), **limits)


def _igls_1(readings: Readings, of: str, **limits: Any) -> Floats:  # noqa: ARG001
    names = ("severe_hypoglycaemia_rate", "insulin_dose_per_kg", "mmtt_c_peptide_peak")
    now = (readings.value(name) for name in ("hba1c", *names))
    return scores.igls_1(*now, *(readings.at_baseline(name) for name in names), **limits)


def _igls_treatment(readings: Readings, of: str, **limits: Any) -> Floats:  # noqa: ARG001
    names = ("hba1c", "tir", "severe_hypoglycaemia_rate", "tbr_54")
    now, before = (readings.value(name) for name in names), (readings.at_baseline(name) for name in names)
    return scores.igls_treatment(*now, *before, **limits)


def _igls_graft(readings: Readings, of: str, **limits: Any) -> Floats:  # noqa: ARG001
    names = ("igls_treatment", "insulin_dose_total", "fasting_c_peptide", "mmtt_c_peptide_peak")
    return scores.igls_graft(*(readings.value(name) for name in names), **limits)


_SIDES: dict[str, LimitUnit | None] = dict.fromkeys(("below", "above", "at_least", "at_most"))

FAMILIES: dict[str, Family] = {
    "reading": Family(_field, of="field"),
    "reading_of": Family(_reading_of, of="symbol"),
    "diagnosed": Family(_diagnosed),
    "had_event": Family(_had_event, of="event"),
    "dose_adjusted_hba1c": Family(_dose_adjusted, {"per_dose": _HBA1C_PER_DOSE}, of="endpoint"),
    "low_insulin": Family(_low_insulin, {"below": _HBA1C, "dose_below": _DOSE}, of="endpoint"),
    "with_hba1c": Family(_with_hba1c, {"below": _HBA1C}, of="endpoint"),
    "meets": Family(_meets, optional=_SIDES, of="endpoint"),
    "time_in_range": _from_cgm(cgm_metrics.time_in_range, low=_GLUCOSE, high=_GLUCOSE),
    "time_below": _from_cgm(cgm_metrics.time_below, below=_GLUCOSE),
    "time_above": _from_cgm(cgm_metrics.time_above, above=_GLUCOSE),
    "mean_glucose": _from_cgm(cgm_metrics.mean_glucose),
    "glucose_sd": _from_cgm(cgm_metrics.glucose_sd),
    "glucose_cv": _from_cgm(cgm_metrics.glucose_cv),
    "glucose_management_indicator": Family(
        _management_indicator,
        {"intercept": _PERCENT, "slope": ("percent_per_mg_per_dL", None)},
        of="endpoint",
    ),
    "fasting_sample": Family(_fasting, of="field"),
    "sample_at": Family(_sample, {"at": _MINUTE}, of="field"),
    "peak": Family(_peak, of="field"),
    "mean_area": Family(_area(c_peptide.mean_area), {"until": _MINUTE}, of="field"),
    "total_area": Family(_area(c_peptide.total_area), {"until": _MINUTE}, of="field"),
    "homa_resistance": Family(
        _homa(homa.resistance), {"intercept": _SHARE, "product": ("mg_nmol_per_dL_L", None)}
    ),
    "homa_function": Family(
        _homa(homa.function), {"factor": ("percent_mg_L_per_dL_nmol", None), "glucose_above": _GLUCOSE}
    ),
    "daily_dose": Family(_daily_dose),
    "dose_per_kg": Family(_dose_per_kg),
    "fallen": Family(_fallen, {"by_more_than": _PERCENT}, of="endpoint"),
    "c_peptide_response": Family(_c_peptide_response, {"by_at_least": _PERCENT}),
    "insulin_independent": Family(
        _independent,
        {
            "days_without": _DAY,
            "hba1c_below": _HBA1C,
            "counted_days": _DAY,
            "fasting_limit": _GLUCOSE,
            "fasting_most": _SHARE,
            "fasting_at": _HOUR,
            "after_meal_limit": _GLUCOSE,
            "after_meal_most": _SHARE,
            "after_breakfast_at": _HOUR,
            "after_lunch_at": _HOUR,
            "after_dinner_at": _HOUR,
        },
    ),
    "free_of_events": Family(_free_of_events, {"start": _DAY}),
    "beta_score": Family(
        _beta_score,
        {
            "glucose_one_from": _GLUCOSE,
            "glucose_none_from": _GLUCOSE,
            "hba1c_one_from": _HBA1C,
            "hba1c_none_from": _HBA1C,
            "insulin_one_from": _DOSE,
            "insulin_none_from": _DOSE,
            "c_peptide_one_from": _C_PEPTIDE,
            "c_peptide_two_from": _C_PEPTIDE,
        },
    ),
    "igls_1": Family(
        _igls_1,
        {
            "optimal_hba1c_at_most": _HBA1C,
            "good_hba1c_below": _HBA1C,
            "good_dose_share_below": _SHARE,
            "good_dose_below": _DOSE,
            "c_peptide_above": _C_PEPTIDE,
        },
    ),
    "igls_treatment": Family(
        _igls_treatment,
        {
            "optimal_hba1c_at_most": _HBA1C,
            "optimal_in_range_at_least": _PERCENT,
            "optimal_below_54_at_most": _PERCENT,
            "good_hba1c_below": _HBA1C,
            "good_in_range_at_least": _PERCENT,
            "good_below_54_below": _PERCENT,
        },
    ),
    "igls_graft": Family(
        _igls_graft,
        {
            "good_stimulated_above": _C_PEPTIDE,
            "good_fasting_at_least": _C_PEPTIDE,
            "marginal_stimulated_at_least": _C_PEPTIDE,
            "marginal_fasting_at_least": _C_PEPTIDE,
            "any_above": _C_PEPTIDE,
        },
    ),
}
