"""Outcomes that are made of endpoints: the text that says how, and the rows that are held against them by it."""

import numpy as np
import pytest

from insula.catalog import Catalog
from insula.catalog.evidence_schema import AcrossPeople, Outcome
from insula.evidence import load_vocabulary, rows_of_study
from insula.evidence.made_of import Course, Relation, faults_of, made_of
from insula.evidence.published import NO_SIZE

CATALOG = Catalog.open()
VOCABULARY = load_vocabulary()
ENDPOINTS = CATALOG.endpoints.readable()
TEXT = {"title": {"en": "a", "zh": "a"}, "definition": {"en": "a", "zh": "a"}}


def outcome(unit="percent", **made):
    return Outcome.model_validate({**TEXT, "unit": unit, **made})


def across(unit="percent", of="hba1c", on="tir", **number):
    return outcome(unit, across_people={"of": of, "on": on, **number})


def amount(value, unit="percent"):
    return {"value": value, "unit": unit}


def test_a_slope_is_per_so_much_more():
    found = made_of(across(per=amount(10)), ENDPOINTS)
    assert found == Relation("hba1c", "tir", False, "slope", step=10)
    assert found.scaled(np.array([50.0, 70.0])).tolist() == [5, 7]


def test_amounts_are_in_the_unit_of_the_endpoint():
    per = made_of(across(on="mean_glucose", per=amount(1, "mmol_per_L")), ENDPOINTS)
    assert per.step == pytest.approx(18.0156, rel=1e-4)
    at = made_of(across("percent", of="tir", on="hba1c", at=amount(53, "mmol_per_mol")), ENDPOINTS)
    assert at.origin == pytest.approx(7.0, abs=0.01)


def test_a_value_on_the_line_is_where_it_passes_there():
    found = made_of(across(at=amount(70)), ENDPOINTS)
    assert (found.statistic, found.level) == ("value_on_line", "hba1c")
    assert found.scaled(np.array([50.0, 70.0])).tolist() == [-20, 0]


def test_a_slope_per_so_many_times_is_on_the_logarithm():
    found = made_of(
        across(on="fasting_c_peptide", times=amount(1.5, "dimensionless"), before=True), ENDPOINTS
    )
    assert found.before
    assert found.scaled(np.array([1.0, 1.5, 2.25, 0.0])) == pytest.approx([0, 1, 2, np.nan], nan_ok=True)


DAYS = np.array([0.0, 30.4375, 60.875, 91.3125])
STATES = np.array([[0, 0, 1, 0], [1, 0, 1, np.nan], [1, 0, 1, 1], [0, 0, 1, 0]], dtype=float)


def test_visits_tell_how_long_whether_and_when():
    """A change between two visits is halfway; who never had it has no length, who lacks a visit has no value."""
    assert Course("x", "length", "month").told(DAYS, STATES) == pytest.approx(
        [2, np.nan, 3, np.nan], nan_ok=True
    )
    assert Course("x", "start", "month").told(DAYS, STATES) == pytest.approx(
        [0.5, np.nan, 0, np.nan], nan_ok=True
    )
    assert Course("x", "ever", "dimensionless").told(DAYS, STATES) == pytest.approx(
        [1, 0, 1, np.nan], nan_ok=True
    )


def test_a_mean_is_that_of_the_visits_after_the_start():
    rates = np.array([[20.0, 3.0, 1.0], [1.0, 0.0, np.nan], [0.0, 1.0, 2.0]])
    mean = Course("severe_hypoglycaemia_rate", "mean", "event_per_year")
    assert mean.told(np.array([0.0, 365.0, 730.0]), rates) == pytest.approx([0.5, 0.5, np.nan], nan_ok=True)
    assert mean.told(np.array([0.0]), rates[:1]).tolist() == [20, 3, 1]
    assert (mean.level, mean.of_some, mean.predicts("median")) == ("severe_hypoglycaemia_rate", False, True)


@pytest.mark.parametrize(
    ("faulty", "told"),
    [
        (outcome("month", over_visits={"of": "hba1c", "tell": "mean"}), 'does not fit "mean"'),
        (across(on="tirr", per=amount(10)), '"tirr"'),
        (across("mg_per_dL", per=amount(10)), 'the unit must be "percent"'),
        (across(per=amount(10, "kg")), '"kg" cannot be converted into "percent"'),
        (outcome("percent", over_visits={"of": "insulin_free", "tell": "length"}), 'does not fit "length"'),
    ],
)
def test_what_does_not_fit_is_told_and_not_predicted(faulty, told):
    (fault,) = faults_of(faulty, ENDPOINTS)
    assert told in fault
    assert made_of(faulty, ENDPOINTS) is None


def test_a_line_gives_one_number():
    with pytest.raises(ValueError, match="exactly one of per, times, at"):
        AcrossPeople.model_validate({"of": "hba1c", "on": "tir", "per": amount(1), "at": amount(1)})
    with pytest.raises(ValueError, match="at most one of"):
        outcome(not_predicted="no", over_visits={"of": "insulin_free", "tell": "ever"})


def test_lines_across_people_are_held_against_without_a_time():
    rows = {row.outcome: row for row in rows_of_study(CATALOG, "beck_2019_tir")}
    assert {row.outcome: (row.statistic, row.value, row.n) for row in rows.values()} == {
        "hba1c_per_10pct_tir": ("slope", -0.6, 545),
        "hba1c_at_tir70": ("value_on_line", 7, 545),
        "hba1c_at_tir50": ("value_on_line", 8, 545),
    }
    assert all(row.scorable for row in rows.values())
    assert np.isnan(rows["hba1c_at_tir70"].time_months)


def test_what_is_no_line_across_people_says_why():
    (groups,) = rows_of_study(CATALOG, "vigersky_2019")
    assert groups.reason == "a line through the means of published groups, not through people"
    assert {row.reason for row in rows_of_study(CATALOG, "valenzano_2021_realism")} == {NO_SIZE}


def test_a_length_has_the_unit_of_its_outcome():
    months = VOCABULARY.word("remission_duration", "days", "csa_children_1990")
    assert months.translate(316, "mean") == pytest.approx(10.38, abs=0.01)
    assert months.predicts("mean")
    assert not months.predicts("proportion")
