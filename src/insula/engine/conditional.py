"""Actions that may do nothing: sugar that is eaten only in a low, a dose that is given only above a limit."""

from insula.compiler.graph import Graph
from insula.compiler.system import Action
from insula.engine.lowering import Expressions, copy_leaf


def conditional_actions(expressions: Expressions) -> frozenset[int]:
    """Numbers of the actions that leave all their targets as they are where every condition in them is false.

    A step may pass such an action as it passes a reading, as long as nothing comes of it.
    """
    graph = expressions.graph
    idle = Graph()
    copy: dict[int, int] = {}
    for node in graph.topological(t.node for action in expressions.actions for t in action.assignments):
        args = graph.args(node)
        if graph.is_boolean(node):
            copy[node] = idle.constant(0.0)
        elif args:
            copy[node] = idle.apply(graph.op(node), *(copy[a] for a in args))
        else:
            copy[node] = copy_leaf(graph, node, idle)
    actions = enumerate(expressions.actions)
    return frozenset(number for number, action in actions if _does_nothing(action, copy, idle))


def _does_nothing(action: Action, copy: dict[int, int], idle: Graph) -> bool:
    return all(copy[target.node] == getattr(idle, target.kind)(target.index) for target in action.assignments)
