"""The factors of a step's matrix, and whether they kept their digits."""

from insula.compiler.lu_plan import Invert, Scale
from insula.engine.emit.formats import Format
from insula.engine.emit.ir import Function
from insula.engine.emit.plan import Plan

PIVOT_ERROR = 1e-3
"""Relative error of a pivot up to which the factors count as those of the matrix.

A Rosenbrock step keeps its order only with the true matrix, but the estimate of the error sees what a slightly wrong
one does (Hairer & Wanner 1996, section IV.7, on W-methods), so that a thousandth does no harm.
"""


def most_growth(form: Format) -> float:
    """How far a pivot may fall below its diagonal in this format."""
    return PIVOT_ERROR / form.rounding


def inverse_step(plan: Plan, f: Function) -> str:
    """Diagonal of a step's matrix before the Jacobian is subtracted: 1/(h gamma)."""
    return f.div(f.constant(1.0), f.mul(plan.get(f, "step"), f.constant(plan.method.gamma)))


def emit_factorise(plan: Plan) -> None:
    """``factorise``: the matrix in place, row by row; the largest diagonal over its pivot into ``growth``."""
    f = plan.stage_function("factorise", ("ptr noalias %work",))
    given = {*plan.jacobian.pattern, *((i, i) for i in range(plan.n_states))}
    slots = plan.elimination.slots
    filled = {slots[position] for position in given}
    row: dict[int, str] = {}
    growth = _Growth(plan, f)

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
                growth.include(plan.get(f, "matrix", slot), row[slot])
                for place, value in row.items():
                    plan.put(f, value, "matrix", place)
                row.clear()
            case (slot, left, upper):
                product = f.mul(row[left], plan.get(f, "matrix", upper))
                before = now(slot)
                row[slot] = f.neg(product) if before is None else f.sub(before, product)
    plan.put(f, growth.most, "growth")
    f.emit("ret void")


class _Growth:
    """Largest ratio so far of a diagonal, or of 1/(h gamma) where that is larger, to its pivot."""

    def __init__(self, plan: Plan, f: Function) -> None:
        self._f = f
        self._least = inverse_step(plan, f)
        self.most = f.constant(0.0)

    def include(self, diagonal: str, reciprocal: str) -> None:
        """Look at a row; a pivot that is not a number is left to the estimate of the error."""
        f = self._f
        size = f.intrinsic("fabs", diagonal)
        size = f.choose(f.compare("ogt", size, self._least), size, self._least)
        ratio = f.mul(size, f.intrinsic("fabs", reciprocal))
        self.most = f.choose(f.compare("ogt", ratio, self.most), ratio, self.most)
