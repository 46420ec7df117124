"""LibRoadRunner (CVODE, BDF): the exported SBML, one patient after another."""

import time
from collections.abc import Iterable

import libsbml
import numpy as np
import roadrunner
from numpy.typing import NDArray

from benchmarks.engines.segments import Doer, Segment, segments, starts
from benchmarks.problems import Problem
from benchmarks.spelling import values

Floats = NDArray[np.float64]
Places = dict[str, tuple[list[int], list[int]]]
"""Kind of variable -> columns of ours, indices of its."""


class RoadRunner:
    """One loaded model; parameters and states are written through its vector interface."""

    def __init__(self, problem: Problem) -> None:
        roadrunner.Logger.setLevel(roadrunner.Logger.LOG_CRITICAL)
        began = time.perf_counter()
        self._simulator = roadrunner.RoadRunner(problem.sbml)
        self.compile_s = time.perf_counter() - began
        self.notes: dict[str, float] = {}
        self._problem, self._segments, self._do = problem, segments(problem), Doer(problem)
        self._state, self._inputs = starts(problem)
        flat, model = problem.flat, self._simulator.model
        self._kinds = {
            "FloatingSpeciesConcentrations": _numbered(model.getFloatingSpeciesIds()),
            "BoundarySpeciesConcentrations": _numbered(model.getBoundarySpeciesIds()),
            "GlobalParameterValues": _numbered(model.getGlobalParameterIds()),
        }
        *species, self._globals = self._kinds.values()
        species = {name for some in species for name in some}
        columns = [flat[name] for name in problem.outputs]
        self._simulator.timeCourseSelections = [f"[{name}]" if name in species else name for name in columns]
        states = [flat[name] for name in problem.system.states]
        order = [model.getStateVectorId(k) for k in range(problem.system.n_states)]
        self._order = [states.index(name) for name in order]
        self._state_places = self._places(states)
        self._input_places = self._places([flat[name] for name in problem.system.inputs])
        self._constants, self._constant_values = self._given()

    def _places(self, names: list[str]) -> Places:
        """Columns and indices of each kind of variable that there is."""
        found = {}
        for kind, known in self._kinds.items():
            pairs = [(column, known[name]) for column, name in enumerate(names) if name in known]
            if pairs:
                found[kind] = ([column for column, _ in pairs], [index for _, index in pairs])
        return found

    def _given(self) -> tuple[list[int], Floats]:
        """Global parameters that differ from the text's in some patient, and their values; derived ones included."""
        problem, system = self._problem, self._problem.system
        model = libsbml.readSBMLFromString(problem.sbml).getModel()
        moved = {problem.flat[name] for name in (*system.states, *system.inputs)}
        ruled = {rule.getVariable() for rule in model.getListOfRules()}
        ids = {identifier: name for name, identifier in problem.flat.items() if identifier in self._globals}
        names = [ids[i] for i in ids if i not in moved | ruled]
        nodes = [system.observables[name] for name in names]
        leaves = {"parameter": problem.parameters, "state": self._state, "input": self._inputs}
        table = values(system.graph, nodes, leaves)
        indices = [self._globals[problem.flat[name]] for name in names]
        differ = np.flatnonzero(
            (table != self._simulator.model.getGlobalParameterValues(indices)).any(axis=0)
        )
        return [indices[k] for k in differ], table[:, differ]

    def run(self, n: int, rtol: float) -> tuple[Floats, float, float]:
        """Outputs (n, T, Q), seconds; steps are not told."""
        integrator = self._simulator.integrator
        integrator.relative_tolerance = rtol
        integrator.setValue("absolute_tolerance", self._problem.atol(rtol)[self._order].tolist())
        integrator.maximum_num_steps = 1_000_000
        out = np.full((n, len(self._problem.times), len(self._problem.outputs)), np.nan)
        began = time.process_time()
        for patient in range(n):
            try:
                self._one(patient, out[patient])
            except RuntimeError:
                out[patient] = np.nan
        return out, time.process_time() - began, float("nan")

    def _one(self, patient: int, out: Floats) -> None:
        model, simulate = self._simulator.model, self._simulator.simulate
        self._simulator.reset()
        model.setGlobalParameterValues(self._constants, self._constant_values[patient])
        self._put(self._state_places, self._state[patient])
        self._put(self._input_places, self._inputs[patient])
        for number, segment in enumerate(self._segments):
            if number == 0:
                out[0] = [self._simulator[name] for name in self._simulator.timeCourseSelections]
            if segment.doses:
                self._dose(segment, patient)
            found = simulate(times=segment.grid(self._problem.times))
            out[segment.readings] = found[1 : 1 + len(segment.readings)]

    def _dose(self, segment: Segment, patient: int) -> None:
        system = self._problem.system
        state = self._get(self._state_places, system.n_states)
        inputs = self._get(self._input_places, system.n_inputs)
        before = state.copy(), inputs.copy()
        for dose in segment.doses:
            self._do(dose, patient, state, inputs, segment.start)
        for places, old, new in (
            (self._state_places, before[0], state),
            (self._input_places, before[1], inputs),
        ):
            if (old != new).any():
                self._put(places, new)

    def _get(self, places: Places, size: int) -> Floats:
        found = np.empty(size)
        for kind, (columns, indices) in places.items():
            found[columns] = getattr(self._simulator.model, f"get{kind}")(indices)
        return found

    def _put(self, places: Places, numbers: Floats) -> None:
        for kind, (columns, indices) in places.items():
            getattr(self._simulator.model, f"set{kind}")(indices, numbers[columns])


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: k for k, name in enumerate(names)}
