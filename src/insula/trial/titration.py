"""Insulin titration as a clinic does it: rules and limits are text (``science/regimens``), here they are applied."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from insula.core.calendar import MINUTES_PER_DAY
from insula.trial.day_plan import Doses
from insula.trial.handover import rows_of
from insula.trial.quantities import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insula.catalog.records import Habits, Range, Regimen, Titration


@dataclass(frozen=True)
class Review:
    """What the clinic sees of the sampled days; all (P,): mg/dL, mg/dL, share of time, share of time."""

    fasting: NDArray[np.float64]
    after_meal: NDArray[np.float64]
    share_low: NDArray[np.float64]
    share_high: NDArray[np.float64]

    def take(self, who: NDArray[np.intp] | NDArray[np.bool_]) -> Review:
        """Return what is seen of the chosen patients."""
        return Review(*(getattr(self, field.name)[who] for field in fields(self)))


@dataclass(frozen=True)
class OwnLimits:
    """What patients do at home, (P,) each.

    mg/dL added to the lower and to the upper end of the clinic's targets, share of lows that is tolerated.
    """

    shift_low: NDArray[np.float64]
    shift: NDArray[np.float64]
    tolerated: NDArray[np.float64]


def start(regimen: Regimen, weight: NDArray[np.float64]) -> Doses:
    """First doses of a patient of the given weight (kg), by the regimen's rules; held back if insulin waits."""
    daily = number(regimen.start.dose_per_kg, "U_per_kg_day") * weight
    return Doses(
        basal=daily * number(regimen.start.basal_share, "dimensionless"),
        carbohydrate_ratio=number(regimen.start.carbohydrate_rule, "g_per_day") / daily,
        correction_factor=number(regimen.start.correction_rule, "mg_per_dL_per_day") / daily,
        on_insulin=np.full(len(weight), not regimen.start.waits),
    )


def review(
    regimen: Regimen, habits: Habits, time: NDArray[np.float64], glucose: NDArray[np.float64]
) -> Review:
    """Summarise sampled days.

    Parameters
    ----------
    time : (T,) min from a midnight
    glucose : (P, T) mg/dL
    """
    clock = np.mod(time, MINUTES_PER_DAY)
    meals = sorted(number(meal.at, "min") for meal in habits.meals)
    windows = regimen.titration.windows
    before = number(windows.before_breakfast, "min")
    first, last = number(windows.after_meal_from, "min"), number(windows.after_meal_to, "min")
    before_breakfast = (clock >= meals[0] - before) & (clock < meals[0])
    window = np.zeros(len(time), dtype=bool)
    for at in meals:
        window |= (clock >= at + first) & (clock <= at + last)
    low = number(regimen.titration.hypoglycaemia.below, "mg_per_dL")
    high = number(regimen.restart.after_meal, "mg_per_dL")
    return Review(
        fasting=rows_of(glucose, before_breakfast).mean(axis=1),
        after_meal=rows_of(glucose, window).mean(axis=1),
        share_low=(glucose < low).mean(axis=1),
        share_high=(glucose > high).mean(axis=1),
    )


def titrate(
    regimen: Regimen,
    doses: Doses,
    seen: Review,
    own: OwnLimits,
    weight: NDArray[np.float64],
    daily: NDArray[np.float64],
    weaned: bool,
    after_therapy: bool,
) -> Doses:
    """Return the doses after a review; those who are off insulin may resume, those on it may stop.

    Parameters
    ----------
    daily : (P,) U/day
        What was injected on the sampled days.
    weaned : bool
        Whether insulin is weaned (doses go down while glucose stays within the limits for stopping) and stopped.
    after_therapy : bool
        Whether a therapy with `weans_insulin` has been given: only then the targets after a therapy hold.
    """
    rule = regimen.titration
    first = start(regimen, weight)
    down_anyway = seen.share_low > own.tolerated
    if weaned:
        down_anyway |= _well(regimen, seen)
    aim = rule.after_therapy if after_therapy and rule.after_therapy is not None else rule
    over_basal, over_rapid = first.basal / doses.basal, doses.carbohydrate_ratio / first.carbohydrate_ratio
    basal = doses.basal * _step(rule, seen.fasting, aim.fasting, own, down_anyway, over_basal)
    ratio = doses.carbohydrate_ratio / _step(
        rule, seen.after_meal, aim.after_meal, own, down_anyway, over_rapid
    )
    rule_of_factor = number(regimen.start.correction_rule, "mg_per_dL_per_day")
    factor = np.divide(
        rule_of_factor, daily, out=doses.correction_factor.copy(), where=doses.on_insulin & (daily > 0)
    )
    little = daily / weight <= number(regimen.stop.dose_per_kg, "U_per_kg_day")
    on = doses.on_insulin & ~(weaned & little & _well(regimen, seen))
    on |= ~doses.on_insulin & _must_resume(regimen, seen)
    kept = ~doses.on_insulin
    return replace(
        doses,
        basal=np.where(kept, doses.basal, basal),
        carbohydrate_ratio=np.where(kept, doses.carbohydrate_ratio, ratio),
        correction_factor=factor,
        on_insulin=on,
    )


def _step(
    rule: Titration,
    glucose: NDArray[np.float64],
    target: Range,
    own: OwnLimits,
    down_anyway: NDArray[np.bool_],
    first: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Factor on a dose: down when it must or below the patient's own target, up above it.

    Up goes by a share of the dose or of the first one (`first` times the dose) if that was more: clinics count units,
    and a dose that was cut far down would take years to come back by shares of itself.
    """
    up = 1.0 + number(rule.step_up, "dimensionless") * np.maximum(first, 1.0)
    down = 1.0 - number(rule.step_down, "dimensionless")
    low = number(target.low, "mg_per_dL") + own.shift_low
    high = number(target.high, "mg_per_dL") + own.shift
    factor = np.where(glucose > high, up, np.where(glucose < low, down, 1.0))
    return np.where(down_anyway, down, factor)


def _well(regimen: Regimen, seen: Review) -> NDArray[np.bool_]:
    """Whether glucose is within the limits for stopping insulin."""
    stop = regimen.stop
    return (seen.fasting <= number(stop.fasting, "mg_per_dL")) & (
        seen.after_meal <= number(stop.after_meal, "mg_per_dL")
    )


def _must_resume(regimen: Regimen, seen: Review) -> NDArray[np.bool_]:
    """Whether any limit for resuming insulin is passed."""
    resume = regimen.restart
    return (
        (seen.fasting > number(resume.fasting, "mg_per_dL"))
        | (seen.after_meal > number(resume.after_meal, "mg_per_dL"))
        | (seen.share_high > number(resume.share_above, "dimensionless"))
    )
