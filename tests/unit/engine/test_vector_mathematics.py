"""Accuracy of the emitted functions against NumPy in extended precision, and their limits."""

import numpy as np
import pytest
from compiled_functions import Compiled, ulps

from insula.engine.emit.formats import DOUBLE
from insula.engine.emit.machine import host
from insula.engine.emit.mathematics import MATHEMATICS

HOST_WIDTH = host().register // DOUBLE.size
WIDTHS = sorted({1, 2, HOST_WIDTH})
LIMITS = np.array(
    [
        0.0,
        -0.0,
        1,
        -1,
        np.inf,
        -np.inf,
        np.nan,
        5e-324,
        -5e-324,
        1e-310,
        2.3e-308,
        1e308,
        -1e308,
        0.5,
        2,
        3,
        -2,
        -3,
    ]
)
extended = pytest.mark.skipif(
    np.finfo(np.longdouble).eps > 1e-18, reason="the comparison needs an extended long double"
)


rng = np.random.default_rng(7)
UNIT = rng.uniform(-1, 1, 20000)
SMALL = UNIT * 10.0 ** rng.uniform(-12, 0, 20000)
CASES = {
    "exp": (np.exp, np.r_[rng.uniform(-745, 709.7, 50000), UNIT], 1.0),
    "log": (np.log, np.r_[10 ** rng.uniform(-323, 308, 50000), 1 + 0.5 * UNIT, 1 + SMALL * 1e-3], 1.0),
    "expm1": (np.expm1, np.r_[rng.uniform(-60, 709, 50000), UNIT, SMALL], 2.0),
    "sinh": (np.sinh, np.r_[rng.uniform(-710, 710, 50000), UNIT, SMALL], 3.0),
    "cosh": (np.cosh, np.r_[rng.uniform(-710, 710, 50000), UNIT], 3.0),
    "tanh": (np.tanh, np.r_[rng.uniform(-25, 25, 50000), UNIT, SMALL], 3.0),
    "sin": (np.sin, np.r_[10 * UNIT, 1e6 * UNIT, np.pi * np.arange(1, 999)], 1.0),
    "cos": (np.cos, np.r_[10 * UNIT, 1e6 * UNIT, np.pi / 2 * np.arange(1, 999)], 1.0),
    "tan": (np.tan, np.r_[10 * UNIT, SMALL], 3.0),
    "atan": (np.arctan, np.r_[5 * UNIT, SMALL, 10 ** rng.uniform(-300, 300, 9999)], 3.0),
    "asin": (np.arcsin, np.r_[UNIT, SMALL], 3.5),
    "acos": (np.arccos, UNIT, 3.5),
}


@extended
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", CASES)
def test_error_in_units_of_the_last_place(name, width):
    function, x, allowed = CASES[name]
    assert ulps(Compiled(name, 1, width)(x), function(x.astype(np.longdouble))) <= allowed


@pytest.mark.parametrize("name", sorted(CASES.keys() - {"expm1", "sin", "cos", "tan"}))
def test_limits(name):
    with np.errstate(all="ignore"):
        wanted = CASES[name][0](LIMITS)
    np.testing.assert_allclose(Compiled(name, 1, HOST_WIDTH)(LIMITS), wanted, rtol=1e-15)


@extended
@pytest.mark.parametrize("width", WIDTHS)
def test_power_over_the_whole_range(width):
    power = Compiled("pow", 2, width)
    base = 10 ** rng.uniform(-300, 300, 50000)
    exponent = rng.uniform(-708, 708, 50000) / np.log(base)
    wanted = np.power(base.astype(np.longdouble), exponent.astype(np.longdouble))
    normal = (wanted > 1e-307) & (wanted < 1e308)
    assert ulps(power(base, exponent)[normal], wanted[normal]) < 1.5
    base, exponent = 10 ** rng.uniform(-5, 5, 50000), rng.uniform(-6, 6, 50000)
    assert (
        ulps(power(base, exponent), np.power(base.astype(np.longdouble), exponent.astype(np.longdouble)))
        < 1.5
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_an_unusual_neighbour_does_not_change_a_power(width):
    power = Compiled("pow", 2, width)
    base, exponent = 10 ** rng.uniform(-30, 30, 4000), rng.uniform(-9, 9, 4000)
    alone = power(base, exponent)
    base[::5] = rng.choice(LIMITS, 800)
    rest = np.arange(4000) % 5 > 0
    np.testing.assert_array_equal(power(base, exponent)[rest], alone[rest])


@pytest.mark.parametrize("width", WIDTHS)
def test_power_of_special_numbers_and_negative_bases(width):
    x, y = (grid.ravel() for grid in np.meshgrid(LIMITS, [*LIMITS, 5, -5, 1 / 3, 2.0**60, 1e300]))
    with np.errstate(all="ignore"):
        wanted = np.power(x, y)
    found = Compiled("pow", 2, width)(x, y)
    np.testing.assert_allclose(found, wanted, rtol=4e-16)
    defined = ~np.isnan(wanted)
    np.testing.assert_array_equal(np.signbit(found)[defined], np.signbit(wanted)[defined])


@pytest.mark.parametrize("name", ["sin", "cos", "tan"])
def test_an_angle_too_large_to_have_a_phase_is_not_a_number(name):
    assert np.isnan(Compiled(name, 1, HOST_WIDTH)([2.0**31, np.inf, np.nan])).all()


@extended
@pytest.mark.parametrize("width", WIDTHS)
def test_reciprocal(width):
    one_over = Compiled("reciprocal", 1, width)
    x = np.r_[UNIT, 10 ** rng.uniform(-307, 307, 50000), -(10 ** rng.uniform(-307, 307, 50000))]
    assert ulps(one_over(x), 1 / x.astype(np.longdouble)) <= 1.0
    np.testing.assert_array_equal(one_over([0.0, -0.0, np.inf, -np.inf]), [np.inf, -np.inf, 0.0, 0.0])
    assert np.isnan(one_over([np.nan])).all()


def test_every_function_is_tested():
    assert MATHEMATICS.keys() == CASES.keys() | {"pow", "any_pow"}
