"""Events of one lane at one moment: what has been triggered, what is due, which acts first.

SBML Level 3 Version 2, section 4.11: an event is triggered when its condition becomes true; of those due the one
with the highest priority acts; then conditions and priorities are looked at anew, until nothing is due.
"""

from insula.engine.emit.emitters import lane_emitter
from insula.engine.emit.event_places import EventPlaces
from insula.engine.emit.ir import Function
from insula.engine.emit.plan import Plan
from insula.engine.status import Status

_HERE = ("ptr %job", "ptr %work", "i64 %lane")
NEVER = float("inf")
MOST_AT_ONCE = 10_000
"""Events that may act at one time, one after another."""
FIRST_DICE = 88172645463325252
"""The same for every patient, so that nobody's course depends on the neighbours."""


def emit_events(plan: Plan) -> None:
    """Emit ``settle``: all that events do at this moment; then the next time one is due, in ``pending``."""
    for places in plan.events:
        _emit_trigger(plan, places)
        _emit_act(plan, places)
    _emit_forget(plan)
    _emit_notice(plan)
    _emit_act_next(plan)
    f = plan.lane_function("settle")
    f.call("notice", *_HERE)
    acted = f.variable("i64", "0")
    with f.loop_while(lambda: _more(plan, f)):
        f.call("notice", *_HERE)
        count = f.let(f"add i64 {f.load_scalar(acted, 0, 'i64')}, 1")
        f.store_scalar(count, acted, 0, "i64")
        with f.when(f.let(f"icmp sgt i64 {count}, {MOST_AT_ONCE}")):
            f.call("leave", *_HERE, f"i64 {int(Status.EVENT_LOOP)}")
    f.emit("ret void")


def _more(plan: Plan, f: Function) -> str:
    """Let one event act if the patient is still here; whether one did."""
    done = f.variable("i1", "false")
    f.store_scalar("false", done, 0, "i1")
    with f.when(f.let(f"icmp ne i64 {plan.get_lane(f, 'active', kind='i64')}, 0")):
        f.store_scalar(f.call("act_next", *_HERE, returns="i1"), done, 0, "i1")
    return f.load_scalar(done, 0, "i1")


def _emit_forget(plan: Plan) -> None:
    """``forget``: before the start nothing waits, and triggers are what the text says they were."""
    f = plan.lane_function("forget")
    for places in plan.events:
        plan.put_lane(f, str(int(places.event.starts_true)), "was", places.number, "i64")
        _clear(plan, f, places)
    plan.put_lane(f, f.constant(NEVER), "pending")
    plan.put_lane(f, str(FIRST_DICE), "dice", kind="i64")
    f.emit("ret void")


def _clear(plan: Plan, f: Function, places: EventPlaces) -> None:
    with f.repeat(places.n_waiting) as i:
        plan.put_lane(f, f.constant(NEVER), "waiting", f.let(f"add i64 {i}, {places.first_waiting}"))


def _emit_notice(plan: Plan) -> None:
    """``notice``: compare every trigger with what it was; remember the relations below them."""
    f = plan.lane_function("notice")
    emitter = lane_emitter(plan, f)
    values = [emitter.number(places.event.trigger) for places in plan.events]
    for index, relation in enumerate(plan.watched):
        plan.put_lane(f, f.let(f"zext i1 {emitter.value(relation)} to i64"), "held", index, "i64")
    for places, value in zip(plan.events, values, strict=True):
        now = f.compare("une", value, f.constant(0.0))
        was = f.let(f"icmp ne i64 {plan.get_lane(f, 'was', places.number, 'i64')}, 0")
        plan.put_lane(f, f.let(f"zext i1 {now} to i64"), "was", places.number, "i64")
        with f.when(f.both(now, f.negate(was))):
            f.call(f"trigger_{places.number}", *_HERE)
        if not places.event.persistent:
            with f.when(f.negate(now)):
                _clear(plan, f, places)
    f.emit("ret void")


def _emit_trigger(plan: Plan, places: EventPlaces) -> None:
    """``trigger_<e>``: let the event wait until it is due, with its new values if they are those of now."""
    f = plan.lane_function(f"trigger_{places.number}")
    event, emitter = places.event, lane_emitter(plan, f)
    due = plan.get_lane(f, "time")
    if event.delay is not None:
        due = f.add(due, emitter.number(event.delay))
    values = [emitter.number(target.node) for target in event.assignments] if places.n_values else []
    place = f.variable("i64", "0")
    with f.loop_while(lambda: _taken(plan, f, places, place)):
        f.store_scalar(f.let(f"add i64 {f.load_scalar(place, 0, 'i64')}, 1"), place, 0, "i64")
    found = f.load_scalar(place, 0, "i64")
    free = f.let(f"icmp slt i64 {found}, {places.n_waiting}")
    with f.when(free):
        plan.put_lane(f, due, "waiting", f.let(f"add i64 {found}, {places.first_waiting}"))
        for k, value in enumerate(values):
            plan.put_lane(f, value, "kept", _kept(f, places, found, k))
    with f.when(f.negate(free)):
        f.call("leave", *_HERE, f"i64 {int(Status.EVENT_QUEUE)}")
    f.emit("ret void")


def _kept(f: Function, places: EventPlaces, instance: str, k: int) -> str:
    row = f.let(f"mul i64 {instance}, {places.n_values}")
    return f.let(f"add i64 {row}, {places.first_value + k}")


def _taken(plan: Plan, f: Function, places: EventPlaces, place: str) -> str:
    """Whether this is a place for a waiting time that is not free."""
    here = f.load_scalar(place, 0, "i64")
    inside = f.let(f"icmp slt i64 {here}, {places.n_waiting}")
    safe = f.let(f"select i1 {inside}, i64 {here}, i64 0")
    time = plan.get_lane(f, "waiting", f.let(f"add i64 {safe}, {places.first_waiting}"))
    return f.both(inside, f.compare("olt", time, f.constant(NEVER)))


def _emit_act_next(plan: Plan) -> None:
    """``act_next``: of all that is due the one with the highest priority acts; whether there was one."""
    f = plan.module.function("act_next", list(_HERE), 1, "i1")
    emitter = lane_emitter(plan, f)
    priorities = [p.event.priority for p in plan.events]
    values = [f.constant(-NEVER) if node is None else emitter.number(node) for node in priorities]
    choice = _Choice(f)
    plan.put_lane(f, f.constant(NEVER), "pending")
    for places, value in zip(plan.events, values, strict=True):
        with f.repeat(places.n_waiting) as i:
            waiting = plan.get_lane(f, "waiting", f.let(f"add i64 {i}, {places.first_waiting}"))
            with f.when(f.compare("ole", waiting, plan.get_lane(f, "time"))):
                choice.offer(plan, places, value, i)
            with f.when(f.compare("olt", waiting, plan.get_lane(f, "pending"))):
                plan.put_lane(f, waiting, "pending")
    chosen = f.load_scalar(choice.event, 0, "i64")
    for places in plan.events:
        with f.when(f.let(f"icmp eq i64 {chosen}, {places.number}")):
            f.call(f"event_{places.number}", *_HERE, f"i64 {f.load_scalar(choice.instance, 0, 'i64')}")
    f.emit(f"ret i1 {f.let(f'icmp sge i64 {chosen}, 0')}")


class _Choice:
    """The best of what has been offered so far; between equal priorities the dice decide, each as likely."""

    def __init__(self, f: Function) -> None:
        self._f = f
        self._best = f.variable("double", f.constant(-NEVER))
        self._equals = f.variable("i64", "0")
        self.event = f.variable("i64", "-1")
        self.instance = f.variable("i64", "0")

    def offer(self, plan: Plan, places: EventPlaces, priority: str, instance: str) -> None:
        """Consider one waiting event; events without a priority come last and in the order of the text."""
        f, best = self._f, self._f.load_scalar(self._best, 0)
        better = f.compare("ogt", priority, best)
        none_yet = f.let(f"icmp slt i64 {f.load_scalar(self.event, 0, 'i64')}, 0")
        count = f.let(f"add i64 {f.load_scalar(self._equals, 0, 'i64')}, 1")
        count = f.choose(f.either(better, none_yet), "1", count, "i64")
        wins = f.either(better, none_yet)
        if places.event.priority is not None:
            lucky = f.let(f"icmp eq i64 {f.let(f'urem i64 {_roll(plan, f)}, {count}')}, 0")
            wins = f.either(wins, f.both(f.compare("oeq", priority, best), lucky))
            not_worse = f.compare("oge", priority, best)
            f.store_scalar(
                f.choose(not_worse, count, f.let(f"sub i64 {count}, 1"), "i64"), self._equals, 0, "i64"
            )
        with f.when(wins):
            f.store_scalar(priority, self._best, 0)
            f.store_scalar(str(places.number), self.event, 0, "i64")
            f.store_scalar(instance, self.instance, 0, "i64")


def _roll(plan: Plan, f: Function) -> str:
    """Next number of the lane's dice (Marsaglia 2003, xorshift64, shifts 13, 7, 17), without its low bits."""
    value = plan.get_lane(f, "dice", kind="i64")
    for direction, shift in (("shl", 13), ("lshr", 7), ("shl", 17)):
        value = f.let(f"xor i64 {value}, {f.let(f'{direction} i64 {value}, {shift}')}")
    plan.put_lane(f, value, "dice", kind="i64")
    return f.let(f"lshr i64 {value}, 33")


def _emit_act(plan: Plan, places: EventPlaces) -> None:
    """``event_<e>``: act, and wait no longer."""
    f = plan.lane_function(f"event_{places.number}", ("i64 %instance",))
    emitter = lane_emitter(plan, f)
    targets = places.event.assignments
    if places.n_values:
        values = [plan.get_lane(f, "kept", _kept(f, places, "%instance", k)) for k in range(len(targets))]
    else:
        values = [emitter.number(target.node) for target in targets]
    scales = [None if target.scale is None else emitter.number(target.scale) for target in targets]
    for target, value, scale in zip(targets, values, scales, strict=True):
        plan.put_lane(f, value if scale is None else f.mul(value, scale), target.kind, target.index)
    plan.put_lane(f, f.constant(NEVER), "waiting", f.let(f"add i64 %instance, {places.first_waiting}"))
    plan.put_lane(f, "1", "restart", kind="i64")
    f.call("check", *_HERE)
    f.emit("ret void")
