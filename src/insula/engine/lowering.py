"""From a system to the expressions that are emitted: outputs chosen, derivatives taken, roots guarded.

The result is a graph of its own with node ids that follow from the content alone, so that the same model
always gives the same code, and its text identifies a kernel in the cache.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from insula.compiler.differentiate import Jacobian, differentiate
from insula.compiler.graph import Graph
from insula.compiler.operations import VARYING
from insula.compiler.system import Action, Assignment, Event, System
from insula.core.errors import UnknownName
from insula.engine.kinks import kinks_of

NEARLY_ZERO = 100.0
"""Absolute tolerances; the stages of a step overshoot by a few."""


@dataclass(frozen=True, eq=False)
class Expressions:
    """Everything a kernel computes, as nodes of one graph.

    Attributes
    ----------
    initial, derivatives : (N,) nodes
    input_defaults : (U,) nodes
    outputs : (Q,) nodes
    kinks : relations that change where a rate has a corner or jumps
    n_parameters
        K; parameters that nothing uses count too.
    """

    graph: Graph
    initial: tuple[int, ...]
    input_defaults: tuple[int, ...]
    derivatives: tuple[int, ...]
    outputs: tuple[int, ...]
    actions: tuple[Action, ...]
    events: tuple[Event, ...]
    kinks: tuple[int, ...]
    n_parameters: int

    def roots(self) -> list[int]:
        """Return all nodes that are computed."""
        acting = [target.node for action in self.actions for target in action.assignments]
        acting += [node for event in self.events for node in event.nodes()]
        return [*self.initial, *self.input_defaults, *self.derivatives, *self.outputs, *acting, *self.kinks]

    def text(self) -> str:
        """Canonical text: equal for equal content, different for different content."""
        graph = self.graph
        nodes = [_spell(graph, node) for node in range(len(graph))]
        targets = [
            [(target.kind, target.index, target.node) for target in action.assignments]
            for action in self.actions
        ]
        parts = (
            self.initial,
            self.input_defaults,
            self.derivatives,
            self.outputs,
            targets,
            self.events,
            self.n_parameters,
        )
        return "\n".join([*nodes, *map(str, parts)])


def _spell(graph: Graph, node: int) -> str:
    args = graph.args(node)
    if args:
        return f"{graph.op(node)} {args}"
    leaf = graph.value(node).hex() if graph.op(node) == "constant" else graph.index(node)
    return f"{graph.op(node)} {leaf}"


def expressions_of(system: System, outputs: Sequence[str]) -> Expressions:
    """Copy what a kernel needs into a graph of its own.

    Raises
    ------
    UnknownName
        For an output that is no symbol of the model.
    """
    for name in outputs:
        if name not in system.observables:
            raise UnknownName("output", name, system.observables)
    graph = Graph()
    whole = Expressions(
        system.graph,
        system.initial,
        system.input_defaults,
        system.derivatives,
        tuple(system.observables[name] for name in outputs),
        system.actions,
        system.events,
        (),
        system.n_parameters,
    )
    copy = _copy_raw(system.graph, whole.roots(), graph)
    own = _renumber(whole, graph, copy)
    return replace(own, kinks=kinks_of(graph, own.derivatives))


def prepare(plain: Expressions) -> tuple[Expressions, Jacobian]:
    """Expressions and derivatives as they are emitted: roots guarded, quotients as products with reciprocals."""
    guarded = Graph()
    plain = _renumber(plain, guarded, _guard_roots(plain, guarded))
    jacobian = differentiate(plain.graph, plain.derivatives)
    entries = [node for row in jacobian.rows for node in row.values()]
    graph = Graph()
    copy = _use_reciprocals(plain.graph, [*plain.roots(), *entries, *jacobian.time], graph)
    rows = tuple({column: copy[node] for column, node in row.items()} for row in jacobian.rows)
    return _renumber(plain, graph, copy), Jacobian(rows, tuple(copy[node] for node in jacobian.time))


def _renumber(old: Expressions, graph: Graph, copy: Mapping[int, int]) -> Expressions:
    def new(nodes: Iterable[int]) -> tuple[int, ...]:
        return tuple(copy[node] for node in nodes)

    def moved(assignments: Iterable[Assignment]) -> tuple[Assignment, ...]:
        return tuple(
            Assignment(t.kind, t.index, copy[t.node], None if t.scale is None else copy[t.scale])
            for t in assignments
        )

    def moved_event(event: Event) -> Event:
        trigger, delay, priority = (
            None if n is None else copy[n] for n in (event.trigger, event.delay, event.priority)
        )
        return replace(
            event,
            trigger=cast("int", trigger),
            delay=delay,
            priority=priority,
            assignments=moved(event.assignments),
        )

    return Expressions(
        graph,
        new(old.initial),
        new(old.input_defaults),
        new(old.derivatives),
        new(old.outputs),
        tuple(Action(action.name, moved(action.assignments)) for action in old.actions),
        tuple(moved_event(event) for event in old.events),
        new(old.kinks),
        old.n_parameters,
    )


def _copy_raw(source: Graph, roots: Iterable[int], target: Graph) -> dict[int, int]:
    copy: dict[int, int] = {}
    for node in source.topological(roots):
        args = [copy[a] for a in source.args(node)]
        copy[node] = target.raw(source.op(node), *args) if args else copy_leaf(source, node, target)
    return copy


def copy_leaf(source: Graph, node: int, target: Graph) -> int:
    """Node of the same leaf in another graph."""
    match source.op(node):
        case "constant":
            return target.constant(source.value(node))
        case "time":
            return target.time()
        case "argument":
            return target.argument()
        case kind:
            made: int = getattr(target, kind)(source.index(node))
            return made


def _guard_roots(plain: Expressions, target: Graph) -> dict[int, int]:
    """Copy, with states a little below zero counting as zero where a root or real power is taken of them.

    A drug that is washed out ends in numbers of either sign, far below its absolute tolerance, and a real
    power of the negative ones would be NaN. "A little" is :data:`NEARLY_ZERO` absolute tolerances, which
    stand in the graph as the parameters after the model's own.
    """
    source = plain.graph
    copy: dict[int, int] = {}
    floored: dict[int, int] = {}
    for node in source.topological(plain.roots()):
        args = source.args(node)
        if not args:
            copy[node] = copy_leaf(source, node, target)
            continue
        new = [copy[a] for a in args]
        if _needs_positive_base(source, node):
            new[0] = _floor(plain, args[0], target, floored)
        copy[node] = target.apply(source.op(node), *new)
    return copy


def _needs_positive_base(graph: Graph, node: int) -> bool:
    if graph.op(node) == "pow":
        exponent = graph.args(node)[1]
        return not (graph.is_constant(exponent) and graph.value(exponent).is_integer())
    return graph.op(node) == "sqrt"


def _floor(plain: Expressions, base: int, target: Graph, floored: dict[int, int]) -> int:
    """Copy of an expression in which states a little below zero are zero."""
    source = plain.graph
    for node in source.topological([base]):
        if node in floored:
            continue
        args = [floored[a] for a in source.args(node)]
        floored[node] = target.apply(source.op(node), *args) if args else _floored_leaf(plain, node, target)
    return floored[base]


def _floored_leaf(plain: Expressions, node: int, target: Graph) -> int:
    leaf = copy_leaf(plain.graph, node, target)
    if plain.graph.op(node) != "state":
        return leaf
    zero = target.constant(0.0)
    allowed = target.parameter(plain.n_parameters + plain.graph.index(node))
    lowest = target.mul(target.constant(-NEARLY_ZERO), allowed)
    nearly = target.apply("and", target.apply("lt", leaf, zero), target.apply("gt", leaf, lowest))
    return target.apply("select", nearly, zero, leaf)


def _use_reciprocals(source: Graph, roots: Iterable[int], target: Graph) -> dict[int, int]:
    """Copy, with a/b written a*(1/b): reciprocals are cheaper, shared, and known per patient if b is.

    Not so where b is a state or the base of a power: they may be subnormal, with an infinite reciprocal,
    where the quotient is finite (the slope of a power is power/base).
    """
    nodes = source.topological(roots)
    invertible = _invertible_divisors(source, nodes)
    copy: dict[int, int] = {}
    for node in nodes:
        args = source.args(node)
        if not args:
            copy[node] = copy_leaf(source, node, target)
        elif source.op(node) == "div" and args[1] in invertible:
            reciprocal = target.div(target.constant(1.0), copy[args[1]])
            copy[node] = target.mul(copy[args[0]], reciprocal)
        else:
            copy[node] = target.apply(source.op(node), *(copy[a] for a in args))
    return copy


def _invertible_divisors(source: Graph, nodes: Iterable[int]) -> set[int]:
    divisors = {source.args(node)[1] for node in nodes if source.op(node) == "div"}
    bases = {source.args(node)[0] for node in nodes if source.op(node) == "pow"}
    numbers = {d for d in divisors if source.is_constant(d)}
    ordinary = {d for d in numbers if 1e-300 < abs(source.value(d)) < 1e300}
    per_patient = {d for d in divisors - numbers if source.level(d) < VARYING}
    computed = {d for d in divisors if source.level(d) == VARYING and source.args(d)}
    return ordinary | per_patient | (computed - bases)
