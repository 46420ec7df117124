"""Every therapy can be run: a protocol gives it, and a study has the protocol."""

from insula.catalog import Catalog

CATALOG = Catalog.open()
NOT_GIVEN = {"mesenchymal_stem_cells_local"}  # a way in that has no protocol yet
WITHOUT_A_STUDY = {"zimislecel_half_dose"}  # has no study yet


def test_a_protocol_gives_every_therapy():
    given = {entry.therapy for protocol in CATALOG.protocols.readable().values() for entry in protocol.give}
    assert set(CATALOG.therapies) - given == NOT_GIVEN


def test_a_study_has_every_protocol():
    studied = {arm.protocol for study in CATALOG.studies.values() for arm in study.arms.values()}
    assert set(CATALOG.protocols) - studied == WITHOUT_A_STUDY


def test_vesicles_say_that_they_are_known_from_animals():
    assert set(CATALOG.therapies["exosomes"].evidence_from) == {"mouse", "dish"}
