"""One emitted function as machine code over arrays, and its error in units of the last place."""

import ctypes

import numpy as np

from insula.engine.emit.formats import DOUBLE, SINGLE
from insula.engine.emit.machine import Library, compile_object, host
from insula.engine.emit.mathematics import new_module

KINDS = {DOUBLE: np.float64, SINGLE: np.float32}


class Compiled:
    """One function over arrays."""

    def __init__(self, name, arity, width, form=DOUBLE):
        module = new_module(host().avx512)
        parameters = ["i64 %n", "ptr %x", "ptr %y", "ptr %out"]
        f = module.function("apply", parameters, width, public=True, form=form)
        place = f.variable("i64", "0")
        with f.loop_while(lambda: f.let(f"icmp ult i64 {f.load_scalar(place, 0, 'i64')}, %n")):
            i = f.load_scalar(place, 0, "i64")
            arguments = [f.load(p, i) for p in ("%x", "%y")[:arity]]
            value = f.reciprocal(*arguments) if name == "reciprocal" else f.math(name, *arguments)
            f.store(value, "%out", i)
            f.store_scalar(f.let(f"add i64 {i}, 1"), place, 0, "i64")
        f.emit("ret void")
        code = compile_object(module.text(), host())
        self.library = Library(f"{name}{form.suffix}{width}", code, ("apply",))
        self.run = self.library.function("apply", ctypes.c_int64, *[ctypes.c_void_p] * 3)
        self.width, self.kind = width, KINDS[form]

    def __call__(self, x, y=0.0):
        x, y = np.broadcast_arrays(np.asarray(x, self.kind), np.asarray(y, self.kind))
        blocks = -(-x.size // self.width)
        buffers = [np.zeros(blocks * self.width + 16, self.kind) for _ in range(3)]
        columns = [b[(-b.ctypes.data % 64) // b.itemsize :][: blocks * self.width] for b in buffers]
        columns[0][: x.size], columns[1][: x.size] = x, y
        self.run(blocks, *(c.ctypes.data for c in columns))
        return columns[2][: x.size].copy()


def ulps(found, wanted):
    """Largest error; ``wanted`` in extended precision, or in double precision for single."""
    unit = np.spacing(np.abs(wanted.astype(found.dtype))).astype(wanted.dtype)
    return float((np.abs(found - wanted) / unit).max())
