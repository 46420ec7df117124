"""What a visit shows without a simulated day: blood, weight, age, diagnosis and the diary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from insula.core.calendar import DAYS_PER_YEAR
from insula.endpoints.visit import Visit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insula.trial.clinic import Clinic
    from insula.trial.cohort import Cohort


def known(clinic: Clinic, cohort: Cohort, who: NDArray[np.intp], day: float, since: float) -> dict[str, Any]:
    """Return fields of a visit by name; NaN for patients that are not among ``who``."""

    def of_them(values: NDArray[np.float64]) -> NDArray[np.float64]:
        full = np.full(cohort.size, np.nan)
        full[who] = values[who]
        return full

    def read(symbol: str) -> NDArray[np.float64]:
        return of_them(cohort.observed[:, clinic.disease.column(symbol)])

    return {
        "hba1c": read(clinic.symbols.hba1c),
        "weight": of_them(cohort.drawn[clinic.symbols.weight]),
        "age": of_them((day - cohort.born) / DAYS_PER_YEAR),
        "since_diagnosis": of_them(day - cohort.diagnosed_on),
        "read": {symbol: read(symbol) for symbol in clinic.read},
        **cohort.severe_hypoglycaemia(day, since, clinic.free_from),
    }


def without_examination(clinic: Clinic, cohort: Cohort, day: float, since: float) -> Visit:
    """Return a visit at which nobody wears a sensor or eats a test meal: what these tell is NaN."""
    n, times = cohort.size, np.array(clinic.meal_test.readings.value, dtype=float)
    no_test = np.full((n, len(times)), np.nan)
    return Visit(
        day=day,
        cgm_time=np.empty(0),
        cgm_glucose=np.empty((n, 0)),
        meal_test_time=times,
        meal_test_glucose=no_test,
        meal_test_c_peptide=no_test,
        insulin_dose=np.full((n, 1), np.nan),
        **known(clinic, cohort, np.flatnonzero(cohort.alive), day, since),
    )
