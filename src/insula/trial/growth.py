"""What follows from a patient's age and years with diabetes: it grows with them, before the study and in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from insula.core.calendar import DAYS_PER_YEAR
from insula.core.units import convert
from insula.population.derived import evaluate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insula.trial.clinic import Clinic
    from insula.trial.cohort import Cohort

    Floats = NDArray[np.float64]

EATEN = "habits.carbohydrate_per_day"


def lived(clinic: Clinic, born: Floats, diagnosed_on: Floats, day: float) -> dict[str, Floats]:
    """Return what a life tells on a day, by dotted symbol and in its unit; NaN for what has not happened.

    Parameters
    ----------
    born, diagnosed_on : (P,), days of the same calendar as ``day``; NaN where nothing is diagnosed
    """
    years = {
        "age": (day - born) / DAYS_PER_YEAR,
        "diabetes_duration": (day - diagnosed_on) / DAYS_PER_YEAR,
        "age_at_diagnosis": (diagnosed_on - born) / DAYS_PER_YEAR,
    }
    return {
        symbol: convert(years[what], "year", clinic.quantities[symbol].unit)
        for symbol, what in clinic.biography.lived.items()
    }


def grow(clinic: Clinic, cohort: Cohort, day: float) -> None:
    """Bring what a life tells, and what is derived from it, to this day; in a population without history nothing is."""
    if not clinic.biography.lived:
        return
    cohort.drawn.update(lived(clinic, cohort.born, cohort.diagnosed_on, day))
    for symbol, formula in clinic.biography.grown.items():
        cohort.drawn[symbol] = np.broadcast_to(evaluate(symbol, formula, cohort.drawn), cohort.size).copy()
    for clock, table in (
        (clinic.disease, cohort.disease_parameters),
        (clinic.metabolic, cohort.metabolic_parameters),
    ):
        for symbol in (*clinic.biography.lived, *clinic.biography.grown):
            if symbol in clock.parameters:
                table[:, clock.parameter(symbol)] = cohort.drawn[symbol]
    measure_size(clinic, cohort)
    if EATEN in clinic.biography.grown:
        cohort.people = replace(cohort.people, carbohydrate=cohort.drawn[EATEN])


def measure_size(clinic: Clinic, cohort: Cohort) -> None:
    """Tell the disease clock the size that doses are divided by."""
    column = clinic.disease.parameter(clinic.symbols.dosed_size)
    cohort.disease_parameters[:, column] = size(clinic, cohort)


def size(clinic: Clinic, cohort: Cohort) -> Floats:
    """Weight of the adult who needs as much insulin as the person, (P,) kg."""
    return cohort.drawn[clinic.symbols.weight] * cohort.drawn[clinic.symbols.need]
