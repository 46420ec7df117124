"""Failure is a value: it has a reason, keeps what was reached, and touches nobody else."""

import numpy as np
import pytest
from engine_models import BLOW_UP, DECAY, kernel, rows

from insula.engine.schedule import READ, Schedule
from insula.engine.solve import solve
from insula.engine.status import Status

TIMES = [0.25, 0.5, 2.0]


def blow_up(a):
    """y = 1/(1/y0 - a t), y0 = 1: infinite at t = 1/a."""
    k = kernel(BLOW_UP, ("y",))
    return solve(k, rows(k, len(a), a=a), Schedule.readings(len(a), TIMES), rtol=1e-8, atol=1e-10)


def test_growth_without_bound_ends_where_it_happens():
    solution = blow_up([0.1, 1.0, 0.2])
    assert solution.status.tolist() == [Status.OK, Status.STEP_TOO_SMALL, Status.OK]
    assert solution.time[1] == pytest.approx(1.0, abs=1e-6)
    assert solution.state[1, 0] > 1e6
    table = solution.table()[:, :, 0]
    np.testing.assert_allclose(table[1, :2], [1 / 0.75, 2.0], rtol=1e-6)
    assert np.isnan(table[1, 2])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_parameter_that_is_no_number(bad):
    solution = blow_up([0.1, bad, 0.2])
    assert solution.status.tolist() == [Status.OK, Status.NOT_FINITE, Status.OK]
    assert solution.time[1] == 0.0
    assert solution.state[1, 0] == 1.0
    assert np.isnan(solution.table()[1]).all()


def test_one_failing_patient_leaves_the_others_bit_for_bit():
    rates = np.linspace(0.01, 0.4, 20)
    well = blow_up(rates)
    for bad in (np.nan, 3.0):
        mixed = rates.copy()
        mixed[7] = bad
        sick = blow_up(mixed)
        others = np.arange(20) != 7
        np.testing.assert_array_equal(sick.table()[others], well.table()[others])
        assert sick.status[7] != Status.OK


def test_step_limit():
    k = kernel(DECAY, ("A",))
    solution = solve(k, k.defaults, Schedule.readings(2, [0.0, 10.0]), rtol=1e-9, atol=1e-12, max_steps=10)
    assert solution.status.tolist() == [Status.STEP_LIMIT] * 2
    assert solution.steps.tolist() == [10, 10]
    assert (solution.time > 0).all()
    assert (solution.time < 10).all()
    np.testing.assert_allclose(solution.state[:, 0], np.exp(-solution.time), rtol=1e-6)
    np.testing.assert_array_equal(np.isnan(solution.table()[0, :, 0]), [False, True])


def test_an_action_that_leaves_a_bad_state_ends_the_patient_there():
    k = kernel(DECAY, ("A",), inputs=("A",))
    amounts = [1.0, np.nan, np.inf]
    s = Schedule.build(
        3, [0, 1, 2, 0, 1, 2], [1.0] * 3 + [2.0] * 3, [k.action("add:A")] * 3 + [READ] * 3, amounts * 2
    )
    solution = solve(k, k.defaults, s)
    assert solution.status.tolist() == [Status.OK, Status.NOT_FINITE, Status.NOT_FINITE]
    np.testing.assert_array_equal(solution.time, [2, 1, 1])


def test_a_bad_state_is_seen_even_if_nothing_follows():
    k = kernel(DECAY, ("A",), inputs=("A",))
    s = Schedule.build(1, [0], [1.0], k.action("set:A"), np.nan)
    assert solve(k, k.defaults, s).status[0] == Status.NOT_FINITE


def test_a_state_that_grows_past_the_largest_number():
    k = kernel("model grow()\n a = 1e307; y = 0; y' = a;\nend", ("y",))
    solution = solve(k, k.defaults, Schedule.readings(1, [100.0]))
    assert solution.status[0] != Status.OK
    assert np.isfinite(solution.state).all()


def test_every_status_is_explained():
    text = blow_up([np.nan]).explain(0)
    assert text.startswith("NOT_FINITE, stopped at 0 after ")
    assert "Check this patient's parameters" in text
    assert all(status.explanation.endswith(".") for status in Status)
    assert "max_steps" in Status.STEP_LIMIT.explanation
