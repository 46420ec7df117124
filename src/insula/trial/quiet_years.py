"""Years of a life before the study in which nothing happens that a clinic would see, in one step of the calculation.

Whoever is not diagnosed and has not reached the stage takes no insulin and is never reviewed. Such people are
integrated through a year at once and read at every meeting; only those to whom something happens live it again, from
meeting to meeting.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from insula.engine.schedule import Schedule
from insula.engine.solve import solve
from insula.trial.disease_clock import ATOL, RTOL

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from insula.trial.clinic import Clinic
    from insula.trial.cohort import Cohort
    from insula.trial.day_plan import Doses, People

    Rows = TypeVar("Rows", People, Doses)
    Mask = NDArray[np.bool_]

MEETINGS = 13  # of a year: reviews are four weeks apart


def may_be_quiet(clinic: Clinic) -> bool:
    """Whether people who take no insulin need no meeting: nothing in the disease model is derived from their age."""
    moved = {*clinic.biography.lived, *clinic.biography.grown}
    return moved.isdisjoint(clinic.disease.parameters)


def live_a_year(clinic: Clinic, cohort: Cohort, day: float, happens: Callable[[Cohort, float], Mask]) -> Mask:
    """Take to the end of the year those to whom nothing happens at any of its meetings, and leave the others.

    Parameters
    ----------
    happens
        ``happens(cohort, day) -> (P,)``: whether a clinic would see something at a meeting.

    Returns
    -------
    (P,) those to whom something happens, or who could not be integrated: their rows are as they were.
    """
    days = day + clinic.settings.review * np.arange(1, MEETINGS + 1)
    solution = solve(
        clinic.disease.kernel,
        cohort.disease_parameters,
        Schedule.readings(cohort.size, days),
        initial=cohort.disease_state,
        inputs=cohort.disease_inputs,
        start=day,
        rtol=RTOL,
        atol=ATOL,
    )
    read = solution.table()
    disturbed = solution.status != 0
    for k, meeting in enumerate(days):
        disturbed |= happens(replace(cohort, observed=read[:, k, :]), float(meeting))
    quiet = ~disturbed
    cohort.disease_state[quiet] = solution.state[quiet]
    cohort.disease_inputs[quiet] = solution.inputs[quiet]
    cohort.observed[quiet] = read[quiet, -1, :]
    return np.asarray(disturbed)


def joined(first: Cohort, second: Cohort) -> Cohort:
    """Return one cohort below the other, neither given anything nor with a diary yet; nobody in it has failed."""
    columns: dict[str, Any] = {
        item.name: np.concatenate([getattr(first, item.name), getattr(second, item.name)])
        for item in fields(first)
        if isinstance(getattr(first, item.name), np.ndarray)
    }
    drawn = {symbol: np.concatenate([column, second.drawn[symbol]]) for symbol, column in first.drawn.items()}
    return replace(
        first,
        **columns,
        people=_below(first.people, second.people),
        doses=_below(first.doses, second.doses),
        drawn=drawn,
    )


def _below(first: Rows, second: Rows) -> Rows:
    names = [item.name for item in fields(first)]
    return replace(
        first, **{name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in names}
    )
