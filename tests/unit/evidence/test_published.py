"""Rows of a study: value, size, time, and every reason not to score."""

from pathlib import Path

import pytest

from insula.catalog import Catalog
from insula.catalog.evidence_tables import EvidenceTables
from insula.core.errors import EvidenceError, UnknownName
from insula.core.paths import science_root
from insula.core.tables import Row
from insula.evidence import load_vocabulary, published_rows, rows_of_study
from insula.evidence.published import IMPOSSIBLE

VOCABULARY = load_vocabulary()
SCHEMA = Catalog.open().evidence_schema


def record(table, number=2, **cells):
    return Row(number, dict.fromkeys(SCHEMA[table].columns, "") | cells)


def tables(*outcomes, arms=(("a", "12"),), total="30"):
    good = {"study_id": "s", "arm_id": "a", "outcome": "tir", "unit": "percent", "statistic": "mean"}
    good |= {"time_months": "12", "value": "80", "n": "10", "spread_type": "none"}
    return EvidenceTables(
        "t",
        Path("t"),
        (record("studies", study_id="s", n_total=total, role="validation"),),
        tuple(record("arms", study_id="s", arm_id=name, n=n) for name, n in arms),
        tuple(record("outcomes", number, **good | cells) for number, cells in enumerate(outcomes, start=2)),
        (),
    )


def row(arms=(("a", "12"),), total="30", **cells):
    (found,) = published_rows(tables(cells, arms=arms, total=total), "s", VOCABULARY)
    return found


def test_a_good_row_is_scorable_and_keeps_everything():
    found = row(notes="as printed")
    assert found.scorable
    assert (found.endpoint, found.value, found.unit, found.n, found.role) == (
        "tir",
        80,
        "percent",
        10,
        "validation",
    )
    assert found.day == pytest.approx(365.25)
    assert found.cells["notes"] == "as printed"
    assert found.number == 2


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"outcome": "colour_of_eyes"}, "there is no endpoint for this outcome"),
        ({"unit": "fraction"}, "this outcome is not known in this unit"),
        ({"outcome": "gfr", "unit": "mL/min/1.73m2"}, "there is no endpoint for this outcome"),
        (
            {"outcome": "mmtt_c_peptide_auc", "unit": "percent of entry", "statistic": "slope"},
            "this statistic is not predicted for an arm",
        ),
        ({"value": ""}, "no value is given"),
        ({"time_months": ""}, "no time is given"),
        ({"statistic": "slope"}, "this statistic is not predicted for an arm"),
        (
            {"outcome": "remission"},
            "this word has several meanings, and no row says which one this study means",
        ),
        ({"n": "1"}, "a single patient"),
        ({"analysis": "day 180 interim"}, "interim look"),
        ({"analysis": "patients not independent", "n": "1"}, "subgroup chosen by its outcome"),
        (
            {"outcome": "insulin_independent", "unit": "fraction", "statistic": "proportion", "value": "83"},
            IMPOSSIBLE,
        ),
        (
            {"outcome": "insulin_independent", "unit": "patients", "statistic": "count", "value": "11"},
            IMPOSSIBLE,
        ),
        (
            {"outcome": "insulin_dose_total", "statistic": "percent_change", "value": "-192"},
            IMPOSSIBLE,
        ),
        ({"outcome": "hba1c", "unit": "percent", "value": "0.065"}, IMPOSSIBLE),
        ({"outcome": "hba1c", "unit": "percent", "value": "48"}, IMPOSSIBLE),
        ({"outcome": "mmtt_c_peptide_peak", "unit": "nmol/L", "value": "650"}, IMPOSSIBLE),
        ({"outcome": "insulin_dose_per_kg", "unit": "U/kg/day", "value": "31"}, IMPOSSIBLE),
    ],
)
def test_every_reason_not_to_score(cells, reason):
    found = row(**cells)
    assert not found.scorable
    assert found.reason == reason


def test_a_prediction_may_stand_beside_a_single_patient_but_not_beside_one_who_was_picked():
    assert row(n="1").show
    assert not row(n="1", analysis="individual value").show
    assert not row().show


def test_the_size_comes_from_the_row_else_the_arm_else_the_study_of_one_arm():
    assert (row().n, row().n_from) == (10, "row")
    assert (row(n="").n, row(n="").n_from) == (12, "arm")
    alone = row(n="", arms=(("a", ""),))
    assert (alone.n, alone.n_from) == (30, "study")
    shared = row(n="", arms=(("a", ""), ("b", "")))
    assert shared.reason == "no size is given"


def test_a_share_without_a_size_has_the_size_that_its_interval_implies():
    """Half of 100 patients: 50 % with the textbook interval of 40.2 to 59.8 %."""
    printed = {
        "outcome": "progression_to_diabetes",
        "unit": "percent",
        "statistic": "proportion",
        "value": "50",
        "n": "",
        "spread_type": "ci95",
        "arms": (("a", ""), ("b", "")),
    }
    found = row(**printed, spread_low="40.2", spread_high="59.8")
    assert (found.n, found.n_from, found.reason) == (100, "interval", "")
    assert row(**(printed | {"value": "0"}), spread_low="0", spread_high="3").reason == "no size is given"
    assert row(**printed, spread_low="", spread_high="").reason == "no size is given"


def test_an_interim_look_may_be_shown_and_a_subgroup_not():
    assert row(analysis="interim").show
    assert not row(analysis="patients not independent").show
    assert not row().show


def test_spreads_are_translated():
    found = row(outcome="hba1c_mmol_mol", unit="mmol/mol", value="64", spread_type="sd", spread_low="10.93")
    assert found.value == pytest.approx(8.007, abs=0.001)
    assert found.spread_low == pytest.approx(1.0, abs=0.001)
    ends = row(
        outcome="hba1c_mmol_mol", unit="mmol/mol", spread_type="ci95", spread_low="48", spread_high="53"
    )
    assert ends.spread_low == pytest.approx(6.54, abs=0.01)
    assert ends.spread_high == pytest.approx(7.0, abs=0.01)


def test_text_in_the_place_of_a_number_is_named():
    with pytest.raises(EvidenceError, match=r't/outcomes.csv row 2 \(s\): value is "about 80"'):
        row(value="about 80")


def test_an_unknown_arm_is_named():
    with pytest.raises(EvidenceError, match='There is no arm of this study "full". Did you mean "full_dose"'):
        row(arm_id="full", arms=(("full_dose", "12"),))


def test_the_shipped_tables_are_read_without_complaint():
    catalog = Catalog(science_root())
    tables = catalog.evidence("beta_replacement")
    found = [r for s in tables.studies for r in published_rows(tables, s.cells["study_id"], VOCABULARY)]
    assert len(found) == len(tables.outcomes)
    for one in found:
        assert one.scorable == (one.reason == "")
        if one.scorable:
            assert one.n > 1
            assert one.unit


def test_a_study_is_found_in_its_topic_and_an_unknown_one_is_suggested():
    catalog = Catalog(science_root())
    assert all(r.study_id == "brooks_2013_uk" for r in rows_of_study(catalog, "brooks_2013_uk"))
    with pytest.raises(UnknownName, match='"brooks_2013". Did you mean "brooks_2013_uk"'):
        rows_of_study(catalog, "brooks_2013")


def test_a_mean_without_a_size_has_the_size_that_its_error_implies_beside_the_other_arm():
    """SE 0.2 of 25 patients is an SD of 1; then SE 0.1 is 100 of them."""
    known = {"arm_id": "a", "n": "25", "spread_type": "se", "spread_low": "0.2", "spread_high": ""}
    wanted = {**known, "arm_id": "b", "n": "", "spread_low": "0.1"}
    two = {"arms": (("a", ""), ("b", "")), "total": "60"}
    found = published_rows(tables(known, wanted, **two), "s", VOCABULARY)
    assert [(row.n, row.n_from) for row in found] == [(25, "row"), (100, "other arm")]
    assert found[1].scorable
    for other in ({"time_months": "6"}, {"spread_type": "ci95"}, {"statistic": "median"}):
        lone = published_rows(tables(known | other, wanted, **two), "s", VOCABULARY)[1]
        assert lone.reason == "no size is given"


def test_the_remission_of_lu_is_predicted_as_the_trial_defined_it():
    (found,) = (row for row in rows_of_study(Catalog.open(), "lu_2021") if row.outcome == "remission")
    assert (found.endpoint, found.statistic, found.role) == ("c_peptide_response", "proportion", "validation")
    assert found.scorable
    assert found.value == pytest.approx(0.407)
