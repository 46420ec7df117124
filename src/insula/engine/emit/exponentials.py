"""Exponential, logarithm, power and hyperbolic functions over all lanes, without tables or branches.

Range reduction by a power of two and a Taylor polynomial long enough for the reduced range, as in
Muller 2016, Elementary Functions, chapters 10-11. Errors are below 1 ulp for exp, log and expm1 and below
2 ulp for pow and the hyperbolic functions, subnormal results and arguments included.
"""

import math
from fractions import Fraction

from insula.engine.emit.ir import Function

# ln 2 = LN2_HIGH + LN2_LOW; the high part ends in 21 zero bits, so that its products with exponents are exact.
LN2_HIGH = float.fromhex("0x1.62e42fee00000p-1")
LN2_LOW = 1.90821492927058770002e-10
TO_NEAREST = 1.5 * 2.0**52
"""Adding and subtracting it rounds to an integer, which then stands in the lowest bits."""
SMALLEST_NORMAL = 2.0**-1022


def exp(f: Function, x: str) -> str:
    """e^x."""
    return exp_of_sum(f, x, f.constant(0.0))


def exp_of_sum(f: Function, x: str, low: str) -> str:
    """e^(x + low), where low is a correction much smaller than x."""
    x = f.choose(f.compare("olt", x, f.constant(-760.0)), f.constant(-760.0), x)
    x = f.choose(f.compare("ogt", x, f.constant(720.0)), f.constant(720.0), x)
    return _exp_moderate(f, x, low)


def _exp_moderate(f: Function, x: str, low: str) -> str:
    """e^(x + low) for x between -760 and 720."""
    exponent, reduced = _reduce(f, x, low)
    series = [1.0 / math.factorial(k) for k in range(2, 14)]
    tail = f.mul(f.mul(reduced, reduced), f.polynomial(reduced, series))
    return f.scale(f.add(f.constant(1.0), f.add(reduced, tail)), exponent)


def expm1(f: Function, x: str) -> str:
    """e^x - 1 for x up to 709, precise for small x too."""
    x = f.choose(f.compare("olt", x, f.constant(-50.0)), f.constant(-50.0), x)
    x = f.choose(f.compare("ogt", x, f.constant(720.0)), f.constant(720.0), x)
    exponent, reduced = _reduce(f, x, f.constant(0.0))
    series = [1.0 / math.factorial(k) for k in range(2, 15)]
    grown = f.add(reduced, f.mul(f.mul(reduced, reduced), f.polynomial(reduced, series)))
    power = f.scale(f.constant(1.0), exponent)
    return f.add(f.scale(grown, exponent), f.sub(power, f.constant(1.0)))


def _reduce(f: Function, x: str, low: str) -> tuple[str, str]:
    """Whole k and r with x + low = k ln 2 + r, |r| <= 0.35."""
    shifted = f.exact("add", f.mul(x, f.constant(1.0 / math.log(2.0))), f.constant(TO_NEAREST))
    k = f.exact("sub", shifted, f.constant(TO_NEAREST))
    reduced = f.exact("sub", x, f.exact("mul", k, f.constant(LN2_HIGH)))
    reduced = f.add(f.sub(reduced, f.mul(k, f.constant(LN2_LOW))), low)
    return k, reduced


def log(f: Function, x: str) -> str:
    """Return the natural logarithm: -infinity at 0, NaN below."""
    exponent, z = _any_mantissa(f, x)
    half_square = f.mul(f.mul(z, z), f.constant(0.5))
    s = f.mul(z, f.reciprocal(f.add(z, f.constant(2.0))))
    square = f.mul(s, s)
    series = f.mul(square, f.polynomial(square, [2.0 / k for k in range(3, 26, 2)]))
    correction = f.add(f.mul(s, f.add(half_square, series)), f.mul(exponent, f.constant(LN2_LOW)))
    inner = f.exact("sub", f.exact("sub", half_square, correction), z)
    value = f.sub(f.mul(exponent, f.constant(LN2_HIGH)), inner)
    return _log_limits(f, x, value)


def _log_limits(f: Function, x: str, value: str) -> str:
    infinite = f.compare("ueq", x, f.constant(math.inf))
    value = f.choose(infinite, x, value)
    value = f.choose(f.compare("oeq", x, f.constant(0.0)), f.constant(-math.inf), value)
    return f.choose(f.compare("olt", x, f.constant(0.0)), f.constant(math.nan), value)


def _mantissa(f: Function, x: str) -> tuple[str, str]:
    """Exponent (as a number) and z with x = 2^exponent (1 + z), 1 + z between sqrt(1/2) and sqrt(2)."""
    bits = f.bits(x)
    shift = f.int_constant((1 << 52) - (0x3FE6A09E667F3BCD & ((1 << 52) - 1)))
    biased = f.int_op("lshr", f.int_op("add", bits, shift), f.int_constant(52))
    away = f.int_op("shl", f.int_op("sub", biased, f.int_constant(1023)), f.int_constant(52))
    mantissa = f.from_bits(f.int_op("sub", bits, away))
    power = f.int_op("or", biased, f.bits(f.constant(2.0**52)))
    exponent = f.exact("sub", f.from_bits(power), f.constant(2.0**52 + 1023.0))
    return exponent, f.exact("sub", mantissa, f.constant(1.0))


def _any_mantissa(f: Function, x: str) -> tuple[str, str]:
    """Return the same for subnormal x too."""
    tiny = f.compare("olt", x, f.constant(SMALLEST_NORMAL))
    exponent, z = _mantissa(f, f.choose(tiny, f.exact("mul", x, f.constant(2.0**54)), x))
    return f.choose(tiny, f.exact("sub", exponent, f.constant(54.0)), exponent), z


def power(f: Function, x: str, y: str) -> str:
    """x^y as IEEE 754 has it; quick where all lanes are usual: x normal and positive, or +0 with y > 0."""
    positive = f.both(
        f.compare("oge", x, f.constant(SMALLEST_NORMAL)), f.compare("olt", x, f.constant(math.inf))
    )
    nothing = f.let(f"icmp eq {f.int} {f.bits(x)}, {f.int_constant(0)}")
    product, low = _times_log(f, y, _precise_log(f, _mantissa(f, x)))
    moderate = f.compare("olt", f.intrinsic("fabs", product), f.constant(700.0))
    vanishing = f.both(nothing, f.compare("ogt", y, f.constant(0.0)))
    usual = f.either(f.both(positive, moderate), vanishing)
    value = f.choose(nothing, f.constant(0.0), _exp_moderate(f, product, low))
    return f.unless(f.all(usual), value, lambda: f.math("any_pow", x, y))


def any_power(f: Function, x: str, y: str) -> str:
    """x^y with all limits: negative x only for whole y, x^0 = 1^y = 1."""
    size = f.intrinsic("fabs", x)
    largest = f.constant(1e300)
    bounded = f.intrinsic("minnum", f.intrinsic("maxnum", y, f.constant(-1e300)), largest)
    product, rest = _times_log(f, bounded, _precise_log(f, _any_mantissa(f, size)))
    moderate = f.compare("olt", f.intrinsic("fabs", product), f.constant(800.0))
    value = exp_of_sum(f, product, f.choose(moderate, rest, f.constant(0.0)))
    return _power_limits(f, x, y, size, value)


def _times_log(f: Function, y: str, logarithm: tuple[str, str]) -> tuple[str, str]:
    """Product of a number with an unevaluated sum, as another one."""
    high, low = logarithm
    product = f.exact("mul", y, high)
    return product, f.add(f.fma(y, high, f.neg(product)), f.mul(y, low))


def _precise_log(f: Function, parts: tuple[str, str]) -> tuple[str, str]:
    """Logarithm of 2^exponent (1 + z) as an unevaluated sum of two numbers, to about 68 bits."""
    exponent, z = parts
    reciprocal = f.reciprocal(f.exact("add", z, f.constant(2.0)))
    below, below_low = _two_sum(f, f.constant(2.0), z)
    s = f.exact("mul", z, reciprocal)
    remainder = f.sub(f.fma(f.neg(s), below, z), f.mul(s, below_low))
    s_low = f.mul(remainder, reciprocal)
    square, square_low = _two_product(f, s, s)
    cube, cube_low = _two_product(f, square, s)
    cube_low = f.add(cube_low, f.add(f.mul(square_low, s), f.mul(f.mul(square, s_low), f.constant(3.0))))
    series = f.mul(f.mul(cube, square), f.polynomial(square, [2.0 / k for k in range(5, 26, 2)]))
    third, third_low = _two_product(f, cube, f.constant(2.0 / 3.0))
    third_low = f.add(third_low, f.mul(cube, f.constant(_TWO_THIRDS_LOW)))
    third_low = f.add(third_low, f.mul(cube_low, f.constant(2.0 / 3.0)))
    high, rest = _fast_two_sum(f, f.exact("mul", exponent, f.constant(LN2_HIGH)), f.exact("add", s, s))
    high, more = _fast_two_sum(f, high, third)
    small = f.add(f.mul(exponent, f.constant(LN2_LOW)), f.add(f.add(s_low, s_low), f.add(third_low, series)))
    return _fast_two_sum(f, high, f.add(f.exact("add", rest, more), small))


_TWO_THIRDS_LOW = float(Fraction(2, 3) - Fraction(2.0 / 3.0))
"""2/3 minus the number nearest to it."""


def _two_product(f: Function, a: str, b: str) -> tuple[str, str]:
    product = f.exact("mul", a, b)
    return product, f.fma(a, b, f.neg(product))


def _fast_two_sum(f: Function, a: str, b: str) -> tuple[str, str]:
    """Sum and its rounding error, for |a| >= |b| or a = 0."""
    total = f.exact("add", a, b)
    return total, f.exact("sub", b, f.exact("sub", total, a))


_two_sum = _fast_two_sum


def _power_limits(f: Function, x: str, y: str, size: str, value: str) -> str:
    zero, one, infinity = f.constant(0.0), f.constant(1.0), f.constant(math.inf)
    grows = f.compare("ogt", y, zero)
    value = f.choose(f.compare("oeq", size, zero), f.choose(grows, zero, infinity), value)
    value = f.choose(f.compare("oeq", size, infinity), f.choose(grows, infinity, zero), value)
    value = f.choose(f.compare("uno", x, y), f.constant(math.nan), value)
    whole = f.compare("oeq", f.intrinsic("floor", y), y)
    half = f.exact("mul", y, f.constant(0.5))
    odd = f.both(whole, f.compare("one", f.intrinsic("floor", half), half))
    value = f.choose(odd, f.intrinsic("copysign", value, x), value)
    finite = f.compare("one", size, infinity)
    broken = f.both(f.both(f.compare("olt", x, zero), finite), f.negate(whole))
    value = f.choose(broken, f.constant(math.nan), value)
    trivial = f.either(f.compare("oeq", y, zero), f.compare("oeq", x, one))
    return f.choose(trivial, one, value)


def sinh(f: Function, x: str) -> str:
    """Hyperbolic sine."""
    size = f.intrinsic("fabs", x)
    grown = f.math("expm1", size)
    value = f.mul(f.constant(0.5), f.add(grown, f.div(grown, f.add(grown, f.constant(1.0)))))
    value = f.choose(f.compare("ogt", size, f.constant(700.0)), _half_exp(f, size), value)
    return f.intrinsic("copysign", value, x)


def cosh(f: Function, x: str) -> str:
    """Hyperbolic cosine."""
    size = f.intrinsic("fabs", x)
    grown = f.math("exp", size)
    value = f.mul(f.constant(0.5), f.add(grown, f.div(f.constant(1.0), grown)))
    return f.choose(f.compare("ogt", size, f.constant(700.0)), _half_exp(f, size), value)


def _half_exp(f: Function, x: str) -> str:
    """e^x / 2 without overflow where the result is finite."""
    root = f.math("exp", f.mul(f.constant(0.5), x))
    return f.mul(f.mul(f.constant(0.5), root), root)


def tanh(f: Function, x: str) -> str:
    """Hyperbolic tangent."""
    size = f.intrinsic("minnum", f.intrinsic("fabs", x), f.constant(20.0))
    grown = f.math("expm1", f.add(size, size))
    value = f.div(grown, f.add(grown, f.constant(2.0)))
    value = f.choose(f.compare("uno", x, x), x, value)
    return f.intrinsic("copysign", value, x)
