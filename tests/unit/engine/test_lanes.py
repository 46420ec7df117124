"""A patient's numbers do not depend on the neighbours, on the order or on the number of patients."""

import numpy as np
import pytest
from engine_models import kernel, rows
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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


def test_a_denser_grid_changes_nothing_beyond_the_tolerance(pair):
    parameters = rows(pair, N, **_COLUMNS)
    coarse = solve(pair, parameters, Schedule.readings(N, [10.0, 20.0]), rtol=1e-8, atol=1e-10).table()
    dense = solve(
        pair, parameters, Schedule.readings(N, np.linspace(0, 20, 401)), rtol=1e-8, atol=1e-10
    ).table()
    np.testing.assert_allclose(dense[:, [200, 400]], coarse, rtol=1e-6, atol=1e-6)
