"""Emitters of a kernel's expressions: over all lanes or in one, and where each finds its leaves."""

from collections.abc import Callable

from insula.engine.emit.expressions import Emitter
from insula.engine.emit.formats import DOUBLE, SINGLE
from insula.engine.emit.ir import Function
from insula.engine.emit.plan import Plan

State = Callable[[int], str]
"""Gives a state in all lanes."""


def vector_emitter(plan: Plan, f: Function, state: State, time: str) -> Emitter:
    """Emitter over all lanes that gets the states from this function and the time from this slot."""
    return Emitter(f, plan.expressions.graph, _vector_leaf(plan, f, state, time), plan.hoisted.keys())


def stage_emitter(plan: Plan, f: Function, state: State, time: str) -> Emitter:
    """Emitter of rates and their derivatives, in the precision of the stages.

    Relations of the clock are what they were when the step began. What depends on the time but on no state that
    moves is computed in double precision.
    """
    plain = _vector_leaf(plan, f, state, time)
    held = {relation: plan.watched.index(relation) for relation in plan.jumps}
    by_clock = plan.timed if f.format == SINGLE else frozenset()
    known = plan.hoisted.keys() | held.keys()

    def still(index: int) -> str:
        return plan.get(f.doubles, "state", index)

    def leaf(node: int) -> str:
        if node in held:
            return f.as_real(
                f.let(f"icmp ne <{f.width} x i64> {plan.get_int(f, 'held', held[node])}, zeroinitializer")
            )
        if node in by_clock:
            return f.cast(clock.number(node), DOUBLE, SINGLE)
        return plain(node)

    def clock_leaf(node: int) -> str:
        return f.cast(leaf(node), SINGLE, DOUBLE) if node in held else in_doubles(node)

    in_doubles = _vector_leaf(plan, f.doubles, still, time)
    clock = Emitter(f.doubles, plan.expressions.graph, clock_leaf, known)
    return Emitter(f, plan.expressions.graph, leaf, known | by_clock)


def _vector_leaf(plan: Plan, f: Function, state: State, time: str) -> Callable[[int], str]:
    graph = plan.expressions.graph

    def leaf(node: int) -> str:
        if node in plan.hoisted:
            return plan.get(f, plan.near(f, "hoisted"), plan.hoisted[node])
        match graph.op(node):
            case "state":
                return state(graph.index(node))
            case "input":
                return plan.get(f, "input", graph.index(node))
            case "argument":
                return plan.get(f, "amount")
            case _:
                return plan.get(f, time)

    return leaf


def lane_emitter(plan: Plan, f: Function, argument: str = "") -> Emitter:
    """Emitter for one lane whose patient has been taken up."""
    graph = plan.expressions.graph

    def leaf(node: int) -> str:
        if node in plan.hoisted:
            return plan.get_lane(f, "hoisted", plan.hoisted[node])
        match graph.op(node):
            case "argument":
                return argument
            case "time":
                return plan.get_lane(f, "time")
            case kind:
                return plan.get_lane(f, kind, graph.index(node))

    return Emitter(f, graph, leaf, plan.hoisted.keys())


def parameter_emitter(plan: Plan, f: Function, parameters: str) -> Emitter:
    """Emitter for one lane whose patient is being taken up: parameters come from this address.

    Parameters beyond the model's own are the absolute tolerances of the states.
    """
    graph, own = plan.expressions.graph, plan.expressions.n_parameters
    tolerances = plan.job(f, "atol", "ptr")

    def leaf(node: int) -> str:
        match graph.op(node):
            case "parameter" if graph.index(node) >= own:
                return f.load_scalar(tolerances, graph.index(node) - own)
            case "parameter":
                return f.load_scalar(parameters, graph.index(node))
            case "time":
                return plan.get_lane(f, "time")
            case kind:
                return plan.get_lane(f, kind, graph.index(node))

    return Emitter(f, graph, leaf, frozenset())
