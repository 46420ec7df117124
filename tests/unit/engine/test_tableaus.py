"""The published coefficients satisfy the conditions they were made for, and the kernels reach the order."""

import numpy as np
import pytest
from engine_models import FORCED, kernel
from scipy.integrate import solve_ivp

from insula.core.errors import UnknownName
from insula.engine.methods import METHODS, find_method
from insula.engine.schedule import READ, Schedule
from insula.engine.solve import solve


def matrices(method):
    """Untransformed coefficients (Hairer & Wanner 1996, IV.7.25): alpha_ij, gamma_ij, b_i."""
    s = method.n_stages
    a, c = np.zeros((s, s)), np.zeros((s, s))
    for i in range(s):
        a[i, :i], c[i, :i] = method.a[i], method.c[i]
    gamma = np.linalg.inv(np.eye(s) / method.gamma - c)
    return a @ gamma, gamma, np.array(method.b) @ gamma


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_times_and_time_weights_are_row_sums(method):
    alpha, gamma, _ = matrices(method)
    np.testing.assert_allclose(alpha.sum(axis=1), method.alpha, atol=2e-13)
    np.testing.assert_allclose(gamma.sum(axis=1), method.d, atol=2e-13)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_order_conditions(method):
    """Trees up to order 5 (Hairer & Wanner 1996, IV.7, table 7.1 and theorem 7.4)."""
    alpha, gamma, b = matrices(method)
    beta = alpha + gamma
    a1, b1 = alpha.sum(axis=1), beta.sum(axis=1)
    up_to_four = [
        (b.sum(), 1),
        (b @ b1, 1 / 2),
        (b @ a1**2, 1 / 3),
        (b @ beta @ b1, 1 / 6),
        (b @ a1**3, 1 / 4),
        (b @ (a1 * (alpha @ b1)), 1 / 8),
        (b @ beta @ a1**2, 1 / 12),
        (b @ beta @ beta @ b1, 1 / 24),
    ]
    five = [
        (b @ a1**4, 1 / 5),
        (b @ (a1**2 * (alpha @ b1)), 1 / 10),
        (b @ (alpha @ b1) ** 2, 1 / 20),
        (b @ (a1 * (alpha @ a1**2)), 1 / 15),
        (b @ (a1 * (alpha @ beta @ b1)), 1 / 30),
        (b @ beta @ a1**3, 1 / 20),
        (b @ beta @ (a1 * (alpha @ b1)), 1 / 40),
        (b @ beta @ beta @ a1**2, 1 / 60),
        (b @ beta @ beta @ beta @ b1, 1 / 120),
    ]
    conditions = up_to_four + (five if method.order == 5 else [])
    found, wanted = zip(*conditions, strict=True)
    np.testing.assert_allclose(found, wanted, atol=1e-12)
    embedded = np.linalg.solve(np.eye(method.n_stages), np.array([*method.a[-1], 0.0]) @ gamma)
    assert embedded.sum() == pytest.approx(1.0, abs=1e-12)


COUNTS = np.array([10, 20, 40, 80])
WITHIN = np.array([0.1, 0.3, 0.5, 0.7, 0.9])


def forced_course(times):
    def slope(t, s):
        return [-2 * t * s[0] ** 2, np.cos(t) * s[0] - s[1] / (1 + t)]

    return solve_ivp(slope, (0, 2), [1, 0], "DOP853", times, rtol=1e-13, atol=1e-14).y.T


def equal_steps(name, count, times):
    """Values at these times of a run to 2: idle actions cut it into equal steps, as any error is allowed."""
    k = kernel(FORCED.replace("y = 1;", "y = 1; mark = 0;"), ("y", "x"), inputs=("mark",), method=name)
    cuts = np.linspace(0, 2, count + 1)
    what = np.repeat([k.action("set:mark"), READ], [count + 1, len(times)])
    schedule = Schedule.build(1, np.zeros(len(what), int), [*cuts, *times], what, 0.0)
    solution = solve(k, k.defaults, schedule, rtol=1e9, atol=1e9)
    assert solution.steps[0] == count
    return solution.values


def order_seen(errors):
    return -np.polyfit(np.log(COUNTS[1:]), np.log(errors[1:]), 1)[0]


@pytest.mark.parametrize("name", METHODS)
def test_order_of_convergence_with_time_dependent_rates(name):
    """Halving the steps divides the error by 2^order."""
    exact = forced_course([2.0])
    errors = [np.abs(equal_steps(name, n, [2.0]) - exact).max() for n in COUNTS]
    assert order_seen(errors) == pytest.approx(METHODS[name].order, abs=0.35)


@pytest.mark.parametrize("name", METHODS)
def test_readings_inside_steps_are_as_good_as_the_steps(name):
    """A continuous extension of order p - 1 errs by h^p within a step, like the method over all steps."""
    errors = []
    for n in COUNTS:
        times = (np.arange(n)[:, None] + WITHIN).ravel() * 2 / n
        errors.append(np.abs(equal_steps(name, n, times) - forced_course(times)).max())
    assert order_seen(errors) == pytest.approx(METHODS[name].order, abs=0.35)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_the_continuous_extension_starts_and_moves_off_as_the_solution_does(method):
    """With y' = 1 the extension is t itself; all weights of curvature vanish for it."""
    _, gamma, _ = matrices(method)
    np.testing.assert_allclose((np.array(method.dense) @ gamma).sum(axis=1), 0.0, atol=1e-11)


def test_unknown_method_is_named_with_the_known_ones():
    with pytest.raises(UnknownName, match='There is no method "rodas5". Did you mean "rodas5p"'):
        find_method("rodas5")
