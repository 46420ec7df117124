"""Which arms are alike: the order of the classes decides, and what no class names stays by itself."""

import pytest

from insula.catalog import Catalog
from insula.core.paths import science_root
from insula.evidence.therapies import class_of, classes_in_order


@pytest.fixture(scope="module")
def classes():
    return classes_in_order(Catalog(science_root()))


@pytest.mark.parametrize(
    ("therapy", "kind"),
    [
        ("zimislecel (VX-880)", "stem_cell_islets"),
        ("allogeneic islets + placebo", "donor_islets"),
        ("allogeneic islets + autologous peripheral blood stem cells", "combined_cells"),
        ("UC-MSC", "msc"),
        ("MSC-derived exosomes", "msc_vesicles"),
        ("differentiated MSC + HSC", "combined_cells"),
        ("placebo", "placebo"),
        ("", "untreated"),
        ("None", "untreated"),
        ("Verapamil", "verapamil"),
        ("nonesuch", "nonesuch"),
    ],
)
def test_a_therapy_is_in_the_first_class_that_fits(classes, therapy, kind):
    assert class_of(therapy, classes) == kind


def test_every_class_holds_an_arm(classes):
    science = Catalog(science_root())
    arms = [row.cells["therapy"] for topic in science.topics.values() for row in topic.arms]
    assert set(classes) <= {class_of(therapy, classes) for therapy in arms}
