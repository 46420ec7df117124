"""Every row of every behaviour.csv is a test; all rows of a model are patients of one batch."""

import csv
import warnings
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from insula.analysis.behaviour.bench import Bench
from insula.analysis.behaviour.verdicts import absolute_tolerance, behaviour_bench, held_rows, judge
from insula.catalog import Catalog
from insula.compiler.numpy_reference import Event, reference_solve

CATALOG = Catalog.open()
SLOW_BUT_RIGHT = ("subcutaneous_insulin-rapid_insulin_peaks_early", "islet_graft-rejected_without_drugs")
# What a row leaves unset of the averaged day is 0: that is a day without secretion, but no day has no glucose.
ANOTHER_DAY = {"mean_glucose": 150.0, "share_below_54": 0.02}


def known_disagreements() -> dict[str, str]:
    """Rows that the model does not meet, and why; one that is met again must leave the list."""
    with Path(__file__).with_name("not_held.csv").open(encoding="utf-8", newline="") as file:
        return {row["row"]: row["reason"] for row in csv.DictReader(file)}


ROWS = {held.id: held for held in held_rows(CATALOG)}
NOT_HELD = known_disagreements()
MARKED = [
    pytest.param(name, marks=[pytest.mark.xfail(reason=NOT_HELD[name])] if name in NOT_HELD else [])
    for name in ROWS
]


@cache
def bench(model: str) -> Bench:
    return behaviour_bench(CATALOG, model, [held for held in ROWS.values() if held.model == model])


@cache
def verdicts():
    return {verdict.held.id: verdict for verdict in judge(CATALOG)}


def test_the_list_of_disagreements_names_rows():
    assert NOT_HELD.keys() <= ROWS.keys()


@pytest.mark.parametrize("name", MARKED)
def test_the_model_does_what_it_is_held_to(name):
    verdict = verdicts()[name]
    assert not verdict.failure, verdict.failure
    row = verdict.held.row
    told = f"{row.quantity} {row.statistic} = {verdict.value:.5g} {row.unit}, held to {row.low} .. {row.high}"
    if row.severity == "warning" and not verdict.met:
        warnings.warn(told, stacklevel=1)
    else:
        assert verdict.met, told


def test_a_row_does_not_depend_on_what_it_leaves_unset_of_the_averaged_day():
    disease = [held for held in ROWS.values() if held.model == "disease"]
    day = {f"averaged_day.{name}": value for name, value in ANOTHER_DAY.items()}
    moved = [replace(held.experiment, settings=day | held.experiment.settings) for held in disease]
    courses = bench("disease").run(moved, atol=absolute_tolerance(CATALOG, "disease"))
    for held, course, usual in zip(
        disease, courses, bench("disease").run([held.experiment for held in disease], atol=1e-9), strict=True
    ):
        column = bench("disease").kernel.output(held.row.quantity)
        np.testing.assert_allclose(
            course.values[:, column], usual.values[:, column], rtol=1e-3, atol=1e-6, err_msg=held.id
        )


@pytest.mark.parametrize("name", SLOW_BUT_RIGHT)
def test_the_engine_agrees_with_the_reference(name):
    held = ROWS[name]
    own = bench(held.model)
    [course] = own.run([held.experiment], rtol=1e-8, atol=1e-11)
    actions = [Event(*act) for act in held.experiment.actions]
    events = [*(Event(float(time)) for time in held.experiment.times), *actions]
    values = own.parameters(held.experiment.settings)
    wanted = reference_solve(own.system, own.kernel.outputs, events, values, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(course.values, wanted, rtol=1e-4, atol=1e-6)
