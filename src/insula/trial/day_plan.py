"""What a person does on an ordinary day, as rows of a schedule for the metabolic clock.

Every draw is addressed by (patient, day), so that the same person eats the same meals in every arm.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from insula.core.calendar import MINUTES_PER_DAY
from insula.core.random_streams import normal, uniform
from insula.trial.quantities import converted, number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insula.catalog.base import Quantity
    from insula.catalog.records import Habits, Regimen

_FIRST_OCCASION = 100_000  # keeps the occasions of run-in days, which are counted backwards, positive


def occasion(day: float) -> int:
    """Address of a day in the random streams; days before the therapy are negative."""
    return _FIRST_OCCASION + round(day)


@dataclass(frozen=True)
class Row:
    """Schedule rows of one kind; all arrays have one entry per row."""

    patient: NDArray[np.integer]
    time: NDArray[np.floating]
    action: str
    amount: NDArray[np.floating]


@dataclass(frozen=True)
class Doses:
    """What each patient injects: basal U/day, g covered by 1 U, mg/dL that 1 U lowers, whether insulin is used."""

    basal: NDArray[np.float64]
    carbohydrate_ratio: NDArray[np.float64]
    correction_factor: NDArray[np.float64]
    on_insulin: NDArray[np.bool_]

    def take(self, who: NDArray[np.intp]) -> Doses:
        """Return the doses of the chosen patients."""
        return Doses(*(getattr(self, field.name)[who] for field in fields(self)))

    def put(self, who: NDArray[np.intp], new: Doses) -> None:
        """Write the doses of the chosen patients."""
        for field in fields(self):
            getattr(self, field.name)[who] = getattr(new, field.name)


@dataclass(frozen=True)
class People:
    """Habits of each patient, (P,): address, g carbohydrate a day, chances of forgetting and of heeding an alarm."""

    candidates: NDArray[np.int64]
    carbohydrate: NDArray[np.float64]
    missed_bolus: NDArray[np.float64]
    missed_basal: NDArray[np.float64]
    heeds_alarm: NDArray[np.float64]

    @property
    def size(self) -> int:
        """Number of patients."""
        return len(self.candidates)

    def take(self, who: NDArray[np.intp]) -> People:
        """Return the chosen patients."""
        return People(*(getattr(self, field.name)[who] for field in fields(self)))


def meal_rows(
    habits: Habits,
    people: People,
    doses: Doses,
    seed: int,
    day: int,
    offset: float,
) -> list[Row]:
    """Meals of one day and the rapid insulin for them; ``offset`` (min) is where the day starts in the schedule."""
    n_meals = len(habits.meals)
    draws = normal(seed, "meals", people.candidates, occasion(day), 3 * n_meals).reshape(-1, 3, n_meals)
    missed = uniform(seed, "missed bolus", people.candidates, occasion(day), n_meals)
    day_to_day, counting = (
        number(habits.day_to_day, "dimensionless"),
        number(habits.counting_error, "dimensionless"),
    )
    everyone = np.arange(people.size)
    rows = []
    for k, meal in enumerate(habits.meals):
        clock = number(meal.at, "min") + _wobble(meal.at) * draws[:, 0, k]
        time = offset + np.round(np.clip(clock, 0.0, MINUTES_PER_DAY - 1.0))
        share = number(meal.share, "dimensionless")
        grams = people.carbohydrate * share * np.maximum(0.0, 1.0 + day_to_day * draws[:, 1, k])
        counted = grams * np.maximum(0.0, 1.0 + counting * draws[:, 2, k])
        injects = doses.on_insulin & (missed[:, k] >= people.missed_bolus)
        rows.append(Row(everyone[injects], time[injects], "bolus_for_meal", counted[injects]))
        rows.append(Row(everyone, time, "meal", grams))
    return rows


def _wobble(at: Quantity) -> float:
    """Standard deviation of a clock time, in minutes."""
    return converted(at.spread_low or 0.0, at.unit, "min")


def need_rows(habits: Habits, people: People, seed: int, day: int, offset: float, symbol: str) -> list[Row]:
    """Insulin sensitivity of each part of the day, relative to the person's own; the need is its reciprocal."""
    everyone = np.arange(people.size)
    rows = []
    for part in habits.insulin_need:
        variation = number(part.variation, "dimensionless")
        draws = normal(seed, f"insulin need, {part.id}", people.candidates, occasion(day))[:, 0]
        time = np.full(people.size, offset + number(part.from_, "min"))
        rows.append(Row(everyone, time, f"set:{symbol}", 1.0 / unit_lognormal(variation, draws)))
    return rows


def basal_rows(
    regimen: Regimen, people: People, doses: Doses, seed: int, day: int, offset: float, symbol: str
) -> list[Row]:
    """Long-acting insulin of one day, in equal parts at the regimen's hours, unless it is forgotten that day.

    How much of a dose is absorbed varies from one injection to the next; what counts as delivered does not.
    """
    forgotten = uniform(seed, "missed basal", people.candidates, occasion(day))[:, 0] < people.missed_basal
    who = np.flatnonzero(doses.on_insulin & ~forgotten)
    share = 1.0 / len(regimen.basal.at)
    draws = normal(seed, "basal absorption", people.candidates, occasion(day), len(regimen.basal.at))[who]
    variation = 0.0 if regimen.basal.variation is None else number(regimen.basal.variation, "dimensionless")
    rows = []
    for k, at in enumerate(regimen.basal.at):
        time = np.full(len(who), offset + number(at, "min"))
        rows.append(Row(who, time, f"set:{symbol}", unit_lognormal(variation, draws[:, k])))
        rows.append(Row(who, time, regimen.basal.action, doses.basal[who] * share))
    return rows


def unit_lognormal(variation: float, draws: NDArray[np.float64]) -> NDArray[np.float64]:
    """Factors of mean 1 and the given CV from standard normal draws."""
    spread = np.log1p(variation**2)
    return np.asarray(np.exp(np.sqrt(spread) * draws - spread / 2.0))


def rescue_rows(habits: Habits, people: People, seed: int, day: int, offset: float) -> list[Row]:
    """Moments at which a low can be noticed; what is eaten then depends on the glucose of that moment.

    On a day on which the sensor's alarm is heeded it counts beside the symptoms.
    """
    times = offset + np.arange(0.0, MINUTES_PER_DAY, number(habits.rescue.every, "min"))
    grams = number(habits.rescue.amount, "g")
    heeded = uniform(seed, "alarm heeded", people.candidates, occasion(day))[:, 0] < people.heeds_alarm
    rows = []
    for action, mask in (("rescue", ~heeded), ("rescue_with_alarm", heeded)):
        patient = np.repeat(np.flatnonzero(mask), len(times))
        rows.append(Row(patient, np.tile(times, int(mask.sum())), action, np.full(len(patient), grams)))
    return rows
