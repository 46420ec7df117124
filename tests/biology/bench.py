"""A bench for experiments: one compiled model, any number of experiments side by side."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from behaviour_protocol import Experiment

from insula.catalog import Catalog
from insula.catalog.records import AveragedMapText
from insula.compiler.compose import compose
from insula.compiler.module_text import ModuleText
from insula.compiler.system import System
from insula.core.errors import UnknownName
from insula.engine.kernel import build_kernel
from insula.engine.schedule import READ, Schedule
from insula.engine.solve import solve

CONSTANT_DAY = {
    "averaged_day.mean_glucose": 183.0,
    "averaged_day.share_below_54": 0.037,
}  # usual care; others 0
EATING = ("gut.D", "gut.eating", "subcutaneous_insulin.pump_rate")


def metabolic_system(catalog: Catalog) -> System:
    """Return the system of the metabolic clock; meals can be eaten at a rate."""
    return compose(catalog, "metabolic").system(EATING)


def disease_system(catalog: Catalog, inputs: Sequence[str] = ()) -> System:
    """Return the system of the disease clock; the averaged day stays at what an experiment sets."""
    day = constant_day(catalog.averaged_map)
    return compose(catalog, "disease", {"averaged_day": day}).system(inputs)


def constant_day(text: AveragedMapText) -> ModuleText:
    """Write an averaged day that listens to nothing: its outputs are numbers."""
    ports = [f"var {item.id}; {item.id} has {item.unit};" for item in text.inputs]
    numbers = [f"{item.id} has {item.unit};" for item in text.outputs]
    lines = ["model averaged_day_module()", *ports, *numbers, "end\n"]
    values = {item.id: CONSTANT_DAY.get(f"averaged_day.{item.id}", 0.0) for item in text.outputs}
    return ModuleText(Path("averaged_day.ant"), "\n".join(lines), values)


class Course(NamedTuple):
    """Readings (T, Q) of one experiment, and in words why it stopped early, if it did."""

    values: np.ndarray
    failure: str


class Bench:
    """A compiled model; experiments are the patients of one batch."""

    def __init__(self, system: System, quantities: Sequence[str]) -> None:
        self.system = system
        self.kernel = build_kernel(system, tuple(dict.fromkeys(quantities)))

    def parameters(self, settings: dict[str, float]) -> np.ndarray:
        """(K,) numbers of the tables, some of them changed."""
        values = self.system.defaults.copy()
        for name, value in settings.items():
            if name not in self.system.parameters:
                raise UnknownName("parameter", name, self.system.parameters)
            values[self.system.parameters.index(name)] = value
        return values

    def run(self, experiments: Sequence[Experiment], rtol: float = 1e-6, atol: float = 1e-8) -> list[Course]:
        """Courses of all experiments, in their order."""
        rows = [
            (patient, *row)
            for patient, experiment in enumerate(experiments)
            for row in [
                *((float(time), READ, np.nan) for time in experiment.times),
                *((a.time, self.kernel.action(a.action), a.value) for a in experiment.actions),
            ]
        ]
        parameters = np.stack([self.parameters(experiment.settings) for experiment in experiments])
        schedule = Schedule.build(len(experiments), *map(np.array, zip(*rows, strict=True)))
        found = solve(self.kernel, parameters, schedule, rtol=rtol, atol=atol)
        return [
            Course(
                found.values[found.row_start[p] : found.row_start[p + 1]],
                "" if found.ok[p] else found.explain(p),
            )
            for p in range(len(experiments))
        ]
