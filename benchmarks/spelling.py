"""Expressions of a system in the language of another program: Python, DiffSL, LLVM IR."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from insula.compiler.graph import Graph
from insula.compiler.operations import EVALUATE
from insula.compiler.system import Action, System

Floats = NDArray[np.float64]
Spell = Callable[[str, str, Sequence[str]], list[str]]
"""(name of the result, operation, names of its arguments) -> lines."""

_INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
_RELATION = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}


def spell_out(
    graph: Graph,
    roots: Iterable[int],
    leaf: Callable[[int], str],
    spell: Spell,
    known: Container[int] = (),
    prefix: str = "v",
) -> tuple[list[str], dict[int, str]]:
    """Lines that compute the roots, each node once, and the names of nodes.

    ``leaf`` names the leaves, and the nodes in ``known``.
    """
    names: dict[int, str] = {}
    lines: list[str] = []
    waiting = [(root, False) for root in roots][::-1]
    while waiting:
        node, ready = waiting.pop()
        args = () if node in known else graph.args(node)
        if node in names:
            continue
        if args and not ready:
            waiting += [(node, True), *((a, False) for a in args)]
            continue
        names[node] = f"{prefix}{node}" if args else leaf(node)
        if args:
            lines += spell(names[node], graph.op(node), [names[a] for a in args])
    return lines, names


def values(
    graph: Graph, roots: Sequence[int], leaves: Mapping[str, Floats], time: Floats | float = 0.0
) -> Floats:
    """Values of nodes for many patients at once, (P, len(roots)); leaves are (P, number of the kind)."""
    found: dict[int, Floats] = {}
    with np.errstate(all="ignore"):
        for node in graph.topological(roots):
            op, args = graph.op(node), graph.args(node)
            if args:
                found[node] = np.asarray(EVALUATE[op](*(found[a] for a in args)), dtype=float)
            elif op == "constant":
                found[node] = np.asarray(graph.value(node))
            else:
                found[node] = np.asarray(time) if op == "time" else leaves[op][:, graph.index(node)]
    n = len(next(iter(leaves.values())))
    return np.stack([np.broadcast_to(found[root], (n,)) for root in roots], axis=1)


# Python ---------------------------------------------------------------------------------
def python(name: str, op: str, args: Sequence[str]) -> list[str]:
    """One assignment in Python."""
    if op in _INFIX:
        return [f"{name} = {args[0]} {_INFIX[op]} {args[1]}"]
    if op in _RELATION:
        return [f"{name} = float({args[0]} {_RELATION[op]} {args[1]})"]
    if op == "select":
        return [f"{name} = {args[1]} if {args[0]} else {args[2]}"]
    if op in ("and", "or"):
        return [f"{name} = float(bool({f' {op} '.join(args)}))"]
    special = {"neg": "-", "not": "not ", "abs": "abs", "min": "min", "max": "max"}
    return [f"{name} = {special.get(op, f'math.{op}')}({', '.join(args)})"]


def python_action(system: System, action: Action) -> Callable[..., list[float]]:
    """Return a function (state, parameter, input, time, amount) -> new values of the action's targets."""
    graph = system.graph

    def leaf(node: int) -> str:
        op = graph.op(node)
        if op == "constant":
            return repr(graph.value(node))
        return op if op in ("time", "argument") else f"{op}[{graph.index(node)}]"

    lines, names = spell_out(graph, [t.node for t in action.assignments], leaf, python)
    answer = f"return [{', '.join(names[t.node] for t in action.assignments)}]"
    body = "\n".join(f"    {line}" for line in [*lines, answer])
    scope: dict[str, Callable[..., list[float]]] = {}
    exec(f"import math\ndef act(state, parameter, input, time, argument):\n{body}", scope)  # noqa: S102
    return scope["act"]


# DiffSL ---------------------------------------------------------------------------------
def diffsl(name: str, op: str, args: Sequence[str]) -> list[str]:
    """One tensor of DiffSL; relations are steps, choices are sums of products with them."""
    a, b, c = (*args, "", "")[:3]
    forms = {
        **{key: f"{a} {sign} {b}" for key, sign in _INFIX.items()},
        "neg": f"0.0 - {a}",
        **dict.fromkeys(("lt", "le"), f"heaviside({b} - {a})"),
        **dict.fromkeys(("gt", "ge"), f"heaviside({a} - {b})"),
        "and": f"{a} * {b}",
        "or": f"{a} + {b} - {a} * {b}",
        "not": f"1.0 - {a}",
        "select": f"{a} * {b} + (1.0 - {a}) * {c}",
    }
    call = f"{op}({', '.join(args)})"
    return [f"{name} {{ {forms.get(op, call)} }}"]


# LLVM -----------------------------------------------------------------------------------
_LLVM_RELATION = {"lt": "olt", "le": "ole", "gt": "ogt", "ge": "oge", "eq": "oeq", "ne": "une"}
LLVM_FUNCTIONS = {"abs": "llvm.fabs.f64", "min": "llvm.minnum.f64", "max": "llvm.maxnum.f64"}
"""Others are called what the C library calls them."""


def llvm(name: str, op: str, args: Sequence[str]) -> list[str]:
    """Instructions on scalars; relations and logic are 0 or 1."""
    a, b, c = (*args, "", "")[:3]
    if op in _INFIX:
        return [f"{name} = f{op} contract double {a}, {b}"]
    if op == "neg":
        return [f"{name} = fneg double {a}"]
    if op in _LLVM_RELATION:
        return [
            f"{name}b = fcmp {_LLVM_RELATION[op]} double {a}, {b}",
            f"{name} = uitofp i1 {name}b to double",
        ]
    if op == "select":
        test = f"{name}b = fcmp une double {a}, 0.0"
        return [test, f"{name} = select i1 {name}b, double {b}, double {c}"]
    if op in ("and", "or"):
        return [
            f"{name} = call double @llvm.{'minnum' if op == 'and' else 'maxnum'}.f64(double {a}, double {b})"
        ]
    if op == "not":
        return [f"{name} = fsub double 1.0, {a}"]
    return [f"{name} = call double @{LLVM_FUNCTIONS.get(op, op)}({', '.join(f'double {x}' for x in args)})"]
