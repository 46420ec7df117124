"""Where inside a step a relation on which events depend changes, in all lanes at once."""

from functools import partial

from insula.engine.emit.control import holds
from insula.engine.emit.dense import interpolate, theta_of
from insula.engine.emit.emitters import vector_emitter
from insula.engine.emit.ir import Function
from insula.engine.emit.plan import Plan

_HERE = ("ptr %job", "ptr %work")
LOOKS = 8
"""Times at which a step is looked at; a relation that comes and goes between two of them is missed."""
FINEST = 1e-18
"""Share of the step below which a change is not located further."""


def emit_locate(plan: Plan) -> None:
    """Emit ``locate``: a step in which a relation changes is cut at the first time that shows it."""
    _emit_differs(plan)
    f = plan.vector_function("locate")
    good = holds(plan, f, "good")
    start, end = plan.get(f, "time"), plan.get(f, "reached")
    low, high = f.variable(f.real, start), f.variable(f.real, end)
    found = f.variable(f.mask, "zeroinitializer")
    with f.when(f.any(good)):
        f.call("weigh", *_HERE)
        for look in range(1, LOOKS + 1):
            probe = _part(f, start, end, look / LOOKS) if look < LOOKS else end
            _look(plan, f, probe, good, (low, high, found))
        with f.when(f.any(_load(f, found, f.mask))):
            with f.loop_while(lambda: f.any(_between(plan, f, low, high, found))):
                _halve(plan, f, low, high, found)
            chosen = _load(f, found, f.mask)
            plan.put(f, f.choose(chosen, _load(f, high, f.real), end), "reached")
            plan.put_int(f, f.choose(chosen, f.int_constant(1), plan.get_int(f, "cut"), f.int), "cut")
    f.emit("ret void")


def _load(f: Function, variable: str, kind: str) -> str:
    return f.let(f"load {kind}, ptr {variable}")


def _store(f: Function, value: str, variable: str, kind: str) -> None:
    f.emit(f"store {kind} {value}, ptr {variable}")


def _part(f: Function, start: str, end: str, share: float) -> str:
    return f.add(start, f.mul(f.constant(share), f.sub(end, start)))


def _differs_at(plan: Plan, f: Function, probe: str) -> str:
    plan.put(f, probe, "probe")
    bits = f.call("differs", *_HERE, returns=f"i{plan.width}")
    return f.let(f"bitcast i{plan.width} {bits} to {f.mask}") if plan.width > 1 else bits


def _look(plan: Plan, f: Function, probe: str, good: str, variables: tuple[str, str, str]) -> None:
    """Narrow down to the first stretch at whose end something differs."""
    low, high, found = variables
    before = _load(f, found, f.mask)
    changed = f.both(good, _differs_at(plan, f, probe))
    first = f.both(changed, f.negate(before))
    _store(f, f.choose(first, probe, _load(f, high, f.real)), high, f.real)
    still = f.negate(f.either(before, changed))
    _store(f, f.choose(still, probe, _load(f, low, f.real)), low, f.real)
    _store(f, f.either(before, changed), found, f.mask)


def _middle(f: Function, low: str, high: str) -> tuple[str, str, str]:
    a, b = _load(f, low, f.real), _load(f, high, f.real)
    return a, f.add(a, f.mul(f.constant(0.5), f.sub(b, a))), b


def _between(plan: Plan, f: Function, low: str, high: str, found: str) -> str:
    """Mask of the lanes in which there is a time left between the two."""
    a, middle, b = _middle(f, low, high)
    inside = f.both(f.compare("olt", a, middle), f.compare("olt", middle, b))
    finest = f.mul(plan.get(f, "step"), f.constant(FINEST))
    wide = f.compare("ogt", f.sub(b, a), finest)
    return f.both(_load(f, found, f.mask), f.both(inside, wide))


def _halve(plan: Plan, f: Function, low: str, high: str, found: str) -> None:
    open_lanes = _between(plan, f, low, high, found)
    a, middle, b = _middle(f, low, high)
    changed = _differs_at(plan, f, middle)
    _store(f, f.choose(f.both(open_lanes, changed), middle, b), high, f.real)
    _store(f, f.choose(f.both(open_lanes, f.negate(changed)), middle, a), low, f.real)


def _emit_differs(plan: Plan) -> None:
    """``differs``: the lanes in which some relation, at the time in ``probe``, is not what it was."""
    f = plan.vector_function("differs", f"i{plan.width}")
    theta = theta_of(plan, f, "probe")
    emitter = vector_emitter(plan, f, partial(interpolate, plan, f, theta), "probe")
    total = f.compare("une", f.constant(0.0), f.constant(0.0))
    for index, relation in enumerate(plan.watched):
        held = f.let(f"icmp ne {f.int} {plan.get_int(f, 'held', index)}, {f.int_constant(0)}")
        total = f.either(total, f.let(f"xor {f.mask} {emitter.value(relation)}, {held}"))
    f.emit(f"ret i{plan.width} {f.pack(total)}")
