"""The naive predictors: whose numbers they use, with which spread, and that skill is measured against the better."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from scorecard_rows import known

from insula.analysis.naive import EXACT, NO_CHANGE, NO_NAIVE, OTHER_TRIALS, Naive, Published, skill_of


def published(*rows, twins=None):
    return Published(rows, twins or {})


def as_numbers(found):
    return {one.kind: (pytest.approx(one.mean), pytest.approx(one.sd)) for one in found}


@given(st.floats(-50, 50), st.floats(0.1, 20), st.floats(-80, 80))
def test_the_score_of_a_normal_is_its_closed_form(mean, sd, observed):
    """Gneiting and Raftery 2007, equation 5; quantiles stand in for the whole, tails beyond 1 in 4000 are cut."""
    z = (observed - mean) / sd
    expected = sd * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert Naive("", mean, sd).crps(observed) == pytest.approx(expected, abs=2e-3 * sd)


def test_a_point_scores_its_distance():
    assert Naive("", 3.0, 0.0).crps(5.5) == 2.5


def test_no_change_is_the_published_baseline_with_its_standard_error():
    row = known(value=70)
    before = known(value=50, months=0.0, sd=12.0, n=16)
    strangers = [
        known(value=10, months=0.0, arm="control"),
        known("hba1c", 8, months=0.0),
        known(value=99, months=0.0, statistic="change_from_baseline"),
    ]
    (found,) = published(row, before, *strangers).naive(row)
    assert (found.kind, found.mean, found.sd) == (NO_CHANGE, 50, 3)


def test_a_change_needs_no_baseline_and_takes_its_spread_from_one():
    row = known(value=-1.5, statistic="change_from_baseline")
    (bare,) = published(row).naive(row)
    assert (bare.mean, bare.sd) == (0, 0)
    (found,) = published(row, known(value=8, months=0.0, sd=1.2, n=9)).naive(row)
    assert (found.mean, found.sd) == (0, pytest.approx(0.4))
    percent = known(value=-20, statistic="percent_change")
    (found,) = published(percent, known(value=8, months=0.0, sd=1.2, n=9)).naive(percent)
    assert (found.mean, found.sd) == (0, pytest.approx(5))


def test_a_share_keeps_its_binomial_error_and_stays_a_share():
    row = known(value=0.9, statistic="proportion")
    (found,) = published(row, known(value=0.2, months=0.0, statistic="proportion", n=25)).naive(row)
    assert (found.mean, found.sd, found.limits) == (0.2, pytest.approx(0.08), (0, 1))
    certain = Naive("", 0.05, 0.5, (0.0, 1.0))
    assert certain.crps(0.0) < Naive("", 0.05, 0.5).crps(0.0)


def test_a_baseline_does_not_predict_itself():
    row = known(value=50, months=0.0, sd=10.0)
    assert published(row).naive(row) == []


def test_other_trials_count_once_each_and_only_those_of_the_same_kind():
    row = known(value=70)
    others = [
        known(value=60, study="a"),
        known(value=64, study="a", arm="dose_2", therapy="msc"),
        known(value=72, study="b", months=12.4),
        known(value=90, study="c", therapy="placebo"),
        known(value=90, study="d", disease="t2d"),
        known(value=90, study="e", months=12.6),
        known(value=90, study="f", statistic="median"),
        known("hba1c", 90, study="g"),
        known(value=90, study="twin"),
    ]
    (found,) = published(row, *others, twins={"s": frozenset({"s", "twin"})}).naive(row)
    assert found.kind == OTHER_TRIALS
    assert found.mean == pytest.approx((62 + 72) / 2)
    assert found.sd == pytest.approx(np.std([62, 72], ddof=1))


def test_a_count_is_compared_with_shares():
    row = known(value=6, statistic="count", n=12)
    (found,) = published(row, known(value=0.25, study="a", statistic="proportion")).naive(row)
    assert (found.kind, found.mean) == (OTHER_TRIALS, 0.25)


def test_an_effect_has_the_difference_of_the_baselines_and_the_effects_of_other_trials():
    first, second = known(value=70), known(value=50, arm="control")
    before = [
        known(value=46, months=0.0, sd=6.0, n=36),
        known(value=48, months=0.0, sd=12.0, n=36, arm="control"),
    ]
    others = [
        known(value=80, study="a"),
        known(value=50, study="a", arm="control"),
        known(value=80, study="b"),
        known(value=30, study="c"),
        known(value=20, study="c", arm="control"),
    ]
    found = as_numbers(published(first, second, *before, *others).naive_effect(first, second))
    assert found == {NO_CHANGE: (-2, np.hypot(1, 2)), OTHER_TRIALS: (20, np.std([30, 10], ddof=1))}


def test_skill_is_measured_against_the_better_of_the_two():
    naive = [Naive(NO_CHANGE, 50, 0.0), Naive(OTHER_TRIALS, 66, 0.0)]
    better = skill_of(1.0, 70.0, naive)
    assert (better.skill, better.against) == (pytest.approx(0.75), OTHER_TRIALS)
    worse = skill_of(6.0, 70.0, naive)
    assert worse.skill == pytest.approx(-0.5)


def test_skill_that_cannot_be_measured_says_why():
    assert (skill_of(1.0, 70.0, []).skill, skill_of(1.0, 70.0, []).reason) == (None, NO_NAIVE)
    exact = skill_of(1.0, 50.0, [Naive(NO_CHANGE, 50, 0.0)])
    assert (exact.skill, exact.reason) == (None, EXACT)


def test_a_baseline_is_compared_with_baselines_alone():
    row = known(value=50, months=0.0)
    early = known(value=90, study="a", months=0.4)
    (found,) = published(row, early, known(value=46, study="b", months=0.0)).naive(row)
    assert (found.kind, found.mean) == (OTHER_TRIALS, 46)
