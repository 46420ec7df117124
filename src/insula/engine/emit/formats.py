"""Floating-point numbers as LLVM spells them: double precision, and single precision for the algebra of a stage."""

import struct
from typing import NamedTuple

import numpy as np

WIDEST = 64
"""Bytes of the widest register, and the alignment of everything that lies in lanes."""


class Format(NamedTuple):
    """One format of IEEE 754.

    Attributes
    ----------
    real, integer
        Types of a number and of an integer of the same size.
    suffix
        What the names of intrinsics end in.
    size
        Bytes.
    mantissa, bias
        Bits after the leading one; what is added to the exponent.
    """

    real: str
    integer: str
    suffix: str
    size: int
    mantissa: int
    bias: int

    @property
    def rounding(self) -> float:
        """Largest relative error of a number rounded to this format."""
        return float(2.0 ** -(self.mantissa + 1))

    @property
    def smallest(self) -> float:
        """Smallest number that keeps all its digits."""
        return float(2.0 ** (1 - self.bias))

    @property
    def largest(self) -> float:
        """Largest number."""
        return float((2.0 - 2.0**-self.mantissa) * 2.0**self.bias)

    def spell(self, value: float) -> str:
        """Return the number nearest to this one, spelt exactly."""
        with np.errstate(over="ignore"):
            near = float(np.float32(value)) if self.size < DOUBLE.size else value
        return f"0x{struct.unpack('>Q', struct.pack('>d', near))[0]:016X}"


DOUBLE = Format("double", "i64", "f64", 8, 52, 1023)
SINGLE = Format("float", "i32", "f32", 4, 23, 127)


def lanes(kind: str, width: int) -> str:
    """Type of so many lanes of a kind; one lane is a plain scalar."""
    return kind if width == 1 else f"<{width} x {kind}>"


def alignment(kind: str, width: int) -> int:
    """Alignment of lanes of a kind of eight bytes, or four."""
    return min(
        WIDEST, width * (SINGLE.size if SINGLE.real in kind or SINGLE.integer in kind else DOUBLE.size)
    )
