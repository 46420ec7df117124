"""The LLVM engine against the NumPy reference and SciPy at tight tolerance."""

import numpy as np
import pytest
from engine_problems import KITCHEN_SINK, ROBERTSON, VAN_DER_POL
from scipy.integrate import solve_ivp

from insula.compiler.antimony_text import to_sbml
from insula.compiler.numpy_reference import Event, evaluate, reference_solve, start_values
from insula.compiler.read_sbml import build_system
from insula.engine.kernel import build_kernel
from insula.engine.methods import METHODS
from insula.engine.schedule import READ, Schedule
from insula.engine.solve import solve


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("INSULA_CACHE", str(tmp_path))


def system(text, inputs=()):
    return build_system(to_sbml(text, "problem"), inputs=inputs)


@pytest.mark.parametrize("method", METHODS)
def test_robertson(method):
    """Hairer & Wanner 1996, section IV.1 (1.4): rates over nine orders of magnitude, mass conserved."""
    k = build_kernel(system(ROBERTSON), ("x", "y", "z"), method)
    times = 10.0 ** np.arange(-5, 8)
    found = solve(k, k.defaults, Schedule.readings(1, times), rtol=1e-8, atol=[1e-10, 1e-14, 1e-10])

    def slope(_, s):
        fast, slow = 1e4 * s[1] * s[2], 3e7 * s[1] ** 2
        return [-0.04 * s[0] + fast, 0.04 * s[0] - fast - slow, slow]

    exact = solve_ivp(slope, (0, times[-1]), [1, 0, 0], "Radau", times, rtol=1e-11, atol=1e-16).y.T
    np.testing.assert_allclose(found.values, exact, rtol=1e-5, atol=1e-12)
    np.testing.assert_allclose(found.values.sum(axis=1), 1.0, rtol=1e-9)
    assert found.steps[0] < 1000


@pytest.mark.parametrize("method", METHODS)
def test_van_der_pol(method):
    k = build_kernel(system(VAN_DER_POL), ("x", "v"), method)
    times = np.array([0.01, 1.0, 50.0, 90.0])
    found = solve(k, k.defaults, Schedule.readings(1, times), rtol=1e-9, atol=1e-11)

    def slope(_, s):
        return [s[1], 100 * (1 - s[0] ** 2) * s[1] - s[0]]

    exact = solve_ivp(slope, (0, 90), [2, 0], "Radau", times, rtol=1e-10, atol=1e-12).y.T
    np.testing.assert_allclose(found.values, exact, rtol=1e-5, atol=1e-8)


def test_every_operation_and_action_agrees_with_the_reference():
    s = system(KITCHEN_SINK, inputs=("x", "y", "u"))
    outputs = tuple(s.observables)
    k = build_kernel(s, outputs)
    rng = np.random.default_rng(5)
    parameters = s.defaults * np.exp(0.1 * rng.normal(size=(5, s.n_parameters)))
    times, when = [0.0, 0.4, 1.7, 3.0], [0.4, 1.0, 1.0, 2.2]
    names = ["add:x", "set:u", "add:y", "set:u"]
    amounts = [0.8, 0.9, 0.3, 0.1]
    what = [READ] * 4 + [k.action(name) for name in names]
    table = [np.tile(column, 5) for column in ([*times, *when], what, [0.0] * 4 + amounts)]
    schedule = Schedule.build(5, np.repeat(np.arange(5), 8), *table)
    found = solve(k, parameters, schedule, rtol=1e-10, atol=1e-12).table()
    events = [Event(t) for t in times] + [Event(*row) for row in zip(when, names, amounts, strict=True)]
    for p in range(5):
        wanted = reference_solve(s, outputs, events, parameters[p])
        np.testing.assert_allclose(found[p], wanted, rtol=2e-7, atol=1e-8)


def test_outputs_at_the_start_are_the_graph_to_the_last_places():
    s = system(KITCHEN_SINK)
    outputs = tuple(s.observables)
    k = build_kernel(s, outputs)
    found = solve(k, k.defaults, Schedule.readings(1, [0.0])).values[0]
    wanted = evaluate(s.graph, [s.observables[name] for name in outputs], start_values(s))
    np.testing.assert_allclose(found, wanted, rtol=3e-15, atol=1e-300)


def test_a_drug_that_is_washed_out_to_nothing_does_not_stop_the_engine():
    """Powers and quotients of a state that decays through the subnormal numbers to zero."""
    text = """model wash_out()
      k = 50; n = 1.7; A = 3; y = 1;
      A' = -k*A;  y' = A^n/(1 + A^n) + A/(1e-3 + A) - y;
    end"""
    s = system(text, inputs=("A",))
    k = build_kernel(s, ("A", "y"))
    schedule = Schedule.build(1, [0, 0, 0], [30.0, 20.0, 20.5], [READ, k.action("add:A"), READ], 3.0)
    found = solve(k, k.defaults, schedule, rtol=1e-8, atol=1e-12)
    assert found.status[0] == 0

    def slope(t, y):
        left = 3 * np.exp(-50 * t)
        return left**1.7 / (1 + left**1.7) + left / (1e-3 + left) - y

    first = solve_ivp(slope, (0, 20), [1.0], rtol=1e-10, atol=1e-13, max_step=0.1).y[0, -1]
    second = solve_ivp(slope, (0, 10), [first], rtol=1e-10, atol=1e-13, t_eval=[0.5, 10], max_step=0.1).y[0]
    np.testing.assert_allclose(found.values[:, 1], second, rtol=1e-6)
    np.testing.assert_allclose(found.values[:, 0], [3 * np.exp(-25), 0], atol=1e-11)
    assert found.steps[0] < 500
