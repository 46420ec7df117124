"""What is expected of a protocol's harms: where nobody counted one, or not for so long, that is told and no number."""

import pytest

from insula.analysis.expected_harms import expected_harms
from insula.catalog import Catalog
from insula.report.harms import share_words
from insula.report.writing import Writer

YEARS = [365.0, 1096.0, 1826.0]


def serious(protocol):
    catalog = Catalog.open()
    told = expected_harms(catalog, catalog.protocols[protocol], [365.0], 1, 0.9)
    return [row["serious"] for row in told["known"]], told["serious"][0]


@pytest.mark.parametrize(
    ("protocol", "counted"), [("stromal_cells_200_million", False), ("edmonton_two_infusions", True)]
)
def test_serious_harm_is_known_where_somebody_counted_it(protocol, counted):
    flags, found = serious(protocol)
    assert any(flags) == counted
    assert {found[key] is not None for key in ("share", "low", "high")} == {counted}


def told(protocol):
    catalog = Catalog.open()
    return expected_harms(catalog, catalog.protocols[protocol], YEARS, 1, 0.9)


def of_event(rows, event):
    (row,) = (row for row in rows if row["event"] == event)
    return row


def test_a_drug_that_is_held_for_longer_than_it_was_counted_says_so():
    found = told("edmonton_two_infusions")
    shares = of_event(found["known"], "serious_infection")["shares"]
    assert [one["counted_for"] for one in shares] == [None, 365.0, 365.0]
    assert share_words(shares[2], Writer("en")).endswith("counted for the first 365\xa0days only")
    assert share_words(shares[2], Writer("zh")).endswith("仅统计前 365\xa0天")
    assert [one["in_part"] for one in found["serious"]] == [False, True, True]
    assert "part of the time" in share_words(found["serious"][2], Writer("en"))
    a_rate = of_event(found["known"], "proteinuria")["shares"]
    assert {one["counted_for"] for one in a_rate} == {None}


def test_antibodies_are_not_known_while_the_drugs_are_held_and_counted_without_them():
    under_drugs, without = told("zimislecel_full_dose"), told("stem_cell_islets_without_drugs")
    assert [one["share"] for one in of_event(under_drugs["known"], "donor_antibodies")["shares"]] == 3 * [
        None
    ]
    assert "drugs are held" in of_event(under_drugs["unknown"], "donor_antibodies")["reason"]["en"]
    shares = [one["share"] for one in of_event(without["known"], "donor_antibodies")["shares"]]
    assert 0 < shares[0] < shares[1] < shares[2]


def test_a_closed_device_has_no_harm_of_the_portal_vein_known_or_not():
    found = told("stem_cell_islets_in_closed_devices")
    events = {row["event"] for row in [*found["known"], *found["unknown"]]}
    assert not events & {"bleeding", "portal_vein_thrombosis", "portal_hypertension", "liver_enzymes"}
    titles = [row["therapy_title"]["en"] for row in found["unknown"]]
    assert titles
    assert not any("portal" in title for title in titles)


def test_the_fall_of_filtration_stands_beside_the_drugs_with_its_source():
    reason = of_event(told("donor_islets_potent_induction")["unknown"], "kidney_function")["reason"]
    assert "110.5 (SD 21.2) to 82.6 (SD 19.1)" in reason["en"]
    assert "bellin_2008_atg" in reason["en"]
    assert "bellin_2008_atg" in reason["zh"]


def test_what_is_given_as_nothing_has_no_unknown_harm():
    assert told("stromal_cells_placebo")["unknown"] == []
