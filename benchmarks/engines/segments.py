"""For simulators that stop wherever something is done: a patient's time in pieces, readings and doses in order."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.problems import Dose, Problem
from benchmarks.spelling import python_action, values
from insula.compiler.system import System
from insula.engine.emit.expressions import hoistable

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Segment:
    """From a stop to the next: what is done at its start, and the readings that lie in (start, end]."""

    start: float
    end: float
    doses: tuple[Dose, ...]
    readings: NDArray[np.int64]
    ends_with_reading: bool

    def grid(self, times: Floats) -> Floats:
        """Start, readings and end."""
        inner = times[self.readings]
        return np.concatenate([[self.start], inner, [] if self.ends_with_reading else [self.end]])


def segments(problem: Problem) -> list[Segment]:
    """Cut a problem's time at its doses; the first reading is at the start and needs no integration."""
    end = float(problem.times[-1])
    stops = sorted({0.0, end, *(d.time for d in problem.doses if d.time < end)})
    found = []
    for start, stop in zip(stops[:-1], stops[1:], strict=True):
        readings = np.flatnonzero((problem.times > start) & (problem.times <= stop))
        doses = tuple(d for d in problem.doses if d.time == start)
        exact = bool(len(readings)) and problem.times[readings[-1]] == stop
        found.append(Segment(start, stop, doses, readings, exact))
    return found


class Doer:
    """What doses do to states and inputs, in Python."""

    def __init__(self, problem: Problem) -> None:
        system = problem.system
        named = {action.name: action for action in system.actions}
        self._targets = {d.action: named[d.action].assignments for d in problem.doses}
        self._acts = {name: python_action(system, named[name]) for name in self._targets}
        self._rows = problem.parameters.tolist()

    def __call__(self, dose: Dose, patient: int, state: Floats, inputs: Floats, time: float) -> None:
        """Change states and inputs in place."""
        amount = float(dose.amount if np.ndim(dose.amount) == 0 else np.asarray(dose.amount)[patient])
        new = self._acts[dose.action](state, self._rows[patient], inputs, time, amount)
        for target, value in zip(self._targets[dose.action], new, strict=True):
            (state if target.kind == "state" else inputs)[target.index] = value


def starts(problem: Problem) -> tuple[Floats, Floats]:
    """States and inputs of every patient at the start, (P, N) and (P, U)."""
    system, rows = problem.system, problem.parameters
    nothing = np.empty((len(rows), 0))
    inputs = nothing
    if system.n_inputs:
        inputs = values(system.graph, system.input_defaults, {"parameter": rows, "input": nothing})
    return values(system.graph, system.initial, {"parameter": rows, "input": inputs}), inputs


def known_per_patient(system: System, roots: Sequence[int], rows: Floats) -> tuple[list[int], Floats]:
    """Nodes that follow from a patient's parameters alone, and their values, (P, H)."""
    nodes = hoistable(system.graph, roots)
    if not nodes:
        return [], np.empty((len(rows), 0))
    return nodes, values(system.graph, nodes, {"parameter": rows})


def outputs_of(problem: Problem, state: Floats, inputs: Floats) -> Floats:
    """Outputs from states and inputs at all readings, (n, T, N) and (n, T, U) -> (n, T, Q)."""
    system, (n, times, _) = problem.system, state.shape
    leaves = {
        "state": state.reshape(n * times, -1),
        "input": inputs.reshape(n * times, -1),
        "parameter": np.repeat(problem.parameters[:n], times, axis=0),
    }
    nodes = [system.observables[name] for name in problem.outputs]
    return values(system.graph, nodes, leaves, np.tile(problem.times, n)).reshape(n, times, -1)
