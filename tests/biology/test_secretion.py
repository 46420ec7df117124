"""What the gut adds to secretion, and what glucose alone brings, against published experiments.

The same course of glucose without appearance from the gut is an isoglycaemic infusion; its secretion is integrated
here, and the integration is first held against the model's own.
"""

import csv

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from insula.analysis.behaviour.bench import Bench
from insula.catalog import Catalog
from insula.catalog.behaviour_protocol import Act, Experiment

START, HOURS = 1440.0, 4
OUTPUTS = ("glucose.G", "glucose.G_rise", "gut.Ra", "secretion.per_size")


@pytest.fixture(scope="module")
def healthy():
    with (Catalog.open().root / "biology/models/persons.csv").open(newline="", encoding="utf-8") as file:
        return {
            r["symbol"]: float(r["value"]) for r in csv.DictReader(file) if r["person"] == "healthy_adult"
        }


@pytest.fixture(scope="module")
def number():
    with (Catalog.open().root / "biology/modules/secretion/parameters.csv").open(encoding="utf-8") as file:
        return {r["symbol"]: float(r["value"]) for r in csv.DictReader(file)}


@pytest.fixture(scope="module")
def bench(metabolic):
    return Bench(metabolic, OUTPUTS)


def lived(bench, healthy, acts, minutes):
    """Glucose, its rise, appearance and secretion at every minute."""
    times = START + np.arange(minutes + 1.0)
    (course,) = bench.run([Experiment(healthy, tuple(acts), times)])
    assert not course.failure, course.failure
    return course.values.T


def secretion(number, healthy, glucose, rise, appearance):
    """Secretion (pmol/kg/min) of a healthy capacity along a course of glucose."""
    basal, h, minutes = number["S_b"], healthy["secretion.h"], np.arange(len(glucose))
    steepness = np.log(number["fold"] - 1) / np.log(number["G_half"] / h)
    static = basal * (number["fold"] / (1 + (number["G_half"] / glucose) ** steepness) - 1)
    gut = 1 + number["incretin"] * appearance / (appearance + number["incretin_half"])
    aim = np.where(static > 0, static * gut, static)

    def slope(t, delayed):
        return number["alpha"] * (np.interp(t, minutes, aim) - delayed)

    delayed = solve_ivp(slope, (0, minutes[-1]), [aim[0]], t_eval=minutes, max_step=1.0).y[0]
    return basal + delayed + number["K"] * rise


@pytest.mark.parametrize(("grams", "fold", "error"), [(25, 1.3, 0.1), (75, 1.7, 0.2), (125, 2.2, 0.2)])
def test_by_mouth_more_is_secreted_than_by_vein(bench, healthy, number, grams, fold, error):
    """mari2013, abstract: 8 people with normal glucose tolerance, mean and SE of the ratio of total secretion."""
    glucose, rise, appearance, by_mouth = lived(bench, healthy, [Act(START, "meal", grams)], HOURS * 60)
    again = secretion(number, healthy, glucose, rise, appearance)
    assert again.mean() == pytest.approx(by_mouth.mean(), rel=0.01)
    by_vein = secretion(number, healthy, glucose, rise, np.zeros_like(appearance))
    assert by_mouth.mean() / by_vein.mean() == pytest.approx(fold, abs=1.645 * error)


def test_a_day_with_meals_takes_twice_the_insulin_of_a_fast(bench, healthy):
    """polonsky1988, abstract: 145.8 (SE 8.8) nmol/m2 in 24 h, 50.9 (SE 4.8) pmol/m2/min after a fast: 1.99 times."""
    meals = [Act(START + 60 * hour, "meal", grams) for hour, grams in ((0, 38), (5, 60), (11, 68))]
    *_, day = lived(bench, healthy, meals, 1439)
    assert day.mean() / day[0] == pytest.approx(1.99, rel=0.2)


def test_glucose_by_vein_raises_secretion_as_in_a_hyperglycaemic_infusion(number, healthy):
    """polonsky1988, abstract: 6.2 times baseline; henquin2006, abstract: islets give their most at 15 mmol/L."""
    glucose = np.full(600, 15 * 18.016)
    held = secretion(number, healthy, glucose, np.zeros(600), np.zeros(600))
    assert held[-1] / number["S_b"] == pytest.approx(6.2, rel=0.1)
