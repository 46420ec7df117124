"""Nothing that counts matter goes below nothing, and what is injected is what was prescribed."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insula.checks.survey import Survey
from insula.population.sample import sample
from insula.trial.build_clock import build_clock
from insula.trial.day_plan import MINUTES_PER_DAY, Rows, basal_rows, each, meal_rows
from insula.trial.enrol import enrol
from insula.trial.follow_up import Record, follow
from insula.trial.metabolic_clock import live, run, sample_times
from tiny_study import THERAPY_ARM
from tolerances import BELOW_ZERO, OTHER_READINGS, ROUNDING, TWO_INTEGRATORS

PATIENTS = 12
MATTER = {
    "mg",
    "g",
    "ng",
    "pmol",
    "nmol",
    "U",
    "cell",
    "IEQ",
}  # what a unit of an amount or concentration begins with
# What is counted from its basal value.
SIGNED = {"glucose.X", "secretion.Y"}
QUICK = settings(max_examples=5, deadline=None)


def people_of(clinic, first):
    candidates = np.arange(first, first + PATIENTS)
    return sample(clinic.quantities, seed=clinic.seed, candidates=candidates, ensemble_members=5)


@pytest.fixture(scope="module")
def amounts(catalog, clinic):
    """States of both clocks that count matter or cells, by their units."""
    survey = Survey(catalog)

    def counts(state):
        return state not in SIGNED and survey.unit_of(state).partition("_")[0] in MATTER

    clocks = clinic.metabolic, clinic.disease
    return tuple({state: k for k, state in enumerate(c.kernel.states) if counts(state)} for c in clocks)


def test_amounts_and_cells_never_fall_below_nothing(clinic, amounts):
    given_to_all = clinic.arms[THERAPY_ARM].given

    @QUICK
    @given(first=st.integers(0, 5000))
    def for_people(first):
        cohort = enrol(clinic, people_of(clinic, first))
        for start in range(0, 84, 14):
            follow(clinic, cohort, start, [start + 14.0], given_to_all, Record())
            for states, named in zip((cohort.metabolic_state, cohort.disease_state), amounts, strict=True):
                lowest = {name: states[cohort.alive, k].min() for name, k in named.items()}
                below = {name: value for name, value in lowest.items() if value < -BELOW_ZERO}
                assert not below, f"day {start + 14}"

    for_people()


def test_the_amounts_are_there_to_be_watched(amounts):
    metabolic, disease = amounts
    assert {"gut.Q_sto1", "glucose.G_p", "subcutaneous_insulin.I_sc1"} <= set(metabolic)
    assert {"stem_cell_islets.infused", "islet_graft.engrafted_mature"} <= set(disease)


@pytest.fixture(scope="module")
def subjects(clinic):
    return enrol(clinic, people_of(clinic, 0)).subjects(np.arange(PATIENTS))


INJECTIONS = st.lists(
    st.tuples(
        st.integers(0, PATIENTS - 1),
        st.integers(0, 1439_000).map(lambda second: second / 1000.0),
        st.sampled_from(["bolus", "basal_injection"]),
        st.floats(0, 40),
    ),
    min_size=1,
    max_size=30,
)


def test_delivered_insulin_is_the_sum_of_the_injections_on_any_grid(clinic, subjects):
    @QUICK
    @given(injections=INJECTIONS, every=st.sampled_from([1440.0, 360.0, 97.0, 5.0]))
    def for_injections(injections, every):
        rows = [
            Rows(np.array(when), action, np.array(units), each(np.arange(PATIENTS) == who))
            for who, when, action, units in injections
        ]
        times = np.unique([*np.arange(0.0, MINUTES_PER_DAY, every), MINUTES_PER_DAY])
        delivered = run(clinic.life, subjects, rows, times).values[clinic.symbols.delivered]
        for who in range(PATIENTS):
            prescribed = math.fsum(units for patient, _, _, units in injections if patient == who)
            assert delivered[who, -1] == pytest.approx(prescribed, rel=ROUNDING, abs=ROUNDING)

    for_injections()


def test_a_bolus_for_a_meal_is_what_the_ratio_and_the_glucose_of_the_moment_ask_for(clinic, subjects):
    life, seed = clinic.life, clinic.seed
    rows = meal_rows(life.habits, subjects.people, subjects.doses, seed, np.array([0]))
    boluses = [row for row in rows if row.action == "bolus_for_meal"]
    when = np.unique([row.time for row in boluses])
    found = run(life, subjects, rows, np.unique([*when, *(when + 1.0)]))
    delivered, sensed = (found.values[name] for name in (clinic.symbols.delivered, "glucose.G_s"))
    target, fall = (
        subjects.parameters[:, clinic.metabolic.parameter(name)]
        for name in (clinic.symbols.correction_target, clinic.symbols.correction_factor)
    )
    for row in boluses:
        who = np.flatnonzero(row.there[:, 0, 0])
        at = np.searchsorted(found.time, row.time[who, 0, 0])
        wanted = row.amount[who, 0, 0] / subjects.doses.carbohydrate_ratio[who]
        wanted += (sensed[who, at] - target[who]) / fall[who]
        injected = delivered[who, at + 1] - delivered[who, at]
        np.testing.assert_allclose(
            injected, np.maximum(wanted, 0.0), rtol=TWO_INTEGRATORS, atol=TWO_INTEGRATORS
        )


def test_long_acting_insulin_of_a_day_is_the_prescribed_dose_unless_forgotten(clinic, subjects):
    days = 40
    who = clinic.regimen, subjects.people, subjects.doses
    rows = basal_rows(*who, clinic.seed, np.arange(days), clinic.symbols.absorbed_now)
    injected = [row for row in rows if row.action == clinic.regimen.basal.action]
    total = sum((row.amount * row.there).sum(axis=(1, 2)) for row in injected)
    taken = total / subjects.doses.basal
    assert taken == pytest.approx(np.round(taken), abs=ROUNDING * days)
    assert (np.round(taken) <= days).all()
    expected = days * (1 - subjects.people.missed_basal)
    spread = np.sqrt(days * subjects.people.missed_basal * (1 - subjects.people.missed_basal))
    assert (np.abs(taken - expected) <= 5 * spread + 1).all()


def test_who_is_off_insulin_injects_nothing(clinic, subjects):
    doses = replace(subjects.doses, on_insulin=np.zeros(PATIENTS, dtype=bool))
    off = replace(subjects, doses=doses)
    assert (live(clinic.life, off, 0, 1, 60.0).values[clinic.symbols.delivered] == 0).all()


def test_glucose_and_insulin_given_do_not_depend_on_how_often_they_are_read(clinic, subjects):
    coarse, fine = (live(clinic.life, subjects, 5, 1, every) for every in (60.0, 5.0))
    shared = np.isin(fine.time, sample_times(1, 60.0))
    for symbol in (clinic.symbols.glucose, clinic.symbols.delivered):
        np.testing.assert_allclose(coarse.values[symbol], fine.values[symbol][:, shared], rtol=OTHER_READINGS)


def test_every_state_of_the_minute_clock_stays_above_nothing_through_a_day(
    catalog, clinic, subjects, amounts
):
    """The states at every reading, not only those that are carried on."""
    changed = clinic.symbols.sensitivity_now, clinic.symbols.absorbed_now
    every_state = build_clock(catalog, "metabolic", clinic.metabolic.kernel.states, changed)
    life = replace(clinic.life, clock=every_state)
    values = live(life, subjects, 0, 2, 10.0).values
    lowest = {name: values[name].min() for name in amounts[0] if values[name].min() < -BELOW_ZERO}
    assert not lowest
