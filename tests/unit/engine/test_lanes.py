"""A patient's numbers do not depend on the neighbours, on the order or on the number of patients."""

import numpy as np
import pytest
from engine_models import kernel, rows
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from insula.engine.methods import METHODS
from insula.engine.schedule import READ, Schedule
from insula.engine.solve import solve

MODEL = """model pair()
  k = 1; n = 2.5; gain = 3; x = 1; y = 0; drip = 0;
  x' = drip + gain*exp(-y) - k*x;  y' = x^n/(1 + x^n) - 0.1*y + sin(time)*k;
  log_x := ln(1 + x);
end"""
N = 200
_rng = np.random.default_rng(3)
_COLUMNS = {
    "k": _rng.uniform(0.1, 50, N),
    "n": _rng.uniform(1, 4, N),
    "gain": 10 ** _rng.uniform(-2, 2, N),
}
_STOPS = [np.sort(_rng.uniform(0, 20, _rng.integers(1, 9))) for _ in range(N)]


@pytest.fixture(scope="module")
def pair():
    return kernel(MODEL, ("x", "y", "log_x"), inputs=("x", "drip"))


def run(k, chosen):
    chosen = np.asarray(chosen)
    parameters = rows(k, len(chosen), **{name: column[chosen] for name, column in _COLUMNS.items()})
    drip, who, when, what = k.action("add:x"), [], [], []
    for place, p in enumerate(chosen):
        for i, t in enumerate(_STOPS[p]):
            who, when, what = [*who, place], [*when, t], [*what, READ if i % 2 == 0 else drip]
    return solve(k, parameters, Schedule.build(len(chosen), who, when, what, 1.5))


def parts(solution):
    """Everything about each patient, as bytes."""
    cut = solution.row_start
    return [
        (
            solution.values[cut[p] : cut[p + 1]].tobytes(),
            solution.state[p].tobytes(),
            solution.inputs[p].tobytes(),
            (solution.time[p], solution.steps[p], solution.status[p]),
        )
        for p in range(len(cut) - 1)
    ]


@pytest.fixture(scope="module")
def all_patients(pair):
    return parts(run(pair, range(N)))


def test_the_patients_differ(all_patients):
    assert len({p[1] for p in all_patients}) == N


@pytest.mark.parametrize("size", [1, 7, 20])
def test_same_in_a_batch_of_any_size(pair, all_patients, size):
    for first in range(0, 60, size):
        chosen = range(first, min(first + size, N))
        assert parts(run(pair, chosen)) == [all_patients[p] for p in chosen]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(range(40)))
def test_permuting_patients_permutes_results(pair, all_patients, order):
    assert parts(run(pair, order)) == [all_patients[p] for p in order]


@pytest.mark.parametrize("n_times", [2, 5, 4001])
def test_readings_do_not_touch_the_steps(pair, n_times):
    """However many readings there are, and wherever, the steps and the end are the same to the last bit."""
    parameters = rows(pair, N, **_COLUMNS)
    plain = solve(pair, parameters, Schedule.readings(N, [20.0]))
    dense = solve(pair, parameters, Schedule.readings(N, np.linspace(0, 20, n_times)))
    np.testing.assert_array_equal(dense.steps, plain.steps)
    assert dense.state.tobytes() == plain.state.tobytes()
    assert dense.table()[:, -1].tobytes() == plain.table()[:, -1].tobytes()
    assert (dense.steps < 4000).all()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rtol", [1e-4, 1e-8])
def test_readings_inside_steps_are_as_accurate_as_those_at_their_ends(method, rtol):
    """A reading that ends a run is taken at the end of a step."""
    k = kernel(MODEL, ("x", "y", "log_x"), inputs=("x", "drip"), method=method)
    parameters, times = rows(k, N, **_COLUMNS), np.linspace(0, 20, 401)
    exact = solve(k, parameters, Schedule.readings(N, times), rtol=1e-12, atol=1e-13).table()

    def error(places):
        schedule = Schedule.readings(N, times[places])
        found = solve(k, parameters, schedule, rtol=rtol, atol=1e-2 * rtol).table()
        return np.abs(found - exact[:, places]) / (np.abs(exact[:, places]) + 1e-2)

    at_ends = np.stack([error([place]) for place in range(20, 401, 20)])
    assert np.quantile(error(np.arange(401)), 0.99) < 2.5 * np.quantile(at_ends, 0.99)


def test_a_reading_is_taken_before_an_action_of_the_same_time_and_exactly(pair):
    """With and without the action the reading is the same to the last bit, and the one after shows the action."""
    give = pair.action("add:x")
    with_action = Schedule.build(1, [0] * 4, [5, 5, 5 + 1e-9, 9], [READ, give, READ, READ], 2.0)
    before, after, _ = solve(pair, pair.defaults, with_action).values[:, 0]
    assert before == solve(pair, pair.defaults, Schedule.readings(1, [5.0])).values[0, 0]
    assert after == pytest.approx(before + 2.0, abs=1e-6)


CONDITIONAL = """model conditional()
  k = 1; x = 1; limit = 0.5; eaten = 0;
  x' = -k*x;  low := piecewise(1, x < limit, 0);
end"""
EAT = [("eat", "x", "x + low*value"), ("eat", "eaten", "eaten + low*value")]


def eat_often(every, chosen=slice(None), **settings):
    k = kernel(CONDITIONAL, ("x", "eaten"), actions=EAT)
    rates = np.linspace(0.5, 2, 40)[chosen]
    times = np.arange(every, 10, every)
    n, t = len(rates), len(times)
    what = np.repeat([READ, k.action("eat")], [t, t])
    schedule = Schedule.build(
        n, np.repeat(np.arange(n), 2 * t), np.tile(np.tile(times, 2), n), np.tile(what, n), 1.0
    )
    return rates, times, solve(k, rows(k, n, k=rates), schedule, **settings)


def test_actions_that_come_to_nothing_do_not_touch_the_steps():
    """Looking every hundredth costs no more steps than looking every half, but for those where something is eaten."""
    seldom, often = eat_often(0.5)[2], eat_often(0.01)[2]
    assert often.ok.all()
    meals = often.inputs.sum(axis=1) + 5
    assert (often.steps < seldom.steps + 15 * meals).all()
    assert (often.steps < 500).all()


def test_an_action_with_a_condition_is_done_where_the_condition_holds():
    """x falls from 1 + low to below the limit, is raised by 1 at the next look, and so on."""
    rates, times, solution = eat_often(0.125, rtol=1e-9, atol=1e-12)
    for p, rate in enumerate(rates):
        x, eaten, last, expected = 1.0, 0.0, 0.0, []
        for t in times:
            x, last = x * np.exp(-rate * (t - last)), t
            expected.append((x, eaten))
            if x < 0.5:
                x, eaten = x + 1.0, eaten + 1.0
        np.testing.assert_allclose(solution.table()[p], expected, rtol=1e-6)


def test_cut_steps_do_not_mix_lanes():
    whole = eat_often(0.05)[2]
    for p in (0, 17, 39):
        alone = eat_often(0.05, slice(p, p + 1))[2]
        assert parts(alone) == [parts(whole)[p]]
