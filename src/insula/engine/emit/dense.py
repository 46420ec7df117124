"""Readings inside a step: the states by the method's continuous extension, the outputs from them."""

from functools import partial

from insula.engine.emit.control import holds
from insula.engine.emit.ir import Function
from insula.engine.emit.plan import Plan


def emit_dense(plan: Plan) -> None:
    """Emit ``collect``, which serves the readings that an accepted step passes; those at its end can wait."""
    _emit_weigh(plan)
    _emit_outputs(plan)
    _emit_deliver(plan)
    f = plan.vector_function("collect")
    here = ("ptr %job", "ptr %work")
    with f.when(f.any(_passed(plan, f))):
        f.call("weigh", *here)
        with f.loop_while(lambda: f.any(_passed(plan, f))):
            f.call("outputs", *here)
            with f.each_lane(f.pack(_passed(plan, f))) as lane:
                f.call("deliver", *here, f"i64 {lane}")
    f.emit("ret void")


def _passed(plan: Plan, f: Function) -> str:
    """Mask of the lanes whose next row lies before the time they have reached: a reading, as actions are stops."""
    early = f.compare("olt", plan.get(f, "due"), plan.get(f, "reached"))
    return f.both(holds(plan, f, "good"), early)


def _emit_weigh(plan: Plan) -> None:
    """``weigh``: the coefficients of the continuous extension, from the stages."""
    f = plan.vector_function("weigh")
    for state, place in plan.interpolated.items():
        stages = [plan.get(f, "stage", j * plan.n_states + state) for j in range(plan.method.n_stages)]
        for power, weights in enumerate(plan.method.dense):
            total = f.constant(0.0)
            for weight, stage in zip(weights, stages, strict=True):
                total = f.add(f.mul(f.constant(weight), stage), total) if weight else total
            plan.put(f, total, "dense", place * len(plan.method.dense) + power)
    f.emit("ret void")


def interpolate(plan: Plan, f: Function, theta: str, state: int) -> str:
    """Value of a state at this share of the step; exact at 0 and 1."""
    rest = f.sub(f.constant(1.0), theta)
    first = plan.interpolated[state] * len(plan.method.dense)
    *lower, bend = (plan.get(f, "dense", first + power) for power in range(len(plan.method.dense)))
    for coefficient in reversed(lower):
        bend = f.add(coefficient, f.mul(theta, bend))
    end = f.add(plan.get(f, "trial", state), f.mul(rest, bend))
    return f.add(f.mul(rest, plan.get(f, "state", state)), f.mul(theta, end))


def _emit_outputs(plan: Plan) -> None:
    """``outputs``: all outputs at the time each lane's next row is due, into their slots."""
    f = plan.vector_function("outputs")
    due = plan.get(f, "due")
    theta = f.div(f.sub(due, plan.get(f, "time")), plan.get(f, "step"))
    plan.put(f, due, "stage_time")
    emitter = plan.vector_emitter(f, partial(interpolate, plan, f, theta), "stage_time")
    for index, node in enumerate(plan.expressions.outputs):
        plan.put(f, emitter.number(node), "output", index)
    f.emit("ret void")


def _emit_deliver(plan: Plan) -> None:
    """``deliver``: the outputs of one lane into their row of the values; turn to the next row."""
    f = plan.lane_function("deliver")
    row = plan.get_lane(f, "row", kind="i64")
    count = len(plan.expressions.outputs)
    place = f.let(f"mul i64 {f.load_scalar(plan.job(f, 'row_save', 'ptr'), row, 'i64')}, {count}")
    into = f.at(plan.job(f, "values", "ptr"), place, "double")
    for index in range(count):
        f.store_scalar(plan.get_lane(f, "output", index), into, index)
    f.call("next_row", "ptr %job", "ptr %work", "i64 %lane", f"i64 {f.let(f'add i64 {row}, 1')}")
    f.emit("ret void")
