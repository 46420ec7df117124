"""Every row of the disease modules' behaviour.csv is a test; the averaged day is held at what the row says."""

import csv
import warnings
from pathlib import Path
from typing import Any

import libsbml
import numpy as np
import pytest
from tests.biology.behaviour_protocol import STATISTICS, Experiment, read_protocol

from insula.catalog.catalog import Catalog
from insula.compiler.compose import ComposedModel, compose
from insula.compiler.module_text import ModuleText
from insula.compiler.numpy_reference import Event
from insula.core.paths import science_root

roadrunner = pytest.importorskip("roadrunner")

MODULES = (
    "glycated_haemoglobin",
    "beta_cells",
    "immunity",
    "islet_graft",
    "insulin_sensitivity",
    "awareness",
    "hypoglycaemia_risk",
)
SHAPES = STATISTICS | {
    "end_over_start": lambda _, y: y[-1] / y[0],
    "time_of_half_change": lambda t, y: t[(abs(y - y[0]) >= abs(y[-1] - y[0]) / 2).argmax()] - t[0],
    "time_of_nine_tenths": lambda t, y: t[(y >= 0.9 * y.max()).argmax()] - t[0],
}
CONSTANT_DAY = """
model averaged_day_module()
  var native_capacity; native_capacity has dimensionless;
  var graft_capacity; graft_capacity has dimensionless;
  var peripheral_sensitivity; peripheral_sensitivity has dimensionless;
  var hepatic_sensitivity; hepatic_sensitivity has dimensionless;
  var awareness_level; awareness_level has dimensionless;
  var insulin_dose; insulin_dose has U_per_day;
  mean_glucose has mg_per_dL;  share_below_54 has dimensionless;
end
"""


def rows_of(module: str) -> list[dict[str, str]]:
    with (science_root() / "biology" / "modules" / module / "behaviour.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        return list(csv.DictReader(file))


ROWS = [pytest.param(row, id=f"{module}-{row['id']}") for module in MODULES for row in rows_of(module)]


def days(experiment: Experiment) -> np.ndarray:
    return np.arange(experiment.start, experiment.end + 0.5)


class Course:
    """The disease model in libRoadRunner, which is quick over years and independent of our own engine."""

    def __init__(self, composed: ComposedModel) -> None:
        self.names = {dotted: flat for flat, dotted in composed.names.items()}
        self.names |= {port: self.names[owner] for port, owner in composed.aliases.items()}
        self.sbml = composed.sbml

    def observe(self, quantity: str, experiment: Experiment) -> np.ndarray:
        """Readings of one quantity, one a day."""
        simulator = self._prepared(experiment.settings)
        simulator.timeCourseSelections = ["time", self.names[quantity]]
        actions = sorted(
            (e for e in experiment.actions if e.time < experiment.end), key=lambda event: event.time
        )
        found, now = [], 0.0
        for event in [*actions, Event(experiment.end)]:
            found.append(np.array(simulator.simulate(now, event.time, round(event.time - now) + 1)))
            now = event.time
            if event.action is not None:
                self._act(simulator, event)
        table = np.concatenate([found[0][:1], *(part[1:] for part in found)])
        return table[table[:, 0] >= experiment.start, 1]

    def _prepared(self, settings: dict[str, float]) -> Any:
        """Numbers are put into the document, so that starting values that follow from them do follow."""
        document = libsbml.readSBMLFromString(self.sbml)
        for name, value in settings.items():
            document.getModel().getParameter(self.names[name]).setValue(value)
        simulator = roadrunner.RoadRunner(libsbml.writeSBMLToString(document))
        simulator.integrator.relative_tolerance, simulator.integrator.absolute_tolerance = 1e-6, 1e-9
        return simulator

    def _act(self, simulator: Any, event: Event) -> None:
        operation, _, symbol = event.action.partition(":")
        flat = self.names[symbol]
        simulator[flat] = event.value + (simulator[flat] if operation == "add" else 0.0)


@pytest.fixture(scope="module")
def course() -> Course:
    day = ModuleText(Path("averaged_day.ant"), CONSTANT_DAY, {"mean_glucose": 183.0, "share_below_54": 0.037})
    return Course(compose(Catalog(science_root()), "disease", {"averaged_day": day}))


@pytest.mark.parametrize("row", ROWS)
def test_the_disease_does_what_it_is_held_to(course, row):
    experiment = read_protocol(row["protocol"])
    value = SHAPES[row["statistic"]](days(experiment), course.observe(row["quantity"], experiment))
    inside = (not row["low"] or value >= float(row["low"])) and (
        not row["high"] or value <= float(row["high"])
    )
    told = f"{row['quantity']} {row['statistic']} = {value:.5g} {row['unit']}, held to {row['low']} .. {row['high']}"
    if row["severity"] == "warning" and not inside:
        warnings.warn(told, stacklevel=1)
    else:
        assert inside, told


@pytest.mark.parametrize("factor", [0.95, 1.05])
def test_no_knife_edge_in_immunity(course, factor):
    """Five per cent of any number of the immune module moves the graft at one year by no more than two per cent."""
    drugs = {"tacrolimus.target": 4.5, "sirolimus.target": 8.5, "donor_islets.infused_0": 8e5}

    def capacity(changed: dict[str, float]) -> float:
        return course.observe("islet_graft.capacity", Experiment({**drugs, **changed}, (), 0.0, 365.0))[-1]

    usual = capacity({})
    for row in Catalog(science_root()).modules["immunity"].parameters:
        if not row.symbol.endswith("_0"):
            moved = capacity({f"immunity.{row.symbol}": row.value * factor})
            assert moved == pytest.approx(usual, rel=0.02), row.symbol
