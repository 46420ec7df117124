"""The standing proof of the compiler: the exported metabolic model means the same to libRoadRunner."""

import numpy as np
import pytest

from insula.catalog.catalog import Catalog
from insula.compiler.compose import compose
from insula.compiler.numpy_reference import (
    Event,
    Values,
    evaluate,
    jacobian_matrix,
    reference_solve,
    start_values,
)

TIMES = [0.0, 20.0, 60.0, 180.0, 480.0]
MEAL = {"gut.Q_sto1_0": 60_000.0}


@pytest.fixture(scope="module")
def composed():
    return compose(Catalog.open(), "metabolic")


def patient(system):
    return np.array(
        [MEAL.get(name, value) for name, value in zip(system.parameters, system.defaults, strict=True)]
    )


def test_libroadrunner_integrates_the_export_to_the_same_states(composed):
    roadrunner = pytest.importorskip("roadrunner")
    system = composed.system()
    flat = {dotted: identifier for identifier, dotted in composed.names.items()}
    simulator = roadrunner.RoadRunner(composed.sbml)
    simulator.integrator.relative_tolerance, simulator.integrator.absolute_tolerance = 1e-10, 1e-10
    for name, value in MEAL.items():
        simulator[f"init({flat[name]})"] = value
    simulator.reset(roadrunner.SelectionRecord.ALL)
    for name, value in MEAL.items():
        simulator[flat[name]] = value
    expected = np.array(simulator.simulate(times=TIMES, selections=[flat[name] for name in system.states]))
    found = reference_solve(system, system.states, [Event(t) for t in TIMES], patient(system), rtol=1e-10)
    scale = np.maximum(np.abs(expected).max(axis=0), 1e-3)
    assert np.abs(found - expected).max(axis=0) / scale == pytest.approx(0.0, abs=1e-6)


def test_the_jacobian_of_the_metabolic_model_agrees_with_central_differences(composed):
    """Away from the corners of max and min: every state off its basal value by an odd share."""
    system = composed.system()
    p = patient(system)
    start = start_values(system, p)
    state = start.state * (1 + 0.1 * np.sin(1 + np.arange(system.n_states))) + 0.37
    analytic = jacobian_matrix(system, Values(state, p, start.input))
    for column in range(system.n_states):
        step = 1e-5 * max(1.0, abs(state[column]))
        ends = []
        for sign in (1, -1):
            moved = state.copy()
            moved[column] += sign * step
            ends.append(evaluate(system.graph, system.derivatives, Values(moved, p, start.input)))
        numeric = (ends[0] - ends[1]) / (2 * step)
        assert analytic[:, column] == pytest.approx(numeric, rel=1e-4, abs=1e-6)
