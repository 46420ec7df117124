"""One attempted Rosenbrock step in all lanes: matrix, stages, error."""

import math
from functools import partial

from insula.compiler.lu_plan import Subtract
from insula.engine.emit.emitters import stage_emitter
from insula.engine.emit.factorise import emit_factorise, inverse_step, most_growth
from insula.engine.emit.formats import DOUBLE, SINGLE
from insula.engine.emit.ir import Function
from insula.engine.emit.plan import Plan


def emit_step(plan: Plan) -> None:
    """Emit ``step``: from ``state`` over ``step`` to ``trial``, and the ``error`` (1 is just acceptable)."""
    _emit_matrix(plan)
    emit_factorise(plan)
    _emit_rate(plan)
    _emit_solve(plan)
    if plan.stage == SINGLE:
        _emit_round(plan)
    f = plan.stage_function("step")
    if f.format == SINGLE:
        f.call("round_state", "ptr %work")
    f.call("matrix", "ptr %job", "ptr %work")
    f.call("factorise", "ptr %work")
    for stage in range(plan.method.n_stages):
        _emit_stage(plan, f, stage)
    _emit_error(plan, f)
    f.emit("ret void")


def _emit_round(plan: Plan) -> None:
    """``round_state``: the state in the precision of the stages."""
    f = plan.stage_function("round_state", ("ptr noalias %work",))
    if plan.n_states:
        with f.repeat(plan.n_states) as k:
            plan.put(f, plan.get(f, "state", k), plan.near(f, "state"), k)
    f.emit("ret void")


def _emit_matrix(plan: Plan) -> None:
    """``matrix``: 1/(h gamma) - J into its slots, and the time derivatives."""
    f = plan.stage_function("matrix")
    emitter = stage_emitter(plan, f, partial(plan.get, f, plan.near(f, "state")), "time")
    diagonal = inverse_step(plan, f)
    slots = plan.elimination.slots
    for row in plan.elimination.order:
        entries = plan.jacobian.rows[row]
        for column in sorted({row, *entries}):
            value = emitter.number(entries[column]) if column in entries else f.constant(0.0)
            value = f.sub(diagonal, value) if column == row else f.neg(value)
            plan.put(f, value, "matrix", slots[row, column])
    for state, node in plan.time_dependent.items():
        plan.put(f, emitter.number(node), "slope", state)
    f.emit("ret void")


def _emit_rate(plan: Plan) -> None:
    """``rate``: add the right-hand side at the states in ``%state`` to ``%into``."""
    names = ("ptr noalias %work", "ptr noalias %state", "ptr noalias %into")
    f = plan.stage_function("rate", names)
    emitter = stage_emitter(plan, f, partial(f.load, "%state"), "stage_time")
    for state, node in enumerate(plan.expressions.derivatives):
        if not plan.expressions.graph.is_constant(node, 0.0):
            f.store(f.add(emitter.number(node), f.load("%into", state)), "%into", state)
    f.emit("ret void")


def _emit_solve(plan: Plan) -> None:
    """``solve``: the factorised matrix applied to ``%into``, in place."""
    f = plan.stage_function("solve", ("ptr noalias %work", "ptr noalias %into"))
    x = [f.load("%into", state) for state in range(plan.n_states)]
    for operation in plan.elimination.solve:
        entry = plan.get(f, "matrix", operation.slot)
        row = operation.row
        if isinstance(operation, Subtract):
            x[row] = f.sub(x[row], f.mul(entry, x[operation.column]))
        else:
            x[row] = f.mul(x[row], entry)
    for state, value in enumerate(x):
        f.store(value, "%into", state)
    f.emit("ret void")


def _emit_stage(plan: Plan, f: Function, stage: int) -> None:
    n, method, wide = plan.n_states, plan.method, f.doubles
    moved = wide.mul(plan.get(wide, "step"), wide.constant(method.alpha[stage]))
    plan.put(wide, wide.add(plan.get(wide, "time"), moved), "stage_time")
    step = plan.get(f, "step")
    if n:
        inverse = f.div(f.constant(1.0), step)
        with f.repeat(n) as k:
            _emit_argument(plan, f, stage, k)
            _emit_coupling(plan, f, stage, k, inverse)
    if method.d[stage]:
        _emit_slope(plan, f, f.mul(step, f.constant(method.d[stage])), stage)
    into = plan.address(f, "stage", stage * n)
    argument = plan.address(f, plan.near(f, "state" if stage == 0 else "trial"))
    f.call("rate", "ptr %work", f"ptr {argument}", f"ptr {into}")
    f.call("solve", "ptr %work", f"ptr {into}")


def _emit_argument(plan: Plan, f: Function, stage: int, k: str) -> None:
    """Where stage ``stage`` evaluates the right-hand side."""
    if stage == 0:
        return
    here = plan.near(f, "trial")
    if plan.method.extends_previous(stage):
        last = plan.get(f, "stage", k, (stage - 1) * plan.n_states)
        plan.put(f, f.add(plan.get(f, here, k), last), here, k)
        return
    total = _weighted(plan, f, plan.method.a[stage], k)
    plan.put(f, f.add(plan.get(f, plan.near(f, "state"), k), total), here, k)


def _emit_coupling(plan: Plan, f: Function, stage: int, k: str, inverse: str) -> None:
    total = f.constant(0.0)
    if stage:
        total = f.mul(_weighted(plan, f, plan.method.c[stage], k), inverse)
    plan.put(f, total, "stage", k, stage * plan.n_states)


def _weighted(plan: Plan, f: Function, weights: tuple[float, ...], k: str) -> str:
    total = ""
    for stage, weight in enumerate(weights):
        value = plan.get(f, "stage", k, stage * plan.n_states)
        term = f.mul(value, f.constant(weight))
        total = f.add(total, term) if total else term
    return total


def _emit_slope(plan: Plan, f: Function, factor: str, stage: int) -> None:
    for state in plan.time_dependent:
        place = stage * plan.n_states + state
        total = f.add(plan.get(f, "stage", place), f.mul(factor, plan.get(f, "slope", state)))
        plan.put(f, total, "stage", place)


def _emit_error(plan: Plan, f: Function) -> None:
    """Return the new state, and the root mean square of error over tolerance.

    It is NaN if not all is finite, and infinite if the factors of the matrix have lost their digits.
    """
    total = f.variable(f.real, f.constant(0.0))
    if plan.n_states:
        allowed = Tolerance(plan, f)
        with f.repeat(plan.n_states) as k:
            error = plan.get(f, "stage", k, (plan.method.n_stages - 1) * plan.n_states)
            before = plan.get(f, plan.near(f, "state"), k)
            after = _new_state(plan, f, k, error)
            add_square(f, total, f.mul(error, f.reciprocal(allowed.at(k, before, after))))
            _spoil_if_infinite(f, total, after)
    mean = f.mul(f.load(total, 0), f.constant(1.0 / max(plan.n_states, 1)))
    kept = f.compare("olt", plan.get(f, "growth"), f.constant(most_growth(f.format)))
    error = f.choose(kept, f.intrinsic("sqrt", mean), f.constant(math.inf))
    plan.put(f, error, "error")


def _new_state(plan: Plan, f: Function, k: str, error: str) -> str:
    """Return the new state, which is the last argument plus the last stage; only the change of it is ever rounded."""
    if f.format == DOUBLE:
        after = f.add(plan.get(f, "trial", k), error)
        plan.put(f, after, "trial", k)
        return after
    wide = f.doubles
    change = f.cast(_weighted(plan, f, plan.method.b, k), f.format, DOUBLE)
    after = wide.add(plan.get(wide, "state", k), change)
    plan.put(wide, after, "trial", k)
    return f.cast(after, DOUBLE, f.format)


class Tolerance:
    """What is allowed of a state's error: absolute plus relative to its size."""

    def __init__(self, plan: Plan, f: Function) -> None:
        self._f = f
        self._relative = f.broadcast(plan.job(f, "rtol", "double"))
        self._absolute = plan.job(f, "atol", "ptr")

    def at(self, k: str, *values: str) -> str:
        """Tolerance of state ``k`` for the largest of these values."""
        f = self._f
        size, *others = (f.intrinsic("fabs", value) for value in values)
        for other in others:
            size = f.choose(f.compare("ogt", size, other), size, other)
        absolute = f.broadcast(f.load_scalar(self._absolute, k))
        return f.add(f.mul(self._relative, size), absolute)


def add_square(f: Function, total: str, ratio: str) -> None:
    """Add a square to a variable."""
    f.store(f.add(f.mul(ratio, ratio), f.load(total, 0)), total, 0)


def _spoil_if_infinite(f: Function, total: str, value: str) -> None:
    """Make the total NaN where the value is infinite: an infinite tolerance would hide that."""
    f.store(f.add(f.mul(value, f.constant(0.0)), f.load(total, 0)), total, 0)
