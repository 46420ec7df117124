"""What `make bench` computes before it prints a number."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from engine_problems import KITCHEN_SINK

from insula.compiler.antimony_text import to_sbml
from insula.compiler.numpy_reference import Event, act, evaluate, reference_solve, start_values
from insula.compiler.read_sbml import ActionRow, build_system

sys.path.append(str(Path(__file__).parents[2]))

from benchmarks.accuracy import FAILED, errors, speed_at  # noqa: E402
from benchmarks.engines.lsoda_engine import Lsoda  # noqa: E402
from benchmarks.engines.segments import segments  # noqa: E402
from benchmarks.operations import of_step  # noqa: E402
from benchmarks.problems import Problem, immune  # noqa: E402
from benchmarks.report import number, page  # noqa: E402
from benchmarks.spelling import python_action, values  # noqa: E402


def test_an_error_is_relative_to_the_value_or_to_a_share_of_the_largest():
    wanted = np.array([[[1.0], [100.0], [1e-9]]])
    assert errors(wanted + [[[0.02], [0], [0]]], wanted) == pytest.approx([0.02])
    assert errors(wanted + [[[0], [0], [0.02]]], wanted) == pytest.approx([0.2]), (
        "100 times 1e-3 is the floor"
    )
    assert errors(wanted + [[[0.02], [0], [0]]], wanted, floor=1.0) == pytest.approx([2e-4])


def test_who_does_not_arrive_has_a_large_error_and_nothing_else_has():
    wanted = np.array([[[1.0]], [[0.0]], [[0.0]]])
    assert errors(np.array([[[np.nan]], [[0.0]], [[1e-3]]]), wanted).tolist() == [FAILED, 0.0, FAILED]


def test_the_speed_at_an_error_lies_between_those_at_the_errors_beside_it():
    reached, speed = [1e-2, 1e-4, 1e-6], [400.0, 100.0, 10.0]
    assert speed_at(1e-4, reached, speed) == pytest.approx(100.0)
    assert speed_at(1e-3, reached, speed) == pytest.approx(200.0)
    assert speed_at(1.0, reached, speed) == pytest.approx(400.0)
    assert speed_at(1e-7, reached, speed) is None
    assert speed_at(1e-4, [], []) is None


def test_a_speed_is_never_less_than_at_a_smaller_error():
    assert speed_at(1e-3, [1e-3, 1e-5], [10.0, 50.0]) == pytest.approx(50.0)
    assert speed_at(1.0, [FAILED, 1e-3], [1e6, 7.0]) == pytest.approx(7.0)


@pytest.fixture(scope="module")
def sink():
    sbml = to_sbml(KITCHEN_SINK, "sink")
    text = "piecewise(value*x, x > 0.5 && value < 3, min(y, 2)) + max(u, abs(-y))^1.5"
    rows = [ActionRow("mix", "x", text), ActionRow("mix", "u", "sqrt(value) + x")]
    system = build_system(sbml, inputs=["u"], actions=rows)
    table = system.defaults * np.array([[1.0], [0.9]])
    flat = {name: name for name in system.observables}
    return Problem("sink", "", system, sbml, flat, system.states, np.array([0.0, 1.0]), (), table)


def test_many_patients_evaluate_to_what_one_does(sink):
    roots = list(sink.system.observables.values())
    one = start_values(sink.system, sink.parameters[1], 0.7)
    leaves = {"state": one.state[None], "parameter": one.parameter[None], "input": one.input[None]}
    found = values(sink.system.graph, roots, leaves, 0.7)
    np.testing.assert_allclose(found[0], evaluate(sink.system.graph, roots, one), rtol=1e-14, equal_nan=True)


@pytest.mark.parametrize("amount", [0.4, 5.0])
def test_an_action_spelt_in_python_does_the_same(sink, amount):
    action = next(a for a in sink.system.actions if a.name == "mix")
    one = start_values(sink.system)
    after = act(sink.system, action, one, amount)
    found = python_action(sink.system, action)(one.state, one.parameter, one.input, 0.0, amount)
    wanted = [(after.state if t.kind == "state" else after.input)[t.index] for t in action.assignments]
    assert found == pytest.approx(wanted, rel=1e-14)


def test_the_functions_given_to_lsoda_compute_the_model(sink):
    """Right-hand side and Jacobian, through an integration."""
    found = Lsoda(sink).run(2, 1e-9)[0]
    for patient in range(2):
        plan = [Event(t) for t in sink.times]
        wanted = reference_solve(sink.system, sink.system.states, plan, sink.parameters[patient])
        np.testing.assert_allclose(found[patient], wanted, rtol=1e-6)


def test_time_is_cut_at_doses_and_every_reading_but_the_first_is_in_one_piece():
    problem = immune(1, 2)
    pieces = segments(problem)
    assert [piece.start for piece in pieces] == [0.0, *sorted(d.time for d in problem.doses)]
    assert np.concatenate([piece.readings for piece in pieces]).tolist() == list(range(1, len(problem.times)))
    assert all(piece.grid(problem.times)[-1] == piece.end for piece in pieces)
    assert sum(len(piece.doses) for piece in pieces) == len(problem.doses)


def test_a_step_of_the_chain_is_counted_by_hand():
    """x' = -k x with the parameter known: one product; one cell of the matrix, inverted; six or eight stages."""
    system = build_system(to_sbml("model m() x = 1; k = 2; x' = -k*x; end", "m"))
    rodas4, rodas5p = (of_step(system, method) for method in ("rodas4", "rodas5p"))
    stages = {"rodas4": 6, "rodas5p": 8}
    for found, s in ((rodas4, stages["rodas4"]), (rodas5p, stages["rodas5p"])):
        pairs = s * (s - 1) // 2
        assert found == pytest.approx(2 + 1 + s * (1 + 1) + 4 * pairs + s + 10, abs=2)


def test_the_synthetic_models_have_the_states_that_their_names_say():
    for sites, states in ((1, 46), (4, 115)):
        problem = immune(sites, 2)
        assert problem.system.n_states == states
        assert problem.name == f"synthetic_{states}"
        assert (problem.parameters[0] != problem.parameters[1]).sum() > 80, "patients differ"


def test_the_page_shows_the_results_beside_it():
    folder = Path(__file__).parents[2] / "benchmarks"
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert not results["quick"], "what is kept is a full run"
    assert page(results) == (folder / "README.md").read_text(encoding="utf-8")


def test_numbers_have_three_digits():
    shown = {0.004551: "0.00455", 41.14: "41.1", 181234.0: "181,000", 999.6: "1,000", 12.0: "12", None: "-"}
    assert {x: number(x) for x in shown} == shown
