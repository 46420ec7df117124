"""What no single row of behaviour.csv can say of stromal cells and their vesicles: doses add, cells are conserved."""

from dataclasses import replace

import numpy as np
import pytest

from insula.analysis.behaviour.bench import Bench, still_day
from insula.catalog import Catalog
from insula.catalog.behaviour_protocol import Act, Experiment
from insula.compiler.compose import compose

# Half a year after diagnosis: a third of the beta cells, an attack under way.
ATTACK = {
    "averaged_day.mean_glucose": 150.0, "beta_cells.mass_0": 0.3, "immunity.memory_auto_0": 0.3,
    "immunity.effector_auto_0": 0.1, "immunity.avidity_0": 0.7,
}  # fmt: skip
LUNG, ARTERY, VESICLES = (
    "mesenchymal_stem_cells.in_lung", "mesenchymal_stem_cells.in_artery", "exosomes.taken_up"
)  # fmt: skip
WATCHED = (
    "beta_cells.mass",
    "immunity.regulatory_auto",
    "mesenchymal_stem_cells.present",
    "exosomes.taken_up",
)
DAYS = np.array([30.0, 365.0, 1095.0])
CELLS, PROTEIN = 1e8, 7.0


@pytest.fixture(scope="module")
def bench():
    catalog = Catalog.open()
    model = compose(catalog, "disease", still_day(catalog))
    return Bench(model.system((LUNG, ARTERY, VESICLES)), WATCHED)


def given(*doses, at=10.0, **settings):
    acts = tuple(Act(at, f"add:{target}", amount) for target, amount in doses)
    changed = {f"mesenchymal_stem_cells.{name}": value for name, value in settings.items()}
    return Experiment(ATTACK | changed, acts, DAYS)


def courses(bench, *experiments):
    found = bench.run(experiments, atol=1e-9)
    for course in found:
        assert not course.failure, course.failure
    return [course.values for course in found]


def test_doses_of_nothing_are_the_control_arm_bit_for_bit(bench):
    """With the same stops, and whatever the numbers of the products are; without stops the steps fall elsewhere."""
    nothing = [(LUNG, 0.0), (ARTERY, 0.0), (VESICLES, 0.0)]
    strong = {
        "donor": 5.0,
        "regulatory_most": 2.0,
        "spared_most": 0.9,
        "maturation_most": 0.9,
        "th17_most": 0.9,
    }
    stops, strongest, control = courses(bench, given(*nothing), given(*nothing, **strong), given())
    np.testing.assert_array_equal(strongest, stops)
    np.testing.assert_allclose(stops, control, rtol=1e-6)


@pytest.mark.parametrize(("target", "dose"), [(LUNG, CELLS), (ARTERY, CELLS), (VESICLES, PROTEIN)])
def test_two_halves_at_once_are_one_dose(bench, target, dose):
    whole, halves = courses(bench, given((target, dose)), given((target, dose / 2), (target, dose / 2)))
    np.testing.assert_array_equal(halves, whole)


@pytest.mark.parametrize(("target", "dose"), [(LUNG, CELLS), (ARTERY, CELLS), (VESICLES, PROTEIN)])
def test_more_leaves_more_beta_cells(bench, target, dose):
    control, *treated = courses(bench, given(), *(given((target, dose * share)) for share in (0.25, 1, 4)))
    left = np.array([course[:, 0] for course in (control, *treated)])
    assert (np.diff(left[:, 1:], axis=0) > 0).all()
    assert (left <= 1).all()


def test_cells_are_conserved_by_every_route_until_they_are_digested(bench):
    first = [
        replace(given((target, CELLS), digestion=0.0), times=np.array([11.0, 60.0]))
        for target in (LUNG, ARTERY)
    ]
    for course in courses(bench, *first):
        np.testing.assert_allclose(course[:, 2], CELLS, rtol=1e-6)


def test_weaker_sources_and_batches_do_less(bench):
    usual, weak_batch, weak_source = courses(
        bench,
        given((LUNG, CELLS)),
        given((LUNG, CELLS), donor=0.2),
        given((LUNG, CELLS), marrow=1.0, marrow_potency=0.2),
    )
    assert (weak_batch[1:, 0] < usual[1:, 0]).all()
    np.testing.assert_allclose(weak_source, weak_batch, rtol=1e-5)
