"""A visit: a fortnight of continuous glucose monitoring, a mixed-meal test the next morning, blood and the diary."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from insula.core.calendar import MINUTES_PER_DAY
from insula.endpoints.visit import Visit
from insula.trial.day_plan import EVERYBODY, Rows, basal_rows
from insula.trial.known import known
from insula.trial.metabolic_clock import Readings, Subjects, live, run
from insula.trial.quantities import number
from insula.trial.sensor import read_sensor
from insula.trial.two_clocks import hand_over

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insula.trial.clinic import Clinic
    from insula.trial.cohort import Cohort


@dataclass(frozen=True)
class MealTest:
    """Times (M,) in min after the meal; glucose (P, M) mg/dL; C-peptide (P, M) nmol/L."""

    time: NDArray[np.float64]
    glucose: NDArray[np.float64]
    c_peptide: NDArray[np.float64]


def visit(clinic: Clinic, cohort: Cohort, day: float, measured: frozenset[str], since: float) -> Visit:
    """Examine the whole cohort on ``day``; failed patients are NaN.

    ``measured`` holds what the study asks for: ``cgm``, ``mmtt``, ``hba1c``; ``since`` is the day of the visit before.
    """
    hand_over(clinic, cohort)
    who = np.flatnonzero(cohort.alive)
    subjects = cohort.subjects(who)
    days = round(clinic.settings.fortnight)
    settled = live(clinic.life, subjects, round(day) - days - 1, 1, MINUTES_PER_DAY)
    subjects = subjects.after(settled.solution)
    fortnight = live(clinic.life, subjects, round(day) - days, days, clinic.settings.cgm_every)
    cohort.note_failures(who, fortnight.solution, "metabolic", day)
    cohort.carry_on(who, fortnight.solution)
    test = meal_test(clinic, subjects.after(fortnight.solution), round(day))
    shown = read_sensor(
        fortnight.values[clinic.symbols.interstitial][:, :-1],
        fortnight.time[:-1],
        clinic.sensor,
        clinic.seed,
        subjects.people.candidates,
        day,
    )
    if "cgm" not in measured:
        shown = np.full_like(shown, np.nan)
    return _record(clinic, cohort, day, since, who, fortnight, shown, test)


def select(visit: Visit, kept: NDArray[np.bool_]) -> Visit:
    """Return a visit of the patients where ``kept`` (P,) is true."""
    shared = ("day", "cgm_time", "meal_test_time", "read")
    columns = {f.name: getattr(visit, f.name) for f in fields(visit) if f.name != "adverse_events"}
    columns = {name: value if name in shared else value[kept] for name, value in columns.items()}
    return Visit(**columns | {"read": {symbol: value[kept] for symbol, value in visit.read.items()}})


def meal_test(clinic: Clinic, subjects: Subjects, day: int) -> MealTest:
    """Standard meal on an empty stomach, without rapid insulin."""
    procedure = clinic.meal_test
    at = number(procedure.at, "min")
    times = np.array(procedure.readings.value, dtype=float)
    meal = Rows(np.array(at), "meal", np.array(number(procedure.carbohydrate, "g")), EVERYBODY)
    overnight = [rows for rows in _overnight(clinic, subjects, day) if (rows.time < at).all()]
    readings = run(clinic.life, subjects, [*overnight, meal], at + times)
    return MealTest(times, readings.values[clinic.symbols.glucose], readings.values[clinic.symbols.c_peptide])


def _overnight(clinic: Clinic, subjects: Subjects, day: int) -> list[Rows]:
    """Long-acting insulin of the day of the test."""
    who = subjects.people, subjects.doses
    return basal_rows(clinic.regimen, *who, clinic.seed, np.array([day]), clinic.symbols.absorbed_now)


def _record(
    clinic: Clinic,
    cohort: Cohort,
    day: float,
    since: float,
    who: NDArray[np.intp],
    fortnight: Readings,
    shown: NDArray[np.float64],
    test: MealTest,
) -> Visit:
    """Put the readings of the examined patients into full-size arrays."""

    def whole(values: NDArray[np.float64]) -> NDArray[np.float64]:
        full = np.full((cohort.size, *values.shape[1:]), np.nan)
        full[who] = values
        return full

    midnights = np.searchsorted(
        fortnight.time, np.arange(0.0, fortnight.time[-1] + 1.0, MINUTES_PER_DAY), side="left"
    )
    dose = np.diff(fortnight.values[clinic.symbols.delivered][:, midnights], axis=1)
    return Visit(
        day=day,
        cgm_time=fortnight.time[:-1],
        cgm_glucose=whole(shown),
        meal_test_time=test.time,
        meal_test_glucose=whole(test.glucose),
        meal_test_c_peptide=whole(test.c_peptide),
        insulin_dose=whole(dose),
        **known(clinic, cohort, who, day, since),
    )
