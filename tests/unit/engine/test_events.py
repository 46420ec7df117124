"""Events of a model: located inside steps, in the right order, each patient for itself."""

import numpy as np
import pytest
from engine_models import kernel, rows, system
from test_lanes import parts

from insula.compiler.numpy_reference import Event, reference_solve
from insula.core.errors import CompileError
from insula.engine.schedule import READ, Schedule
from insula.engine.solve import solve
from insula.engine.status import Status

BALL = """model ball()
  g = 10; keep = 0.8; h = 1; v = 0; bounces = 0;
  h' = v;  v' = -g;
  hit: at h <= 0 && v < 0: v = -keep*v, bounces = bounces + 1;
end"""


def course(text, outputs, times, **settings):
    k = kernel(text, outputs)
    solution = solve(k, k.defaults, Schedule.readings(1, times), rtol=1e-9, atol=1e-12, **settings)
    assert solution.ok[0], solution.explain(0)
    return solution.values


def ball_by_hand(times, g, keep):
    """Height and bounces of a ball dropped from 1: flights between bounces are parabolas."""
    found = []
    for t in times:
        speed, bounces, start = np.sqrt(2 * g), 0, np.sqrt(2 / g)
        height = 1 - g * t**2 / 2
        while t >= start:
            speed, bounces = keep * speed, bounces + 1
            height = speed * (t - start) - g * (t - start) ** 2 / 2
            start += 2 * speed / g
        found.append((height, bounces))
    return np.array(found)


def test_a_ball_bounces_when_it_meets_the_ground_in_every_lane():
    k, n, times = kernel(BALL, ("h", "bounces")), 30, np.linspace(0, 1.9, 41)
    g, keep = np.linspace(3, 20, n), np.linspace(0.7, 0.9, n)
    solution = solve(k, rows(k, n, g=g, keep=keep), Schedule.readings(n, times), rtol=1e-9, atol=1e-12)
    assert solution.ok.all()
    for p in range(n):
        np.testing.assert_allclose(solution.table()[p], ball_by_hand(times, g[p], keep[p]), atol=1e-7)


def test_events_of_the_neighbours_change_nothing():
    k, n = kernel(BALL, ("h", "bounces")), 30
    parameters = rows(k, n, g=np.linspace(3, 20, n), keep=np.linspace(0.7, 0.9, n))
    whole = parts(solve(k, parameters, Schedule.readings(n, [0.5, 1.9])))
    for p in (0, 11, 29):
        assert parts(solve(k, parameters[p], Schedule.readings(1, [0.5, 1.9]))) == [whole[p]]


@pytest.mark.parametrize("moment", [1.0, 0.1, 3.7, 1e-5])
def test_an_event_in_time_is_met_exactly_and_a_reading_then_sees_it(moment):
    text = f"model m() x' = 1; x = 0; on = 0; when = 0; E: at time >= {moment!r}: on = 1, when = time; end"
    found = course(text, ("on", "when"), [np.nextafter(moment, 0), moment, 10])
    np.testing.assert_array_equal(found, [[0, 0], [1, moment], [1, moment]])


def test_an_event_on_a_state_is_met_within_rounding():
    found = course("model m() x' = 2*time; x = 0; when = 0; E: at x > 9: when = time; end", ("when",), [10])
    assert found[0, 0] == pytest.approx(3.0, abs=1e-9)


def test_a_short_window_between_two_long_steps_is_not_missed():
    window = "E: at x > 500.001 && x < 500.002: n = n + 1;"
    found = course(f"model m() x' = 1; x = 0; n = 0; {window} end", ("n",), [1000])
    assert found[0, 0] == 1


@pytest.mark.parametrize("second", [10.3, 14.0, 31.0, 77.0])
def test_of_several_changes_within_a_step_the_first_is_located(second):
    """Steps grow tenfold here, so that both thresholds lie within one, in one part of it or in two."""
    text = f"E: at x > 10: first = time, x = x + 100; F: at x > 100 + {second}: other = time"
    model = f"model m() x' = 1; x = 0; first = 0; other = 0; {text}; end"
    found = course(model, ("first", "other"), [200])
    np.testing.assert_allclose(found[0], [10, second], rtol=1e-9)
    text = f"E: at x > 10: first = time; F: at x > {second}: other = time"
    model = f"model m() x' = 1; x = 0; first = 0; other = 0; {text}; end"
    found = course(model, ("first", "other"), [200])
    np.testing.assert_allclose(found[0], [10, second], rtol=1e-9)


def test_a_relation_that_comes_and_goes_twice_within_a_step_is_located_where_it_first_comes():
    """True from 0.2 to 0.5 and from 0.8 on; as any error is allowed, the first step goes all the way to 1."""
    wave = f"sin({2 * np.pi}*(x - 0.2)/0.6) > 0"
    k = kernel(f"model m() x' = 1; x = 0; y = 0; E: at {wave} && y < 0.1: y = time; end", ("y",))
    found = solve(k, k.defaults, Schedule.readings(1, [1.0]), rtol=1e9, atol=1e9)
    assert found.values[0, 0] == pytest.approx(0.2, rel=1e-12)


def test_the_state_after_an_event_that_does_nothing_to_it_is_as_without():
    plain = "model m() x' = -x*y; x = 1; y' = x - 0.3*y; y = 0.2;"
    event = " seen = 0; E: at y > 0.5: seen = 1;"
    found, wanted = (course(text + " end", ("x", "y"), [1, 3, 9]) for text in (plain + event, plain))
    np.testing.assert_allclose(found, wanted, rtol=1e-7)


# order, delays, persistence ------------------------------------------------------------
@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("E: at time >= 1: y = x", 1),
        ("E: at 2 after time >= 1: y = x", 1),
        ("E: at 2 after time >= 1, fromTrigger=false: y = x", 3),
        ("E: at 2 after (time >= 1 && time < 2): y = 7", 7),
        ("E: at 2 after (time >= 1 && time < 2), persistent=false: y = 7", 0),
        ("E: at time < 9: y = 7", 0),
        ("E: at time < 9, t0=false: y = 7", 7),
        ("E: at time >= 1, priority=2: y = y + 1; F: at time >= 1, priority=3: y = 5", 1),
        ("E: at time >= 1, priority=2, fromTrigger=false: y = y + 1; F: at time >= 1, priority=3: y = 5", 6),
        ("E: at time == 1: y = 7", 7),
        ("E: at (time - 1)*(3 - time) > 0: y = y + 1; F: at time >= 6: z = 1", 1),
        ("E: at 1 > 0, t0=false: y = 7", 7),
        ("E: at time >= 1: y = 3; F: at y > 2: z = 1; G: at z > 0.5: y = 10", 10),
    ],
)
def test_what_an_event_sets(event, expected):
    model = f"model m() x' = 1; x = 0; y = 0; z = 0; {event}; end"
    assert course(model, ("y",), [8])[0, 0] == pytest.approx(expected, abs=1e-9)


def test_equal_priorities_take_turns_by_chance_and_alike_in_every_run():
    """Each of two rivals wins about half of 400 times (standard deviation 10), and never all the same."""
    rivals = " ".join(
        f"{e}: at time - last >= 0.01, priority=1, persistent=false: last = time, {e.lower()} = {e.lower()} + 1;"
        for e in ("A", "B")
    )
    model = f"model m() last = 0; a = 0; b = 0; {rivals} end"
    a, b = course(model, ("a", "b"), [4.0001])[0]
    assert a + b == pytest.approx(400, abs=1)
    assert abs(a - b) < 80
    assert course(model, ("a", "b"), [4.0001])[0].tolist() == [a, b]


def test_a_volume_that_an_event_changes_keeps_amounts():
    model = """model m() compartment V = 2; species A in V = 3; J: A -> ; 0*A;
    species B in V = 1; B' = 0; E: at time >= 1: V = 6; end"""
    np.testing.assert_allclose(course(model, ("A", "B"), [0.5, 2]), [[3, 1], [1, 1 / 3]])


def test_an_action_triggers_an_event_at_once():
    model = "model m() x' = -x; x = 1; seen = 0; E: at x > 4: seen = time; end"
    k = kernel(model, ("x", "seen"), inputs=("x",))
    schedule = Schedule.build(1, [0, 0], [2.0, 3.0], [k.action("set:x"), READ], [5.0, 0.0])
    assert solve(k, k.defaults, schedule).values[0] == pytest.approx([5 * np.exp(-1), 2.0], rel=1e-5)


# what cannot go on ---------------------------------------------------------------------
def ending(text):
    k = kernel(text, ("x",))
    return solve(k, k.defaults, Schedule.readings(1, [5.0]))


def test_events_that_trigger_each_other_for_ever_are_stopped():
    events = "A: at time >= 1 && x < 0.5: x = 1; B: at x > 0.5: x = 0"
    solution = ending(f"model m() x = 0; {events}; end")
    assert solution.status[0] == Status.EVENT_LOOP
    assert solution.time[0] == pytest.approx(1.0)
    assert "triggered each other without end at one time" in solution.explain(0)


def test_an_event_that_waits_too_often_is_stopped():
    swing = "x' = 50*v; x = 0; v' = -50*x; v = 1"
    solution = ending(f"model m() {swing}; E: at 100 after x > 0: x = 1; end")
    assert solution.status[0] == Status.EVENT_QUEUE
    assert "while it still waited to act" in solution.explain(0)


def test_the_reference_refuses_what_it_cannot_do():
    model = system("model m() x' = 1; x = 0; E: at x > 1: x = 0; end")
    with pytest.raises(CompileError, match="m has events, which the reference does not simulate"):
        reference_solve(model, ("x",), [Event(2.0)])
