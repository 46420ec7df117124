"""What happens to one lane between steps: take up a patient, serve its rows, let it go."""

import math

from insula.compiler.system import Action
from insula.engine.emit.emitters import lane_emitter, parameter_emitter
from insula.engine.emit.formats import DOUBLE, SINGLE
from insula.engine.emit.ir import Function
from insula.engine.emit.layout import ROUNDED
from insula.engine.emit.plan import Plan
from insula.engine.status import Status


def emit_patients(plan: Plan) -> None:
    """Emit ``attend``, which is called for a lane that has arrived, failed or is free."""
    _emit_prepare(plan)
    _emit_read(plan)
    for index, action in enumerate(plan.expressions.actions):
        _emit_action(plan, index, action)
    _emit_act(plan)
    _emit_look_ahead(plan)
    _emit_leave(plan)
    _emit_check(plan)
    _emit_serve(plan)
    _emit_take_up(plan)
    _emit_attend(plan)


_HERE = ("ptr %job", "ptr %work", "i64 %lane")


def _is(f: Function, value: str, wanted: int, relation: str = "eq") -> str:
    return f.let(f"icmp {relation} i64 {value}, {wanted}")


def _emit_prepare(plan: Plan) -> None:
    """``prepare``: everything that follows from the patient's parameters."""
    f = plan.lane_function("prepare")
    expressions = plan.expressions
    patient = plan.get_lane(f, "patient", kind="i64")
    row = f.let(f"mul i64 {patient}, {plan.job(f, 'parameter_stride', 'i64')}")
    own = f.at(plan.job(f, "parameters", "ptr"), row, "double")
    raw = parameter_emitter(plan, f, own)
    for node, place in plan.hoisted.items():
        value = raw.number(node)
        plan.put_lane(f, value, "hoisted", place)
        if plan.stage == SINGLE:
            plan.put_lane(f, _rounded(f, value), ROUNDED["hoisted"], place, SINGLE.real)
    for name, nodes in (("input", expressions.input_defaults), ("state", expressions.initial)):
        emitter = parameter_emitter(plan, f, own)
        for index, node in enumerate(nodes):
            plan.put_lane(f, emitter.number(node), name, index)
        _take_given(plan, f, name, len(nodes), patient)
    f.emit("ret void")


def _rounded(f: Function, value: str) -> str:
    """Value in single precision; NaN where it is too small or too large for that, which ends the patient there."""
    size = f.intrinsic("fabs", value)
    small = f.both(
        f.compare("olt", size, f.constant(SINGLE.smallest)), f.compare("ogt", size, f.constant(0.0))
    )
    large = f.both(
        f.compare("ogt", size, f.constant(SINGLE.largest)), f.compare("olt", size, f.constant(math.inf))
    )
    fits = f.choose(f.either(small, large), f.constant(math.nan), value)
    return f.cast(fits, DOUBLE, SINGLE)


def _take_given(plan: Plan, f: Function, name: str, count: int, patient: str) -> None:
    """Use the caller's starting values instead, if there are any."""
    given = plan.job(f, {"state": "initial", "input": "given_inputs"}[name], "ptr")
    with f.when(f.let(f"icmp ne ptr {given}, null")):
        row = f.at(given, f.let(f"mul i64 {patient}, {count}"), "double")
        for index in range(count):
            plan.put_lane(f, f.load_scalar(row, index), name, index)


def _emit_read(plan: Plan) -> None:
    """``read``: the outputs into row ``%row`` of the values."""
    f = plan.lane_function("read", ("i64 %row",))
    outputs = plan.expressions.outputs
    place = f.let(f"mul i64 %row, {len(outputs)}")
    into = f.at(plan.job(f, "values", "ptr"), place, "double")
    emitter = lane_emitter(plan, f)
    for index, node in enumerate(outputs):
        f.store_scalar(emitter.number(node), into, index)
    f.emit("ret void")


def _emit_action(plan: Plan, index: int, action: Action) -> None:
    """``action_<index>``: all new values first, then all changes; without any the steps go on as they were."""
    f = plan.lane_function(f"action_{index}", ("double %amount",))
    emitter = lane_emitter(plan, f, "%amount")
    values = [emitter.number(target.node) for target in action.assignments]
    for target, value in zip(action.assignments, values, strict=True):
        before = plan.get_lane(f, target.kind, target.index)
        with f.when(f.compare("une", value, before)):
            plan.put_lane(f, value, target.kind, target.index)
            plan.put_lane(f, "1", "restart", kind="i64")
    f.emit("ret void")


def _emit_act(plan: Plan) -> None:
    """``act``: the action of that number."""
    f = plan.lane_function("act", ("i64 %action", "double %amount"))
    for index in range(len(plan.expressions.actions)):
        with f.when(_is(f, "%action", index)):
            f.call(f"action_{index}", *_HERE, "double %amount")
    f.emit("ret void")


def turn_to_row(plan: Plan, f: Function, row: str) -> None:
    """Make a row the next one of a lane; note what is to be done, and when."""
    plan.put_lane(f, row, "row", kind="i64")
    plan.put_lane(f, f.constant(float("inf")), "due")
    plan.put_lane(f, "-1", "deed", kind="i64")
    with f.when(_before_end(plan, f, row)):
        plan.put_lane(f, f.load_scalar(plan.job(f, "row_time", "ptr"), row), "due")
        deed = f.load_scalar(plan.job(f, "row_action", "ptr"), row, "i64")
        plan.put_lane(f, deed, "deed", kind="i64")
        plan.put_lane(f, f.load_scalar(plan.job(f, "row_amount", "ptr"), row), "amount")


def _before_end(plan: Plan, f: Function, row: str) -> str:
    return f.let(f"icmp slt i64 {row}, {plan.get_lane(f, 'end_row', kind='i64')}")


def _emit_look_ahead(plan: Plan) -> None:
    """``look_ahead``: the next stop is the next row that a step must not pass, or the last row."""
    f = plan.lane_function("look_ahead")
    place = f.variable("i64", plan.get_lane(f, "row", kind="i64"))

    def passable() -> str:
        row = f.load_scalar(place, 0, "i64")
        action = f.load_scalar(plan.job(f, "row_action", "ptr"), row, "i64")
        following = f.let(f"add i64 {row}, 1")
        harmless = _is(f, action, 0, "slt")
        for number in plan.passable:
            harmless = f.let(f"or i1 {harmless}, {_is(f, action, number)}")
        return f.let(f"and i1 {harmless}, {_before_end(plan, f, following)}")

    with f.loop_while(passable):
        f.store_scalar(f.let(f"add i64 {f.load_scalar(place, 0, 'i64')}, 1"), place, 0, "i64")
    stop = f.load_scalar(plan.job(f, "row_time", "ptr"), f.load_scalar(place, 0, "i64"))
    if plan.settles:
        pending = plan.get_lane(f, "pending")
        stop = f.choose(f.compare("olt", pending, stop), pending, stop)
    plan.put_lane(f, stop, "stop")
    f.emit("ret void")


def _emit_leave(plan: Plan) -> None:
    """``leave``: hand the patient's end over and free the lane."""
    f = plan.lane_function("leave", ("i64 %status",))
    patient = plan.get_lane(f, "patient", kind="i64")
    f.store_scalar("%status", plan.job(f, "final_status", "ptr"), patient, "i64")
    f.store_scalar(plan.get_lane(f, "time"), plan.job(f, "final_time", "ptr"), patient)
    steps = plan.get_lane(f, "steps", kind="i64")
    f.store_scalar(steps, plan.job(f, "final_steps", "ptr"), patient, "i64")
    n_inputs = len(plan.expressions.input_defaults)
    _hand_over(plan, f, "state", "final_state", plan.n_states, patient)
    _hand_over(plan, f, "input", "final_inputs", n_inputs, patient)
    plan.put_lane(f, "0", "active", kind="i64")
    f.emit("ret void")


def _hand_over(plan: Plan, f: Function, name: str, field: str, count: int, patient: str) -> None:
    into = f.at(plan.job(f, field, "ptr"), f.let(f"mul i64 {patient}, {count}"), "double")
    for index in range(count):
        f.store_scalar(plan.get_lane(f, name, index), into, index)


def _emit_check(plan: Plan) -> None:
    """``check``: let the patient go if a state or input is not finite."""
    f = plan.lane_function("check")
    total = f.constant(0.0)
    for name, count in (("state", plan.n_states), ("input", len(plan.expressions.input_defaults))):
        for index in range(count):
            total = f.add(total, f.mul(plan.get_lane(f, name, index), f.constant(0.0)))
    with f.when(f.compare("uno", total, total)):
        f.call("leave", *_HERE, f"i64 {int(Status.NOT_FINITE)}")
    f.emit("ret void")


def _emit_serve(plan: Plan) -> None:
    """``serve``: events, then all rows that are due, in order; then the next stop, or the end."""
    f = plan.lane_function("serve")
    _settle(plan, f)
    with f.loop_while(lambda: _due(plan, f)):
        _serve_row(plan, f)
    with f.when(_active(plan, f)):
        more = _before_end(plan, f, plan.get_lane(f, "row", kind="i64"))
        with f.when(more):
            f.call("look_ahead", *_HERE)
        with f.when(f.let(f"xor i1 {more}, true")):
            f.call("leave", *_HERE, f"i64 {int(Status.OK)}")
    f.emit("ret void")


def _active(plan: Plan, f: Function) -> str:
    return _is(f, plan.get_lane(f, "active", kind="i64"), 0, "ne")


def _due(plan: Plan, f: Function) -> str:
    reached = f.compare("ole", plan.get_lane(f, "due"), plan.get_lane(f, "time"))
    return f.let(f"and i1 {reached}, {_active(plan, f)}")


def _serve_row(plan: Plan, f: Function) -> None:
    row = plan.get_lane(f, "row", kind="i64")
    save = f.load_scalar(plan.job(f, "row_save", "ptr"), row, "i64")
    with f.when(_is(f, save, 0, "sge")):
        f.call("read", *_HERE, f"i64 {save}")
    action = plan.get_lane(f, "deed", kind="i64")
    with f.when(_is(f, action, 0, "sge")):
        amount = plan.get_lane(f, "amount")
        f.call("act", *_HERE, f"i64 {action}", f"double {amount}")
        f.call("check", *_HERE)
        with f.when(_active(plan, f)):
            _settle(plan, f)
    turn_to_row(plan, f, f.let(f"add i64 {row}, 1"))


def _settle(plan: Plan, f: Function) -> None:
    if plan.settles:
        f.call("settle", *_HERE)


def _emit_take_up(plan: Plan) -> None:
    """``take_up``: the next patient of the job into this lane."""
    f = plan.lane_function("take_up")
    patient = plan.job(f, "next_patient", "i64")
    following = f.let(f"add i64 {patient}, 1")
    plan.set_job(f, following, "next_patient", "i64")
    rows = plan.job(f, "first_row", "ptr")
    whole = (
        (patient, "patient"),
        (f.load_scalar(rows, following, "i64"), "end_row"),
        *(("0", name) for name in ("steps", "failure", "rejected", "cut")),
        *(("1", name) for name in ("active", "restart")),
    )
    for value, name in whole:
        plan.put_lane(f, value, name, kind="i64")
    plan.put_lane(f, plan.job(f, "start", "double"), "time")
    turn_to_row(plan, f, f.load_scalar(rows, patient, "i64"))
    f.call("prepare", *_HERE)
    if plan.settles:
        f.call("forget", *_HERE)
    f.call("check", *_HERE)
    with f.when(_active(plan, f)):
        f.call("serve", *_HERE)
    f.emit("ret void")


def _emit_attend(plan: Plan) -> None:
    """``attend``: end a failed patient, serve one whose step has ended for a reason, fill a free lane."""
    f = plan.lane_function("attend")
    with f.when(_active(plan, f)):
        failure = plan.get_lane(f, "failure", kind="i64")
        arrived = f.compare("ole", plan.get_lane(f, "stop"), plan.get_lane(f, "time"))
        arrived = f.let(f"or i1 {arrived}, {_is(f, plan.get_lane(f, 'cut', kind='i64'), 0, 'ne')}")
        plan.put_lane(f, "0", "cut", kind="i64")
        with f.when(arrived):
            f.call("serve", *_HERE)
        with f.when(f.let(f"xor i1 {arrived}, true")):
            f.call("leave", *_HERE, f"i64 {failure}")
    with f.loop_while(lambda: _vacant(plan, f)):
        f.call("take_up", *_HERE)
    f.emit("ret void")


def _vacant(plan: Plan, f: Function) -> str:
    left = f.let(f"icmp slt i64 {plan.job(f, 'next_patient', 'i64')}, {plan.job(f, 'n_patients', 'i64')}")
    return f.let(f"and i1 {left}, {_is(f, plan.get_lane(f, 'active', kind='i64'), 0)}")
