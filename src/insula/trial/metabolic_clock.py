"""The minute clock: whole days of many patients in one call of the engine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from insula.core.calendar import MINUTES_PER_DAY
from insula.engine.schedule import Schedule
from insula.engine.solve import Solution, solve
from insula.trial.day_plan import (
    Doses,
    People,
    Rows,
    basal_rows,
    meal_rows,
    need_rows,
    rescue_rows,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from insula.catalog.records import Habits, Regimen
    from insula.trial.clock import Clock

# With these 99 % of a sensor's readings lie within 0.1 mg/dL of those at a tolerance of 1e-10; mixed precision keeps
# them and makes a trial a fifth quicker.
RTOL = 3e-4
ATOL = 3e-6


@dataclass(frozen=True)
class OrdinaryLife:
    """What all subjects share: the compiled clock, how people eat and inject, the seed of their days."""

    clock: Clock
    habits: Habits
    regimen: Regimen
    seed: int
    sensitivity_now: str
    absorbed_now: str


@dataclass(frozen=True)
class Subjects:
    """Patients as the metabolic clock sees them; every array has one row per patient."""

    people: People
    parameters: NDArray[np.float64]
    state: NDArray[np.float64]
    inputs: NDArray[np.float64]
    doses: Doses

    @property
    def size(self) -> int:
        """Number of patients."""
        return self.people.size

    def after(self, solution: Solution) -> Subjects:
        """Return the same patients at the end of what was simulated."""
        return replace(self, state=solution.state, inputs=solution.inputs)


@dataclass(frozen=True)
class Readings:
    """What was read: times (T,) in minutes, one (P, T) array per symbol, NaN after a failure."""

    time: NDArray[np.float64]
    values: Mapping[str, NDArray[np.float64]]
    solution: Solution


def sample_times(days: int, every: float) -> NDArray[np.float64]:
    """Reading times of whole days: 0, every, ... up to and including the last midnight."""
    return np.arange(0.0, days * MINUTES_PER_DAY + every / 2, every)


def live(life: OrdinaryLife, who: Subjects, day: int, days: int, every: float, unread: int = 0) -> Readings:
    """Simulate ordinary days that begin at midnight of ``day``.

    Parameters
    ----------
    day : calendar day, 0 is the day of the therapy
    days : number of days
    every : min
        Distance of readings; the first is at midnight.
    unread
        First days of which nothing is read: what comes before them dies away.
    """
    then = day + np.arange(days)
    rows = [
        *need_rows(life.habits, who.people, life.seed, then, life.sensitivity_now),
        *meal_rows(life.habits, who.people, who.doses, life.seed, then),
        *basal_rows(life.regimen, who.people, who.doses, life.seed, then, life.absorbed_now),
        *rescue_rows(life.habits, who.people, life.seed, then),
    ]
    times = sample_times(days, every)
    return run(life, who, rows, times[times >= unread * MINUTES_PER_DAY])


def run(life: OrdinaryLife, who: Subjects, rows: Sequence[Rows], times: NDArray[np.float64]) -> Readings:
    """Integrate the subjects over scheduled rows and read every output at the given times."""
    n = who.size
    tables = [row.table(n, life.clock.actions) for row in rows]
    schedule = Schedule.table(
        times, *(np.concatenate(columns, axis=1) for columns in zip(*tables, strict=True))
    )
    solution = solve(
        life.clock.kernel,
        who.parameters,
        schedule,
        initial=who.state,
        inputs=who.inputs,
        rtol=RTOL,
        atol=ATOL,
    )
    table = solution.values.reshape(n, len(times), len(life.clock.outputs))  # also when there is nobody
    return Readings(times, {name: table[:, :, k] for k, name in enumerate(life.clock.outputs)}, solution)
