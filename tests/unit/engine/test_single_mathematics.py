"""Accuracy of the functions in single precision against NumPy in double precision, and their limits."""

import numpy as np
import pytest
from compiled_functions import Compiled, ulps

from insula.engine.emit.formats import SINGLE
from insula.engine.emit.machine import host
from insula.engine.emit.mathematics import MATHEMATICS, SINGLES

HOST_WIDTH = host().register // SINGLE.size
WIDTHS = sorted({1, 4, HOST_WIDTH})
LIMITS = np.float32([0.0, -0.0, 1, -1, np.inf, -np.inf, np.nan, 3e38, -3e38, 2e-38, 0.5, 2, 3, -2, -3])

rng = np.random.default_rng(11)
UNIT = rng.uniform(-1, 1, 20000)
SMALL = UNIT * 10.0 ** rng.uniform(-12, 0, 20000)
CASES = {
    "exp": (np.exp, np.r_[rng.uniform(-87, 88.7, 50000), UNIT, SMALL]),
    "log": (np.log, np.r_[10 ** rng.uniform(-37.9, 38, 50000), 1 + 0.5 * UNIT, 1 + SMALL * 1e-3]),
    "tanh": (np.tanh, np.r_[rng.uniform(-12, 12, 50000), UNIT, SMALL]),
    "expm1": (np.expm1, np.r_[rng.uniform(-30, 88, 5000), SMALL]),
    "sinh": (np.sinh, np.r_[rng.uniform(-88, 88, 5000), SMALL]),
    "cosh": (np.cosh, rng.uniform(-88, 88, 5000)),
    "sin": (np.sin, np.r_[10 * UNIT, 1e4 * UNIT]),
    "cos": (np.cos, np.r_[10 * UNIT, 1e4 * UNIT]),
    "tan": (np.tan, UNIT),
    "atan": (np.arctan, np.r_[5 * UNIT, SMALL]),
    "asin": (np.arcsin, UNIT),
    "acos": (np.arccos, UNIT),
}


def exact(function, *arguments):
    return function(*(np.asarray(x, np.float32).astype(np.float64) for x in arguments))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", CASES)
def test_error_in_units_of_the_last_place_in_single_precision(name, width):
    function, x = CASES[name]
    allowed = 2.0 if name in SINGLES else 0.51
    assert ulps(Compiled(name, 1, width, SINGLE)(x), exact(function, x)) <= allowed


@pytest.mark.parametrize("name", ["exp", "log", "tanh"])
def test_limits_in_single_precision(name):
    with np.errstate(all="ignore"):
        wanted = exact(CASES[name][0], LIMITS).astype(np.float32)
    found = Compiled(name, 1, HOST_WIDTH, SINGLE)(LIMITS)
    np.testing.assert_allclose(found, wanted, rtol=3e-7, atol=1e-38)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_power_loses_digits_with_the_size_of_its_exponent_only(width):
    power = Compiled("pow", 2, width, SINGLE)
    base, exponent = 10 ** rng.uniform(-30, 30, 100000), rng.uniform(-8, 8, 100000)
    with np.errstate(all="ignore"):
        wanted = exact(np.power, base, exponent)
    normal = (wanted > 2e-38) & (wanted < 3e38)
    errors = np.abs(power(base, exponent)[normal] / wanted[normal] - 1) / 2.0**-23
    assert (errors < 2 + np.abs(exponent[normal])).all()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_power_too_small_for_single_precision_is_nought(width):
    base, exponent = 10 ** rng.uniform(-37, -30, 1000), rng.uniform(1.6, 9, 1000)
    exponent[::7] = 1e30
    np.testing.assert_array_equal(Compiled("pow", 2, width, SINGLE)(base, exponent), np.zeros(1000))


@pytest.mark.parametrize("width", WIDTHS)
def test_powers_of_special_numbers_in_single_precision(width):
    x, y = (grid.ravel() for grid in np.meshgrid(LIMITS, [*LIMITS, 5, -5, 1 / 3]))
    with np.errstate(all="ignore"):
        wanted = exact(np.power, x, y).astype(np.float32)
    np.testing.assert_allclose(Compiled("pow", 2, width, SINGLE)(x, y), wanted, rtol=1e-6, atol=1e-38)


@pytest.mark.parametrize("width", WIDTHS)
def test_an_unusual_neighbour_does_not_change_a_power_in_single_precision(width):
    power = Compiled("pow", 2, width, SINGLE)
    base, exponent = 10 ** rng.uniform(-9, 9, 4000), rng.uniform(-4, 4, 4000)
    alone = power(base, exponent)
    base[::5] = rng.choice(LIMITS, 800)
    rest = np.arange(4000) % 5 > 0
    np.testing.assert_array_equal(power(base, exponent)[rest], alone[rest])


@pytest.mark.parametrize("width", WIDTHS)
def test_reciprocal_in_single_precision(width):
    one_over = Compiled("reciprocal", 1, width, SINGLE)
    x = np.r_[UNIT, 10 ** rng.uniform(-37, 37, 50000)]
    assert ulps(one_over(x), 1 / exact(np.asarray, x)) <= 1.0
    np.testing.assert_array_equal(one_over([0.0, -0.0, np.inf, -np.inf]), [np.inf, -np.inf, 0.0, 0.0])
    assert np.isnan(one_over([np.nan])).all()


def test_every_function_is_tested_in_single_precision():
    assert MATHEMATICS.keys() == CASES.keys() | {"pow", "any_pow"}
