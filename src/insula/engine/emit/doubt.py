"""A step that passes a kink is judged by more than its own estimate of the error.

Where a rate has a corner or jumps inside a step, neither of the two solutions has its order, and their difference
is no measure of the error but a share of it that depends on where in the step the kink lies. As the step is tried
with one length after another, one is found at which that share is small by chance, and that one is accepted.
"""

from functools import partial

from insula.engine.emit.control import resolution
from insula.engine.emit.emitters import vector_emitter
from insula.engine.emit.formats import DOUBLE
from insula.engine.emit.ir import Function
from insula.engine.emit.plan import Plan

DOUBT = 10.0
"""Factor on the estimate of a step that passes a kink: the part of the error that comes of kinks falls by as much."""
LOOSE_RTOL = 1e-5
"""Relative tolerance from which on estimates are believed: there the kinks are no more than the promise allows on the
benchmark models (1 % of patients beyond ten times the tolerance; believed, 2 % of the disease clock's were beyond at
1e-6, and 5 % of metabolic days at 1e-8)."""


def emit_doubt(plan: Plan) -> None:
    """Emit ``doubt``: at tight tolerances, a larger ``error`` where a step passes a kink.

    A step that could not be made much shorter is believed, so that nobody fails by doubt alone.
    """
    f = plan.vector_function("doubt")
    with f.when(f.let(f"fcmp olt double {plan.job(f, 'rtol', 'double')}, {DOUBLE.spell(LOOSE_RTOL)}")):
        error = plan.get(f, "error")
        shortest = f.mul(resolution(plan, f), f.constant(DOUBT))
        doubtful = f.both(_passes_a_kink(plan, f), f.compare("ogt", plan.get(f, "step"), shortest))
        plan.put(f, f.choose(doubtful, f.mul(error, f.constant(DOUBT)), error), "error")
    f.emit("ret void")


def _passes_a_kink(plan: Plan, f: Function) -> str:
    """Mask of the lanes in which a relation is not the same at both ends of the step."""
    plan.put(f, f.add(plan.get(f, "time"), plan.get(f, "step")), "probe")
    start = vector_emitter(plan, f, partial(plan.get, f, "state"), "time")
    end = vector_emitter(plan, f, partial(plan.get, f, "trial"), "probe")
    total = f.compare("une", f.constant(0.0), f.constant(0.0))
    for relation in plan.kinks:
        total = f.either(total, f.let(f"xor {f.mask} {start.value(relation)}, {end.value(relation)}"))
    return total
