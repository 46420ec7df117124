"""`insula evidence`: what a reader sees of one study, one outcome and all topics, in text and JSON."""

import json

import pytest
from click.testing import CliRunner

from insula.catalog import Catalog
from insula.cli.evidence import command
from insula.core.errors import UnknownName
from insula.report.evidence_listing import evidence_listing

CATALOG = Catalog.open()


def answer(*arguments):
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_the_overview_counts_every_topic():
    found = json.loads(answer("--format", "json"))
    assert set(found["topics"]) == set(CATALOG.topics)
    for topic, counts in found["topics"].items():
        outcomes = counts["outcomes"]
        assert outcomes["rows"] == len(CATALOG.evidence(topic).outcomes)
        assert outcomes["rows"] - outcomes["harmonised"] == sum(outcomes["reasons"].values())
    text = answer("--lang", "en")
    assert "natural_history" in text
    assert "Where sources disagree; nothing is chosen" in text


def test_a_study_shows_number_spread_and_original():
    rows = json.loads(answer("sood_2017_routes", "--format", "json"))["rows"]
    row = next(r for r in rows if r["outcome"] == "insulin_dose_total" and r["arm"] == "g1_spda")
    assert (row["value"], row["unit"], row["original"]["value"]) == (43.66, "U_per_day", "43.66")
    assert row["sd"] == pytest.approx(14.155, abs=0.001)
    assert row["sd_method"].startswith("SE times the root of n")
    text = answer("sood_2017_routes", "--lang", "en").replace("\u00a0", " ")
    assert "43.66 IU/day" in text
    assert "43.7 U/day" in text


def test_an_outcome_is_listed_over_all_studies_with_what_is_derived():
    found = evidence_listing(CATALOG, outcome="insulin_dose_per_kg")
    assert {row["outcome"] for row in found["rows"]} == {"insulin_dose_per_kg"}
    assert len({row["study"] for row in found["rows"]}) > 10
    derived = [row for row in found["rows"] if row["derived"]]
    assert any(row["value"] for row in derived)
    assert any(row["not_harmonised_because"] == "no weight of the arm is given" for row in derived)


def test_study_and_outcome_together_narrow_the_listing():
    found = evidence_listing(CATALOG, "lu_2021", "c_peptide_response")
    (row,) = found["rows"]
    assert row["original"]["outcome"] == "remission"
    assert found["definition"]["title"]["en"] == "C-peptide risen by 10 % or more"


def test_a_validation_study_says_so():
    assert {row["role"] for row in evidence_listing(CATALOG, "reichman_2025_zimislecel")["rows"]} == {
        "validation"
    }
    assert "validation" in answer("reichman_2025_zimislecel", "--lang", "en")


def test_chinese_has_no_english_reason():
    text = answer("--lang", "zh")
    assert "来源未写明单位" in text
    assert "the source does not print" not in text


def test_unknown_names_are_suggested():
    with pytest.raises(UnknownName, match='"sood_2017". Did you mean "sood_2017_routes"'):
        evidence_listing(CATALOG, "sood_2017")
    with pytest.raises(
        UnknownName, match='published outcome "remision_idaa1c". Did you mean "remission_idaa1c"'
    ):
        evidence_listing(CATALOG, outcome="remision_idaa1c")
