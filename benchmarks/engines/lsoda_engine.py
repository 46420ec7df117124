"""SciPy's LSODA with right-hand side and Jacobian compiled by LLVM, one patient after another."""

import ctypes
import struct
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from llvmlite import binding
from numpy.typing import NDArray
from scipy.integrate import odeint

from benchmarks.engines.segments import Doer, known_per_patient, outputs_of, segments, starts
from benchmarks.problems import Problem
from benchmarks.spelling import LLVM_FUNCTIONS, llvm, spell_out
from insula.compiler.differentiate import differentiate
from insula.compiler.graph import Graph

Floats = NDArray[np.float64]
C_LIBRARY = (
    "exp",
    "log",
    "sqrt",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "tanh",
    "floor",
    "ceil",
)
HEAD = "define void @{}(double %t, ptr %y, ptr %q, ptr %u, ptr %out) {{"


class Lsoda:
    """Compiled functions of (time, states, what is known of the patient, inputs)."""

    def __init__(self, problem: Problem) -> None:
        began = time.perf_counter()
        system = problem.system
        jacobian = differentiate(system.graph, system.derivatives)
        n = system.n_states
        cells = {i * n + j: node for i, row in enumerate(jacobian.rows) for j, node in row.items()}
        roots = [*system.derivatives, *cells.values()]
        hoisted, self._known = known_per_patient(system, roots, problem.parameters)
        places = {node: k for k, node in enumerate(hoisted)}
        rates = dict(enumerate(system.derivatives))
        functions = [
            _function(system.graph, name, nodes, places) for name, nodes in (("f", rates), ("j", cells))
        ]
        self._f, self._j, self._code = _compiled("\n".join([*functions, *_declarations()]))
        self.compile_s = time.perf_counter() - began
        self.notes: dict[str, float] = {}
        self._problem, self._segments, self._do = problem, segments(problem), Doer(problem)
        self._state, self._inputs = starts(problem)

    def run(self, n: int, rtol: float) -> tuple[Floats, float, float]:
        """Outputs (n, T, Q), seconds, and steps of a patient in the mean."""
        times, system = len(self._problem.times), self._problem.system
        state, inputs = (
            np.full((n, times, system.n_states), np.nan),
            np.full((n, times, system.n_inputs), np.nan),
        )
        atol, steps = self._problem.atol(rtol), 0
        began = time.process_time()
        for patient in range(n):
            steps += self._one(patient, rtol, atol, state[patient], inputs[patient])
        seconds = time.process_time() - began
        return outputs_of(self._problem, state, inputs), seconds, steps / n

    def _one(self, patient: int, rtol: float, atol: Floats, states: Floats, levels: Floats) -> int:
        y, u, q = self._state[patient].copy(), self._inputs[patient].copy(), self._known[patient].copy()
        rate, matrix, taken = np.empty(len(y)), np.zeros((len(y), len(y))), 0
        fixed, into, cells = (q.ctypes.data, u.ctypes.data), rate.ctypes.data, matrix.ctypes.data
        f, j = self._f, self._j

        def slope(t: float, state: Floats) -> Floats:
            f(t, state.ctypes.data, *fixed, into)
            return rate

        def derivative(t: float, state: Floats) -> Floats:
            j(t, state.ctypes.data, *fixed, cells)
            return matrix

        states[0], levels[0] = y, u
        for segment in self._segments:
            for dose in segment.doses:
                self._do(dose, patient, y, u, segment.start)
            grid = segment.grid(self._problem.times)
            settings = {"rtol": rtol, "atol": atol, "mxstep": 1_000_000, "tfirst": True, "full_output": True}
            found, report = odeint(slope, y, grid, Dfun=derivative, **settings)
            states[segment.readings], levels[segment.readings] = found[1 : 1 + len(segment.readings)], u
            y, taken = found[-1].copy(), taken + int(report["nst"][-1])
        return taken


def _function(graph: Graph, name: str, nodes: Mapping[int, int], places: Mapping[int, int]) -> str:
    """One function that writes nodes to their places; ``places`` are those of nodes known per patient."""
    loads: list[str] = []

    def load(array: str, index: int) -> str:
        value = f"%{array}{index}"
        loads.append(f"{value}p = getelementptr double, ptr %{array}, i64 {index}")
        loads.append(f"{value} = load double, ptr {value}p")
        return value

    def leaf(node: int) -> str:
        if node in places:
            return load("q", places[node])
        match graph.op(node):
            case "constant":
                return f"0x{struct.unpack('>Q', struct.pack('>d', graph.value(node)))[0]:016X}"
            case "time":
                return "%t"
            case kind:
                return load({"state": "y", "input": "u"}[kind], graph.index(node))

    lines, names = spell_out(graph, nodes.values(), leaf, llvm, places, "%v")
    stores = []
    for place, node in nodes.items():
        stores.append(f"%o{place} = getelementptr double, ptr %out, i64 {place}")
        stores.append(f"store double {names[node]}, ptr %o{place}")
    return "\n".join([HEAD.format(name), *loads, *lines, *stores, "ret void", "}"])


def _compiled(text: str) -> tuple[Any, Any, Any]:
    """Both functions, and what keeps them in memory."""
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    target = binding.Target.from_default_triple()
    features = binding.get_host_cpu_features().flatten()
    machine = target.create_target_machine(
        cpu=binding.get_host_cpu_name(), features=features, opt=3, jit=True
    )
    module = binding.parse_assembly(text)
    passes = binding.create_pass_builder(machine, binding.create_pipeline_tuning_options(speed_level=3))
    passes.getModulePassManager().run(module, passes)
    code = binding.create_mcjit_compiler(module, machine)
    code.finalize_object()
    kind = ctypes.CFUNCTYPE(None, ctypes.c_double, *[ctypes.c_void_p] * 4)
    return kind(code.get_function_address("f")), kind(code.get_function_address("j")), code


def _declarations() -> list[str]:
    single = [f"declare double @{name}(double)" for name in (*C_LIBRARY, LLVM_FUNCTIONS["abs"])]
    two = ("pow", LLVM_FUNCTIONS["min"], LLVM_FUNCTIONS["max"])
    return [*single, *(f"declare double @{name}(double, double)" for name in two)]
