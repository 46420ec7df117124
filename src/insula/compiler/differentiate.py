"""Sparse analytic derivatives of graph nodes, by forward accumulation with every node visited once.

Where a function has a corner the derivative is the one-sided one of the branch that is taken (``abs``,
``min``, ``max``, ``select``; ``floor`` and ``ceil`` count as flat). Where a root or power has an infinite
slope at zero, 0 stands instead: an infinite entry would make every step from there NaN, a wrong one only
costs step size.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from insula.compiler.graph import Graph

TIME = -1
#: Slopes of exp stop here: in 1/(1 + exp(z)) an overflow of exp is harmless, but its slope would make 0 times infinity.
#: The bound fits into single precision too.
LARGEST_SLOPE = 1e37
Gradient = dict[int, int]
"""Derivative nodes by state index (or :data:`TIME`); what is missing is structurally zero."""


@dataclass(frozen=True)
class Jacobian:
    """Derivatives of the right-hand side.

    Attributes
    ----------
    rows : N mappings, column -> node of d f_row / d y_column
        Structurally non-zero entries only, columns ascending.
    time : (N,) nodes of d f_row / d t
        The constant 0 where time does not occur.
    """

    rows: tuple[Gradient, ...]
    time: tuple[int, ...]

    @property
    def pattern(self) -> tuple[tuple[int, int], ...]:
        """Positions (row, column) of the entries, row by row."""
        return tuple((row, column) for row, entries in enumerate(self.rows) for column in entries)


def differentiate(graph: Graph, derivatives: Iterable[int]) -> Jacobian:
    """Jacobian and partial time derivative of the right-hand side.

    Parameters
    ----------
    graph
        Grows by the nodes of the derivatives.
    derivatives : (N,) nodes
    """
    roots = tuple(derivatives)
    known = gradients(graph, roots)
    zero = graph.constant(0.0)
    rows = tuple({key: known[root][key] for key in sorted(known[root]) if key != TIME} for root in roots)
    return Jacobian(rows, tuple(known[root].get(TIME, zero) for root in roots))


def gradients(graph: Graph, roots: Iterable[int]) -> dict[int, Gradient]:
    """Gradients of the roots, and of all that is below them, by node."""
    known: dict[int, Gradient] = {}
    for node in graph.topological(roots):
        gradient = _gradient(graph, node, [known[a] for a in graph.args(node)])
        known[node] = {key: part for key, part in gradient.items() if not graph.is_constant(part, 0.0)}
    return known


def _gradient(graph: Graph, node: int, inner: list[Gradient]) -> Gradient:
    op = graph.op(node)
    if op == "state":
        return {graph.index(node): graph.constant(1.0)}
    if op == "time":
        return {TIME: graph.constant(1.0)}
    if not any(inner):
        return {}
    if op in _CHOICES:
        return _CHOICES[op](graph, graph.args(node), inner)
    partials = _PARTIALS[op](graph, node, *graph.args(node)) if op in _PARTIALS else ()
    return _chain(graph, partials, inner)


def _chain(graph: Graph, partials: Iterable[int], inner: list[Gradient]) -> Gradient:
    total: Gradient = {}
    for partial, gradient in zip(partials, inner, strict=False):
        for key, part in gradient.items():
            term = graph.mul(partial, part)
            total[key] = graph.add(total[key], term) if key in total else term
    return total


def _choose(graph: Graph, condition: int, chosen: Gradient, otherwise: Gradient) -> Gradient:
    zero = graph.constant(0.0)
    return {
        key: graph.apply("select", condition, chosen.get(key, zero), otherwise.get(key, zero))
        for key in chosen.keys() | otherwise.keys()
    }


def _of_select(graph: Graph, args: tuple[int, ...], inner: list[Gradient]) -> Gradient:
    return _choose(graph, args[0], inner[1], inner[2])


def _of_min(graph: Graph, args: tuple[int, ...], inner: list[Gradient]) -> Gradient:
    return _choose(graph, graph.apply("le", *args), inner[0], inner[1])


def _of_max(graph: Graph, args: tuple[int, ...], inner: list[Gradient]) -> Gradient:
    return _choose(graph, graph.apply("ge", *args), inner[0], inner[1])


def _of_abs(graph: Graph, args: tuple[int, ...], inner: list[Gradient]) -> Gradient:
    negative = {key: graph.neg(part) for key, part in inner[0].items()}
    return _choose(graph, graph.apply("ge", args[0], graph.constant(0.0)), inner[0], negative)


_CHOICES: dict[str, Callable[[Graph, tuple[int, ...], list[Gradient]], Gradient]] = {
    "select": _of_select,
    "min": _of_min,
    "max": _of_max,
    "abs": _of_abs,
}


def _div(graph: Graph, node: int, _: int, below: int) -> tuple[int, int]:
    reciprocal = graph.div(graph.constant(1.0), below)
    return reciprocal, graph.neg(graph.mul(node, reciprocal))


def _pow(graph: Graph, node: int, base: int, exponent: int) -> tuple[int, int]:
    """Slopes of base^exponent; at base 0 they are those of exponent 1, or 0."""
    zero, one = graph.constant(0.0), graph.constant(1.0)
    at_zero = graph.apply("eq", exponent, one)
    ratio = graph.apply("select", graph.apply("ne", base, zero), graph.div(node, base), at_zero)
    growth = graph.mul(node, graph.apply("log", base))
    to_exponent = graph.apply("select", graph.apply("gt", base, zero), growth, zero)
    return graph.mul(exponent, ratio), to_exponent


def _sqrt(graph: Graph, node: int, base: int) -> tuple[int, ...]:
    slope = graph.div(graph.constant(0.5), node)
    zero = graph.constant(0.0)
    return (graph.apply("select", graph.apply("ne", base, zero), slope, zero),)


def _one_over_root(graph: Graph, a: int) -> int:
    """Return 1 / sqrt(1 - a^2)."""
    one = graph.constant(1.0)
    return graph.div(one, graph.apply("sqrt", graph.sub(one, graph.mul(a, a))))


_PARTIALS: dict[str, Callable[..., tuple[int, ...]]] = {
    "add": lambda g, _node, _a, _b: (g.constant(1.0), g.constant(1.0)),
    "sub": lambda g, _node, _a, _b: (g.constant(1.0), g.constant(-1.0)),
    "mul": lambda _g, _node, a, b: (b, a),
    "div": _div,
    "pow": _pow,
    "neg": lambda g, _node, _a: (g.constant(-1.0),),
    "exp": lambda g, node, _a: (g.apply("min", node, g.constant(LARGEST_SLOPE)),),
    "log": lambda g, _node, a: (g.div(g.constant(1.0), a),),
    "sqrt": _sqrt,
    "sin": lambda g, _node, a: (g.apply("cos", a),),
    "cos": lambda g, _node, a: (g.neg(g.apply("sin", a)),),
    "tan": lambda g, node, _a: (g.add(g.constant(1.0), g.mul(node, node)),),
    "asin": lambda g, _node, a: (_one_over_root(g, a),),
    "acos": lambda g, _node, a: (g.neg(_one_over_root(g, a)),),
    "atan": lambda g, _node, a: (g.div(g.constant(1.0), g.add(g.constant(1.0), g.mul(a, a))),),
    "sinh": lambda g, _node, a: (g.apply("cosh", a),),
    "cosh": lambda g, _node, a: (g.apply("sinh", a),),
    "tanh": lambda g, node, _a: (g.sub(g.constant(1.0), g.mul(node, node)),),
}
