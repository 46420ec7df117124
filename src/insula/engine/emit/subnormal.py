"""Numbers too small for all their digits count as 0 while a kernel in single precision runs.

A drug that is washed out passes there in single precision, where x86 takes a hundred times as long for a product.
"""

from insula.engine.emit.ir import Function
from insula.engine.emit.machine import Processor

_FLUSH = 0x8040
"""Bits of the control word MXCSR: results and operands below the normal numbers are 0 (Intel SDM vol. 1, 10.2.3)."""


def begin_flush(f: Function, processor: Processor) -> str:
    """Begin; returns the address of the control word as it was, empty where the processor needs nothing."""
    if not processor.x86:
        return ""
    before, during = f.variable("i32", "0"), f.variable("i32", "0")
    _control(f, "stmxcsr", before)
    word = f.load_scalar(before, 0, "i32")
    f.store_scalar(f.let(f"or i32 {word}, {_FLUSH}"), during, 0, "i32")
    _control(f, "ldmxcsr", during)
    return before


def end_flush(f: Function, before: str) -> None:
    """Put the control word back."""
    if before:
        _control(f, "ldmxcsr", before)


def _control(f: Function, what: str, address: str) -> None:
    f.module.declare(f"llvm.x86.sse.{what}", "void", ["ptr"])
    f.call(f"llvm.x86.sse.{what}", f"ptr {address}")
