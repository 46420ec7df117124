"""Circular functions and their inverses over all lanes.

The argument is reduced by a multiple of pi/2 held in three parts (Cody & Waite); beyond 2^30 the phase is
not known and the result is NaN, which ends the patient with a status rather than with a wrong number.
Errors are below 2 ulp, of ``tan`` and the inverse functions below 4 ulp.
"""

import math

from insula.engine.emit.exponentials import TO_NEAREST
from insula.engine.emit.ir import Function

# pi/2 to 161 bits, as three numbers.
_HALF_PI = (
    float.fromhex("0x1.921fb54442d18p+0"),
    float.fromhex("0x1.1a62633145c07p-54"),
    float.fromhex("-0x1.f1976b7ed8fbcp-110"),
)
_LARGEST = 2.0**30
_SINE = [(-1.0) ** k / math.factorial(2 * k + 1) for k in range(1, 9)]
_COSINE = [(-1.0) ** k / math.factorial(2 * k) for k in range(2, 9)]


def sin(f: Function, x: str) -> str:
    """Sine of radians."""
    quarter, sine, cosine = _quarter(f, x)
    return _turn(f, quarter, sine, cosine)


def cos(f: Function, x: str) -> str:
    """Cosine of radians."""
    quarter, sine, cosine = _quarter(f, x)
    return _turn(f, f.int_op("add", quarter, f.int_constant(1)), sine, cosine)


def tan(f: Function, x: str) -> str:
    """Tangent of radians."""
    quarter, sine, cosine = _quarter(f, x)
    odd = _bit(f, quarter, 1)
    above, below = f.choose(odd, cosine, sine), f.choose(odd, sine, cosine)
    return f.div(f.choose(odd, f.neg(above), above), below)


def _quarter(f: Function, x: str) -> tuple[str, str, str]:
    """Number of quarter turns, and sine and cosine of what is left."""
    shifted = f.exact("add", f.exact("mul", x, f.constant(2.0 / math.pi)), f.constant(TO_NEAREST))
    turns = f.neg(f.exact("sub", shifted, f.constant(TO_NEAREST)))
    r = f.fma(turns, f.constant(_HALF_PI[0]), x)
    product = f.exact("mul", turns, f.constant(_HALF_PI[1]))
    reduced = f.exact("add", r, product)
    low = f.exact("sub", product, f.exact("sub", reduced, r))
    low = f.add(low, f.fma(turns, f.constant(_HALF_PI[1]), f.neg(product)))
    low = f.add(low, f.mul(turns, f.constant(_HALF_PI[2])))
    known = f.compare("olt", f.intrinsic("fabs", x), f.constant(_LARGEST))
    reduced = f.choose(known, reduced, f.constant(math.nan))
    return f.bits(shifted), _small_sine(f, reduced, low), _small_cosine(f, reduced, low)


def _small_sine(f: Function, r: str, low: str) -> str:
    square = f.mul(r, r)
    tail = f.mul(f.mul(r, square), f.polynomial(square, _SINE))
    slope = f.sub(f.constant(1.0), f.mul(f.constant(0.5), square))
    value = f.add(r, f.add(tail, f.mul(low, slope)))
    return f.choose(f.compare("oeq", r, f.constant(0.0)), r, value)


def _small_cosine(f: Function, r: str, low: str) -> str:
    square = f.mul(r, r)
    half = f.mul(f.constant(0.5), square)
    start = f.exact("sub", f.constant(1.0), half)
    lost = f.exact("sub", f.exact("sub", f.constant(1.0), start), half)
    tail = f.sub(f.mul(f.mul(square, square), f.polynomial(square, _COSINE)), f.mul(r, low))
    return f.add(start, f.add(lost, tail))


def _turn(f: Function, quarter: str, sine: str, cosine: str) -> str:
    value = f.choose(_bit(f, quarter, 1), cosine, sine)
    return f.choose(_bit(f, quarter, 2), f.neg(value), value)


def _bit(f: Function, number: str, bit: int) -> str:
    chosen = f.int_op("and", number, f.int_constant(bit))
    return f.let(f"icmp ne {f.int} {chosen}, {f.int_constant(0)}")


def atan(f: Function, x: str) -> str:
    """Inverse tangent, in radians."""
    size, one = f.intrinsic("fabs", x), f.constant(1.0)
    steep = f.compare("ogt", size, one)
    t = f.choose(steep, f.div(f.constant(-1.0), size), size)
    middle = f.compare("ogt", f.intrinsic("fabs", t), f.constant(math.tan(math.pi / 8)))
    shift = f.intrinsic("copysign", one, t)
    t = f.choose(middle, f.div(f.sub(t, shift), f.add(one, f.mul(t, shift))), t)
    square = f.mul(t, t)
    series = f.polynomial(square, [(-1.0) ** k / (2 * k + 1) for k in range(1, 22)])
    angle = f.add(t, f.mul(f.mul(t, square), series))
    base = f.choose(steep, f.constant(math.pi / 2), f.constant(0.0))
    eighth = f.mul(shift, f.constant(math.pi / 4))
    base = f.add(base, f.choose(middle, eighth, f.constant(0.0)))
    return f.intrinsic("copysign", f.add(base, angle), x)


def asin(f: Function, x: str) -> str:
    """Inverse sine, in radians; NaN outside -1 to 1."""
    one = f.constant(1.0)
    rest = f.exact("mul", f.exact("sub", one, x), f.exact("add", one, x))
    return f.math("atan", f.div(x, f.intrinsic("sqrt", rest)))


def acos(f: Function, x: str) -> str:
    """Inverse cosine, in radians; NaN outside -1 to 1."""
    one = f.constant(1.0)
    ratio = f.div(f.exact("sub", one, x), f.exact("add", one, x))
    angle = f.math("atan", f.intrinsic("sqrt", ratio))
    return f.add(angle, angle)
