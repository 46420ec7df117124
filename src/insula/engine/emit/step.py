"""One attempted Rosenbrock step in all lanes: matrix, factorisation, stages, error."""

from functools import partial

from insula.compiler.lu_plan import Invert, Scale, Subtract
from insula.engine.emit.ir import Function
from insula.engine.emit.plan import Plan


def emit_step(plan: Plan) -> None:
    """Emit ``step``: from ``state`` over ``step`` to ``trial``, and the ``error`` (1 is just acceptable)."""
    _emit_matrix(plan)
    _emit_factorise(plan)
    _emit_rate(plan)
    _emit_solve(plan)
    f = plan.vector_function("step")
    f.call("matrix", "ptr %job", "ptr %work")
    f.call("factorise", "ptr %work")
    for stage in range(plan.method.n_stages):
        _emit_stage(plan, f, stage)
    _emit_error(plan, f)
    f.emit("ret void")


def _emit_matrix(plan: Plan) -> None:
    """``matrix``: 1/(h gamma) - J into its slots, and the time derivatives."""
    f = plan.vector_function("matrix")
    emitter = plan.vector_emitter(f, partial(plan.get, f, "state"), "time")
    one = f.constant(1.0)
    diagonal = f.div(one, f.mul(plan.get(f, "step"), f.constant(plan.method.gamma)))
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


def _emit_factorise(plan: Plan) -> None:
    """``factorise``: the matrix in place, row by row."""
    f = plan.module.function("factorise", ["ptr noalias %work"], plan.width)
    given = {*plan.jacobian.pattern, *((i, i) for i in range(plan.n_states))}
    slots = plan.elimination.slots
    filled = {slots[position] for position in given}
    row: dict[int, str] = {}

    def now(slot: int) -> str | None:
        if slot not in row and slot in filled:
            row[slot] = plan.get(f, "matrix", slot)
        return row.get(slot)

    for operation in plan.elimination.factorise:
        match operation:
            case Scale(slot, pivot):
                row[slot] = f.mul(str(now(slot)), plan.get(f, "matrix", pivot))
            case Invert(slot):
                row[slot] = f.reciprocal(str(now(slot)))
                for place, value in row.items():
                    plan.put(f, value, "matrix", place)
                row.clear()
            case (slot, left, upper):
                product = f.mul(row[left], plan.get(f, "matrix", upper))
                before = now(slot)
                row[slot] = f.neg(product) if before is None else f.sub(before, product)
    f.emit("ret void")


def _emit_rate(plan: Plan) -> None:
    """``rate``: add the right-hand side at the states in ``%state`` to ``%into``."""
    names = ["ptr noalias %work", "ptr noalias %state", "ptr noalias %into"]
    f = plan.module.function("rate", names, plan.width)
    emitter = plan.vector_emitter(f, partial(f.load, "%state"), "stage_time")
    for state, node in enumerate(plan.expressions.derivatives):
        if not plan.expressions.graph.is_constant(node, 0.0):
            f.store(f.add(emitter.number(node), f.load("%into", state)), "%into", state)
    f.emit("ret void")


def _emit_solve(plan: Plan) -> None:
    """``solve``: the factorised matrix applied to ``%into``, in place."""
    f = plan.module.function("solve", ["ptr noalias %work", "ptr noalias %into"], plan.width)
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
    n, method = plan.n_states, plan.method
    step = plan.get(f, "step")
    moved = f.mul(step, f.constant(method.alpha[stage]))
    plan.put(f, f.add(plan.get(f, "time"), moved), "stage_time")
    if n:
        inverse = f.div(f.constant(1.0), step)
        with f.repeat(n) as k:
            _emit_argument(plan, f, stage, k)
            _emit_coupling(plan, f, stage, k, inverse)
    if method.d[stage]:
        _emit_slope(plan, f, f.mul(step, f.constant(method.d[stage])), stage)
    into = plan.address(f, "stage", stage * n)
    states = plan.address(f, "state" if stage == 0 else "trial")
    f.call("rate", "ptr %work", f"ptr {states}", f"ptr {into}")
    f.call("solve", "ptr %work", f"ptr {into}")


def _place(plan: Plan, f: Function, name: str, k: str, index: int = 0) -> str:
    return f.let(f"add nuw nsw i64 {k}, {plan.slot(name, index)}")


def _emit_argument(plan: Plan, f: Function, stage: int, k: str) -> None:
    """Where stage ``stage`` evaluates the right-hand side, into ``trial``."""
    if stage == 0:
        return
    here = _place(plan, f, "trial", k)
    if plan.method.extends_previous(stage):
        last = f.load("%work", _place(plan, f, "stage", k, (stage - 1) * plan.n_states))
        f.store(f.add(f.load("%work", here), last), "%work", here)
        return
    total = _weighted(plan, f, plan.method.a[stage], k)
    state = f.load("%work", _place(plan, f, "state", k))
    f.store(f.add(state, total), "%work", here)


def _emit_coupling(plan: Plan, f: Function, stage: int, k: str, inverse: str) -> None:
    total = f.constant(0.0)
    if stage:
        total = f.mul(_weighted(plan, f, plan.method.c[stage], k), inverse)
    f.store(total, "%work", _place(plan, f, "stage", k, stage * plan.n_states))


def _weighted(plan: Plan, f: Function, weights: tuple[float, ...], k: str) -> str:
    total = ""
    for stage, weight in enumerate(weights):
        value = f.load("%work", _place(plan, f, "stage", k, stage * plan.n_states))
        term = f.mul(value, f.constant(weight))
        total = f.add(total, term) if total else term
    return total


def _emit_slope(plan: Plan, f: Function, factor: str, stage: int) -> None:
    for state in plan.time_dependent:
        place = stage * plan.n_states + state
        total = f.add(plan.get(f, "stage", place), f.mul(factor, plan.get(f, "slope", state)))
        plan.put(f, total, "stage", place)


def _emit_error(plan: Plan, f: Function) -> None:
    """Return the new state, and the root mean square of error over tolerance (NaN if not all is finite)."""
    total = f.variable(f.real, f.constant(0.0))
    if plan.n_states:
        allowed = Tolerance(plan, f)
        with f.repeat(plan.n_states) as k:
            last = (plan.method.n_stages - 1) * plan.n_states
            error = f.load("%work", _place(plan, f, "stage", k, last))
            before = f.load("%work", _place(plan, f, "state", k))
            here = _place(plan, f, "trial", k)
            after = f.add(f.load("%work", here), error)
            f.store(after, "%work", here)
            add_square(f, total, f.mul(error, f.reciprocal(allowed.at(k, before, after))))
            _spoil_if_infinite(f, total, after)
    mean = f.mul(f.load(total, 0), f.constant(1.0 / max(plan.n_states, 1)))
    plan.put(f, f.intrinsic("sqrt", mean), "error")


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
