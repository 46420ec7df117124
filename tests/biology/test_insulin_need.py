"""Who needs more insulin than an adult of the same weight: all insulin goes with the need, glucose does not."""

import numpy as np
import pytest

from insula.analysis.behaviour.bench import Bench
from insula.analysis.behaviour.verdicts import behaviour_system
from insula.catalog import Catalog
from insula.catalog.behaviour_protocol import Act, Experiment

READ = ["glucose.G", "insulin.I", "c_peptide.C", "c_peptide.held"]
TIMES = np.arange(600.0, 901.0, 15.0)  # ten hours settle; then a meal
MEAL = 600.0
WEIGHT, BASAL, BOLUS = 60.0, 0.6, 4.0


def person(need, **body):
    """A person with a third of healthy beta cells, who injects `need` times what an adult would."""
    weight = body.get("weight", WEIGHT)
    settings = {
        "body.weight": weight,
        "body.need": need,
        "body.height": body.get("height", 1.7),
        "body.age": body.get("age", 30.0),
        "secretion.native_capacity": 0.3,
        "subcutaneous_insulin.pump_rate": need * BASAL * weight / WEIGHT,
    }
    insulin, food = need * BOLUS * weight / WEIGHT, 45.0 * weight / WEIGHT
    return Experiment(settings, (Act(MEAL, "meal", food), Act(MEAL, "bolus", insulin)), TIMES)


@pytest.fixture(scope="module")
def courses():
    bench = Bench(behaviour_system(Catalog.open(), "metabolic"), READ)
    people = [person(1.0), person(1.8), person(1.5, weight=25.0, height=1.25, age=7.0)]
    found = bench.run(people)
    assert not any(course.failure for course in found)
    return [dict(zip(READ, course.values.T, strict=True)) for course in found]


def test_with_so_much_more_insulin_glucose_is_the_same(courses):
    adult, needy, child = courses
    for other in (needy, child):
        assert other["glucose.G"] == pytest.approx(adult["glucose.G"], rel=1e-5)


def test_insulin_in_plasma_goes_with_the_need(courses):
    adult, needy, _ = courses
    assert needy["insulin.I"] == pytest.approx(1.8 * adult["insulin.I"], rel=1e-5)


def test_c_peptide_goes_with_what_a_person_holds_of_it(courses):
    """The averaged map takes everybody's C-peptide as the nominal patient's, times this ratio."""
    adult, needy, child = courses
    assert needy["c_peptide.C"] == pytest.approx(1.8 * adult["c_peptide.C"], rel=1e-5)
    ratio = child["c_peptide.held"][0] / adult["c_peptide.held"][0]
    assert ratio != pytest.approx(1.5, rel=0.1)  # a child has more plasma for its weight
    assert child["c_peptide.C"].mean() == pytest.approx(ratio * adult["c_peptide.C"].mean(), rel=0.03)


@pytest.mark.parametrize("size", [39.0, 78.0])
def test_the_same_islets_do_more_for_who_needs_less(size):
    given = {"islet_graft.engrafted_mature_0": 645000.0, "exogenous_insulin.size": size}
    bench = Bench(
        behaviour_system(Catalog.open(), "disease"), ["islet_graft.capacity", "beta_cells.function_per_cell"]
    )
    (course,) = bench.run([Experiment(given, (), np.zeros(1))])
    capacity, function = course.values[0]
    assert capacity == pytest.approx(78.0 / size * function, rel=1e-9)


def test_a_need_that_passes_is_met_by_as_much_more_insulin():
    """Habits draw the need of a night or a day; how much insulin does now is its reciprocal."""
    usual, tonight = (
        Experiment(
            {
                "secretion.native_capacity": 0.0,
                "glucose.sensitivity_now": 1.0 / need,
                "subcutaneous_insulin.pump_rate": need * BASAL,
            },
            (Act(MEAL, "meal", 45.0), Act(MEAL, "bolus", need * BOLUS)),
            TIMES,
        )
        for need in (1.0, 1.31)
    )
    courses = Bench(behaviour_system(Catalog.open(), "metabolic"), READ).run([usual, tonight])
    assert courses[1].values[:, 0] == pytest.approx(courses[0].values[:, 0], rel=0.01)
