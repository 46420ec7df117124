"""Rows that are not scorable, when several study files replay one published study."""

from insula.analysis.compare_with_published import NO_ARM
from insula.analysis.scorecard import Card
from insula.analysis.validate import told_once


def row(arm, reason="", observed=0.5):
    return {
        "study_id": "s",
        "arm_id": arm,
        "outcome": "tir",
        "time_months": 6.0,
        "statistic": "mean",
        "observed": observed,
        "reason": reason,
    }


def test_a_row_that_another_study_file_scores_is_not_told():
    card = told_once(Card([row("a")], [row("a", NO_ARM), row("b", NO_ARM)]))
    assert [left["arm_id"] for left in card.not_scorable] == ["b"]
    assert len(card.rows) == 1


def test_a_row_of_two_study_files_is_told_once_with_the_better_reason():
    found = told_once(
        Card([], [row("a", NO_ARM), row("a", "no visit within half a month"), row("a", NO_ARM)])
    )
    assert [left["reason"] for left in found.not_scorable] == ["no visit within half a month"]


def test_rows_with_other_numbers_are_other_rows():
    assert len(told_once(Card([], [row("a", "x"), row("a", "x", observed=None)])).not_scorable) == 2
