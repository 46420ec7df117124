"""The two precisions of a kernel, and what the lower one cannot do."""

from collections.abc import Iterable

from insula.compiler.graph import Graph
from insula.core.errors import CompileError, ProtocolError, UnknownName
from insula.engine.emit.formats import DOUBLE, SINGLE, Format

PRECISIONS: dict[str, Format] = {"f64": DOUBLE, "mixed": SINGLE}
"""Format of the algebra of a stage; state, time, events and outputs are in double precision always."""
TIGHTEST_RTOL = 1e-5
"""Of mixed precision: some hundred times the rounding of single precision."""
TIGHTEST_ATOL = 1e-30
"""Of mixed precision: far from where numbers begin to lose digits."""


def find_precision(name: str) -> Format:
    """Return the format of the stages in this precision, or say which there are."""
    if name not in PRECISIONS:
        raise UnknownName("precision", name, PRECISIONS)
    return PRECISIONS[name]


def check_tolerances(precision: str, rtol: float, atol: float) -> None:
    """Refuse tolerances (``atol``: the least of them) that a kernel of this precision cannot keep.

    Raises
    ------
    ProtocolError
        Naming the limit.
    """
    if precision == "mixed" and (rtol < TIGHTEST_RTOL or atol < TIGHTEST_ATOL):
        raise ProtocolError(
            f"rtol {rtol:g} with atol {atol:g} is too tight for mixed precision, which keeps rtol from "
            f'{TIGHTEST_RTOL:g} and atol from {TIGHTEST_ATOL:g} on. Build the kernel with precision="f64".'
        )


def check_constants(graph: Graph, roots: Iterable[int], form: Format) -> None:
    """Refuse a model with numbers that a format does not have.

    Raises
    ------
    CompileError
        Naming the first of them.
    """
    for node in graph.topological(roots):
        if graph.is_constant(node) and not fits(graph.value(node), form):
            raise CompileError(
                f"the number {graph.value(node):g} is too small or too large for mixed precision. "
                'Build the kernel with precision="f64", or write the model in other units.'
            )


def fits(value: float, form: Format) -> bool:
    """Whether a number keeps its digits in this format; infinity and NaN do."""
    return not (0.0 < abs(value) < form.smallest or form.largest < abs(value) < float("inf"))
