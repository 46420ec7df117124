"""A bench for experiments: one compiled model, any number of experiments side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from insula.compiler.module_text import ModuleText
from insula.core.errors import UnknownName
from insula.engine.kernel import build_kernel
from insula.engine.schedule import READ, Schedule
from insula.engine.solve import solve
from insula.trial.averaged_map import MODULE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from insula.catalog import Catalog
    from insula.catalog.behaviour_protocol import Experiment, Vector
    from insula.compiler.system import System


class Course(NamedTuple):
    """Readings (T, Q) of one experiment, and in words why it stopped early, if it did."""

    values: Vector
    failure: str


class Bench:
    """A compiled model; experiments are the patients of one batch.

    Parameters
    ----------
    quantities
        Dotted symbols that are read, Q different ones.
    """

    def __init__(self, system: System, quantities: Sequence[str]) -> None:
        self.system = system
        self.kernel = build_kernel(system, tuple(dict.fromkeys(quantities)))

    def parameters(self, settings: Mapping[str, float]) -> Vector:
        """(K,) numbers of the tables, some of them changed; UnknownName for one that the model lacks."""
        values = self.system.defaults.copy()
        for name, value in settings.items():
            if name not in self.system.parameters:
                raise UnknownName("parameter", name, self.system.parameters)
            values[self.system.parameters.index(name)] = value
        return values

    def run(self, experiments: Sequence[Experiment], rtol: float = 1e-6, atol: float = 1e-8) -> list[Course]:
        """Courses of all experiments, in their order; one that fails says why and disturbs no other."""
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


def still_day(catalog: Catalog) -> dict[str, ModuleText]:
    """Return the averaged day that listens to nothing: its outputs are numbers, 0 until an experiment sets them.

    The modules that the machinery makes, by name, for `compose`; empty for a science without an averaged day.
    """
    if "averaged_map" not in catalog.maps:
        return {}
    text = catalog.averaged_map
    declared = [
        *(f"var {port}; {port} has {item.unit};" for item in text.inputs for port in item.ports),
        *(f"{item.id} has {item.unit};" for item in text.outputs),
    ]
    lines = "\n".join([f"model {MODULE}_module()", *declared, "end\n"])
    return {MODULE: ModuleText(Path(f"{MODULE}.ant"), lines, {item.id: 0.0 for item in text.outputs})}
