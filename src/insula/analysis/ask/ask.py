"""Ask about one patient: condition the population, follow those who are alike, try what limits them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.analysis.ask.clinic import horizon_days, limits_of, open_question
from insula.analysis.ask.courses import Measured, Start, follow_arms, follow_without_limits
from insula.analysis.ask.fits import Judged, judge, suits
from insula.analysis.ask.kept import NOTHING_KEPT, keep
from insula.analysis.ask.pool import Stage, candidates, live, lived
from insula.core.errors import InsulaError
from insula.core.spoken import _
from insula.statistics.chance import effective_number
from insula.trial.quantities import number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from insula.analysis.ask.kept import Kept
    from insula.analysis.ask.patient import Asked
    from insula.catalog import Catalog
    from insula.catalog.records import DiabetesType, Protocol, Question, Sourced
    from insula.trial.clinic import Clinic

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]
    Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Alike:
    """Virtual patients who are like the patient, on the day of the therapy.

    Parameters
    ----------
    early, late
        The two steps of the conditioning.
    kept : (candidates,)
        Which candidates got as far as the day of the therapy, as a mask over those of `early`.
    start
        P distinct virtual patients who were drawn, with the numbers (P,) of times and ensemble members.
    """

    early: Stage
    late: Stage
    kept: NDArray[np.bool_]
    start: Start
    times: Floats
    members: Whole


@dataclass(frozen=True)
class TooFew:
    """No answer: the effective number of virtual patients is too small at one step of the conditioning."""

    stage: Stage
    effective: float


@dataclass(frozen=True)
class Courses:
    """What became of the virtual patients, by therapy; and of those who missed the goal, by therapy and limit."""

    arms: dict[str, Measured]
    retried: dict[str, NDArray[np.bool_]]
    without: dict[tuple[str, str], Measured]


@dataclass(frozen=True)
class Inquiry:
    """A question about a patient, and what was found.

    `alike` and `courses` are None where there is no answer; then the type of diabetes is refused, no therapy suits, or
    `too_few` says why.
    """

    question: Question
    asked: Asked
    judged: dict[str, list[Judged]]
    alike: Alike | None = None
    courses: Courses | None = None
    too_few: TooFew | None = None

    @property
    def type(self) -> DiabetesType:
        """The patient's type of diabetes."""
        return self.question.types[self.asked.diabetes_type]

    @property
    def compared(self) -> list[str]:
        """Therapies of this type of diabetes that suit the patient."""
        return [name for name, judged in self.judged.items() if suits(judged)]


def ask(
    catalog: Catalog,
    question: Question,
    asked: Asked,
    *,
    patients: int | None,
    workers: int,
    parts: Path | None = None,
    progress: Progress = lambda *_: None,
) -> Inquiry:
    """Answer a question about one patient, or say why it cannot be answered.

    Parameters
    ----------
    patients
        Virtual patients who are followed, drawn from those who are alike; None for as many as the question says.
    parts
        Folder of finished simulations, from which an interrupted answer goes on; None keeps none.
    progress : called with the name of a stage and the share of it that is done

    Raises
    ------
    InsulaError
        Fewer than two patients; text that cannot be compiled.
    """
    size = question.patients if patients is None else patients
    if size < 2:
        raise InsulaError(_("A chance needs at least two virtual patients, not {size}.").format(size=size))
    judged = {name: judge(question, name, asked.stated) for name in comparable(question, asked.diabetes_type)}
    found = Inquiry(question, asked, judged)
    if found.type.population is None or not found.compared:
        return found
    progress("prepare", 0.0)
    kept = NOTHING_KEPT if parts is None else keep(parts, catalog, question, asked, size)
    clinic = open_question(catalog, question, asked.diabetes_type, found.compared)
    alike = _alike(clinic, found, size, workers, progress, kept)
    if isinstance(alike, TooFew):
        return Inquiry(question, asked, judged, too_few=alike)
    courses = _courses(clinic, catalog.protocols, found, alike, workers, progress, kept)
    return Inquiry(question, asked, judged, alike, courses)


def comparable(question: Question, diabetes_type: str) -> list[str]:
    """Return the therapies of a question that are compared in this type of diabetes, in its order."""
    return [name for name, one in question.protocols.items() if not one.types or diabetes_type in one.types]


def _alike(
    clinic: Clinic, inquiry: Inquiry, size: int, workers: int, progress: Progress, kept: Kept
) -> Alike | TooFew:
    """Condition the population on the patient and draw those who are followed."""
    question, known = inquiry.question, inquiry.asked.known
    fewest = number(question.fewest, "dimensionless")
    early = candidates(clinic, inquiry.type.candidates or question.candidates, known)
    if effective_number(early.weights) < fewest:
        return TooFew(early, effective_number(early.weights))
    often = early.drawn(inquiry.type.pool or question.pool, clinic.seed, "ask: run-in")
    late = lived(clinic, early, often, known, workers, lambda share: progress("pool", share), kept)
    arrived = np.isin(early.people.candidates, late.people.candidates)
    if effective_number(late.weights) < fewest:
        return TooFew(late, effective_number(late.weights))
    times = late.drawn(size, clinic.seed, "ask: patients")
    chosen = late.people.candidates[times > 0]
    _, cohort, baseline = live(clinic, early.people.rows(np.isin(early.people.candidates, chosen)))
    start = Start(cohort, baseline).take(cohort.alive).with_values(clinic, _brought(inquiry))
    start.cohort.weaned = question.weans_insulin
    drawn = times[times > 0][cohort.alive].astype(np.float64)
    return Alike(early, late, arrived, start, drawn, start.cohort.members)


def _brought(inquiry: Inquiry) -> dict[str, Sourced]:
    """Return what the facts that are true of the patient bring to the virtual patients."""
    facts = [inquiry.question.facts[name] for name, value in inquiry.asked.stated.items() if value]
    return {symbol: value for fact in facts if fact.brings for symbol, value in fact.brings.set.items()}


def _courses(
    clinic: Clinic,
    protocols: Mapping[str, Protocol],
    inquiry: Inquiry,
    alike: Alike,
    workers: int,
    progress: Progress,
    kept: Kept,
) -> Courses:
    """Follow everybody in every therapy, then some of those who missed the goal without each limit."""
    question = inquiry.question
    arms = follow_arms(
        clinic, alike.start, inquiry.compared, workers, lambda share: progress("follow", share), kept
    )
    last = horizon_days(question)[-1]
    tried = {name: limits_of(question, protocols[name], inquiry.asked.diabetes_type) for name in arms}
    retried = {
        name: _some(measured[last][question.goal] == 0, question.retried)
        for name, measured in arms.items()
        if tried[name]
    }
    retried = {name: who for name, who in retried.items() if who.any()}
    starts = {name: alike.start.take(who) for name, who in retried.items()}
    without = follow_without_limits(
        clinic, question, tried, starts, workers, lambda share: progress("limits", share), kept
    )
    return Courses(arms, retried, without)


def _some(who: NDArray[np.bool_], most: int) -> NDArray[np.bool_]:
    """Return at most so many of them, evenly spaced."""
    places = np.flatnonzero(who)
    if len(places) > most:
        places = places[np.linspace(0, len(places) - 1, most).round().astype(int)]
    found = np.zeros_like(who)
    found[places] = True
    return found
