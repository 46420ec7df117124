"""Solutions that are known in closed form, stops and actions included."""

import numpy as np
import pytest
from engine_models import CLEARANCE, DECAY, LOGISTIC, kernel, rows

from insula.core.errors import ProtocolError, UnknownName
from insula.engine.methods import METHODS
from insula.engine.schedule import READ, Schedule
from insula.engine.solve import solve

TIMES = np.array([0.0, 0.3, 1.0, 4.0, 20.0])
TIGHT = {"rtol": 1e-10, "atol": 1e-13}


@pytest.mark.parametrize("method", METHODS)
def test_decay_of_many_patients(method):
    k = kernel(DECAY, ("A",), method=method)
    rate = np.linspace(0.01, 5, 37)
    solution = solve(k, rows(k, 37, k=rate), Schedule.readings(37, TIMES), **TIGHT)
    np.testing.assert_allclose(
        solution.table()[:, :, 0], np.exp(-rate[:, None] * TIMES), rtol=1e-7, atol=1e-12
    )
    assert solution.ok.all()
    np.testing.assert_array_equal(solution.time, 20.0)
    np.testing.assert_array_equal(solution.state[:, 0], solution.table()[:, -1, 0])


def test_logistic_growth():
    k = kernel(LOGISTIC, ("y",))
    found = solve(k, k.defaults, Schedule.readings(1, TIMES), **TIGHT).values[:, 0]
    np.testing.assert_allclose(found, 1 / (1 + 9 * np.exp(-TIMES)), rtol=1e-8)


def test_tighter_tolerance_gives_smaller_error():
    k = kernel(LOGISTIC, ("y",))
    exact = 1 / (1 + 9 * np.exp(-TIMES))
    tolerances = np.array([1e-4, 1e-6, 1e-8])
    errors = [
        np.abs(solve(k, k.defaults, Schedule.readings(1, TIMES), rtol=r, atol=r).values[:, 0] - exact).max()
        for r in tolerances
    ]
    assert (errors < 10 * tolerances).all()
    assert errors[2] < errors[0] / 50


def test_a_state_that_stands_still_is_read_as_it_stands():
    """A dose that nobody gave must be nought, not a rounding error: a count is read again and again inside steps."""
    k = kernel(
        "model m()\n k = 0.7; A = 1; A' = -k*A; count = 0.1; pump = 0; count' = pump;\nend", ("A", "count")
    )
    times = np.linspace(0, 9, 301)
    counts = np.random.default_rng(1).uniform(0, 300, 40)
    solution = solve(
        k,
        rows(k, 40),
        Schedule.readings(40, times),
        initial=np.column_stack([np.ones(40), counts]),
        rtol=1e-4,
    )
    assert solution.steps.max() < 60  # most readings lie inside steps
    np.testing.assert_array_equal(solution.table()[:, :, 1], np.tile(counts[:, None], 301))


def clearance(actions=()):
    return kernel(CLEARANCE, ("C", "A", "twice", "rate"), inputs=("A", "rate"), actions=actions)


def test_bolus_lands_after_the_reading_at_its_time():
    k = clearance()
    give = k.action("add:A")
    s = Schedule.build(1, [0] * 5, [0, 0, 2, 2, 5], [READ, give, READ, give, READ], [0, 10, 0, 4, 0])
    found = solve(k, k.defaults, s, **TIGHT).values[:, 0]
    before = 10 * np.exp(-0.6)
    np.testing.assert_allclose(found, [0, before / 2, (before + 4) * np.exp(-0.9) / 2], rtol=1e-8)


def test_infusion_with_exact_start_and_stop():
    k = clearance()
    drip, times = k.action("set:rate"), np.array([0.5, 1, 2, 3, 3.5, 6])
    s = Schedule.build(1, [0] * 8, [*times, 1, 3], [READ] * 6 + [drip] * 2, [0] * 6 + [6, 0])
    found = solve(k, k.defaults, s, **TIGHT).values
    during = np.clip(times - 1, 0, 2)
    exact = 6 / 0.3 * (1 - np.exp(-0.3 * during)) * np.exp(-0.3 * np.clip(times - 3, 0, None))
    np.testing.assert_allclose(found[:, 1], exact, rtol=1e-8, atol=1e-11)
    np.testing.assert_array_equal(found[:, 3], [0, 0, 6, 6, 0, 0])


def test_all_right_hand_sides_of_an_action_see_the_values_before_it():
    swap = [("swap", "A", "rate + value"), ("swap", "rate", "A")]
    k = clearance(swap)
    s = Schedule.build(1, [0, 0], [0, 0], [k.action("add:A"), k.action("swap")], [7.0, 0.25])
    solution = solve(k, k.defaults, s)
    assert solution.state.tolist() == [[0.25]]
    assert solution.inputs.tolist() == [[7.0]]


def test_actions_at_one_time_follow_the_order_of_rows():
    k = clearance()
    add, put = k.action("add:A"), k.action("set:A")
    for first, second, left in ((add, put, 3.0), (put, add, 5.0)):
        amounts = {add: 2.0, put: 3.0}
        s = Schedule.build(1, [0, 0], [1, 1], [first, second], [amounts[first], amounts[second]])
        assert solve(k, k.defaults, s).state[0, 0] == left


def test_initial_states_and_inputs_may_be_given():
    k = clearance()
    initial, inputs = np.array([[1.0], [2.0]]), np.array([[0.0], [0.6]])
    s = Schedule.readings(2, [0, 1])
    found = solve(k, k.defaults, s, initial=initial, inputs=inputs, **TIGHT).table()[:, :, 1]
    fall = np.exp(-0.3)
    np.testing.assert_allclose(found, [[1, fall], [2, 2]], rtol=1e-8)


def test_a_run_continues_where_another_ended():
    k = clearance()
    whole = Schedule.build(1, [0, 0, 0], [1, 2, 5], [k.action("set:rate"), READ, READ], [2, 0, 0])
    first = Schedule.build(1, [0, 0], [1, 2], [k.action("set:rate"), READ], [2, 0])
    at_once = solve(k, k.defaults, whole, **TIGHT)
    half = solve(k, k.defaults, first, **TIGHT)
    rest = solve(
        k, k.defaults, Schedule.readings(1, [5]), initial=half.state, inputs=half.inputs, start=2.0, **TIGHT
    )
    np.testing.assert_allclose(rest.values[-1], at_once.values[-1], rtol=1e-8)


def test_patients_without_rows_and_with_different_rows():
    k = kernel(DECAY, ("A",))
    s = Schedule.build(4, [1, 3, 3], [2.0, 1.0, 3.0], READ)
    solution = solve(k, k.defaults, s, **TIGHT)
    np.testing.assert_allclose(solution.values[:, 0], np.exp([-2.0, -1, -3]), rtol=1e-8)
    np.testing.assert_array_equal(solution.time, [0, 2, 0, 3])
    np.testing.assert_array_equal(solution.row_start, [0, 0, 1, 1, 3])
    assert solution.ok.all()
    with pytest.raises(ProtocolError, match="patient 1 is not read at the same times as patient 0"):
        solution.table()


def test_no_patients_at_all():
    k = kernel(DECAY, ("A",))
    solution = solve(k, np.empty((0, 1)), Schedule.readings(0, [1.0, 2.0]))
    assert solution.table().shape[0] == 0


def test_a_model_without_states_only_reads():
    k = kernel("model still()\n a = 2; b := a*time;\nend", ("b",))
    np.testing.assert_array_equal(solve(k, k.defaults, Schedule.readings(1, [0, 3])).values[:, 0], [0, 6])


def test_negative_times_and_a_late_start():
    k = kernel(DECAY, ("A",))
    found = solve(k, k.defaults, Schedule.readings(1, [-3.0, -1.0, 2.0]), start=-3.0, **TIGHT).values[:, 0]
    np.testing.assert_allclose(found, np.exp([0.0, -2.0, -5.0]), rtol=1e-8)


def test_stops_are_met_exactly_whatever_their_rounding():
    """One step from each stop to the next, as the tolerance allows anything; t + (stop - t) may miss the stop."""
    k = kernel("model clock()\n A = 1; A' = 0; t := time;\nend", ("t",))
    times = 10 ** np.random.default_rng(2).uniform(-6, 6, (50, 40))
    s = Schedule.build(50, np.repeat(np.arange(50), 40), times.ravel(), READ)
    solution = solve(k, k.defaults, s, rtol=1e9, atol=1e9)
    np.testing.assert_array_equal(solution.values[:, 0], np.sort(times, axis=1).ravel())
    assert (solution.steps < 60).all()


def test_wrong_arguments_are_explained():
    k = clearance()
    s = Schedule.readings(2, [1.0])
    with pytest.raises(ProtocolError, match=r"parameters has shape \(3, 3\); \(2, 3\) is needed"):
        solve(k, np.zeros((3, 3)), s)
    with pytest.raises(ProtocolError, match=r"initial has shape \(2,\); \(2, 1\) is needed"):
        solve(k, k.defaults, s, initial=[1.0, 2.0])
    with pytest.raises(ProtocolError, match=r"atol has shape \(2,\); a single number or \(1,\)"):
        solve(k, k.defaults, s, atol=[1.0, 2.0])
    with pytest.raises(ProtocolError, match="must be greater than 0"):
        solve(k, k.defaults, s, atol=0.0)
    with pytest.raises(
        ProtocolError, match="schedule of patient 0, time 1, action -1: lies before the start 2"
    ):
        solve(k, k.defaults, s, start=2.0)
    with pytest.raises(ProtocolError, match=r"patient 1, time 4, action 9: asks for an action that does not"):
        solve(k, k.defaults, Schedule.build(2, [0, 1], [3, 4], [0, 9], 1.0))


def test_unknown_outputs_and_actions_are_suggested():
    with pytest.raises(UnknownName, match='There is no output "twise". Did you mean "twice"'):
        kernel(CLEARANCE, ("twise",))
    with pytest.raises(UnknownName, match='There is no action "add:B"'):
        clearance().action("add:B")
