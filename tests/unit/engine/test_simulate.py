import re

import numpy as np
import pytest
from engine_models import BLOW_UP, CLEARANCE, system

from insula.core.errors import ProtocolError, SolverFailure, UnknownName
from insula.engine.simulate import simulate

MODEL = """model two()
  compartment v = 2; species S in v = 3; k = 0.5;
  R: S -> ; v*k*S;
end"""


@pytest.fixture
def two(tmp_path):
    path = tmp_path / "two.ant"
    path.write_text(MODEL)
    return path


def test_states_on_an_even_grid_from_a_file(two):
    found = simulate(two, 4.0, 4)
    assert found.names == ("S",)
    np.testing.assert_array_equal(found.time, [0, 1, 2, 3, 4])
    np.testing.assert_allclose(found.values[:, 0], 3 * np.exp(-0.5 * found.time), rtol=1e-8)


def test_a_species_is_a_concentration_and_a_reaction_its_rate(two):
    found = simulate(two, 1.0, 1, variables=["R", "S", "k", "v"])
    np.testing.assert_array_equal(found.values[0], [3.0, 3.0, 0.5, 2.0])


def test_parameters_and_starts_can_be_changed(two):
    found = simulate(two, 1.0, 10, changes={"k": 2.0, "S": 5.0})
    np.testing.assert_allclose(found.values[-1, 0], 5 * np.exp(-2), rtol=1e-8)
    start = simulate(system(CLEARANCE), 1.0, 1, changes={"rate": 3.0}, variables=["A"])
    np.testing.assert_allclose(start.values[:, 0], [0, 10 * (1 - np.exp(-0.3))], rtol=1e-8)


def test_what_cannot_be_done_is_said(two):
    with pytest.raises(UnknownName, match='no parameter or state "K". Did you mean "k"'):
        simulate(two, 1.0, 1, changes={"K": 2.0})
    with pytest.raises(UnknownName, match='There is no output "T"'):
        simulate(two, 1.0, 1, variables=["T"])
    with pytest.raises(ProtocolError, match="simulate to 0 in 5 steps: the end must be after 0"):
        simulate(two, 0.0, 5)
    with pytest.raises(SolverFailure, match=r"blow_up: STEP_TOO_SMALL, stopped at (1|0\.99)"):
        simulate(system(BLOW_UP), 2.0, 5)


def test_a_failure_says_when_why_and_in_which_state():
    """y = 1/(1/y0 - a t) has no end; of ten other states only the largest are named."""
    others = " ".join(f"z{k} = {k}; z{k}' = 0;" for k in range(10))
    with pytest.raises(SolverFailure) as failure:
        simulate(system(f"model m() a = 1; y = 1; y' = a*y^2; {others} end"), 2.0, 5)
    told = str(failure.value)
    assert re.search(
        r"stopped at (1|0\.99\d*) after \d+ steps\. .*State reached: y = \d\S*e\+\d+, z9 = 9, z8 = 8,", told
    )
    assert told.endswith("z3 = 3, and 3 more.")
