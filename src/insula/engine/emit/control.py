"""Step-size control in all lanes at once: accept or reject, next step, failure, first step after a change."""

import math

from insula.engine.emit.factorise import most_growth
from insula.engine.emit.formats import SINGLE
from insula.engine.emit.ir import Function
from insula.engine.emit.layout import ROUNDED
from insula.engine.emit.plan import Plan
from insula.engine.emit.step import Tolerance, add_square
from insula.engine.status import Status

SAFETY, SHRINK, GROW = 0.9, 0.2, 10.0
AFTER_NAN = 0.1
"""Factor on the step where the attempt was not finite."""
RESOLUTION = 4.0 * 2.0**-52
"""A step below this share of the time is lost in rounding."""
STRETCH = 0.999
"""A step that reaches this share of the way to the stop goes all the way."""
FIRST_CHANGE = 0.1
"""Share of the state that the first step may change, if that is more than the tolerance."""


def emit_control(plan: Plan) -> None:
    """Emit ``guess``, ``shorten``, ``judge`` and ``control``."""
    _emit_guess(plan)
    _emit_shorten(plan)
    _emit_judge(plan)
    _emit_control(plan)


def _emit_guess(plan: Plan) -> None:
    """``guess``: a first step for lanes in ``restart`` (Hairer, Norsett & Wanner 1993, II.4, first half)."""
    f = plan.vector_function("guess")
    change, size = f.variable(f.real, f.constant(0.0)), f.variable(f.real, f.constant(0.0))
    time, way = plan.get(f, "time"), f.sub(plan.get(f, "stop"), plan.get(f, "time"))
    plan.put(f, time, "stage_time")
    if plan.n_states:
        _measure(plan, f, change, size)
    mean = f.constant(1.0 / max(plan.n_states, 1))
    rate = f.intrinsic("sqrt", f.mul(f.load(change, 0), mean))
    scale = f.mul(f.constant(FIRST_CHANGE), f.intrinsic("sqrt", f.mul(f.load(size, 0), mean)))
    moved = f.choose(f.compare("ogt", scale, f.constant(1.0)), scale, f.constant(1.0))
    first = f.div(moved, rate)
    good = f.compare("ogt", first, f.constant(0.0))
    first = f.choose(good, first, f.mul(way, f.constant(1e-6)))
    first = _larger(f, first, f.mul(resolution(plan, f), f.constant(4.0)))
    first = f.choose(f.compare("olt", first, way), first, way)
    chosen = holds(plan, f, "restart")
    plan.put(f, f.choose(chosen, first, plan.get(f, "proposed")), "proposed")
    plan.put_int(f, f.int_constant(0), "restart")
    f.emit("ret void")


def _measure(plan: Plan, f: Function, change: str, size: str) -> None:
    """Sums of squares of the derivative and of the state, in units of the tolerance."""
    with f.repeat(plan.n_states) as k:
        plan.put(f, f.constant(0.0), "stage", k)
    states = plan.address(f, "state")
    if plan.stage == SINGLE:
        f.call("round_state", "ptr %work")
        states = plan.address(f, ROUNDED["state"])
    f.call("rate", "ptr %work", f"ptr {states}", f"ptr {plan.address(f, 'stage')}")
    allowed = Tolerance(plan, f)
    with f.repeat(plan.n_states) as k:
        state = plan.get(f, "state", k)
        unit = allowed.at(k, state)
        add_square(f, change, f.div(plan.get(f, "stage", k), unit))
        add_square(f, size, f.div(state, unit))


def _emit_shorten(plan: Plan) -> None:
    """``shorten``: the step to try, so that the next stop is met exactly and without a tiny last step.

    A lane without a patient goes on with the step it had: a step of 0 would fill it with NaN, for which
    mathematical functions take the long way in all lanes.
    """
    f = plan.vector_function("shorten")
    wanted = plan.get(f, "proposed")
    way = f.sub(plan.get(f, "stop"), plan.get(f, "time"))
    reaches = f.compare("oge", wanted, f.mul(way, f.constant(STRETCH)))
    nearly = f.compare("ogt", f.add(wanted, wanted), way)
    half = f.mul(way, f.constant(0.5))
    step = f.choose(reaches, way, f.choose(nearly, half, wanted))
    plan.put(f, f.choose(holds(plan, f, "active"), step, wanted), "step")
    f.emit("ret void")


def _emit_judge(plan: Plan) -> None:
    """``judge``: whether the attempt is accepted, and the time it leads to; a stop is met exactly."""
    f = plan.vector_function("judge")
    good = f.both(holds(plan, f, "active"), f.compare("ole", plan.get(f, "error"), f.constant(1.0)))
    time, stop, step = (plan.get(f, name) for name in ("time", "stop", "step"))
    moved = f.exact("add", time, step)
    whole = f.compare("oeq", step, f.sub(stop, time))
    moved = f.choose(f.either(whole, f.compare("oge", moved, stop)), stop, moved)
    plan.put(f, f.choose(good, moved, time), "reached")
    plan.put_int(f, f.choose(good, f.int_constant(1), f.int_constant(0), f.int), "good")
    f.emit("ret void")


def _emit_control(plan: Plan) -> None:
    """``control``: take over what is accepted, next step; returns the lanes that have arrived, failed or been cut."""
    f = plan.vector_function("control", f"i{plan.width}")
    active, good = holds(plan, f, "active"), holds(plan, f, "good")
    _commit(plan, f, good)
    arrived = f.both(good, f.compare("oge", plan.get(f, "reached"), plan.get(f, "stop")))
    plan.put(f, plan.get(f, "reached"), "time")
    _next_step(plan, f, good)
    _count(plan, f)
    failed = f.both(f.both(active, f.negate(arrived)), _failure(plan, f))
    ended = f.either(f.either(arrived, failed), f.both(active, holds(plan, f, "cut")))
    f.emit(f"ret i{plan.width} {f.pack(ended)}")


def _commit(plan: Plan, f: Function, good: str) -> None:
    if plan.n_states:
        states, trial = plan.address(f, "state"), plan.address(f, "trial")
        with f.repeat(plan.n_states) as k:
            f.store(f.choose(good, f.load(trial, k), f.load(states, k)), states, k)


def _next_step(plan: Plan, f: Function, good: str) -> None:
    step, wanted, error = (plan.get(f, name) for name in ("step", "proposed", "error"))
    factor = _factor(plan, f, error)
    shrink_only = f.choose(holds(plan, f, "rejected"), f.constant(1.0), f.constant(GROW))
    grown = f.mul(step, f.choose(f.compare("olt", factor, shrink_only), factor, shrink_only))
    shortened = f.both(f.compare("olt", step, wanted), f.compare("olt", grown, wanted))
    grown = f.choose(shortened, wanted, grown)
    shrunk = f.mul(step, f.choose(f.compare("olt", factor, f.constant(SAFETY)), factor, f.constant(SAFETY)))
    plan.put(f, f.choose(good, grown, shrunk), "proposed")
    plan.put_int(f, f.choose(good, f.int_constant(0), f.int_constant(1), f.int), "rejected")


def _factor(plan: Plan, f: Function, error: str) -> str:
    """How much larger the next step may be, by the order of the error estimate."""
    bounded = _larger(f, error, f.constant(1e-10))
    exponent = f.mul(f.math("log", bounded), f.constant(-1.0 / plan.method.order))
    factor = f.mul(f.math("exp", exponent), f.constant(SAFETY))
    factor = f.choose(f.compare("olt", factor, f.constant(GROW)), factor, f.constant(GROW))
    factor = _larger(f, factor, f.constant(SHRINK))
    finite = f.compare("olt", error, f.constant(math.inf))
    return f.choose(finite, factor, f.constant(AFTER_NAN))


def _count(plan: Plan, f: Function) -> None:
    plan.put_int(f, f.int_op("add", plan.get_int(f, "steps"), plan.get_int(f, "active")), "steps")


def _failure(plan: Plan, f: Function) -> str:
    """Write the failure of every lane; returns the lanes that have one (arrived lanes aside).

    Where a step's factors have lost their digits, double precision tries a shorter step, which has better ones;
    single precision gives up, because the patient is integrated again in double precision.
    """
    finite = f.compare("olt", plan.get(f, "error"), f.constant(math.inf))
    kept = f.compare("olt", plan.get(f, "growth"), f.constant(most_growth(plan.stage)))
    small = f.compare("olt", plan.get(f, "proposed"), resolution(plan, f))
    if plan.stage == SINGLE:
        small = f.either(small, f.negate(kept))
    limit = f.broadcast(plan.job(f, "max_steps", "i64"), "i64")
    many = f.let(f"icmp sge {f.int} {plan.get_int(f, 'steps')}, {limit}")
    broken = f.choose(kept, _code(f, Status.NOT_FINITE), _code(f, Status.PIVOT), f.int)
    reason = f.choose(finite, _code(f, Status.STEP_TOO_SMALL), broken, f.int)
    otherwise = f.choose(many, _code(f, Status.STEP_LIMIT), _code(f, Status.OK), f.int)
    plan.put_int(f, f.choose(small, reason, otherwise, f.int), "failure")
    return f.either(small, many)


def _code(f: Function, status: Status) -> str:
    return f.int_constant(int(status))


def resolution(plan: Plan, f: Function) -> str:
    """Shortest step that is not lost in rounding."""
    sizes = [f.intrinsic("fabs", plan.get(f, name)) for name in ("time", "stop")]
    return f.mul(_larger(f, *sizes), f.constant(RESOLUTION))


def _larger(f: Function, a: str, b: str) -> str:
    """Return the larger of two numbers; ``b`` where one is NaN."""
    return f.choose(f.compare("ogt", a, b), a, b)


def holds(plan: Plan, f: Function, name: str) -> str:
    """Mask of the lanes where an integer slot is not 0."""
    return f.let(f"icmp ne {f.int} {plan.get_int(f, name)}, {f.int_constant(0)}")
