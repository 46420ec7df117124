"""What a review pools, worked by hand or by R's metafor 3.8-1 outside the code, and what it leaves out."""

import math

import pytest

from insula.analysis.review import conduct_review
from insula.analysis.review.studies import OTHER_DESIGN
from insula.analysis.review.unused import ANOTHER_ROW, BEFORE, OTHER_SIDE, OUTSIDE
from insula.catalog import Catalog
from insula.core.errors import UnknownName
from insula.core.paths import science_root
from small_review import OUTCOMES, REVIEW, add_review


@pytest.fixture
def findings(science):
    def conduct(review=REVIEW, outcomes=OUTCOMES):
        add_review(science.root, review, outcomes)
        return conduct_review(Catalog.open(science.root), "cells")

    return conduct


def cell(found, outcome, months, subgroup="overall"):
    places = {(c.place.outcome, c.place.months, c.place.subgroup): c for c in found.cells}
    return places[outcome, months, subgroup]


def test_arms_that_share_a_control_are_one_group(findings):
    (effect,) = [e for e in cell(findings(), "range", 12.0).effects if e.study.study_id == "two_doses"]
    assert (effect.treated.n, effect.control.n) == (20, 20)
    assert (effect.treated.mean, effect.treated.sd) == pytest.approx((7.0, math.sqrt(2)))
    assert effect.estimate == pytest.approx(-2.0)
    assert effect.variance == pytest.approx(2 / 20 + 1 / 20)
    assert effect.baseline_difference == pytest.approx(1.0)
    assert effect.remarks == ("several arms are taken together as one group",)


def test_a_change_is_taken_before_a_final_value_and_a_standard_error_becomes_an_sd(findings):
    effects = {e.study.study_id: e for e in cell(findings(), "range", 12.0).effects}
    changes, plain = effects["changes"], effects["plain"]
    assert (changes.kind, changes.estimate, changes.variance) == (
        "change from baseline",
        pytest.approx(-2.0),
        pytest.approx(0.5),
    )
    assert (plain.kind, plain.treated.sd) == ("final value", pytest.approx(2.0))
    assert plain.treated.methods[0].startswith("SE times the root of n")
    assert math.isnan(plain.baseline_difference)


def test_the_pooled_number_is_that_of_metafor(findings):
    """rma(yi=c(-2,-1,-2), vi=c(.15,.5,.5), method="REML", test="knha")."""
    pooled = cell(findings(), "range", 12.0).pooled
    assert (pooled.estimate, pooled.low, pooled.high) == pytest.approx((-1.8125, -3.0, -0.625), abs=1e-9)
    assert pooled.p_value == pytest.approx(0.02241019943, rel=1e-8)


def test_a_single_study_keeps_its_own_wald_interval(findings):
    pooled = cell(findings(), "range", 12.0, "second").pooled
    assert pooled.estimate == pytest.approx(-1.0)
    assert (pooled.low, pooled.high) == pytest.approx(
        (-2.385904, 0.385904), abs=1e-6
    )  # 1 -+ 1.959964 sqrt(0.5)
    assert pooled.prediction is None


def test_effects_that_agree_exactly_keep_an_interval_with_a_width(findings):
    pooled = cell(findings(), "range", 12.0, "first").pooled
    assert (pooled.estimate, pooled.model.interval) == (pytest.approx(-2.0), "modified_hksj")
    assert pooled.low < -2.0 < pooled.high


def test_shares_become_counts_and_a_zero_is_corrected(findings):
    """12 of 20 against 0 of 20, 1/2 added: (12.5/21) / (0.5/21) = 25; 1/12.5 + 1/0.5 - 2/21 = 1.9847619."""
    (effect,) = cell(findings(), "responder", 12.0).effects
    assert math.exp(effect.estimate) == pytest.approx(25.0)
    assert effect.variance == pytest.approx(1.9847619)
    assert len(effect.remarks) == 3


def test_events_without_a_control_are_counted_and_not_pooled(findings):
    """60 % of 10 and of 10 are 12 patients of 20; the claim that nobody responds is missed."""
    lonely = OUTCOMES.replace("two_doses,placebo,responder,12,proportion,0,none,,percent\n", "")
    claim = REVIEW.replace("rows:\n", "rows:\n      - {outcome: responder, months: 12, no_events: true}\n")
    here = cell(findings(claim, lonely), "responder", 12.0)
    assert here.pooled is None
    assert [(one.events, one.patients) for one in here.counted] == [(12, 20)]
    assert here.verdict.word == "disagrees"


def test_only_the_words_that_are_asked_for_count(findings):
    other = REVIEW.replace("{of: [responder], measure", "{of: [responder], words: [remission], measure")
    assert cell(findings(other), "responder", 12.0).effects == ()


def test_no_row_is_lost_and_each_that_is_not_pooled_says_why(findings):
    found = findings()
    used = {
        r.published.number
        for c in found.cells
        for e in c.effects
        for g in (e.treated, e.control)
        for r in g.rows
    }
    unused = {one.row.published.number: one.reason for one in found.unused}
    assert used.isdisjoint(unused)
    assert len(used) + len(unused) == OUTCOMES.count("\n") - 1
    assert all(unused.values())
    assert {unused[number] for number in (5, 6, 7)} == {BEFORE}
    assert (unused[15], unused[17], unused[20]) == (ANOTHER_ROW, OTHER_DESIGN, OUTSIDE)
    assert unused[19] == "no spread is given"


def test_a_row_without_its_counterpart_is_not_pooled(findings):
    lonely = OUTCOMES.replace("plain,placebo,tir,11,mean,8,se,0.5,percent\n", "")
    found = findings(outcomes=lonely)
    assert "plain" not in found.pooled_studies
    assert [one.reason for one in found.unused if one.row.published.number == 11] == [OTHER_SIDE]


def test_an_arm_or_a_study_that_the_review_leaves_out_says_its_reason(findings):
    left_out = """left_out:
  - {study: plain, reason: {en: twice, zh: 重复}}
  - {study: two_doses, arms: [high], reason: {en: too much, zh: 过量}}
subgroups:
"""
    found = findings(REVIEW.replace("subgroups:\n", left_out, 1))
    assert set(found.pooled_studies) == {"two_doses", "changes"}
    (effect,) = [e for e in cell(found, "range", 12.0).effects if e.study.study_id == "two_doses"]
    assert (effect.treated.n, effect.treated.mean) == (10, 8.0)
    reasons = {(u.row.published.study_id, u.row.published.arm_id): u.reason for u in found.unused}
    assert reasons["plain", "cells"].en == "twice"
    assert reasons["two_doses", "high"].zh == "过量"


def test_published_numbers_stand_in_their_cell_or_say_why_not(findings):
    found = findings()
    assert [one.estimate for one in cell(found, "range", 12.0).published] == [-1.5]
    reasons = {(one.effect.meta_analysis_id, one.effect.estimate): one.reason for one in found.unplaced}
    assert reasons == {
        ("big_2020", -9.0): "the review does not take this measure for a comparison of arms",
        ("other_2021", 5.0): "the review does not name this meta-analysis",
    }


def test_other_outcomes_need_text_only(findings):
    other = REVIEW.replace("range: {of: [tir], measure: MD}", "range: {of: [tir], measure: SMD}")
    (effect,) = cell(findings(other), "range", 12.0, "second").effects
    # Hedges g of 7 and 8 with SD 2, 16 a side: J(30) = 0.974754 times -0.5
    assert effect.estimate == pytest.approx(-0.487377, abs=1e-6)


def test_an_unknown_review_is_refused_with_what_is_close(findings):
    findings()
    with pytest.raises(UnknownName, match='There is no review "cell". Did you mean "cells"'):
        conduct_review(Catalog.open(), "cell")


def test_a_published_pair_of_the_tables_is_worked_as_printed():
    """Zang 2022, abstract: 7.52 (SD 1.07, n 45) against 8.19 (SD 1.02, n 46) % HbA1c at 48 weeks.

    1.07^2/45 + 1.02^2/46 = 0.0480596, its root 0.219225; 0.67 -+ 1.959964 * 0.219225.
    """
    found = conduct_review(Catalog(science_root()), "msc_diabetes")
    effects = {e.study.study_id: e for e in cell(found, "hba1c", 12.0).effects}
    low, high = effects["zang_2022"].interval(0.95)
    assert (effects["zang_2022"].estimate, low, high) == pytest.approx((-0.67, -1.09967, -0.24033), abs=1e-5)
    assert "zang_2023_cgm" not in found.pooled_studies
