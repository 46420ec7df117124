"""Rates that jump with the clock: each step keeps to one side, and ends where they jump."""

import numpy as np
import pytest
from engine_models import kernel, rows
from test_lanes import parts

from insula.engine.methods import METHODS
from insula.engine.schedule import READ, Schedule
from insula.engine.solve import solve

PULSE = """model pulse()
  k = 0.5; rate = 10; on = 2.3; off = 2.4; A = 0;
  A' = piecewise(rate, (time >= on) && (time < off), 0) - k*A;
end"""


def pulse(t, k, rate, on, off):
    """Amount after an infusion from ``on`` to ``off``."""
    during = rate / k * (1 - np.exp(-k * (np.clip(t, on, off) - on)))
    return during * np.exp(-k * np.clip(t - off, 0, None))


@pytest.mark.parametrize(
    ("precision", "rtol"), [("f64", 1e-3), ("f64", 1e-6), ("f64", 1e-9), ("mixed", 1e-4)]
)
@pytest.mark.parametrize("method", METHODS)
def test_an_infusion_written_as_a_rate_is_as_good_as_the_tolerance(method, precision, rtol):
    """Between two long steps a pulse would be missed altogether, and a step across its edge be wrong."""
    n, times = 40, np.array([1.0, 2.35, 2.4, 3.0, 50.0])
    on = np.linspace(1.1, 40, n)
    k = kernel(PULSE, ("A",), method=method, precision=precision)
    found = solve(
        k, rows(k, n, on=on, off=on + 0.01), Schedule.readings(n, times), rtol=rtol, atol=rtol * 1e-3
    )
    wanted = pulse(times, 0.5, 10.0, on[:, None], on[:, None] + 0.01)
    np.testing.assert_allclose(found.table()[:, :, 0], wanted, rtol=20 * rtol, atol=rtol * 0.1)


def test_a_rate_that_jumps_often_costs_a_few_steps_a_jump():
    text = "model m() x = 1; y = 0; x' = piecewise(1, sin(6*time) > 0, -1); y' = cos(6*time); end"
    k = kernel(text, ("x",))
    turns = np.pi / 6 * np.arange(1, 60)
    found = solve(k, k.defaults, Schedule.readings(1, turns), rtol=1e-6, atol=1e-9)
    wanted = 1 + np.pi / 6 * (np.arange(1, 60) % 2)
    np.testing.assert_allclose(found.values[:, 0], wanted, atol=1e-9)
    assert found.steps[0] < 60 * 16


def test_a_threshold_in_time_that_an_action_moves():
    text = "model m() x = 0; until = 1; x' = piecewise(1, time < until, 0); end"
    k = kernel(text, ("x",), inputs=("until",))
    schedule = Schedule.build(1, [0, 0], [0.5, 4.0], [k.action("set:until"), READ], [2.5, 0.0])
    assert solve(k, k.defaults, schedule).values[0, 0] == pytest.approx(2.5, rel=1e-12)
    schedule = Schedule.build(1, [0, 0, 0], [0.5, 2.0, 4.0], [READ, k.action("set:until"), READ], [0, 3.0, 0])
    np.testing.assert_allclose(solve(k, k.defaults, schedule).values[:, 0], [0.5, 2.0], rtol=1e-12)


def test_jumps_of_the_neighbours_change_nothing():
    n = 30
    k = kernel(PULSE, ("A",))
    parameters = rows(k, n, on=np.linspace(0.5, 9, n), off=np.linspace(1, 12, n))
    whole = parts(solve(k, parameters, Schedule.readings(n, [3.0, 20.0])))
    for p in (0, 13, 29):
        assert parts(solve(k, parameters[p], Schedule.readings(1, [3.0, 20.0]))) == [whole[p]]
