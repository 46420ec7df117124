"""The whole integration as one function of a job."""

from insula.compiler.differentiate import Jacobian
from insula.engine.emit.control import emit_control
from insula.engine.emit.dense import emit_dense
from insula.engine.emit.doubt import emit_doubt
from insula.engine.emit.events import emit_events
from insula.engine.emit.formats import SINGLE, Format
from insula.engine.emit.ir import Function
from insula.engine.emit.locate import emit_locate
from insula.engine.emit.machine import Processor
from insula.engine.emit.patients import emit_patients
from insula.engine.emit.plan import Plan
from insula.engine.emit.step import emit_step
from insula.engine.emit.subnormal import begin_flush, end_flush
from insula.engine.lowering import Expressions
from insula.engine.methods.tableau import Tableau


def emit_kernel(
    expressions: Expressions, jacobian: Jacobian, method: Tableau, stage: Format, processor: Processor
) -> tuple[str, int]:
    """IR of ``run(ptr job)``, and the bytes of work space that one call needs."""
    plan = Plan(expressions, jacobian, method, stage, processor)
    emit_step(plan)
    emit_control(plan)
    emit_dense(plan)
    if plan.kinks:
        emit_doubt(plan)
    if plan.settles:
        emit_events(plan)
    if plan.watched:
        emit_locate(plan)
    emit_patients(plan)
    _emit_run(plan)
    return plan.module.text(), plan.layout.work_bytes


def _emit_run(plan: Plan) -> None:
    """``run``: all lanes step until no patient is left; a lane that stops is attended to at once."""
    f = plan.module.function("run", ["ptr %job"], plan.width, public=True)
    work = plan.job(f, "work", "ptr")
    here = ("ptr %job", f"ptr {work}")
    before = begin_flush(f, plan.processor) if plan.stage == SINGLE else ""
    with f.each_lane("-1") as lane:
        f.call("attend", *here, f"i64 {lane}")
    with f.loop_while(lambda: _any(plan, f, work, "active")):
        with f.when(_any(plan, f, work, "restart")):
            f.call("guess", *here)
        doubt = ("doubt",) if plan.kinks else ()
        watch = ("locate",) if plan.watched else ()
        for part in ("shorten", "step", *doubt, "judge", *watch, "collect"):
            f.call(part, *here)
        with f.each_lane(f.call("control", *here, returns=f"i{plan.width}")) as lane:
            f.call("attend", *here, f"i64 {lane}")
    end_flush(f, before)
    f.emit("ret void")


def _any(plan: Plan, f: Function, work: str, name: str) -> str:
    flags = f.load(work, plan.slot(name), f.int)
    return f.any(f.let(f"icmp ne {f.int} {flags}, {f.int_constant(0)}"))
