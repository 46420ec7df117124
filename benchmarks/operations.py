"""How much arithmetic a step is, and how much this core can do at most."""

import time
from collections.abc import Iterable

import numpy as np
from llvmlite import binding

from insula.compiler.graph import Graph
from insula.compiler.lu_plan import Invert, Multiply, Scale, Subtract, Update, plan_lu
from insula.compiler.operations import VARYING
from insula.compiler.system import System
from insula.engine.lowering import expressions_of, prepare
from insula.engine.methods import find_method

# Counted as: a sum or product 1, a power 60, another function 30 (polynomials of that length), comparisons nothing.
SIMPLE = dict.fromkeys(("add", "sub", "mul", "div"), 1)
FUNCTIONS = {
    "pow": 60,
    **dict.fromkeys(("exp", "log", "sin", "cos", "tan", "tanh", "sinh", "cosh", "atan"), 30),
}
COST = {**SIMPLE, **FUNCTIONS}
LU_COST = {Scale: 1, Invert: 1, Update: 2, Subtract: 2, Multiply: 1}


def of_step(system: System, method: str) -> int:
    """Floating-point operations of one attempted step of one patient."""
    tableau = find_method(method)
    prepared, jacobian = prepare(expressions_of(system, ()))
    cells = [node for row in jacobian.rows for node in row.values()]
    plan = plan_lu(system.n_states, jacobian.pattern)
    rate = _of_nodes(prepared.graph, prepared.derivatives)
    matrix = _of_nodes(prepared.graph, cells) + len(cells) + system.n_states
    factorise = sum(LU_COST[type(operation)] for operation in plan.factorise)
    solve = sum(LU_COST[type(operation)] for operation in plan.solve)
    combine = sum(2 * len(a) + 2 * len(c) + 1 for a, c in zip(tableau.a, tableau.c, strict=True))
    error = 10
    return matrix + factorise + tableau.n_stages * (rate + solve) + system.n_states * (combine + error)


def _of_nodes(graph: Graph, roots: Iterable[int]) -> int:
    nodes = graph.topological(list(roots))
    return sum(COST.get(graph.op(n), 0) for n in nodes if graph.level(n) == VARYING)


_LOOP = """
define void @spin(i64 %n) {{
entry:
  br label %body
body:
  %i = phi i64 [ 0, %entry ], [ %j, %body ]
{phis}
{steps}
  %j = add i64 %i, 1
  %more = icmp ult i64 %j, %n
  br i1 %more, label %body, label %done
done:
{sums}
  %first = extractelement {vector} {last}, i64 0
  store volatile double %first, ptr @sink
  ret void
}}
@sink = internal global double 0.0
declare {vector} @llvm.fma.v{width}f64({vector}, {vector}, {vector})
"""
CHAINS = 12


def peak(width: int) -> float:
    """Largest rate of double-precision fused multiply-adds on this core, GFLOP/s, measured in half a second."""
    import ctypes

    vector = f"<{width} x double>"
    splat = lambda x: "<" + ", ".join([f"double {x}"] * width) + ">"  # noqa: E731
    spell = {
        "phis": [
            f"  %a{k} = phi {vector} [ {splat(f'{k}.0')}, %entry ], [ %b{k}, %body ]" for k in range(CHAINS)
        ],
        "steps": [
            f"  %b{k} = call {vector} @llvm.fma.v{width}f64({vector} %a{k}, {vector} {splat('0.5')}, "
            f"{vector} {splat('1.5')})"
            for k in range(CHAINS)
        ],
        "sums": [
            f"  %s{k} = fadd {vector} {'%b0' if k == 1 else f'%s{k - 1}'}, %b{k}" for k in range(1, CHAINS)
        ],
    }
    lines = {name: "\n".join(text) for name, text in spell.items()}
    text = _LOOP.format(vector=vector, width=width, last=f"%s{CHAINS - 1}", **lines)
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    features = binding.get_host_cpu_features().flatten() + ",-prefer-256-bit"
    machine = binding.Target.from_default_triple().create_target_machine(
        cpu=binding.get_host_cpu_name(), features=features, opt=2, jit=True
    )
    code = binding.create_mcjit_compiler(binding.parse_assembly(text), machine)
    code.finalize_object()
    spin = ctypes.CFUNCTYPE(None, ctypes.c_int64)(code.get_function_address("spin"))
    times, n = [], 4_000_000
    for _ in range(5):
        began = time.process_time()
        spin(n)
        times.append(time.process_time() - began)
    return float(n * CHAINS * width * 2 / np.min(times) / 1e9)
