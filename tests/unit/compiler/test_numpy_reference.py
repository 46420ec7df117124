import numpy as np
import pytest

from insula.compiler.antimony_text import to_sbml
from insula.compiler.numpy_reference import Event, jacobian_matrix, reference_solve, start_values
from insula.compiler.read_sbml import ActionRow, build_system

DECAY = to_sbml("model m() x' = -k*x + inflow; x = 4; k = 0.5; inflow = 0; end", "test")
GIVE = ActionRow("give", "x", "x + value")


def test_exponential_decay_has_its_closed_form():
    times = np.array([0.0, 0.3, 7.0])
    found = reference_solve(build_system(DECAY), ["x"], [Event(t) for t in times])
    assert found[:, 0] == pytest.approx(4 * np.exp(-0.5 * times), rel=1e-8)


def test_a_reading_comes_before_a_dose_at_the_same_time_whatever_the_row_order():
    system = build_system(DECAY, actions=[GIVE])
    rows = [Event(2.0, "give", 10.0), Event(2.0), Event(4.0)]
    found = reference_solve(system, ["x"], rows)[:, 0]
    at_two = 4 * np.exp(-1.0)
    assert found == pytest.approx([at_two, (at_two + 10) * np.exp(-1.0)], rel=1e-8)


def test_actions_at_one_time_act_in_row_order():
    system = build_system(DECAY, inputs=["x"], actions=[ActionRow("double", "x", "2*x + 0*value")])
    rows = [Event(0.0, "double", 1.0), Event(0.0, "add:x", 1.0), Event(1e-12)]
    assert reference_solve(system, ["x"], rows)[0, 0] == pytest.approx(9.0)


def test_an_infusion_through_an_input_reaches_its_steady_state():
    system = build_system(DECAY, inputs=["inflow"])
    found = reference_solve(system, ["x", "inflow"], [Event(0.0, "set:inflow", 3.0), Event(100.0)])
    assert found[0] == pytest.approx([6.0, 3.0])


def test_the_start_of_the_clock_is_only_a_label_without_time_in_the_rates():
    found = reference_solve(build_system(DECAY), ["x"], [Event(12.0)], start=10.0)
    assert found[0, 0] == pytest.approx(4 * np.exp(-1.0))


def test_the_jacobian_of_a_linear_system_is_its_matrix():
    model = to_sbml("model m() x' = -2*x + 3*y; y' = 5*x - y; x = 1; y = 1; end", "test")
    system = build_system(model)
    assert jacobian_matrix(system, start_values(system)) == pytest.approx(
        np.array([[-2.0, 3.0], [5.0, -1.0]])
    )


def test_what_was_computed_from_an_input_at_the_start_does_not_follow_it_later():
    model = to_sbml("model m() x' = -x; x = 2*dose; kept = 10*dose; live := 10*dose; dose = 3; end", "test")
    system = build_system(model, inputs=["dose"])
    rows = [Event(0.0), Event(0.0, "set:dose", 7.0), Event(1e-12)]
    found = reference_solve(system, ["x", "kept", "live"], rows)
    assert found == pytest.approx(np.array([[6.0, 30.0, 30.0], [6.0, 30.0, 70.0]]))
