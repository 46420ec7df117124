"""Simplifications of the expression graph that leave every value, NaN and infinity as they were.

Constants fold only to finite numbers, so 1/0 stays in the graph and is seen at run time; ``0*x`` and
``x-x`` vanish only where nothing below x can divide by zero or leave a domain. Powers up to 8 become
products (relative error below 1e-15).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from insula.compiler.operations import EVALUATE, VARYING

if TYPE_CHECKING:
    from collections.abc import Callable

    from insula.compiler.graph import Graph

Args = tuple[int, ...]
LARGEST_PRODUCT = 8


def as_conditions(graph: Graph, op: str, args: Args) -> Args:
    """Turn numbers that stand where a condition is wanted into ``x != 0``."""
    if op == "select":
        return (_truth(graph, args[0]), *args[1:])
    if op in ("and", "or", "not"):
        return tuple(_truth(graph, a) for a in args)
    return args


def simplify(graph: Graph, op: str, args: Args) -> int | None:
    """Node that the operation reduces to, or None if it must be made."""
    if all(graph.is_constant(a) for a in args):
        folded = _fold(graph, op, args)
        if folded is not None:
            return folded
    rule = _RULES.get(op)
    return rule(graph, *args) if rule else None


def _truth(graph: Graph, node: int) -> int:
    if graph.is_boolean(node):
        return node
    return graph.apply("ne", node, graph.constant(0.0))


def _fold(graph: Graph, op: str, args: Args) -> int | None:
    with np.errstate(all="ignore"):
        value = float(EVALUATE[op](*(np.float64(graph.value(a)) for a in args)))
    return graph.constant(value) if math.isfinite(value) else None


def _add(graph: Graph, a: int, b: int) -> int | None:
    if graph.is_constant(a, 0.0):
        return b
    if graph.is_constant(b, 0.0):
        return a
    if graph.op(b) == "neg":
        return graph.sub(a, graph.args(b)[0])
    if graph.op(a) == "neg":
        return graph.sub(b, graph.args(a)[0])
    return None


def _sub(graph: Graph, a: int, b: int) -> int | None:
    if graph.is_constant(b, 0.0):
        return a
    if graph.is_constant(a, 0.0):
        return graph.neg(b)
    if a == b and graph.is_total(a):
        return graph.constant(0.0)
    if graph.op(b) == "neg":
        return graph.add(a, graph.args(b)[0])
    return None


def _mul(graph: Graph, a: int, b: int) -> int | None:
    for one, other in ((a, b), (b, a)):
        if graph.is_constant(one, 1.0):
            return other
        if graph.is_constant(one, -1.0):
            return graph.neg(other)
        if graph.is_constant(one, 0.0) and graph.is_total(other):
            return graph.constant(0.0)
        if graph.op(one) == "neg":
            return graph.neg(graph.mul(graph.args(one)[0], other))
    return _gather_hoistable(graph, a, b)


def _gather_hoistable(graph: Graph, a: int, b: int) -> int | None:
    """Write p*(q*x) as (p*q)*x, since p*q needs computing only once per patient."""
    for factor, product in ((a, b), (b, a)):
        if graph.level(factor) < VARYING == graph.level(product) and graph.op(product) == "mul":
            first, second = sorted(graph.args(product), key=graph.level)
            if graph.level(first) < VARYING:
                return graph.mul(graph.mul(factor, first), second)
    return None


def _div(graph: Graph, a: int, b: int) -> int | None:
    if graph.is_constant(b, 1.0):
        return a
    if graph.is_constant(b, -1.0):
        return graph.neg(a)
    if graph.op(a) == "neg":
        return graph.neg(graph.div(graph.args(a)[0], b))
    return None


def _neg(graph: Graph, a: int) -> int | None:
    if graph.op(a) == "neg":
        return graph.args(a)[0]
    return graph.sub(*reversed(graph.args(a))) if graph.op(a) == "sub" else None


def _pow(graph: Graph, base: int, exponent: int) -> int | None:
    if not graph.is_constant(exponent):
        return graph.constant(1.0) if graph.is_constant(base, 1.0) else None
    power = graph.value(exponent)
    if power == 0.5:
        return graph.apply("sqrt", base)
    if power != math.floor(power) or abs(power) > LARGEST_PRODUCT:
        return None
    product = _product(graph, base, int(abs(power)))
    return product if power >= 0.0 else graph.div(graph.constant(1.0), product)


def _product(graph: Graph, base: int, times: int) -> int:
    """Power by squaring: x^6 = (x*x)*((x*x)*(x*x))."""
    if times == 0:
        return graph.constant(1.0)
    if times == 1:
        return base
    half = _product(graph, base, times // 2)
    square = graph.mul(half, half)
    return graph.mul(square, base) if times % 2 else square


def _select(graph: Graph, condition: int, chosen: int, otherwise: int) -> int | None:
    if graph.is_constant(condition):
        return otherwise if graph.is_constant(condition, 0.0) else chosen
    return chosen if chosen == otherwise else None


def _and(graph: Graph, a: int, b: int) -> int | None:
    for one, other in ((a, b), (b, a)):
        if graph.is_constant(one):
            return graph.constant(0.0) if graph.is_constant(one, 0.0) else other
    return a if a == b else None


def _or(graph: Graph, a: int, b: int) -> int | None:
    for one, other in ((a, b), (b, a)):
        if graph.is_constant(one):
            return other if graph.is_constant(one, 0.0) else graph.constant(1.0)
    return a if a == b else None


def _not(graph: Graph, a: int) -> int | None:
    return graph.args(a)[0] if graph.op(a) == "not" else None


def _same(_: Graph, a: int, b: int) -> int | None:
    return a if a == b else None


_RULES: dict[str, Callable[..., int | None]] = {
    "add": _add,
    "sub": _sub,
    "mul": _mul,
    "div": _div,
    "neg": _neg,
    "pow": _pow,
    "min": _same,
    "max": _same,
    "select": _select,
    "and": _and,
    "or": _or,
    "not": _not,
}
