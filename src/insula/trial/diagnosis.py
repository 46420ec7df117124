"""Diagnosis as the regimen's text has it: insulin begins when one of its criteria is met."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from insula.population.screening import screen
from insula.trial.titration import start
from insula.trial.two_clocks import prescribe

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insula.trial.clinic import Clinic
    from insula.trial.cohort import Cohort


def diagnose(clinic: Clinic, cohort: Cohort, day: float) -> None:
    """Start insulin, by the regimen's rule, in those who meet a criterion on this day and were not diagnosed before."""
    waiting = ~cohort.diagnosed & cohort.alive
    if not waiting.any():
        return
    who = np.flatnonzero(waiting & meets_a_criterion(clinic, cohort))
    cohort.diagnosed_on[who] = day
    cohort.doses.put(who, start(clinic.regimen, cohort.drawn[clinic.symbols.weight][who]))
    cohort.last_sampled[who] = -np.inf  # the clinic looks at the first days on insulin
    prescribe(clinic, cohort)
    clinic.days.begin(clinic, cohort, day)


def meets_a_criterion(clinic: Clinic, cohort: Cohort) -> NDArray[np.bool_]:
    """Who meets any criterion of the diagnosis by what was last read, (P,)."""
    found = screen(clinic.regimen.diagnosis, clinic.seen(cohort), clinic.biography.units, cohort.size)
    return np.asarray(found.passed.any(axis=1))
