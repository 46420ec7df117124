"""Exponential, logarithm, power and hyperbolic tangent in single precision, over all lanes, without branches.

Range reduction by a power of two and a Taylor polynomial, as in Muller 2016, Elementary Functions, chapters 10-11.
Errors are below 2 units of the last place, of a power x^y below 2 + |y|. Results below the normal numbers, and
arguments there, may count as 0.
"""

import math

import numpy as np

from insula.engine.emit.formats import DOUBLE, SINGLE
from insula.engine.emit.ir import Function

TO_NEAREST = 1.5 * 2.0**SINGLE.mantissa
"""Adding and subtracting it rounds to an integer, which then stands in the lowest bits."""
# ln 2 = LN2_HIGH + LN2_LOW; the high part ends in zero bits, so that its products with exponents are exact.
LN2_HIGH = float.fromhex("0x1.62e0000000000p-1")
LN2_LOW = math.log(2.0) - LN2_HIGH
_VANISHED = -150.0
"""Exponent of two below which a result is less than the smallest subnormal number."""
_ROOT_HALF = int(np.float32(math.sqrt(0.5)).view(np.int32)) & ((1 << SINGLE.mantissa) - 1)


def exp(f: Function, x: str) -> str:
    """e^x."""
    x = _clamp(f, x, -104.0, 89.0)
    shifted = f.exact("add", f.mul(x, f.constant(1.0 / math.log(2.0))), f.constant(TO_NEAREST))
    k = f.exact("sub", shifted, f.constant(TO_NEAREST))
    reduced = f.exact("sub", x, f.exact("mul", k, f.constant(LN2_HIGH)))
    return f.scale(_small_exp(f, f.sub(reduced, f.mul(k, f.constant(LN2_LOW)))), k)


def _clamp(f: Function, x: str, low: float, high: float) -> str:
    """Number between two limits; NaN stays."""
    x = f.choose(f.compare("olt", x, f.constant(low)), f.constant(low), x)
    return f.choose(f.compare("ogt", x, f.constant(high)), f.constant(high), x)


def _small_exp(f: Function, r: str) -> str:
    """e^r for |r| up to 0.35."""
    tail = f.mul(f.mul(r, r), f.polynomial(r, [1.0 / math.factorial(k) for k in range(2, 8)]))
    return f.add(f.constant(1.0), f.add(r, tail))


def log(f: Function, x: str) -> str:
    """Return the natural logarithm: -infinity at 0 and subnormal numbers, NaN below."""
    exponent, z = _mantissa(f, x)
    value = f.add(f.mul(exponent, f.constant(LN2_LOW)), _log1p(f, z))
    return _log_limits(f, x, f.add(f.mul(exponent, f.constant(LN2_HIGH)), value))


def _log1p(f: Function, z: str) -> str:
    """ln(1 + z) for 1 + z between sqrt(1/2) and sqrt(2)."""
    s = f.mul(z, f.reciprocal(f.add(z, f.constant(2.0))))
    square = f.mul(s, s)
    series = f.mul(square, f.polynomial(square, [2.0 / k for k in range(3, 14, 2)]))
    half_square = f.mul(f.constant(0.5), f.mul(z, z))
    return f.sub(z, f.sub(half_square, f.mul(s, f.add(half_square, series))))


def _mantissa(f: Function, x: str) -> tuple[str, str]:
    """Exponent (as a number) and z with x = 2^exponent (1 + z), 1 + z between sqrt(1/2) and sqrt(2)."""
    bits, places = f.bits(x), f.int_constant(SINGLE.mantissa)
    shift = f.int_constant((1 << SINGLE.mantissa) - _ROOT_HALF)
    biased = f.int_op("lshr", f.int_op("add", bits, shift), places)
    away = f.int_op("shl", f.int_op("sub", biased, f.int_constant(SINGLE.bias)), places)
    mantissa = f.from_bits(f.int_op("sub", bits, away))
    origin = 2.0**SINGLE.mantissa
    number = f.from_bits(f.int_op("or", biased, f.bits(f.constant(origin))))
    exponent = f.exact("sub", number, f.constant(origin + SINGLE.bias))
    return exponent, f.exact("sub", mantissa, f.constant(1.0))


def _log_limits(f: Function, x: str, value: str) -> str:
    infinite = f.compare("ueq", x, f.constant(math.inf))
    value = f.choose(infinite, x, value)
    value = f.choose(f.compare("olt", x, f.constant(SINGLE.smallest)), f.constant(-math.inf), value)
    return f.choose(f.compare("olt", x, f.constant(0.0)), f.constant(math.nan), value)


def power(f: Function, x: str, y: str) -> str:
    """x^y; quick where all lanes are usual: x normal and positive and no overflow, or x = 0 and y > 0."""
    zero = f.constant(0.0)
    normal = f.both(
        f.compare("oge", x, f.constant(SINGLE.smallest)), f.compare("olt", x, f.constant(math.inf))
    )
    exponent, z = _mantissa(f, x)
    twos, part = _times_log2(f, y, exponent, z)
    small = f.compare("olt", twos, f.constant(SINGLE.bias - 2.0))
    nothing = f.both(f.compare("oeq", x, zero), f.compare("ogt", y, zero))
    lost = f.both(normal, f.compare("olt", twos, f.constant(_VANISHED)))
    usual = f.either(f.both(normal, small), nothing)
    value = f.choose(f.either(nothing, lost), zero, f.scale(_small_exp(f, part), twos))
    return f.unless(f.all(usual), value, lambda: f.choose(usual, value, _any_power(f, x, y)))


def _times_log2(f: Function, y: str, exponent: str, z: str) -> tuple[str, str]:
    """Whole k and r, |r| <= 0.35, with x^y = 2^k e^r: the exponent's share is exact, so |y| alone limits the digits."""
    whole = f.exact("mul", y, exponent)
    lost = f.fma(y, exponent, f.neg(whole))
    rest = f.mul(y, _log1p(f, z))
    total = f.add(whole, f.mul(rest, f.constant(1.0 / math.log(2.0))))
    k = f.exact("sub", f.exact("add", total, f.constant(TO_NEAREST)), f.constant(TO_NEAREST))
    left = f.add(f.exact("sub", whole, k), lost)
    return k, f.add(f.mul(left, f.constant(math.log(2.0))), rest)


def _any_power(f: Function, x: str, y: str) -> str:
    wide = [f.cast(value, SINGLE, DOUBLE) for value in (x, y)]
    return f.cast(f.doubles.math("any_pow", *wide), DOUBLE, SINGLE)


def tanh(f: Function, x: str) -> str:
    """Hyperbolic tangent: a series near 0, else from e^2x."""
    size = f.intrinsic("fabs", x)
    bounded = f.choose(f.compare("ogt", size, f.constant(10.0)), f.constant(10.0), size)
    grown = f.math("exp", f.add(bounded, bounded))
    below = f.reciprocal(f.add(grown, f.constant(1.0)))
    far = f.sub(f.constant(1.0), f.add(below, below))
    square = f.mul(x, x)
    near = f.add(size, f.mul(f.mul(size, square), f.polynomial(square, _TANH)))
    value = f.choose(f.compare("olt", size, f.constant(0.35)), near, far)
    return f.intrinsic("copysign", value, x)


_TANH = [-1 / 3, 2 / 15, -17 / 315, 62 / 2835, -1382 / 155925, 21844 / 6081075]
"""Coefficients of x^3 to x^13 (Abramowitz & Stegun 1972, 4.5.64)."""
