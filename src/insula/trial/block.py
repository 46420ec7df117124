"""A block of candidates from the first day to the last visit: the unit of work, a pure function of its number.

A candidate lives ordinary life for the run-in and a year (or, from birth on, a life of its own and the run-in), is
examined, and is followed in every arm if eligible.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from insula.endpoints.measure import measure
from insula.population.screening import Screening, screen
from insula.trial.adverse_events import adverse_events
from insula.trial.candidates import draw, look_over
from insula.trial.cohort import YEAR
from insula.trial.enrol import enrol
from insula.trial.follow_up import Record, follow, write_course
from insula.trial.history import live_until_entry
from insula.trial.known import without_examination
from insula.trial.meetings import days_between
from insula.trial.visits import select

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from insula.catalog.records import Criterion
    from insula.endpoints.visit import Visit
    from insula.population.sample import ParameterTable
    from insula.trial.candidates import Candidates
    from insula.trial.clinic import Clinic
    from insula.trial.cohort import Cohort

SIZE = 384  # candidates of a block; part of the address of a chunk, so it never depends on the machine


@dataclass(frozen=True)
class Block:
    """Result of one block.

    ``screenings`` says who passed what: plausibility, what is known before the run-in, what blood, diary and history
    say after it, what the examination says of those who are left.
    ``arms`` holds, per arm, the patients (failures included) and what was written down of them.
    """

    screenings: tuple[tuple[np.ndarray, Screening], ...]
    people: ParameterTable
    baseline: Visit
    arms: dict[str, tuple[Cohort, Record]]


@dataclass(frozen=True)
class Enrolled:
    """The eligible candidates of a block on the day of the therapy, before it; ``screenings`` as in `Block`."""

    screenings: tuple[tuple[np.ndarray, Screening], ...]
    people: ParameterTable
    cohort: Cohort
    baseline: Visit


def simulate_block(clinic: Clinic, number: int, progress: Callable[[float], None] = lambda _: None) -> Block:
    """Screen the candidates of a block and follow the eligible ones in every arm of the study."""
    return simulate_candidates(clinic, known_candidates(clinic, number), progress)


def simulate_candidates(
    clinic: Clinic, known: Candidates, progress: Callable[[float], None] = lambda _: None
) -> Block:
    """Screen candidates who were looked over, and follow the eligible ones in every arm of the study."""
    enrolled = enrol_candidates(clinic, known, progress)
    arms = {}
    for k, (name, plan) in enumerate(clinic.arms.items()):
        patients, record = enrolled.cohort.copy(), Record(visits=[enrolled.baseline])
        write_course(clinic, patients, 0.0, record)
        share = lambda day, k=k: progress(0.5 + 0.5 * (k + day / clinic.end) / len(clinic.arms))  # noqa: E731
        follow(clinic, patients, 0.0, plan.days, plan.given, record, share)
        record.adverse_events = adverse_events(
            plan.risks,
            clinic.seed,
            patients.people.candidates,
            patients.members,
            clinic.end,
            patients.passed_over,
        )
        arms[name] = (patients, record)
    return Block(enrolled.screenings, enrolled.people, enrolled.baseline, arms)


def enrol_block(clinic: Clinic, number: int, progress: Callable[[float], None] = lambda _: None) -> Enrolled:
    """Let the plausible candidates of a block live ordinary life, and keep those whom the study would take."""
    return enrol_candidates(clinic, known_candidates(clinic, number), progress)


def candidates_of(number: int) -> np.ndarray:
    """Numbers of the candidates of a block."""
    return np.arange(number * SIZE, (number + 1) * SIZE)


def draw_candidates(clinic: Clinic, numbers: np.ndarray) -> ParameterTable:
    """Draw the candidates of these numbers."""
    return draw(clinic.population, clinic.quantities, clinic.seed, numbers)


def known_candidates(clinic: Clinic, number: int) -> Candidates:
    """Draw the candidates of a block and look them over, or take them from a saved population."""
    if clinic.saved is not None:
        return clinic.saved.among(candidates_of(number))
    return look_over_drawn(clinic, draw_candidates(clinic, candidates_of(number)))


def look_over_drawn(clinic: Clinic, candidates: ParameterTable) -> Candidates:
    """Let candidates live until they enter, where they have a history, and keep those whom the text admits."""
    live = partial(live_until_entry, clinic) if clinic.population.history is not None else None
    return look_over(clinic.population, candidates, live)


def enrol_candidates(
    clinic: Clinic, known: Candidates, progress: Callable[[float], None] = lambda _: None
) -> Enrolled:
    """Let candidates who were looked over live ordinary life, and keep those whom the study would take.

    Only those are examined whom blood, diary and history do not exclude: sensor and meal test cost most.
    """
    people, screenings = known.people, list(known.screenings)
    cohort = enrol(clinic, people, known.past)
    days = ordinary_days(clinic)
    follow(clinic, cohort, days[0], days[1:], (), Record(), lambda day: progress(0.5 * (1 + day / -days[0])))
    told = endpoints_by_symbol(clinic, without_examination(clinic, cohort, 0.0, since=-YEAR))
    early = [c for c in clinic.population.measured_criteria if not np.isnan(told[c.quantity]).all()]
    late = [c for c in clinic.population.measured_criteria if c not in early]
    kept = _judge(clinic, cohort, told, early, screenings)
    people, cohort = people.rows(kept), cohort.select(kept)
    baseline = clinic.days.visit(clinic, cohort, 0.0, clinic.visit_days.get(0.0, frozenset()), since=-YEAR)
    kept = _judge(clinic, cohort, endpoints_by_symbol(clinic, baseline), late, screenings)
    if clinic.saved is not None:
        kept &= clinic.saved.are_patients(people.candidates)
    return Enrolled(tuple(screenings), people.rows(kept), cohort.select(kept), select(baseline, kept))


def ordinary_days(clinic: Clinic) -> list[float]:
    """Days on which the clocks meet before the therapy: weekly in the run-in, at every review in the year after it.

    People with a history have lived that year already; they only live the run-in.
    """
    if clinic.population.history is not None:
        return [-clinic.run_in, *days_between(-clinic.run_in, 0.0, clinic.settings.grid)]
    start = -YEAR - clinic.run_in
    return [
        start,
        *days_between(start, -YEAR, clinic.settings.grid),
        *days_between(-YEAR, 0.0, clinic.settings.review),
    ]


def endpoints_by_symbol(clinic: Clinic, seen: Visit) -> dict[str, np.ndarray]:
    """Return the endpoints of a visit, (P,) each, under the names that criteria give them."""
    return {f"endpoint.{name}": column for name, column in measure(seen, clinic.endpoints, None).items()}


def _judge(
    clinic: Clinic,
    cohort: Cohort,
    values: Mapping[str, np.ndarray],
    criteria: Sequence[Criterion],
    screenings: list[tuple[np.ndarray, Screening]],
) -> np.ndarray:
    """Hold what is known against criteria and write it down; return who passed, (P,), nobody that failed."""
    result = screen(criteria, values, clinic.units, cohort.size)
    result = replace(result, passed=result.passed & cohort.alive[:, None])
    screenings.append((cohort.people.candidates, result))
    return result.passed_all & cohort.alive
