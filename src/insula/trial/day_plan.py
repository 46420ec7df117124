"""What people do on ordinary days, as rows of a schedule for the metabolic clock.

Every draw is addressed by (patient, day), so that the same person eats the same meals in every arm. Days follow one
another; arrays have the axes patients, days and rows of a day.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from insula.core.calendar import MINUTES_PER_DAY
from insula.core.random_streams import normal, uniform
from insula.trial.quantities import converted, number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from insula.catalog.base import Quantity
    from insula.catalog.records import Habits, Regimen
    from insula.catalog.records.clinic import Basal

EVERYBODY = np.array(True)
MINUTES_PER_HOUR = 60.0
_FIRST_OCCASION = 100_000  # keeps the occasions of run-in days, which are counted backwards, positive


def occasion(day: float) -> int:
    """Address of a day in the random streams; days before the therapy are negative."""
    return _FIRST_OCCASION + round(day)


@dataclass(frozen=True)
class Rows:
    """Schedule rows of one kind: arrays that broadcast to (P, D, K), K rows on each of D days.

    Parameters
    ----------
    time : min from the first midnight
    action : name, or names
    amount : what the action is given
    there : whether the patient does it at all
    """

    time: NDArray[np.float64]
    action: str | NDArray[np.str_]
    amount: NDArray[np.float64]
    there: NDArray[np.bool_]

    def table(self, n_patients: int, numbers: Mapping[str, int]) -> tuple[NDArray[Any], ...]:
        """Return time, number of the action, amount and ``there``, each (P, D * K)."""
        action = np.vectorize(numbers.__getitem__, otypes=[np.int64])(self.action)
        everyone = np.empty((n_patients, 1, 1))
        *columns, _ = np.broadcast_arrays(self.time, action, self.amount, self.there, everyone)
        return tuple(column.reshape(n_patients, math.prod(column.shape[1:])) for column in columns)


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

    @classmethod
    def joined(cls, parts: Sequence[Doses]) -> Doses:
        """Return the doses of several groups of patients, one after the other."""
        return cls(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(cls)))

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


def meal_rows(habits: Habits, people: People, doses: Doses, seed: int, days: NDArray[np.int64]) -> list[Rows]:
    """Meals and the rapid insulin for them."""
    n_meals, shape = len(habits.meals), (people.size, len(days))
    draws = normal(seed, "meals", people.candidates, occasions(days), 3 * n_meals)
    draws = draws.reshape(*shape, 3, n_meals, 1)
    missed = uniform(seed, "missed bolus", people.candidates, occasions(days), n_meals)
    day_to_day, counting = (
        number(habits.day_to_day, "dimensionless"),
        number(habits.counting_error, "dimensionless"),
    )
    rows = []
    for k, meal in enumerate(habits.meals):
        clock = number(meal.at, "min") + _wobble(meal.at) * draws[:, :, 0, k]
        time = midnights(days) + np.round(np.clip(clock, 0.0, MINUTES_PER_DAY - 1.0))
        share = number(meal.share, "dimensionless")
        grams = each(people.carbohydrate) * share * np.maximum(0.0, 1.0 + day_to_day * draws[:, :, 1, k])
        counted = grams * np.maximum(0.0, 1.0 + counting * draws[:, :, 2, k])
        injects = each(doses.on_insulin) & (missed[:, :, k, None] >= each(people.missed_bolus))
        rows.append(Rows(time, "bolus_for_meal", counted, injects))
        rows.append(Rows(time, "meal", grams, EVERYBODY))
    return rows


def _wobble(at: Quantity) -> float:
    """Standard deviation of a clock time, in minutes."""
    return converted(at.spread_low or 0.0, at.unit, "min")


def need_rows(habits: Habits, people: People, seed: int, days: NDArray[np.int64], symbol: str) -> list[Rows]:
    """Insulin sensitivity of each part of the day, relative to the person's own; the need is its reciprocal."""
    rows = []
    for part in habits.insulin_need:
        variation = number(part.variation, "dimensionless")
        draws = normal(seed, f"insulin need, {part.id}", people.candidates, occasions(days))
        time = midnights(days) + number(part.from_, "min")
        rows.append(Rows(time, f"set:{symbol}", 1.0 / unit_lognormal(variation, draws), EVERYBODY))
    return rows


def basal_rows(
    regimen: Regimen, people: People, doses: Doses, seed: int, days: NDArray[np.int64], symbol: str
) -> list[Rows]:
    """Basal insulin of every day: injected at the regimen's hours, or pumped by its profile.

    ``symbol`` takes what is absorbed of an injection.
    """
    if regimen.basal.profile:
        return _pumped(regimen.basal, doses, days)
    return _injected(regimen.basal, people, doses, seed, days, symbol)


def _pumped(basal: Basal, doses: Doses, days: NDArray[np.int64]) -> list[Rows]:
    """Rates that give the day's basal dose in the proportions of the profile; nobody forgets a pump."""
    times = [number(part.from_, "min") for part in basal.profile]
    rates = [number(part.rate, "U_per_h") for part in basal.profile]
    daily = float(np.dot(rates, np.diff([*times, MINUTES_PER_DAY]))) / MINUTES_PER_HOUR
    dose = np.where(doses.on_insulin, doses.basal, 0.0)
    return [
        Rows(midnights(days) + time, basal.action, each(dose * rate / daily), EVERYBODY)
        for time, rate in zip(times, rates, strict=True)
    ]


def _injected(
    basal: Basal, people: People, doses: Doses, seed: int, days: NDArray[np.int64], symbol: str
) -> list[Rows]:
    """Long-acting insulin in equal parts, unless it is forgotten that day.

    How much of a dose is absorbed varies from one injection to the next; what counts as delivered does not.
    """
    drawn = uniform(seed, "missed basal", people.candidates, occasions(days))
    injects = each(doses.on_insulin) & ~(drawn < each(people.missed_basal))
    share = 1.0 / len(basal.at)
    draws = normal(seed, "basal absorption", people.candidates, occasions(days), len(basal.at))
    variation = 0.0 if basal.variation is None else number(basal.variation, "dimensionless")
    rows = []
    for k, at in enumerate(basal.at):
        time = midnights(days) + number(at, "min")
        absorbed = unit_lognormal(variation, draws[:, :, k, None])
        rows.append(Rows(time, f"set:{symbol}", absorbed, injects))
        rows.append(Rows(time, basal.action, each(doses.basal * share), injects))
    return rows


def unit_lognormal(variation: float, draws: NDArray[np.float64]) -> NDArray[np.float64]:
    """Factors of mean 1 and the given CV from standard normal draws."""
    spread = np.log1p(variation**2)
    return np.asarray(np.exp(np.sqrt(spread) * draws - spread / 2.0))


def rescue_rows(habits: Habits, people: People, seed: int, days: NDArray[np.int64]) -> list[Rows]:
    """Moments at which a low can be noticed; what is eaten then depends on the glucose of that moment.

    On a day on which the sensor's alarm is heeded it counts beside the symptoms.
    """
    times = midnights(days) + np.arange(0.0, MINUTES_PER_DAY, number(habits.rescue.every, "min"))
    grams = np.array(number(habits.rescue.amount, "g"))
    heeded = uniform(seed, "alarm heeded", people.candidates, occasions(days)) < each(people.heeds_alarm)
    return [Rows(times, np.where(heeded, "rescue_with_alarm", "rescue"), grams, EVERYBODY)]


def occasions(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Addresses of days in the random streams."""
    return _FIRST_OCCASION + days


def midnights(days: NDArray[np.int64]) -> NDArray[np.float64]:
    """Begin of each day in minutes from the first midnight, (1, D, 1)."""
    return np.asarray((days - days[:1])[None, :, None] * MINUTES_PER_DAY, dtype=np.float64)


def each(values: NDArray[Any]) -> NDArray[Any]:
    """One value a patient, (P,), beside days and rows of a day."""
    return values[:, None, None]
