"""What lies inside a step: readings, and actions that may come to nothing.

The states in between are those of the method's continuous extension, the outputs follow from them. Where an
action would change something the step is cut at its time.
"""

from functools import partial

from insula.compiler.system import Action
from insula.engine.emit.control import holds
from insula.engine.emit.emitters import vector_emitter
from insula.engine.emit.expressions import Emitter
from insula.engine.emit.ir import Function
from insula.engine.emit.patients import turn_to_row
from insula.engine.emit.plan import Plan

_HERE = ("ptr %job", "ptr %work")


def emit_dense(plan: Plan) -> None:
    """Emit ``collect``, which serves the rows that an accepted step passes; those at its end can wait."""
    _emit_weigh(plan)
    _emit_look(plan)
    _emit_pass(plan)
    _emit_cut(plan)
    f = plan.vector_function("collect")
    with f.when(f.any(_passed(plan, f))):
        f.call("weigh", *_HERE)
        with f.loop_while(lambda: f.any(_passed(plan, f))):
            f.call("look", *_HERE)
            with f.each_lane(f.pack(_passed(plan, f))) as lane:
                f.call("pass", *_HERE, f"i64 {lane}")
    if plan.passable or plan.watched:
        with f.when(f.any(holds(plan, f, "cut"))):
            f.call("cut_short", *_HERE)
    f.emit("ret void")


def _passed(plan: Plan, f: Function) -> str:
    """Mask of the lanes whose next row lies before the time they have reached."""
    early = f.compare("olt", plan.get(f, "due"), plan.get(f, "reached"))
    return f.both(holds(plan, f, "good"), early)


def _emit_weigh(plan: Plan) -> None:
    """``weigh``: the coefficients of the continuous extension, from the stages."""
    f = plan.stage_function("weigh")
    for state, place in plan.interpolated.items():
        for power, value in enumerate(_bends(plan, f, state)):
            plan.put(f, value, "dense", place * len(plan.method.dense) + power)
    f.emit("ret void")


def _bends(plan: Plan, f: Function, state: int | str) -> list[str]:
    """Coefficients of one state."""
    found = []
    stages = [plan.get(f, "stage", state, j * plan.n_states) for j in range(plan.method.n_stages)]
    for weights in plan.method.dense:
        total = f.constant(0.0)
        for weight, stage in zip(weights, stages, strict=True):
            total = f.add(f.mul(f.constant(weight), stage), total) if weight else total
        found.append(total)
    return found


def _between(f: Function, theta: str, start: str, end: str, bends: list[str]) -> str:
    """Continuous extension at this share of the step; exact at 0, at 1 and of a state that stands still."""
    rest = f.sub(f.constant(1.0), theta)
    *lower, bend = bends
    for coefficient in reversed(lower):
        bend = f.add(coefficient, f.mul(theta, bend))
    rise = f.sub(end, start)
    early = f.compare("olt", theta, f.constant(0.5))
    line = f.choose(early, f.add(start, f.mul(theta, rise)), f.sub(end, f.mul(rest, rise)))
    return f.add(line, f.mul(f.mul(theta, rest), bend))


def interpolate(plan: Plan, f: Function, theta: str, state: int) -> str:
    """Value of a state at this share of the step, once ``weigh`` has been called."""
    powers = len(plan.method.dense)
    first = plan.interpolated[state] * powers
    bends = [plan.get(f, "dense", first + power) for power in range(powers)]
    return _between(f, theta, plan.get(f, "state", state), plan.get(f, "trial", state), bends)


def _emit_look(plan: Plan) -> None:
    """``look``: at the time each lane's next row is due, all outputs, and whether its action changes anything."""
    f = plan.vector_function("look")
    plan.put(f, plan.get(f, "due"), "stage_time")
    emitter = vector_emitter(plan, f, partial(interpolate, plan, f, theta_of(plan, f, "due")), "stage_time")
    for index, node in enumerate(plan.expressions.outputs):
        plan.put(f, emitter.number(node), "output", index)
    changed = f.int_constant(0)
    for number, action in plan.passable.items():
        this = f.let(f"icmp eq {f.int} {plan.get_int(f, 'deed')}, {f.int_constant(number)}")
        changes = f.both(this, _changes(plan, f, emitter, action))
        changed = f.choose(changes, f.int_constant(1), changed, f.int)
    plan.put_int(f, changed, "changed")
    f.emit("ret void")


def theta_of(plan: Plan, f: Function, moment: str) -> str:
    """Share of the step at which the time in this slot lies."""
    return f.div(f.sub(plan.get(f, moment), plan.get(f, "time")), plan.get(f, "step"))


def _changes(plan: Plan, f: Function, emitter: Emitter, action: Action) -> str:
    """Mask of the lanes in which an action would change one of its targets."""
    graph = plan.expressions.graph
    masks = [
        f.compare("une", emitter.number(t.node), emitter.number(getattr(graph, t.kind)(t.index)))
        for t in action.assignments
    ]
    found = masks[0]
    for mask in masks[1:]:
        found = f.either(found, mask)
    return found


def _deliver(plan: Plan, f: Function, row: str) -> None:
    """Write the outputs of one lane into their row of the values."""
    count = len(plan.expressions.outputs)
    place = f.let(f"mul i64 {f.load_scalar(plan.job(f, 'row_save', 'ptr'), row, 'i64')}, {count}")
    into = f.at(plan.job(f, "values", "ptr"), place, "double")
    for index in range(count):
        f.store_scalar(plan.get_lane(f, "output", index), into, index)


def _emit_pass(plan: Plan) -> None:
    """``pass``: serve one lane's next row and turn to the one after, or have the step cut here."""
    f = plan.lane_function("pass")
    row = plan.get_lane(f, "row", kind="i64")
    idle = f.let(f"icmp eq i64 {plan.get_lane(f, 'changed', kind='i64')}, 0")
    with f.when(f.let(f"xor i1 {idle}, true")):
        plan.put_lane(f, plan.get_lane(f, "due"), "reached")
        plan.put_lane(f, "1", "cut", kind="i64")
    with f.when(idle):
        with f.when(f.let(f"icmp slt i64 {plan.get_lane(f, 'deed', kind='i64')}, 0")):
            _deliver(plan, f, row)
        turn_to_row(plan, f, f.let(f"add i64 {row}, 1"))
    f.emit("ret void")


def _emit_cut(plan: Plan) -> None:
    """``cut_short``: where a step is cut, the state it leads to is that of the time reached."""
    f = plan.vector_function("cut_short")
    chosen, theta = holds(plan, f, "cut"), theta_of(plan, f, "reached")
    if plan.n_states:
        states, trial = plan.address(f, "state"), plan.address(f, "trial")
        with f.repeat(plan.n_states) as k:
            bends = _bends(plan, f, k)
            whole = f.load(trial, k)
            there = _between(f, theta, f.load(states, k), whole, bends)
            f.store(f.choose(chosen, there, whole), trial, k)
    f.emit("ret void")
