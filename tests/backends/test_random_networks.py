"""Random small networks mean the same to the engine and to libRoadRunner.

By hand for about an hour, with networks that nobody has seen before::

    INSULA_FUZZ=15000 python -m pytest tests/backends/test_random_networks.py
"""

import os

import libsbml
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from random_networks import END, networks

from insula.compiler.antimony_text import to_sbml
from insula.compiler.read_sbml import build_system
from insula.engine.simulate import simulate

roadrunner = pytest.importorskip("roadrunner")

ASKED = os.environ.get("INSULA_FUZZ")
STEPS = 20
RTOL = 1e-9
# Of a symbol's largest value. What is left of two integrators at 1e-9 are kinks stepped over and events located.
APART = 1e-5
# libRoadRunner misses an event that begins and ends between two of its steps.
LONGEST_STEP = END / 100


@pytest.fixture(scope="module", autouse=True)
def _own_cache(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("INSULA_CACHE", str(tmp_path_factory.mktemp("cache")))
    yield
    patch.undo()


def by_libroadrunner(sbml, names, rtol=RTOL):
    simulator = roadrunner.RoadRunner(sbml)
    simulator.integrator.relative_tolerance, simulator.integrator.absolute_tolerance = rtol, 1e-3 * rtol
    simulator.integrator.maximum_time_step = LONGEST_STEP
    model = simulator.model
    concentrations = {*model.getFloatingSpeciesIds(), *model.getBoundarySpeciesIds()} - amounts(sbml)
    columns = [f"[{name}]" if name in concentrations else name for name in names]
    return np.array(simulator.simulate(0, END, STEPS + 1, columns))


def amounts(sbml):
    """Species whose symbol means an amount."""
    document = libsbml.readSBMLFromString(sbml)
    return {s.getId() for s in document.getModel().getListOfSpecies() if s.getHasOnlySubstanceUnits()}


def apart(found, wanted):
    """Largest difference, as a share of what each symbol reaches."""
    return (np.abs(found - wanted) / np.maximum(np.abs(wanted).max(axis=0), 1e-3)).max()


def compare(text):
    """Hold the engine against libRoadRunner, unless the network is one that libRoadRunner itself cannot settle.

    A state that is driven back and forth over a threshold, an event that is only just triggered: these have no
    right answer.
    """
    sbml = to_sbml(text, "network")
    system = build_system(sbml)
    names = [name for name in system.observables if name[0] in "SVp"]
    try:
        wanted = by_libroadrunner(sbml, names)
    except RuntimeError:  # it gives up after 20 000 steps
        reject()
    found = simulate(system, END, STEPS, variables=names, rtol=RTOL, atol=1e-3 * RTOL).values
    if not apart(found, wanted) < APART:
        assume(apart(wanted, by_libroadrunner(sbml, names, 1e-2 * RTOL)) < 0.1 * APART)
    assert apart(found, wanted) < APART


@settings(
    max_examples=int(ASKED or 40),
    derandomize=ASKED is None,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(networks())
def test_a_random_network_means_the_same_to_libroadrunner(text):
    compare(text)


LATE = """model late()
  compartment V0 = 1; species S0 in V0; S0 = 1;
  V0' = 0.1*V0;
  E: at 0.37 after (time > 2.057): S0 = S0 + 0;
end"""


def test_a_concentration_that_is_set_late_is_set_in_the_volume_of_then():
    """The concentration of the time of the trigger, in the larger volume of the time of the action, then diluted."""
    found = simulate(build_system(to_sbml(LATE, "late")), END, STEPS, variables=["S0"], rtol=RTOL)
    diluted = np.exp(-0.1 * (2.057 + found.time[-1] - 2.427))
    assert found.values[-1, 0] == pytest.approx(diluted, rel=1e-7)


def test_a_difference_is_noticed():
    """The comparison is not blind: a rate that only one of them has."""
    text = "model m() compartment V0 = 1; species S0 in V0; S0 = 1; k = 1; J: S0 -> ; k*S0; end"
    compare(text)
    sbml = to_sbml(text, "m")
    wanted = by_libroadrunner(sbml.replace('id="k" value="1"', 'id="k" value="1.0001"'), ["S0"])
    assert apart(by_libroadrunner(sbml, ["S0"]), wanted) > APART
