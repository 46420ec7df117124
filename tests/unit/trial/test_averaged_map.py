"""The averaged map against the simulated days it stands for, where people live: on few units, or none."""

from itertools import product

import numpy as np
import pytest

from insula.catalog import Catalog
from insula.trial import learn_map
from insula.trial.learn_map import simulate_design
from insula.trial.open_clinic import open_clinic
from insula.trial.scales import from_scale, to_scale
from insula.trial.surrogate import evaluate

ANY_STUDY = "gu_2010_ahsct"  # on the averaged map
OFF_INSULIN, ON_LITTLE = 0.0, 0.2  # U/kg a day
PEOPLE = {
    "capacity": (0.2, 0.3, 0.5),
    "peripheral_sensitivity": (0.8, 1.0, 1.25),
    "hepatic_sensitivity": (0.8, 1.0, 1.25),
    "awareness_level": (0.95,),
}


@pytest.fixture(scope="module")
def catalog():
    return Catalog.open()


@pytest.fixture(scope="module")
def clinic(catalog):
    return open_clinic(catalog, catalog.studies[ANY_STUDY])


def places(text, dose):
    """Everybody of `PEOPLE` with this dose, in the cube of the design, (27, inputs)."""
    people = product(*(PEOPLE.get(item.id, (dose,)) for item in text.inputs))
    scales = [
        (item.scale, to_scale(item.scale, item.low), to_scale(item.scale, item.high)) for item in text.inputs
    ]
    return np.array(
        [
            [
                2.0 * (to_scale(scale, value) - low) / (high - low) - 1.0
                for value, (scale, low, high) in zip(one, scales, strict=True)
            ]
            for one in people
        ],
        dtype=float,
    )


@pytest.mark.parametrize("dose", [OFF_INSULIN, ON_LITTLE])
def test_who_secretes_and_injects_little_has_the_glucose_of_simulated_days(
    catalog, clinic, dose, monkeypatch
):
    """Learnt over own and grafted capacity apart, it was a quarter too high off insulin: all had one or the other."""
    at = places(clinic.averaged_map.text, dose)
    monkeypatch.setattr(learn_map, "design", lambda *_: at)
    days = simulate_design(catalog, clinic.life, clinic.settings, clinic.to_fast)
    lived = days.readings.values[clinic.symbols.glucose].mean(axis=1)
    surrogate = clinic.averaged_map.surrogate
    name = next(iter(clinic.averaged_map.text.outputs))
    told = from_scale(name.scale, (evaluate(at, surrogate.exponents) @ surrogate.coefficients)[:, 0])
    away = np.log(told / lived)
    assert abs(away.mean()) < 0.06  # 0.055 off insulin: a polynomial of days that vary as people's do
    assert np.sqrt((away**2).mean()) < 0.10


def test_the_map_is_learnt_with_the_numbers_that_the_population_states(catalog, monkeypatch):
    """One for all of its people; what a module states stands where the population is silent."""
    study = catalog.studies["ukpds16_1995"]
    clinic = open_clinic(catalog, study)
    monkeypatch.setattr(learn_map, "design", lambda *_: places(clinic.averaged_map.text, OFF_INSULIN))
    subjects = simulate_design(catalog, clinic.life, clinic.settings, clinic.to_fast).subjects
    stated = catalog.populations[study.population].parameters["secretion.incretin"].value
    of_module = {row.symbol: row.value for row in catalog.modules["secretion"].parameters}
    clock = clinic.life.clock
    assert stated != of_module["incretin"]
    assert (subjects.parameters[:, clock.parameter("secretion.incretin")] == stated).all()
    assert (subjects.parameters[:, clock.parameter("secretion.fold")] == of_module["fold"]).all()
