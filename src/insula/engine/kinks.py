"""Where a rate has a corner or jumps: the relations that change there."""

from collections.abc import Sequence

from insula.compiler.graph import Graph
from insula.compiler.operations import EQUALITIES, RELATIONS


def kinks_of(graph: Graph, derivatives: Sequence[int]) -> tuple[int, ...]:
    """Relations of moving states at which a rate has a corner (``min``, ``max``, ``abs``) or a jump (a condition).

    The graph grows by those of the corners. Relations of the clock alone are not among them: steps end there.
    """
    moving = _moving(graph, derivatives)
    found = []
    for node in sorted(moving):
        op, args = graph.op(node), graph.args(node)
        if op in ("min", "max"):
            found.append(graph.raw("lt", *args))
        elif op == "abs":
            found.append(graph.raw("lt", *args, graph.constant(0.0)))
        elif op in RELATIONS.keys() - EQUALITIES:
            found.append(node)
    return tuple(dict.fromkeys(found))


def _moving(graph: Graph, derivatives: Sequence[int]) -> set[int]:
    """Nodes of the rates that depend on a state that moves between actions and events."""
    found: set[int] = set()
    for node in graph.topological(derivatives):
        moves = graph.op(node) == "state" and not graph.is_constant(derivatives[graph.index(node)], 0.0)
        if moves or found.intersection(graph.args(node)):
            found.add(node)
    return found
