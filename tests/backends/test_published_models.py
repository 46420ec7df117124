"""Four published models, as BioModels has them, through the engine and through libRoadRunner."""

import os
from pathlib import Path

import numpy as np
import pytest

from insula.compiler.read_sbml import read_model
from insula.engine.simulate import simulate
from tolerances import TWO_INTEGRATORS

BESIDE = Path(__file__).parents[2] / "../shared/data/biomodels"
PUBLISHED = Path(os.environ.get("INSULA_BIOMODELS", BESIDE))
# Number and an end by which the model has done what it is known for, in its own time.
MODELS = {
    "341": 500.0,  # Topp 2000: beta-cell mass, days
    "372": 2000.0,  # Tolic 2000: oscillating insulin and glucose, minutes
    "379": 1440.0,  # Dalla Man 2007: a meal, minutes
    "381": 300.0,  # Maree 2006: macrophages and beta cells, days
}
STEPS = 100


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("INSULA_CACHE", str(tmp_path))


@pytest.mark.parametrize("number", MODELS)
def test_a_published_model_means_the_same_to_libroadrunner(number):
    roadrunner = pytest.importorskip("roadrunner")
    path = PUBLISHED / f"BIOMD0000000{number}.xml"
    if not path.is_file():
        pytest.skip(f"{path.name} is not there: set INSULA_BIOMODELS to the folder that holds it")
    found = simulate(read_model(path), MODELS[number], STEPS)
    simulator = roadrunner.RoadRunner(str(path))
    simulator.integrator.relative_tolerance, simulator.integrator.absolute_tolerance = 1e-11, 1e-14
    simulator.integrator.maximum_num_steps = 1_000_000
    species = {*simulator.model.getFloatingSpeciesIds(), *simulator.model.getBoundarySpeciesIds()}
    columns = [f"[{name}]" if name in species else name for name in found.names]
    wanted = np.array(simulator.simulate(0, MODELS[number], STEPS + 1, columns))
    moved = np.ptp(wanted, axis=0) / np.abs(wanted).max(axis=0)
    assert (moved > 0.01).any(), "a model that stands still proves nothing"
    error = np.abs(found.values - wanted).max(axis=0) / np.abs(wanted).max(axis=0)
    assert dict(zip(found.names, error, strict=True)) == pytest.approx(
        dict.fromkeys(found.names, 0.0), abs=TWO_INTEGRATORS
    )
