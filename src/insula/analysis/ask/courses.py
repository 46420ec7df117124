"""The drawn virtual patients through every therapy, and again without each limit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from insula.analysis.ask.clinic import variant_of
from insula.analysis.ask.kept import NOTHING_KEPT
from insula.analysis.ask.side_by_side import side_by_side
from insula.core.errors import UnknownName
from insula.endpoints.measure import measure
from insula.trial.follow_up import Record, follow
from insula.trial.visits import select

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from insula.analysis.ask.kept import Kept, Table, Task
    from insula.catalog.records import Question, Sourced
    from insula.endpoints.visit import Visit
    from insula.trial.clinic import Clinic
    from insula.trial.cohort import Cohort

    Floats = NDArray[np.float64]

Measured = dict[float, dict[str, "NDArray[np.float64]"]]  # day -> endpoint -> (P,)

_AT_ONCE = (
    48  # patients of a task: enough for the lanes of the machine code, few enough that all workers are busy
)


_DAY = "day"  # column beside those of endpoints


@dataclass(frozen=True)
class Start:
    """P virtual patients on the day of the therapy, before it."""

    cohort: Cohort
    baseline: Visit

    def take(self, who: NDArray[np.bool_]) -> Start:
        """Return the patients where ``who`` (P,) is true; they must be alive."""
        return Start(self.cohort.select(who), select(self.baseline, who))

    def with_values(self, clinic: Clinic, changes: Mapping[str, Sourced]) -> Start:
        """Return the same patients with symbols of the disease model at other values from now on."""
        cohort = self.cohort.copy()
        kernel = clinic.disease.kernel
        for symbol, quantity in changes.items():
            if symbol in kernel.states:
                cohort.disease_state[:, kernel.states.index(symbol)] = quantity.value
            elif symbol in clinic.disease.parameters:
                cohort.disease_parameters[:, clinic.disease.parameter(symbol)] = quantity.value
            else:
                raise UnknownName(
                    "state or parameter of the disease model called",
                    symbol,
                    (*kernel.states, *clinic.disease.parameters),
                )
        return Start(cohort, self.baseline)


def follow_arms(
    clinic: Clinic,
    start: Start,
    arms: Sequence[str],
    workers: int,
    progress: Callable[[float], None],
    kept: Kept = NOTHING_KEPT,
) -> dict[str, Measured]:
    """Follow the same patients through each arm; endpoints are NaN from the day on which a patient failed."""
    pieces = _pieces(start)
    courses = [partial(_followed, clinic, piece, arm) for arm in arms for piece in pieces]
    tasks = [kept.task(f"follow_{k:04d}", course) for k, course in enumerate(courses)]
    found = side_by_side(tasks, workers, progress)
    size = len(pieces)
    return {arm: _joined(found[k * size : (k + 1) * size]) for k, arm in enumerate(arms)}


def follow_without_limits(
    clinic: Clinic,
    question: Question,
    tried: Mapping[str, Sequence[str]],
    starts: Mapping[str, Start],
    workers: int,
    progress: Callable[[float], None],
    kept: Kept = NOTHING_KEPT,
) -> dict[tuple[str, str], Measured]:
    """Follow some patients of each arm again without each limit that is `tried` in it, by arm and limit."""
    keys = [(arm, limit) for arm in starts for limit in tried[arm]]
    tasks: list[Task] = []
    for arm, limit in keys:
        what_if = question.limits[limit]
        changed = starts[arm].with_values(clinic, what_if.set)
        other = arm if what_if.doses is None else variant_of(arm, limit)
        tasks.append(kept.task(f"without_{len(tasks):04d}", partial(_followed, clinic, changed, other)))
    found = side_by_side(tasks, workers, progress) if tasks else []
    return {key: _joined([table]) for key, table in zip(keys, found, strict=True)}


def _followed(clinic: Clinic, start: Start, arm: str, progress: Callable[[float], None]) -> Table:
    """Follow patients through one arm and measure them at every visit: one row for each day and patient."""
    plan, cohort = clinic.arms[arm], start.cohort.copy()
    record = Record(visits=[start.baseline])
    follow(clinic, cohort, 0.0, plan.days, plan.given, record, lambda day: progress(day / clinic.end))
    seen = [
        {_DAY: np.full(cohort.size, visit.day), **measure(visit, clinic.endpoints, start.baseline)}
        for visit in record.visits
    ]
    return {name: np.concatenate([one[name] for one in seen]) for name in seen[0]}


def _pieces(start: Start) -> list[Start]:
    """Cut the patients into groups of about the same size."""
    size = start.cohort.size
    parts = np.array_split(np.arange(size), max(1, -(-size // _AT_ONCE)))
    return [start.take(np.isin(np.arange(size), part)) for part in parts]


def _joined(pieces: Sequence[Table]) -> Measured:
    """Join pieces of patients, and tell their days apart."""
    whole = {name: np.concatenate([piece[name] for piece in pieces]) for name in pieces[0]}
    days = whole.pop(_DAY)
    return {
        float(day): {name: column[days == day] for name, column in whole.items()} for day in np.unique(days)
    }
