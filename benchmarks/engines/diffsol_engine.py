"""Pydiffsol (BDF, sparse LU by faer, code by LLVM): the model written in DiffSL, one patient after another."""

import time

import numpy as np
import pydiffsol
from numpy.typing import NDArray

from benchmarks.engines.segments import Doer, known_per_patient, outputs_of, segments, starts
from benchmarks.problems import Problem
from benchmarks.spelling import diffsl, spell_out

Floats = NDArray[np.float64]


class Diffsol:
    """One compiled model; its inputs are what is known of the patient, ours, the states and time at the start."""

    def __init__(self, problem: Problem) -> None:
        began = time.perf_counter()
        system = problem.system
        hoisted, self._known = known_per_patient(system, system.derivatives, problem.parameters)
        self._ode = pydiffsol.Ode(
            _text(problem, {node: k for k, node in enumerate(hoisted)}),
            matrix_type=pydiffsol.faer_sparse,
            ode_solver=pydiffsol.bdf,
            scalar_type=pydiffsol.f64,
        )
        self.compile_s = time.perf_counter() - began
        self.notes: dict[str, float] = {}
        self._problem, self._segments, self._do = problem, segments(problem), Doer(problem)
        self._state, self._inputs = starts(problem)

    def run(self, n: int, rtol: float) -> tuple[Floats, float, float]:
        """Outputs (n, T, Q), seconds; steps are not told."""
        times, system = len(self._problem.times), self._problem.system
        state, inputs = (
            np.full((n, times, system.n_states), np.nan),
            np.full((n, times, system.n_inputs), np.nan),
        )
        self._ode.rtol, self._ode.atol = rtol, float(self._problem.atol(rtol).min())
        self._ode.h0 = 1e-4
        began = time.process_time()
        for patient in range(n):
            try:
                self._one(patient, state[patient], inputs[patient])
            except Exception:  # its failures have no common class
                state[patient] = np.nan
        seconds = time.process_time() - began
        return outputs_of(self._problem, state, inputs), seconds, float("nan")

    def _one(self, patient: int, states: Floats, levels: Floats) -> None:
        y, u = self._state[patient].copy(), self._inputs[patient].copy()
        states[0], levels[0] = y, u
        for segment in self._segments:
            for dose in segment.doses:
                self._do(dose, patient, y, u, segment.start)
            given = np.concatenate([self._known[patient], u, y, [segment.start]])
            grid = segment.grid(self._problem.times)[1:] - segment.start
            found = self._ode.solve_dense(given, grid).ys.T
            states[segment.readings], levels[segment.readings] = found[: len(segment.readings)], u
            y = np.array(found[-1])


def _text(problem: Problem, places: dict[int, int]) -> str:
    """DiffSL of the right-hand side."""
    system, graph = problem.system, problem.system.graph
    names = [f"q{k}" for k in range(len(places))] + [f"w{k}" for k in range(system.n_inputs)]
    names += [f"z{k}" for k in range(system.n_states)] + ["begin"]

    def leaf(node: int) -> str:
        if node in places:
            return f"q{places[node]}"
        match graph.op(node):
            case "constant":
                return repr(graph.value(node))
            case "time":
                return "(t + begin)"
            case kind:
                return {"state": "x", "input": "w"}[kind] + str(graph.index(node))

    lines, spelt = spell_out(graph, system.derivatives, leaf, diffsl, places)
    states = [f"  x{k} = z{k}," for k in range(system.n_states)]
    rates = [f"  {spelt[node]}," for node in system.derivatives]
    given = [f"  {name} = 1," for name in names]
    return "\n".join(["in_i {", *given, "}", "u_i {", *states, "}", *lines, "F_i {", *rates, "}"])
