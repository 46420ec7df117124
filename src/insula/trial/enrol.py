"""From drawn numbers to patients on their first simulated day."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from insula.core.calendar import DAYS_PER_YEAR
from insula.core.random_streams import uniform
from insula.trial.cohort import Cohort
from insula.trial.day_plan import People
from insula.trial.growth import measure_size
from insula.trial.quantities import number
from insula.trial.titration import Review, start
from insula.trial.two_clocks import hand_over, prescribe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from insula.population.sample import ParameterTable
    from insula.trial.clinic import Clinic
    from insula.trial.past import Past


def enrol(clinic: Clinic, people: ParameterTable, past: Past | None = None) -> Cohort:
    """Return the patients with first doses, initial states of both clocks and nothing sampled yet.

    With a past, disease, diagnosis and insulin go on from there. Without one, everybody was diagnosed long ago.
    """
    n = len(people.candidates)
    drawn = {symbol: people.column(symbol) for symbol in people.symbols}
    parameters = clinic.disease.table(drawn, n)
    disease = clinic.disease.initial(parameters)
    metabolic = clinic.metabolic.table(drawn, n)
    cohort = Cohort(
        people=_habits(clinic, people.candidates, drawn),
        members=people.members,
        drawn=drawn,
        disease_parameters=parameters,
        disease_state=disease.state,
        disease_inputs=disease.inputs,
        metabolic_parameters=metabolic,
        metabolic_state=np.empty(0),
        metabolic_inputs=np.empty(0),
        doses=start(clinic.regimen, drawn[clinic.symbols.weight]),
        observed=disease.values,
        daily_dose=np.zeros(n),
        born=-DAYS_PER_YEAR * drawn[clinic.symbols.age],
        diagnosed_on=np.full(n, -np.inf),
        last_sampled=np.full(n, -np.inf),
        last_handed=np.full((n, len(clinic.to_fast)), np.inf),
        reviewed=np.full((n, len(fields(Review))), np.nan),
    )
    measure_size(clinic, cohort)
    if past is not None:
        past.give(cohort)
    hand_over(clinic, cohort)
    prescribe(clinic, cohort)
    metabolic[:, clinic.metabolic.parameter(clinic.symbols.alarm_threshold)] = drawn[
        "habits.rescue.alarm.threshold"
    ]
    started = clinic.metabolic.initial(metabolic)
    cohort.metabolic_state, cohort.metabolic_inputs = started.state, started.inputs
    return cohort


def _habits(
    clinic: Clinic, candidates: NDArray[np.int64], drawn: Mapping[str, NDArray[np.float64]]
) -> People:
    """Return the habits of each patient; what the text leaves out is never forgotten and never heeded."""
    n = len(candidates)
    habits = clinic.habits

    def column(name: str) -> NDArray[np.float64]:
        return drawn.get(f"habits.{name}", np.zeros(n))

    alarm = habits.rescue.alarm
    worn = uniform(clinic.seed_of_people, "alarm worn", candidates)[:, 0]
    heeds = np.zeros(n)
    if alarm is not None:
        heeds = np.where(
            worn < number(alarm.worn, "dimensionless"), number(alarm.heeded, "dimensionless"), 0.0
        )
    return People(
        candidates, column("carbohydrate_per_day"), column("missed_bolus"), column("missed_basal"), heeds
    )
