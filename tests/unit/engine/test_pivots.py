"""The factors of a step's matrix are watched: without digits they are not used."""

import numpy as np
import pytest
from engine_models import BINDING, kernel, rows
from scipy.linalg import expm

from insula.engine.methods import METHODS
from insula.engine.schedule import Schedule
from insula.engine.solve import solve
from insula.engine.status import Status

TURN = "model turn() a = 1; c = 3; x = 1; y = 1; x' = a*x + c*y; y' = -c*x; end"


def one_long_step(method, off):
    """A step of length 1 is tried first, as any error is allowed; its first pivot is ``off`` times 1/gamma."""
    k, growth = kernel(TURN, ("x", "y"), method=method), (1 - off) / METHODS[method].gamma
    found = solve(k, rows(k, 1, a=[growth]), Schedule.readings(1, [1.0]), rtol=1e9, atol=1e9)
    exact = expm(np.array([[growth, 3.0], [-3.0, 0.0]])) @ [1, 1]
    return found, np.abs(found.values[0] / exact - 1).max()


@pytest.mark.parametrize("method", METHODS)
def test_a_step_whose_pivot_collapses_is_tried_again_shorter(method):
    """The matrix is far from singular; without exchange of rows all digits are lost where its first entry vanishes."""
    usual, rough = one_long_step(method, 1e-8)
    assert usual.steps.tolist() == [1]
    for off in (1e-14, 1e-15, 2e-16, 0.0):
        found, error = one_long_step(method, off)
        assert found.ok.all()
        assert found.steps[0] > 1
        assert error < rough


def test_rates_further_apart_than_the_digits_of_a_number_have_a_status_of_their_own():
    k, schedule = kernel(BINDING, ("A", "B")), Schedule.readings(3, [1.0, 4.0])
    found = solve(k, rows(k, 3, fast=[1.0, 1e30, 1e9]), schedule, rtol=1e-6, atol=1e-9)
    assert found.status.tolist() == [Status.OK, Status.PIVOT, Status.OK]
    assert "could not be factorised" in found.explain(1)
    np.testing.assert_allclose(found.table()[2, :, 0], np.exp(-np.array([1.0, 4.0]) / 2) / 2, rtol=1e-5)
