"""Every row of every behaviour.csv is a test; all rows of a model are patients of one batch."""

import csv
import warnings
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from behaviour_protocol import STATISTICS, Experiment, read_protocol
from bench import Bench, Course, disease_system, metabolic_system

from insula.catalog import Catalog
from insula.catalog.records import BehaviourRow
from insula.compiler.numpy_reference import Event, reference_solve
from insula.compiler.wiring import read_wiring

CATALOG = Catalog.open()
EVERY = {"metabolic": 5.0, "disease": 1.0}  # readings of a window, in the time of the model: minutes, days
ATOL = {"metabolic": 1e-8, "disease": 1e-9}
SLOW_BUT_RIGHT = ("subcutaneous_insulin-rapid_insulin_peaks_early", "islet_graft-rejected_without_drugs")


@dataclass(frozen=True)
class Held:
    """One row, the model it is about and what is done there."""

    model: str
    row: BehaviourRow
    experiment: Experiment


def person(name: str | None) -> dict[str, float]:
    return {r.symbol: r.value for r in CATALOG.persons["persons"] if r.person == name}


def held_rows() -> dict[str, Held]:
    models = {
        module: model
        for model in EVERY
        for module in read_wiring(CATALOG.models[model].text, f"{model}.ant").instances.values()
    }
    found = {}
    for name, module in CATALOG.modules.items():
        for row in module.behaviour:
            told = read_protocol(row.protocol, EVERY[models[name]])
            experiment = replace(told, settings=person(row.population) | told.settings)
            found[f"{name}-{row.id}"] = Held(models[name], row, experiment)
    return found


def known_disagreements() -> dict[str, str]:
    """Rows that the model does not meet, and why; one that is met again must leave the list."""
    with Path(__file__).with_name("not_held.csv").open(encoding="utf-8", newline="") as file:
        return {row["row"]: row["reason"] for row in csv.DictReader(file)}


ROWS = held_rows()
NOT_HELD = known_disagreements()
MARKED = [
    pytest.param(name, marks=[pytest.mark.xfail(reason=NOT_HELD[name])] if name in NOT_HELD else [])
    for name in ROWS
]


@cache
def bench(model: str) -> Bench:
    quantities = [held.row.quantity for held in ROWS.values() if held.model == model]
    acted = [act.action for held in ROWS.values() for act in held.experiment.actions]
    inputs = [action.partition(":")[2] for action in acted if action.startswith(("set:", "add:"))]
    system = metabolic_system(CATALOG) if model == "metabolic" else disease_system(CATALOG, inputs)
    return Bench(system, quantities)


@cache
def courses(model: str) -> dict[str, Course]:
    held = {name: held for name, held in ROWS.items() if held.model == model}
    found = bench(model).run([one.experiment for one in held.values()], atol=ATOL[model])
    return dict(zip(held, found, strict=True))


def test_the_list_of_disagreements_names_rows():
    assert NOT_HELD.keys() <= ROWS.keys()


@pytest.mark.parametrize("name", MARKED)
def test_the_model_does_what_it_is_held_to(name):
    held, course = ROWS[name], courses(ROWS[name].model)[name]
    assert not course.failure, course.failure
    row, readings = held.row, course.values[:, bench(held.model).kernel.output(held.row.quantity)]
    value = STATISTICS[row.statistic](held.experiment.times, readings)
    low, high = (-np.inf if row.low is None else row.low), (np.inf if row.high is None else row.high)
    told = f"{row.quantity} {row.statistic} = {value:.5g} {row.unit}, held to {low:g} .. {high:g}"
    if row.severity == "warning" and not low <= value <= high:
        warnings.warn(told, stacklevel=1)
    else:
        assert low <= value <= high, told


@pytest.mark.parametrize("name", SLOW_BUT_RIGHT)
def test_the_engine_agrees_with_the_reference(name):
    held = ROWS[name]
    own = bench(held.model)
    [course] = own.run([held.experiment], rtol=1e-8, atol=1e-11)
    events = [*(Event(float(time)) for time in held.experiment.times), *held.experiment.actions]
    values = own.parameters(held.experiment.settings)
    wanted = reference_solve(own.system, own.kernel.outputs, events, values, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(course.values, wanted, rtol=1e-4, atol=1e-6)
