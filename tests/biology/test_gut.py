"""What the stomach remembers: one meal, two that overlap, and a meal eaten in mouthfuls.

The expectation is the published emptying law in its tanh form, integrated here with the memory written out.
"""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from insula.analysis.behaviour.bench import Bench
from insula.catalog.behaviour_protocol import Act, Experiment

K_MAX, K_MIN, K_ABS, B, D = 0.0387181, 0.00739315, 0.209655, 0.79, 0.178
OUTPUTS = ("gut.Q_sto1", "gut.Q_sto2", "gut.Q_gut", "gut.D")


def published(amounts, remembered, minutes):
    """Contents (mg) after some minutes of the published law for a remembered meal of `remembered` mg."""
    a, c = 5 / (2 * remembered * (1 - B)), 5 / (2 * remembered * D)

    def slope(_, q):
        stomach = q[0] + q[1]
        swing = np.tanh(a * (stomach - B * remembered)) - np.tanh(c * (stomach - D * remembered)) + 2
        emptying = K_MIN + (K_MAX - K_MIN) / 2 * swing
        return [-K_MAX * q[0], K_MAX * q[0] - emptying * q[1], emptying * q[1] - K_ABS * q[2]]

    return solve_ivp(slope, (0, minutes), amounts, rtol=1e-10, atol=1e-8).y[:, -1]


@pytest.fixture(scope="module")
def bench(metabolic):
    return Bench(metabolic, OUTPUTS)


def ours(bench, events, minute):
    (course,) = bench.run([Experiment({}, tuple(events), np.array([minute]))], rtol=1e-8)
    assert not course.failure, course.failure
    return course.values[-1]


def test_one_meal(bench):
    found = ours(bench, [Act(0.0, "meal", 60.0)], 90.0)
    np.testing.assert_allclose(found[:3], published([60e3, 0, 0], 60e3, 90.0), rtol=1e-5)


def test_a_second_meal_is_remembered_with_what_was_left_of_the_first(bench):
    found = ours(bench, [Act(0.0, "meal", 60.0), Act(70.0, "meal", 30.0)], 130.0)
    left = published([60e3, 0, 0], 60e3, 70.0)
    remembered = left[0] + left[1] + 30e3
    assert remembered < 90e3
    expected = published(left + [30e3, 0, 0], remembered, 60.0)
    np.testing.assert_allclose(found, [*expected, remembered], rtol=1e-5)


def test_mouthfuls_count_in_full_although_some_has_left_the_stomach(bench):
    events = [Act(0.0, "meal", 20.0), Act(15.0, "mouthful", 20.0), Act(30.0, "mouthful", 20.0)]
    assert ours(bench, events, 31.0)[3] == pytest.approx(60e3)


def test_a_rescue_at_normal_glucose_leaves_the_stomach_as_it_is(bench):
    plain = ours(bench, [Act(0.0, "meal", 20.0)], 60.0)
    np.testing.assert_array_equal(
        ours(bench, [Act(0.0, "meal", 20.0), Act(0.0, "rescue", 15.0)], 60.0), plain
    )
