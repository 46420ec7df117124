"""Nodes of the expression graph as instructions."""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet

from insula.compiler.graph import Graph
from insula.compiler.operations import HOISTABLE, VARYING
from insula.engine.emit.ir import Function

Leaf = Callable[[int], str]
"""Gives the value of a leaf, or of a node that was computed when the patient was taken up."""

_RELATIONS = {"lt": "olt", "le": "ole", "gt": "ogt", "ge": "oge", "eq": "oeq", "ne": "une"}
_INTRINSICS = {
    "sqrt": "sqrt",
    "abs": "fabs",
    "floor": "floor",
    "ceil": "ceil",
    "min": "minimum",
    "max": "maximum",
}


def hoistable(graph: Graph, roots: Iterable[int]) -> list[int]:
    """Nodes over parameters alone that varying nodes need, or that are roots: computed once per patient."""
    roots = list(roots)
    nodes = graph.topological(roots)
    used = {a for n in nodes if graph.level(n) == VARYING for a in graph.args(n)}
    return [n for n in nodes if graph.level(n) == HOISTABLE and (n in used or n in roots)]


def timed(graph: Graph, roots: Iterable[int], derivatives: Sequence[int]) -> frozenset[int]:
    """Nodes that depend on the time but on no state that moves between actions and events."""
    still: set[int] = set()
    clock: set[int] = set()
    for node in graph.topological(roots):
        args, op = graph.args(node), graph.op(node)
        frozen = op == "state" and graph.is_constant(derivatives[graph.index(node)], 0.0)
        leaf = not args and (frozen or op not in ("state", "argument"))
        if leaf or (args and all(a in still for a in args)):
            still.add(node)
            if op == "time" or any(a in clock for a in args):
                clock.add(node)
    return frozenset(clock)


class Emitter:
    """Emits nodes into one function, each at most once."""

    def __init__(self, function: Function, graph: Graph, leaf: Leaf, known: AbstractSet[int]) -> None:
        """Take ``known``: nodes that ``leaf`` gives although they are no leaves."""
        self._f, self._graph, self._leaf, self._known = function, graph, leaf, known
        self._values: dict[int, str] = {}

    def number(self, node: int) -> str:
        """Value of a node as a number; relations count as 0 or 1."""
        value = self.value(node)
        return self._f.as_real(value) if self._is_mask(node) else value

    def value(self, node: int) -> str:
        """Value of a node: a mask for relations and logic, else a number."""
        for part in self._missing(node):
            self._values[part] = self._compute(part)
        return self._values[node]

    def _missing(self, root: int) -> list[int]:
        """Nodes still to be emitted, arguments first, each just before it is needed."""
        order: list[int] = []
        waiting = [(root, False)]
        seen: set[int] = set()
        while waiting:
            node, ready = waiting.pop()
            if ready:
                order.append(node)
            elif node not in self._values and node not in seen:
                seen.add(node)
                waiting.append((node, True))
                if node not in self._known:
                    waiting.extend((a, False) for a in reversed(self._graph.args(node)))
        return order

    def _is_mask(self, node: int) -> bool:
        return self._graph.is_boolean(node)

    def _compute(self, node: int) -> str:
        f, graph, op = self._f, self._graph, self._graph.op(node)
        if node in self._known or (not graph.args(node) and op != "constant"):
            value = self._leaf(node)
            return f.compare("one", value, f.constant(0.0)) if self._is_mask(node) else value
        if op == "constant":
            return f.constant(graph.value(node))
        if op == "select":
            condition, *others = graph.args(node)
            return f.choose(self._values[condition], *(self._as_number(a) for a in others))
        if op in ("and", "or", "not"):
            return self._logic(op, [self._values[a] for a in graph.args(node)])
        if op == "div" and graph.is_constant(graph.args(node)[0], 1.0):
            return f.reciprocal(self._as_number(graph.args(node)[1]))
        return self._arithmetic(op, [self._as_number(a) for a in graph.args(node)])

    def _as_number(self, node: int) -> str:
        return self._f.as_real(self._values[node]) if self._is_mask(node) else self._values[node]

    def _logic(self, op: str, values: list[str]) -> str:
        f = self._f
        if op == "not":
            return f.negate(*values)
        return f.both(*values) if op == "and" else f.either(*values)

    def _arithmetic(self, op: str, values: list[str]) -> str:
        f = self._f
        if op in _RELATIONS:
            return f.compare(_RELATIONS[op], *values)
        if op in _INTRINSICS:
            return f.intrinsic(_INTRINSICS[op], *values)
        if op in ("add", "sub", "mul", "div", "neg"):
            result: str = getattr(f, op)(*values)
            return result
        return f.math(op, *values)
