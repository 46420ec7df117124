"""One arm from one day to another: the disease clock, sampled days, diary of severe lows, the weekly record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from insula.core.calendar import DAYS_PER_YEAR
from insula.core.errors import ProtocolError
from insula.core.random_streams import LARGEST_RATE, poisson_count
from insula.core.spoken import _
from insula.trial.day_plan import occasion
from insula.trial.diagnosis import diagnose
from insula.trial.disease_clock import advance
from insula.trial.growth import grow
from insula.trial.two_clocks import due, hand_over

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from insula.endpoints.visit import Visit
    from insula.trial.administrations import Administration
    from insula.trial.adverse_events import AdverseEvents
    from insula.trial.clinic import Clinic
    from insula.trial.cohort import Cohort
    from insula.trial.two_clocks import MapError


@dataclass
class Record:
    """What is written down of one arm; lists of columns that grow with time."""

    days: list[float] = field(default_factory=list)
    course: list[NDArray[np.float64]] = field(default_factory=list)
    map_error: list[tuple[float, str, NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]] = field(
        default_factory=list
    )
    visits: list[Visit] = field(default_factory=list)
    adverse_events: AdverseEvents | None = None


def follow(
    clinic: Clinic,
    cohort: Cohort,
    start: float,
    days: Sequence[float],
    given: Sequence[Administration],
    record: Record,
    progress: Callable[[float], None] = lambda _: None,
) -> None:
    """Take the cohort from ``start`` through ``days``, sampling days when they are due and examining it at visits."""
    clinic.days.begin(clinic, cohort, start)
    for day in days:
        for name, chosen, predicted, sampled in meet(clinic, cohort, start, day, given):
            record.map_error.append((day, name, cohort.people.candidates[chosen], predicted, sampled))
        keep_diary(clinic, cohort, start, day)
        write_course(clinic, cohort, day, record)
        if day in clinic.visit_days and day > 0:
            since = record.visits[-1].day if record.visits else start
            record.visits.append(clinic.days.visit(clinic, cohort, day, clinic.visit_days[day], since))
        progress(day)
        start = day


def meet(
    clinic: Clinic, cohort: Cohort, start: float, day: float, given: Sequence[Administration]
) -> list[MapError]:
    """Take the cohort to the next meeting of the clocks: the disease goes on, the clinic sees whom it has to.

    Returns what the averaged map said and what was sampled of the same days.
    """
    advance(clinic, cohort, start, day, given)
    _note_what_is_given(cohort, [g for g in given if start <= g.day < day and g.amount > 0])
    grow(clinic, cohort, day)
    diagnose(clinic, cohort, day)
    handed = hand_over(clinic, cohort)
    return list(clinic.days.review(clinic, cohort, due(clinic, cohort, handed, day), handed, day))


def _note_what_is_given(cohort: Cohort, now: Sequence[Administration]) -> None:
    """Remember when something was given, whether a therapy weans insulin from now on, and who was passed over."""
    cohort.given_on.extend(g.day for g in now)
    if any(g.weans_insulin for g in now):
        cohort.weaned = cohort.after_therapy = True
    for_all = {(g.therapy, g.day) for g in now if not g.if_on_insulin}
    for g in now:
        if (g.therapy, g.day) not in for_all:
            cohort.passed_over[g.therapy, g.day] = ~g.gets(cohort.doses.on_insulin)


def keep_diary(clinic: Clinic, cohort: Cohort, start: float, day: float) -> None:
    """Draw the severe lows of the step from the rate that the disease clock states (per year).

    Raises
    ------
    ProtocolError
        When somebody has more of them than can be drawn.
    """
    symbol = clinic.symbols.severe_hypoglycaemia_rate
    rate = cohort.observed[:, clinic.disease.column(symbol)]
    expected = np.where(np.isfinite(rate), np.maximum(rate, 0.0), 0.0) * (day - start) / DAYS_PER_YEAR
    if (expected > LARGEST_RATE).any():
        most = int(expected.argmax())
        raise ProtocolError(
            _(
                "Candidate {candidate} of {id} would have {expected:.0f} severe lows from day {start:g} "
                "to {day:g} ({symbol}); at most {most:g} can be drawn. Give what multiplies it an upper "
                "end (`high`) in the population."
            ).format(
                candidate=cohort.people.candidates[most],
                id=clinic.population.id,
                expected=expected[most],
                start=start,
                day=day,
                symbol=symbol,
                most=LARGEST_RATE,
            )
        )
    counts = poisson_count(
        expected, clinic.seed, "severe hypoglycaemia", cohort.people.candidates, occasion(day)
    )
    cohort.events[day] = np.where(cohort.alive, counts[:, 0], np.nan)


def write_course(clinic: Clinic, cohort: Cohort, day: float, record: Record) -> None:
    """Write down the quantities that the text lists for the course, (P, C), NaN for failed patients."""
    columns = [clinic.disease.column(symbol) for symbol in clinic.course]
    values = np.column_stack([cohort.daily_dose, cohort.observed[:, columns]])
    values[~cohort.alive] = np.nan
    record.days.append(day)
    record.course.append(values)
