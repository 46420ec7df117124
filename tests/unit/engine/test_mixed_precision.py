"""Mixed precision: as good as its tolerance, honest where single precision will not do, lanes independent."""

import numpy as np
import pytest
from engine_models import BINDING, BLOW_UP, DECAY, FORCED, LOGISTIC, kernel, rows
from test_lanes import CONDITIONAL, EAT, parts

from insula.core.errors import CompileError, ProtocolError, UnknownName
from insula.engine.methods import METHODS
from insula.engine.schedule import READ, Schedule
from insula.engine.solve import solve
from insula.engine.status import Status

BALL = """model ball()
  g = 10; keep = 0.8; h = 1; v = 0; bounces = 0;
  h' = v;  v' = -g;
  hit: at h <= 0 && v < 0: v = -keep*v, bounces = bounces + 1;
end"""


def both(text, outputs, schedule, columns=None, **settings):
    """Solutions in mixed and in double precision at the same tolerances, or a tighter one."""
    found = []
    for precision in ("mixed", "f64"):
        k = kernel(text, outputs, precision=precision)
        found.append(solve(k, rows(k, schedule.n_patients, **(columns or {})), schedule, **settings))
    return found


# how good -------------------------------------------------------------------------------
@pytest.mark.parametrize("rtol", [1e-3, 1e-4, 1e-5])
@pytest.mark.parametrize("method", METHODS)
def test_errors_stay_near_the_tolerance(method, rtol):
    n, times = 50, np.linspace(0.1, 8, 20)
    rates, capacities = np.linspace(0.2, 3, n), np.linspace(0.5, 4, n)
    k = kernel(LOGISTIC, ("y",), method=method, precision="mixed")
    found = solve(
        k, rows(k, n, r=rates, K=capacities), Schedule.readings(n, times), rtol=rtol, atol=rtol * 1e-3
    )
    r, c = rates[:, None], capacities[:, None]
    exact = c / (1 + (c / 0.1 - 1) * np.exp(-r * times))
    errors = np.abs(found.table()[:, :, 0] / exact - 1).max(axis=1)
    assert np.quantile(errors, 0.99) < 10 * rtol
    assert not found.repeated.any()


def test_time_dependent_rates_are_as_good():
    schedule = Schedule.readings(1, np.linspace(0, 2, 9))
    found, wanted = both(FORCED, ("x", "y"), schedule, rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(found.values, wanted.values, rtol=1e-4, atol=1e-6)


def test_the_clock_is_not_rounded():
    """After ten million rounds single precision would no longer know the phase."""
    text = "model m() w = 6.25; x = 0; start = 1e7; x' = cos(w*(time - start)) - x; end"
    k = kernel(text, ("x",), precision="mixed")
    times = np.linspace(0, 3, 7)
    found = solve(k, k.defaults, Schedule.readings(1, 1e7 + times), start=1e7, rtol=1e-5, atol=1e-8)
    w = 6.25
    exact = (np.cos(w * times) + w * np.sin(w * times) - np.exp(-times)) / (1 + w * w)
    np.testing.assert_allclose(found.values[:, 0], exact, atol=1e-5)


def test_many_small_steps_do_not_pile_up_rounding_errors():
    """The state is kept in double precision: ten thousand steps lose no more digits than the stages of one."""
    k = kernel("model m() a = 0.1; x = 1; y = 0; x' = a; end", ("x",), inputs=("y",), precision="mixed")
    times = np.arange(10_000.0)
    what = np.repeat([k.action("add:y"), READ], [len(times), 1])
    schedule = Schedule.build(1, np.zeros(len(what), int), [*times, 1e4], what, 1.0)
    found = solve(k, k.defaults, schedule, rtol=1e-5, atol=1e-8)
    assert found.steps[0] >= 9999
    assert found.values[0, 0] == pytest.approx(1001.0, rel=1e-5)


def test_events_act_in_mixed_precision_too():
    n = 40
    columns = {"g": np.linspace(3, 20, n), "keep": np.linspace(0.7, 0.9, n)}
    schedule = Schedule.readings(n, np.linspace(0, 1.9, 21))
    found, wanted = both(BALL, ("h", "bounces"), schedule, columns, rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(found.table()[..., 0], wanted.table()[..., 0], atol=1e-4)
    np.testing.assert_array_equal(found.table()[..., 1], wanted.table()[..., 1])


def test_actions_with_a_condition_and_readings_inside_steps():
    """Who eats only below a limit eats as often as in double precision; no reading and no look ends a step."""
    n, times = 40, np.arange(0.01, 10, 0.01)
    found = {}
    for precision in ("mixed", "f64"):
        k = kernel(CONDITIONAL, ("x", "eaten"), actions=EAT, precision=precision)
        what = np.tile(np.repeat([READ, k.action("eat")], len(times)), n)
        patient = np.repeat(np.arange(n), 2 * len(times))
        schedule = Schedule.build(n, patient, np.tile(times, 2 * n), what, 1.0)
        parameters = rows(k, n, k=np.linspace(0.5, 2, n))
        found[precision] = solve(k, parameters, schedule, rtol=1e-5, atol=1e-8)
    mixed, exact = found["mixed"], found["f64"]
    assert not mixed.repeated.any()
    assert mixed.steps.max() < 500
    same = (np.diff(mixed.table()[..., 1], axis=1) == np.diff(exact.table()[..., 1], axis=1)).mean()
    assert same > 0.999, "a look may fall on the other side of the limit by a rounding error, hardly ever"
    np.testing.assert_allclose(mixed.inputs, exact.inputs, atol=1)


# independent lanes ----------------------------------------------------------------------
def test_a_patient_alone_has_the_same_bits_in_mixed_precision():
    n, text = 70, "model m() p = 1; x = 1; y = 2; x' = -p*x^1.5 + tanh(y); y' = exp(-x) - 0.1*p*y; end"
    k = kernel(text, ("x", "y"), precision="mixed")
    parameters = rows(k, n, p=np.r_[np.linspace(0.2, 4, n - 1), 1e-45])
    times = np.linspace(0, 5, 11)
    whole = solve(k, parameters, Schedule.readings(n, times), rtol=1e-4, atol=1e-7)
    for p in (0, 11, 35, 69):
        alone = solve(k, parameters[p], Schedule.readings(1, times), rtol=1e-4, atol=1e-7)
        assert parts(alone) == [parts(whole)[p]]


# what single precision cannot do --------------------------------------------------------
def test_a_patient_beyond_single_precision_is_repeated_in_double_precision():
    text = "model m() a = 1; b = 1; x = 1; x' = -x - a*tanh(b*x); end"
    schedule = Schedule.readings(4, [0.0, 0.5, 2.0])
    columns = {"a": [0.0, 1e-50, 0.0, 0.0], "b": [1.0, 1.0, 1e50, 2.0]}
    found, wanted = both(text, ("x", "a"), schedule, columns, rtol=1e-4, atol=1e-7)
    assert found.repeated.tolist() == [False, True, True, False]
    assert not wanted.repeated.any()
    assert parts(found)[1:3] == parts(wanted)[1:3]
    np.testing.assert_allclose(found.table()[:, :, 0], [np.exp([0, -0.5, -2])] * 4, rtol=1e-3)


def test_a_state_that_outgrows_single_precision_is_repeated():
    schedule = Schedule.readings(3, [1.0, 100.0])
    found, wanted = both(DECAY, ("A",), schedule, {"k": [-1.0, 1.0, -2.0]}, rtol=1e-4, atol=1e-7)
    assert found.repeated.tolist() == [True, False, True]
    assert parts(found)[::2] == parts(wanted)[::2]


def test_who_fails_in_double_precision_too_says_how():
    schedule = Schedule.readings(3, [0.25, 2.0])
    found, wanted = both(BLOW_UP, ("y",), schedule, {"a": [0.1, 1.0, np.nan]}, rtol=1e-4, atol=1e-7)
    assert found.status.tolist() == [Status.OK, Status.STEP_TOO_SMALL, Status.NOT_FINITE]
    assert found.repeated.tolist() == [False, True, True]
    assert found.explain(1) == wanted.explain(1)


def test_factors_without_digits_are_noticed():
    """Binding a hundred million times as fast as the loss leaves none of eight digits to the slow rate."""
    n, speeds = 3, [1.0, 1e8, 30.0]
    schedule = Schedule.readings(n, [0.5, 4.0])
    found, wanted = both(BINDING, ("A", "B"), schedule, {"fast": speeds}, rtol=1e-4, atol=1e-7)
    assert found.repeated.tolist() == [False, True, False]
    exact = np.exp(-np.array([0.5, 4.0]) / 2) / 2
    np.testing.assert_allclose(found.table()[1, :, 0], exact, rtol=1e-3)
    np.testing.assert_allclose(found.table(), wanted.table(), rtol=1e-3)


# refusals -------------------------------------------------------------------------------
@pytest.mark.parametrize("settings", [{"rtol": 9e-6}, {"rtol": 1e-4, "atol": 1e-31}])
def test_tolerances_that_mixed_precision_cannot_keep_are_refused(settings):
    k = kernel(DECAY, ("A",), precision="mixed")
    with pytest.raises(ProtocolError, match=r'too tight for mixed precision.*precision="f64"'):
        solve(k, k.defaults, Schedule.readings(1, [1.0]), **settings)


def test_numbers_that_single_precision_does_not_have_are_refused():
    tiny = "model m() x = 1; x' = -x*(x + 1e-40); end"
    with pytest.raises(CompileError, match="1e-40 is too small or too large for mixed precision"):
        kernel(tiny, ("x",), precision="mixed")
    assert kernel(tiny, ("x",)).precision == "f64"


def test_an_unknown_precision_is_named_with_the_known_ones():
    with pytest.raises(UnknownName, match="no precision"):
        kernel(DECAY, ("A",), precision="f32")


def test_the_control_word_of_the_processor_is_put_back():
    """Kernels in single precision drop subnormal numbers; the rest of the program must keep them."""
    k = kernel(DECAY, ("A",), precision="mixed")
    found = solve(k, k.defaults, Schedule.readings(1, [90.0]), rtol=1e-4, atol=1e-7)
    assert found.ok[0]
    tiny = np.array([2.0**-1070, 3.0])
    assert (tiny * 0.5)[0] == 2.0**-1071
