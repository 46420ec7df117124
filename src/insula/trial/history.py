"""A life before the study: from birth on the disease clock and the averaged map, to the stage at which people enter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from insula.core.calendar import DAYS_PER_YEAR
from insula.core.units import convert
from insula.population.quantities import WAIT
from insula.population.sample import with_values
from insula.population.screening import Screening, describe_life, screen
from insula.trial.averaged_days import AveragedDays
from insula.trial.biography import DIAGNOSED_FOR
from insula.trial.diagnosis import meets_a_criterion
from insula.trial.enrol import enrol
from insula.trial.follow_up import meet
from insula.trial.growth import lived
from insula.trial.past import Past
from insula.trial.quantities import number
from insula.trial.quiet_years import MEETINGS, joined, live_a_year, may_be_quiet
from insula.trial.two_clocks import prescribe

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insula.catalog.records import History
    from insula.population.sample import ParameterTable
    from insula.trial.clinic import Clinic
    from insula.trial.cohort import Cohort

    Floats = NDArray[np.float64]


@dataclass
class _Living:
    """Those who have not entered yet: their rows among the candidates, when they enter (NaN: stage not reached)."""

    cohort: Cohort
    rows: NDArray[np.intp]
    enters: Floats

    def with_(self, other: _Living) -> _Living:
        return _Living(
            joined(self.cohort, other.cohort),
            np.concatenate([self.rows, other.rows]),
            np.concatenate([self.enters, other.enters]),
        )

    def select(self, kept: NDArray[np.bool_]) -> _Living:
        return self if kept.all() else _Living(self.cohort.select(kept), self.rows[kept], self.enters[kept])


def live_until_entry(
    clinic: Clinic, people: ParameterTable
) -> tuple[ParameterTable, Past, tuple[NDArray[np.int64], Screening]]:
    """Let candidates live from birth until they enter the study; each is followed no longer than that.

    Returns
    -------
    Those who entered, with what their life tells of day 0 and all that follows from it; where they stand on the day of
    entry; and who of all candidates reached the stage (the value is the age at entry in years, NaN for never).
    A candidate whose life could not be integrated has not reached it.
    """
    history = clinic.population.history
    assert history is not None
    past = _live(replace(clinic, days=AveragedDays(clinic.known_sights)), people, history)
    age = (-clinic.run_in - past.born) / DAYS_PER_YEAR
    entered = np.isfinite(age)
    screening = Screening((describe_life(history),), age[:, None], entered[:, None])
    of_day_0 = with_values(people, clinic.quantities, lived(clinic, past.born, past.diagnosed_on, 0.0))
    return of_day_0.rows(entered), past.take(entered), (people.candidates, screening)


def _live(clinic: Clinic, people: ParameterTable, history: History) -> Past:
    """Go from meeting to meeting; the calendar counts from birth.

    People are awake from the year on in which something happens to them; before, they live quiet years.
    """
    everybody = _Living(_born(clinic, people), np.arange(len(people.candidates)), _never(people))
    past, wait = Past.unknown(everybody.cohort), _wait(clinic, people)
    oldest, step, day = number(history.oldest, "day"), clinic.settings.review, 0.0
    at_once = _reached(clinic, everybody.cohort, history, day) | (not may_be_quiet(clinic))
    awake, asleep = everybody.select(at_once), everybody.select(~at_once)
    while awake.cohort.size or asleep.cohort.size:
        if round(day / step) % MEETINGS == 0 and asleep.cohort.size:
            woken = live_a_year(clinic, asleep.cohort, day, partial(_happens, clinic, history, oldest + step))
            awake = awake.with_(asleep.select(woken))
            asleep = asleep.select(~woken & (day + MEETINGS * step < oldest))
        awake = _enter(clinic, awake, history, past, wait, day)
        meet(clinic, awake.cohort, day, day + step, ())
        day += step
    return past


def _enter(
    clinic: Clinic, living: _Living, history: History, past: Past, wait: Floats, day: float
) -> _Living:
    """Note those who enter on this day in the past; return those who go on living."""
    reached = np.isnan(living.enters) & _reached(clinic, living.cohort, history, day)
    living.enters[reached] = day + wait[living.rows[reached]]
    alive, now = living.cohort.alive, living.enters <= day
    if now.any():
        past.note(living.rows[alive & now], living.cohort.select(alive & now), day + clinic.run_in)
    young = day < number(history.oldest, "day")
    return living.select(alive & ~now & (np.isfinite(living.enters) | young))


def _happens(clinic: Clinic, history: History, until: float, cohort: Cohort, day: float) -> NDArray[np.bool_]:
    """Who would be diagnosed, or reaches the stage, on this day; nobody after the last day that counts."""
    if day >= until:
        return np.zeros(cohort.size, dtype=bool)
    return meets_a_criterion(clinic, cohort) | _reached(clinic, cohort, history, day)


def _born(clinic: Clinic, people: ParameterTable) -> Cohort:
    """Return everybody on the day of birth: healthy as far as the disease model's initial values are, off insulin."""
    nobody = np.full(len(people.candidates), np.nan)
    at_birth = with_values(people, clinic.quantities, lived(clinic, np.zeros_like(nobody), nobody, 0.0))
    cohort = enrol(clinic, at_birth)
    cohort.born, cohort.diagnosed_on = np.zeros_like(nobody), nobody
    cohort.doses.on_insulin[:] = False
    prescribe(clinic, cohort)
    clinic.days.begin(clinic, cohort, 0.0)
    return cohort


def _never(people: ParameterTable) -> Floats:
    return np.full(len(people.candidates), np.nan)


def _wait(clinic: Clinic, people: ParameterTable) -> Floats:
    """Days that each candidate lives on after the stage is reached, (C,)."""
    if WAIT not in people.symbols:
        return np.zeros(len(people.candidates))
    return convert(people.column(WAIT), clinic.quantities[WAIT].unit, "day")


def _reached(clinic: Clinic, cohort: Cohort, history: History, day: float) -> NDArray[np.bool_]:
    """Who meets every criterion on this day."""
    values = {
        **clinic.seen(cohort),
        **lived(clinic, cohort.born, cohort.diagnosed_on, day),
        DIAGNOSED_FOR: day - cohort.diagnosed_on,
    }
    return screen(history.reached, values, clinic.biography.units, cohort.size).passed_all
