"""The slow, obviously right back end: one patient, NumPy and SciPy, for tests and checks only."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from insula.compiler.differentiate import differentiate
from insula.compiler.graph import Graph
from insula.compiler.operations import EVALUATE
from insula.compiler.system import Action, System
from insula.core.errors import CompileError

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Values:
    """What the leaves of a graph are at one moment of one patient."""

    state: Vector
    parameter: Vector
    input: Vector
    time: float = 0.0
    argument: float = float("nan")

    def leaf(self, graph: Graph, node: int) -> float:
        """Value of a leaf node."""
        op = graph.op(node)
        if op == "constant":
            return graph.value(node)
        value = getattr(self, op)
        return float(value if op in ("time", "argument") else value[graph.index(node)])


def evaluate(graph: Graph, roots: Sequence[int], values: Values) -> Vector:
    """Values of nodes.

    Returns
    -------
    (len(roots),); NaN and infinity as IEEE arithmetic gives them.
    """
    known: dict[int, float] = {}
    with np.errstate(all="ignore"):
        for node in graph.topological(roots):
            args = graph.args(node)
            known[node] = (
                float(EVALUATE[graph.op(node)](*(np.float64(known[a]) for a in args)))
                if args
                else values.leaf(graph, node)
            )
    return np.array([known[root] for root in roots], dtype=np.float64)


def start_values(system: System, parameters: Vector | None = None, time: float = 0.0) -> Values:
    """State and inputs of one patient at the start.

    Parameters
    ----------
    parameters : (K,), model units
        The text's defaults if left out.
    """
    p = system.defaults if parameters is None else parameters
    nothing = np.empty(0)
    inputs = evaluate(system.graph, system.input_defaults, Values(nothing, p, nothing, time))
    state = evaluate(system.graph, system.initial, Values(nothing, p, inputs, time))
    return Values(state, p, inputs, time)


def jacobian_matrix(system: System, values: Values) -> NDArray[np.float64]:
    """Dense Jacobian (N, N) of the right-hand side at one moment."""
    jacobian = differentiate(system.graph, system.derivatives)
    matrix = np.zeros((system.n_states, system.n_states))
    pattern = jacobian.pattern
    nodes = [jacobian.rows[row][column] for row, column in pattern]
    for (row, column), entry in zip(pattern, evaluate(system.graph, nodes, values), strict=True):
        matrix[row, column] = entry
    return matrix


class Event(NamedTuple):
    """One line of a schedule: at this time read the outputs (``action`` None) or act with this value."""

    time: float
    action: str | None = None
    value: float = float("nan")


def reference_solve(
    system: System,
    outputs: Sequence[str],
    schedule: Iterable[Event],
    parameters: Vector | None = None,
    *,
    start: float = 0.0,
    rtol: float = 1e-10,
    atol: float = 1e-12,
) -> NDArray[np.float64]:
    """Integrate one patient, stopping exactly at each scheduled time.

    Parameters
    ----------
    outputs
        Q dotted names of observables.
    schedule
        Times in model units, not before ``start``; at one time all readings come first, then the actions in
        row order.
    parameters : (K,), model units
        The text's defaults if left out.

    Returns
    -------
    (readings, Q), model units, in order of time.

    Raises
    ------
    CompileError
        If the model has events.
    RuntimeError
        If SciPy gives up; says when.
    """
    if system.events:
        raise CompileError(
            f"{system.name} has events, which the reference does not simulate. Use the engine."
        )
    actions = {action.name: action for action in system.actions}
    roots = [system.observables[name] for name in outputs]
    values = start_values(system, parameters, start)
    advance = _integrator(system, rtol, atol)
    rows = []
    for event in sorted(schedule, key=lambda e: (e.time, e.action is not None)):
        values = advance(values, event.time)
        if event.action is None:
            rows.append(evaluate(system.graph, roots, values))
        else:
            values = act(system, actions[event.action], values, event.value)
    return np.array(rows).reshape(len(rows), len(roots))


def act(system: System, action: Action, values: Values, amount: float) -> Values:
    """Values after an action: all right-hand sides see the values before it."""
    before = Values(values.state, values.parameter, values.input, values.time, amount)
    new = evaluate(system.graph, [target.node for target in action.assignments], before)
    state, inputs = values.state.copy(), values.input.copy()
    for target, value in zip(action.assignments, new, strict=True):
        (state if target.kind == "state" else inputs)[target.index] = value
    return Values(state, values.parameter, inputs, values.time)


def _integrator(system: System, rtol: float, atol: float) -> Callable[[Values, float], Values]:
    def advance(values: Values, end: float) -> Values:
        if end <= values.time or not system.n_states:
            return Values(values.state, values.parameter, values.input, max(end, values.time))

        def slope(time: float, state: Vector) -> Vector:
            now = Values(state, values.parameter, values.input, time)
            return evaluate(system.graph, system.derivatives, now)

        found = solve_ivp(slope, (values.time, end), values.state, method="LSODA", rtol=rtol, atol=atol)
        if not found.success:
            raise RuntimeError(f"{system.name}: SciPy stopped at time {found.t[-1]:g}: {found.message}")
        return Values(found.y[:, -1], values.parameter, values.input, end)

    return advance
