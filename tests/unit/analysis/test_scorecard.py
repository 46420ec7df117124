"""Every judged row keeps the contract that others script against, and is right where the answer is known."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from scorecard_rows import PATIENTS, known, random, run_of, study_rows

from insula.analysis.known_rows import rows_by_study
from insula.analysis.naive import Published
from insula.analysis.scorecard import COLUMNS, NOT_SCORABLE, Replay, judge
from insula.analysis.scorecard_summary import summarise_card
from insula.catalog import Catalog
from insula.evidence import load_vocabulary
from insula.evidence.made_of import Relation

CONTRACT = {
    "study_id", "arm_id", "outcome", "time_months", "predicted", "pi_low", "pi_high", "observed", "z", "inside",
    "skill", "primary", "n_patients", "n_failed",
}  # fmt: skip
PEOPLE = random(1).normal(0, 6, PATIENTS)
RUN = run_of(
    {
        ("treated", "tir", 0): 50 + PEOPLE,
        ("control", "tir", 0): 50 + PEOPLE,
        ("treated", "tir", 365): 70 + PEOPLE,
        ("control", "tir", 365): 50 + PEOPLE,
        ("treated", "insulin_independent", 365): np.arange(PATIENTS) // 20 % 2,
        ("control", "insulin_independent", 365): 0,
    },
    failed=3,
)


def judged(*rows, run=RUN, others=()):
    card = judge(Replay(run, 5, study_rows(*rows)), Published((*rows, *others), {}))
    for row in card.rows:
        assert set(row) == set(COLUMNS)
        assert set(row) >= CONTRACT
    for row in card.not_scorable:
        assert set(row) == set(NOT_SCORABLE)
    json.dumps([card.rows, card.not_scorable], allow_nan=False)
    return card


def test_a_row_of_an_arm():
    (row,) = judged(known(value=71.0), known(value=50.0, months=0.0)).rows[:1]
    assert (row["study_id"], row["arm_id"], row["outcome"], row["time_months"]) == ("s", "treated", "tir", 12)
    error = 6 / np.sqrt(12)
    assert row["predicted"] == pytest.approx(70, abs=0.6)
    assert row["pi_high"] - row["pi_low"] == pytest.approx(2 * 1.645 * error, rel=0.15)
    assert row["observed"] == 71
    assert row["z"] == pytest.approx((71 - row["predicted"]) / error, rel=0.15)
    assert row["inside"] is True
    assert row["primary"] is True
    assert (row["n_patients"], row["n_failed"], row["n_published"]) == (PATIENTS, 0, 12)
    assert 0.9 < row["skill"] < 1
    assert row["skill_against"] == "no change"


def test_a_wrong_prediction_with_a_narrow_interval_has_negative_skill():
    before = known(value=50.0, months=0.0)
    (row,) = judged(known(value=51.0), before).rows[:1]
    assert row["inside"] is False
    assert row["skill"] < -10


def test_an_effect_between_arms_is_a_row_of_its_own_with_the_people_of_both():
    rows = judged(known(value=69.0, arm="control", n=20), known(value=70.0)).rows
    effect = rows[-1]
    assert effect["arm_id"] == "treated - control"
    assert effect["observed"] == 1
    assert effect["predicted"] == pytest.approx(20, abs=0.7)
    spread = 6 * np.sqrt(1 / 12 + 1 / 20)
    assert effect["pi_high"] - effect["pi_low"] == pytest.approx(2 * 1.645 * spread, rel=0.15)
    assert (effect["n_patients"], effect["n_failed"], effect["n_published"]) == (2 * PATIENTS, 3, 32)
    assert effect["therapy"] == "msc - placebo"


def test_arms_of_another_time_or_statistic_are_no_effect():
    for other in (
        known(value=50.0, arm="control", months=6.0),
        known(value=0.0, arm="control", statistic="change_from_baseline"),
        known(value=50.0, arm="control", statistic="median"),
        known(value=50.0, arm="half_dose"),
    ):
        card = judged(known(), other)
        assert [row["arm_id"] for row in card.rows if " - " in row["arm_id"]] == []


def printed(value, arm="treated"):
    """A difference that the source prints: no row of an arm, but of two."""
    row = known(
        value=value, arm=arm, statistic="mean_difference", reason="this statistic is not predicted for an arm"
    )
    first, second = (
        known(value=of, arm=one, n=n, statistic="change_from_baseline")
        for of, one, n in ((value, arm, 12), (0.0, "control", 20))
    )
    first = replace(first, source=replace(first.source, cells=row.source.cells))
    rows = study_rows()
    return type(rows)(rows.role, ((row.source, None),), ((first, second),))


def test_a_difference_that_is_printed_is_an_effect():
    card = judge(Replay(RUN, 5, printed(1.0)), Published((), {}))
    (effect,) = card.rows
    assert (effect["arm_id"], effect["observed"], effect["n_published"]) == ("treated - control", 1, 32)
    assert effect["predicted"] == pytest.approx(20, abs=0.7)
    assert effect["primary"]
    assert card.not_scorable == []


def test_the_tables_hold_a_printed_difference_with_the_sizes_of_both_arms():
    (pair,) = rows_by_study([Catalog.open()], load_vocabulary())["haller_2015_atggcsf"].differences
    assert [(row.arm_id, row.n, row.statistic) for row in pair] == [
        ("atg", 17, "change_from_baseline"),
        ("pbo", 8, "change_from_baseline"),
    ]
    assert pair[0].value - pair[1].value == pytest.approx(0.28)


def test_a_printed_difference_of_an_arm_that_was_not_simulated_stays_unscored():
    card = judge(Replay(RUN, 5, printed(1.0, arm="half_dose")), Published((), {}))
    assert card.rows == []
    assert [row["reason"] for row in card.not_scorable] == ["this statistic is not predicted for an arm"]


def test_the_share_printed_twice_is_one_effect():
    name = "insulin_independent"
    card = judged(
        known(name, 6, statistic="count"),
        known(name, 0.5, statistic="proportion"),
        known(name, 0.0, statistic="proportion", arm="control"),
    )
    (effect,) = (row for row in card.rows if " - " in row["arm_id"])
    assert (effect["unit"], effect["statistic"]) == ("fraction", "proportion")
    assert effect["observed"] == 0.5
    assert effect["predicted"] == pytest.approx(0.5, abs=0.01)


def test_a_count_is_judged_in_patients_and_its_naive_predictors_too():
    row = known("insulin_independent", 6, statistic="count", n=12)
    other = known("insulin_independent", 0.25, statistic="proportion", study="a")
    (found,) = judged(row, others=[other]).rows
    assert found["unit"] == "patients"
    assert found["predicted"] == pytest.approx(6, abs=0.1)
    assert found["skill"] == pytest.approx(1 - found["crps"] / 3)


def test_an_interim_look_is_judged_and_not_counted():
    looked = known(value=71.0, reason="interim look", analysis="interim")
    card = judged(known(value=71.0), looked)
    assert [row["primary"] for row in card.rows] == [True, False]
    assert card.rows[1]["note"] == "interim look"
    summary = summarise_card(card)
    assert summary["total"]["rows"] == 1
    assert summary["total"]["not_primary"] == 1


def test_what_cannot_be_judged_says_why():
    silent = known("hba1c", 7.0)
    late, stranger = known(months=24.0), known(arm="half_dose")
    nothing = (known(value=np.nan).source, None)
    rows = study_rows(silent, late, stranger)
    rows = type(rows)(rows.role, (*rows.rows, nothing))
    card = judge(Replay(RUN, 5, rows), Published((), {}))
    assert card.rows == []
    assert [row["reason"] for row in card.not_scorable] == [
        "the run did not measure this",
        "no visit within half a month",
        "this arm was not simulated",
        "",
    ]
    assert card.not_scorable[3]["observed"] is None
    json.dumps(card.not_scorable, allow_nan=False)


def test_the_summary_counts_by_outcome_therapy_role_and_kind():
    card = judged(
        known(value=71.0),
        known(value=80.0, arm="control"),
        known(value=50.0, months=0.0),
        known("hba1c", 7.0),
    )
    found = summarise_card(card)
    assert found["total"] | {"median_abs_z": 0, "median_skill": 0, "mean_z_squared": 0} == {
        "rows": 4, "inside": 2, "share_inside": 0.5, "with_skill": 1, "better_than_naive": 1,
        "median_abs_z": 0, "median_skill": 0, "mean_z_squared": 0, "not_primary": 0, "not_scorable": 1,
    }  # fmt: skip
    sizes = [row["z"] ** 2 for row in card.rows]
    assert min(sizes) < found["total"]["mean_z_squared"] < max(sizes)
    assert 4 * found["total"]["mean_z_squared"] == pytest.approx(math.fsum(sizes))
    assert {one["group"]: (one["rows"], one["inside"]) for one in found["by_kind"]} == {
        "after therapy": (2, 1), "baseline": (1, 1), "effect between arms": (1, 0),
    }  # fmt: skip
    assert [one["group"] for one in found["by_therapy"]] == ["msc", "msc - placebo", "placebo"]
    assert [one["group"] for one in found["by_role"]] == ["validation"]
    assert found["reasons"] == {"the run did not measure this": 1}


def test_nothing_judged_is_no_division_by_nothing():
    total = summarise_card(judged(known("hba1c", 7.0)))["total"]
    assert (total["rows"], total["share_inside"], total["median_skill"]) == (0, None, None)


def test_the_same_seed_gives_the_same_card():
    rows = known(value=71.0), known(value=50.0, arm="control")
    assert judged(*rows).rows == judged(*rows).rows


def test_a_single_patient_judges_nothing_though_a_prediction_stands_beside():
    rows = rows_by_study([Catalog.open()], load_vocabulary())["wang_2024_cipsc"]
    assert any(row.show for row, _ in rows.rows)
    assert rows.known == []


def test_a_line_across_people_is_a_kind_of_its_own_and_may_have_no_time():
    tir = random(7).normal(60, 12, PATIENTS)
    run = run_of({("treated", "tir", 183): tir, ("treated", "hba1c", 183): 7 - 0.06 * (tir - 70)})
    row = known("hba1c_per_tir", -0.6, statistic="slope", months=math.nan, n=100)
    row = replace(
        row, source=replace(row.source, made_of=Relation("hba1c", "tir", False, "slope", step=10.0))
    )
    card = judged(row, run=run)
    (line,) = card.rows
    assert line["time_months"] is None
    assert line["predicted"] == pytest.approx(-0.6)
    assert [one["group"] for one in summarise_card(card)["by_kind"]] == ["relation across people"]
    gone = judged(row, run=run_of({("treated", "tir", 183): tir}))
    assert (gone.not_scorable[0]["time_months"], gone.not_scorable[0]["reason"]) == (
        None,
        "the run did not measure this",
    )
