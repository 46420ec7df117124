"""The day clock: immunity, beta cells, graft and red cells between two days."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from insula.engine.schedule import READ, Schedule
from insula.engine.solve import solve
from insula.population.sample import draw_anew

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from insula.trial.administrations import Administration
    from insula.trial.clinic import Clinic
    from insula.trial.cohort import Cohort

RTOL = 1e-6
ATOL = 1e-9


def advance(
    clinic: Clinic, cohort: Cohort, start: float, end: float, given: Sequence[Administration]
) -> None:
    """Integrate the disease clock from ``start`` to ``end`` (days).

    What is given on a day in [start, end) is given in this step, after the readings of that day;
    what is due at ``end`` waits for the next step.
    """
    who = np.flatnonzero(cohort.alive)
    if not len(who):
        return
    n = len(who)
    now = [g for g in given if start <= g.day < end]
    actions = clinic.disease.actions
    done = [(g, np.flatnonzero(g.gets(cohort.doses.on_insulin[who]))) for g in now]
    patient = np.concatenate([np.arange(n), *(some for _, some in done)])
    time = np.concatenate([np.full(n, end), *(np.full(some.size, g.day) for g, some in done)])
    action = np.concatenate([np.full(n, READ), *(np.full(some.size, actions[g.action]) for g, some in done)])
    amount = np.concatenate([np.zeros(n), *(_amounts(clinic, cohort, who[some], g) for g, some in done)])
    solution = solve(
        clinic.disease.kernel,
        cohort.disease_parameters[who],
        Schedule.build(n, patient, time, action, amount),
        initial=cohort.disease_state[who],
        inputs=cohort.disease_inputs[who],
        start=start,
        rtol=RTOL,
        atol=ATOL,
    )
    cohort.disease_state[who], cohort.disease_inputs[who] = solution.state, solution.inputs
    cohort.observed[who] = solution.table()[:, -1, :]
    cohort.note_failures(who, solution, "disease", end)


def _amounts(
    clinic: Clinic, cohort: Cohort, who: NDArray[np.intp], given: Administration
) -> NDArray[np.float64]:
    """What the chosen patients get, (P,), or what chance gives each of them."""
    if given.drawn is None:
        return given.amounts(cohort.drawn[clinic.symbols.weight][who])
    row, candidates = clinic.quantities[given.drawn], cohort.people.candidates[who]
    return draw_anew(given.drawn, row, clinic.seed, candidates, given.occasion)
