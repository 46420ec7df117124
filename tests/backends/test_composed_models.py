"""Both composed models: the kernel against the NumPy reference, and their exports against libRoadRunner."""

from dataclasses import dataclass

import numpy as np
import pytest

from insula.catalog import Catalog
from insula.compiler.compose import compose
from insula.compiler.numpy_reference import Event, Values, act, reference_solve, start_values
from insula.compiler.system import System
from insula.engine.kernel import build_kernel
from insula.engine.schedule import READ, Schedule
from insula.engine.solve import solve
from insula.trial.open_clinic import open_clinic
from tiny_study import THERAPY_ARM
from tolerances import TWO_INTEGRATORS

RTOL = 1e-10
METABOLIC_TIMES = [0.0, 430.0, 500.0, 560.0, 700.0, 790.0, 900.0, 1130.0, 1200.0, 1440.0]
METABOLIC_EVENTS = [
    (420.0, "meal", 50.0),
    (420.0, "bolus", 5.0),
    (430.0, "mouthful", 10.0),
    (720.0, "bolus_for_meal", 70.0),
    (735.0, "meal", 70.0),
    (1140.0, "meal", 60.0),
    (1150.0, "basal_rate", 0.4),
    (1320.0, "basal_injection", 15.0),
    (1325.0, "rescue", 15.0),
]
DISEASE_TIMES = [0.0, 0.01, 1.0, 7.0, 30.0, 90.0, 180.0, 400.0]


@pytest.fixture(scope="module")
def clinic(small_science, cache):
    patch = pytest.MonkeyPatch()
    patch.setenv("INSULA_CACHE", str(cache))
    catalog = Catalog.open(small_science)
    yield open_clinic(catalog, catalog.studies["tiny"])
    patch.undo()


def agrees(asked, found, wanted):
    """Relative to the largest value that each state takes: near zero only that scale means anything."""
    assert np.isfinite(found).all()
    error = np.abs(found - wanted) / np.maximum(np.abs(wanted).max(axis=0), 1e-9)
    off = {name: worst for name, worst in zip(asked.system.states, error.max(axis=0), strict=True)}
    assert {name: worst for name, worst in off.items() if not worst < TWO_INTEGRATORS} == {}


def by_kernel(problem):
    kernel = build_kernel(problem.system, problem.system.states)
    rows = [(t, READ, 0.0) for t in problem.times]
    rows += [(t, kernel.action(name), amount) for t, name, amount in problem.events]
    time, action, amount = (np.array(column) for column in zip(*rows, strict=True))
    schedule = Schedule.build(1, np.zeros(len(rows), dtype=int), time, action, amount)
    found = solve(kernel, kernel.defaults, schedule, rtol=RTOL, atol=problem.atol)
    assert found.ok.all(), found.explain(0)
    return found.values


def by_reference(problem):
    plan = [Event(t) for t in problem.times] + [Event(*row) for row in problem.events]
    return reference_solve(problem.system, problem.system.states, plan, rtol=RTOL, atol=problem.atol)


def by_libroadrunner(problem):
    """The exported SBML, stopped at each reading and event; what an event does is worked out from its own states."""
    roadrunner = pytest.importorskip("roadrunner")
    simulator, system = roadrunner.RoadRunner(problem.sbml), problem.system
    states = [problem.flat[name] for name in system.states]
    inputs = [problem.flat[name] for name in system.inputs]
    order = [simulator.model.getStateVectorId(k) for k in range(system.n_states)]
    simulator.integrator.relative_tolerance = RTOL
    simulator.integrator.setValue("absolute_tolerance", [problem.atol[states.index(name)] for name in order])
    actions = {action.name: action for action in system.actions}
    now, rows = 0.0, []
    for stop in sorted({t for t, *_ in problem.events} | set(problem.times)):
        if stop > now:
            simulator.simulate(now, stop, 2)
            now = stop
        if stop in problem.times:
            rows.append([simulator[name] for name in states])
        for _, name, amount in (event for event in problem.events if event[0] == stop):
            state, level = (np.array([simulator[one] for one in names]) for names in (states, inputs))
            after = act(system, actions[name], Values(state, system.defaults, level, stop), amount)
            for one, value in zip([*states, *inputs], [*after.state, *after.input], strict=True):
                simulator[one] = value
    return np.array(rows)


@dataclass(frozen=True)
class Problem:
    """A model, what is done to it, and when all of its states are read."""

    system: System
    sbml: str
    flat: dict[str, str]
    events: list[tuple[float, str, float]]
    times: list[float]

    @property
    def atol(self):
        """Absolute tolerance of each state: a trifle of its size at the start, or of 0.01 if that is more."""
        return 1e-10 * np.maximum(np.abs(start_values(self.system).state), 1e-2)


def problem(composed, inputs, events, times):
    flat = {dotted: identifier for identifier, dotted in composed.names.items()}
    return Problem(composed.system(inputs), composed.sbml, flat, events, times)


@pytest.fixture(scope="module")
def day(clinic, small_science):
    composed = compose(Catalog.open(small_science), "metabolic")
    inputs = ("subcutaneous_insulin.pump_rate",)
    return problem(composed, inputs, METABOLIC_EVENTS, METABOLIC_TIMES)


@pytest.fixture(scope="module")
def year(clinic, small_science):
    composed = compose(Catalog.open(small_science), "disease", clinic.averaged_map.module)
    given = clinic.arms[THERAPY_ARM].given
    events = [(g.day, g.action, g.amount) for g in given if g.day < DISEASE_TIMES[-1]]
    assert len(events) > 3, "cells and drugs are given"
    return problem(composed, sorted({g.action.partition(":")[2] for g in given}), events, DISEASE_TIMES)


@pytest.fixture(scope="module", params=["day", "year"])
def solved(request):
    """A day with meals and insulin, or 400 days with cells and drugs, by the kernel."""
    asked = request.getfixturevalue(request.param)
    return asked, by_kernel(asked)


def test_the_kernel_agrees_with_the_reference(solved):
    asked, found = solved
    agrees(asked, found, by_reference(asked))


def test_the_exported_model_means_the_same_to_libroadrunner(solved):
    asked, found = solved
    agrees(asked, found, by_libroadrunner(asked))
