"""The predictive distribution of a trial arm, against cases with a known answer."""

import numpy as np
import pytest
from scipy.stats import betabinom, norm

from insula.statistics import arm_statistics as stat
from insula.statistics.drawn_patients import member_share
from insula.statistics.prediction_interval import Prediction, predict_arm, predict_difference


def population(members, per_member, between, within, seed=3):
    random = np.random.Generator(np.random.Philox(seed))
    truth = random.normal(10, between, members)
    values = random.normal(np.repeat(truth, per_member), within)
    return values, np.repeat(np.arange(members), per_member)


def predict(values, member, size, statistic=stat.mean, **options):
    patients = values if values.ndim == 2 else values[:, None]
    return predict_arm(patients, member, size, statistic, seed=1, purpose="test", **options)


@pytest.mark.parametrize("per_member", [10, 100])
@pytest.mark.parametrize(("between", "within"), [(0.0, 2.0), (1.0, 2.0), (2.0, 1.0)])
def test_normal_members_and_patients(per_member, between, within):
    """Mean of an arm of n: variance between + within / n; 400 members make the estimate good to 8 %."""
    values, member = population(400, per_member, between, within)
    found = predict(values, member, 12)
    expected = np.sqrt(between**2 + within**2 / 12)
    assert found.mean == pytest.approx(values.mean(), abs=4 * found.mean_error)
    assert found.sd == pytest.approx(expected, rel=0.08)
    reach = norm.ppf(0.95) * expected
    assert found.high - found.low == pytest.approx(2 * reach, rel=0.1)


def test_few_patients_per_member_do_not_widen_the_interval():
    """The naive draw from one member would give sd sqrt(4/10 + 0.9 x 4/12) = 0.84 instead of 0.58."""
    found = predict(*population(400, 10, 0.0, 2.0), 12)
    assert found.sd == pytest.approx(2 / np.sqrt(12), rel=0.06)


@pytest.mark.parametrize(("between", "within"), [(0.0, 6.0), (2.0, 6.0), (4.0, 6.0)])
def test_coverage_with_the_200_patients_and_20_members_of_an_ordinary_run(between, within):
    """Nominal 90 %; with so few members 85 to 93 % of new trials lie inside, on average."""
    arm_sd = np.sqrt(between**2 + within**2 / 12)
    coverage = []
    for seed in range(60):
        found = predict(*population(20, 10, between, within, seed=seed), 12, draws=500)
        coverage.append(norm.cdf((found.high - 10) / arm_sd) - norm.cdf((found.low - 10) / arm_sd))
    assert 0.85 < np.mean(coverage) < 0.93


def test_counts_keep_whole_patients_and_are_overdispersed():
    """Chance of yes differs between members as a beta distribution: the count is beta-binomial."""
    random = np.random.Generator(np.random.Philox(5))
    chance = random.beta(2, 2, 300)
    member = np.repeat(np.arange(300), 100)
    values = (random.random(member.size) < chance[member]).astype(float)
    found = predict(values, member, 12, stat.count)
    assert set(np.unique(found.samples)) <= set(range(13))
    assert found.sd == pytest.approx(betabinom(12, 2, 2).std(), rel=0.08)


def test_one_member_or_one_patient_each_is_a_plain_bootstrap():
    values, _ = population(1, 400, 0.0, 2.0)
    for member in (np.zeros(400, int), np.arange(400)):
        assert member_share(values, member) == 0
        assert predict(values, member, 4).sd == pytest.approx(values.std() / 2, rel=0.05)


def test_members_that_are_all_there_is_are_drawn_whole():
    member = np.repeat(np.arange(5), 20)
    assert member_share(member * 1.0, member) == pytest.approx(1)
    found = predict(member * 1.0, member, 7)
    assert set(np.unique(found.samples)) == {0.0, 1, 2, 3, 4}


def test_a_larger_trial_has_a_narrower_interval():
    values, member = population(50, 20, 0.5, 2.0)
    widths = [predict(values, member, size).sd for size in (5, 50, 500)]
    assert widths[0] > widths[1] > widths[2] > 0.4


def test_change_and_percent_change_use_the_patients_own_baseline():
    patients = np.array([[20.0, 40.0]] * 10 + [[0.0, 20.0]] * 10)
    member = np.arange(20) % 2
    change = predict(patients, member, 6, stat.change_from_baseline)
    assert set(np.unique(change.samples)) == {-20.0}
    percent = predict(patients, member, 500, stat.percent_change)
    assert percent.mean == pytest.approx(-100 * (1 - 10 / 30), abs=1)


def test_patients_without_a_value_are_left_out_and_none_at_all_is_an_error():
    values = np.array([1.0, np.nan, 1.0])
    assert predict(values, np.array([0, 0, 1]), 3).samples.tolist() == [1.0] * 4000
    with pytest.raises(ValueError, match="No virtual patient has a value"):
        predict(np.full(3, np.nan), np.zeros(3, int), 3)
    with pytest.raises(ValueError, match="at least one patient, not 0"):
        predict(np.ones(3), np.zeros(3, int), 0)


def test_the_same_address_gives_the_same_draws():
    values, member = population(20, 10, 1.0, 2.0)
    first = predict(values, member, 12).samples
    assert np.array_equal(first, predict(values, member, 12).samples)
    other = predict_arm(values[:, None], member, 12, stat.mean, seed=2, purpose="test")
    assert not np.array_equal(first, other.samples)


def test_blocks_of_large_arms_are_different_draws():
    values, member = population(20, 10, 1.0, 2.0)
    samples = predict(values, member, 5000, draws=1700).samples
    assert len(np.unique(samples)) == 1700


def test_monte_carlo_errors_are_those_of_repeated_predictions():
    values, member = population(20, 10, 0.0, 2.0)
    repeats = [
        predict_arm(values[:, None], member, 12, stat.mean, seed=seed, purpose="test", draws=1000)
        for seed in range(60)
    ]
    assert np.std([p.mean for p in repeats]) == pytest.approx(repeats[0].mean_error, rel=0.35)
    assert np.std([p.low for p in repeats]) == pytest.approx(repeats[0].bound_error, rel=0.5)


def test_z_of_a_prediction_without_spread():
    certain = Prediction(np.full(100, 3.0), 0.9)
    assert certain.z(3.0) == 0
    assert certain.z(2.9) == pytest.approx(norm.ppf(0.005))  # finite: half a draw of 100 below
    assert certain.contains(3.0)
    assert not certain.contains(2.9)
    assert not certain.contains(np.nan)


def test_normal_score_of_proportions_at_the_edge():
    sure = Prediction(np.ones(1000), 0.9)
    assert sure.normal_score(1.0, 0.04) == 0
    assert sure.normal_score(0.5, 0.04) == pytest.approx(norm.ppf(0.0005))
    mixed = Prediction(np.repeat([9, 10, 11, 12], 250) / 12, 0.9)
    assert mixed.normal_score(0.83, 0.5 / 12) == pytest.approx(norm.ppf(0.375))  # 0.83 is 10 of 12


def two_arms(first, second, member, sizes=(12, 12)):
    scores = first - second
    arms = (values[:, None] for values in (first, second))
    return predict_difference(*arms, member, sizes, stat.mean, seed=1, purpose="test", scores=scores)


def test_what_a_truth_does_to_both_arms_is_no_effect_between_them():
    """Members differ by 5, patients by 2: only the patients of both arms are left in the difference."""
    values, member = population(100, 20, 5.0, 2.0)
    again = values + np.random.Generator(np.random.Philox(8)).normal(0, 1e-6, values.size)
    found = two_arms(values, again, member)
    patients = values.std() ** 2 * 2 / 12
    assert found.mean == pytest.approx(0, abs=4 * found.mean_error)
    assert found.sd <= 1.05 * np.sqrt(patients)


def test_one_truth_holds_for_both_arms_of_a_draw():
    """Members move one arm by m, the other by 3 m, sd(m) = 1; apart, the two would give 1 + 9 instead of 4."""
    values, member = population(400, 50, 1.0, 0.5)
    truth = np.bincount(member, values) / np.bincount(member)
    found = two_arms(values + 2 * truth[member], values, member, (200, 200))
    assert found.mean == pytest.approx(20, abs=0.3)
    assert found.sd == pytest.approx(2, rel=0.12)


def test_who_lacks_a_value_in_one_arm_is_left_out_of_both():
    values, member = population(20, 10, 1.0, 2.0)
    spoilt = values.copy()
    spoilt[::7] = np.nan
    kept = ~np.isnan(spoilt)
    found = two_arms(values + 2, spoilt, member)
    same = two_arms(values[kept] + 2, values[kept], member[kept])
    assert np.array_equal(found.samples, same.samples)
    with pytest.raises(ValueError, match="No virtual patient has a value"):
        two_arms(values, values * np.nan, member)
    with pytest.raises(ValueError, match="at least one patient, not 0"):
        two_arms(values, values, member, (5, 0))


def test_a_mean_is_told_no_better_than_the_virtual_patients_can():
    """60 virtual patients against a trial of 5,000: sd s / sqrt(60), not s / sqrt(5000)."""
    values, member = population(1, 60, 0.0, 2.0)
    assert predict(values, member, 5000).sd == pytest.approx(values.std() / np.sqrt(60), rel=0.08)


@pytest.mark.parametrize("yes", [0, 3, 60])
def test_shares_of_few_virtual_patients_are_as_uncertain_as_jeffreys_says(yes):
    """A trial of n imagines a chance from Beta(yes + 1/2, no + 1/2), then n patients: a beta-binomial count."""
    values = np.repeat([1.0, 0.0], [yes, 60 - yes])
    found = predict(values, np.zeros(60, int), 200, stat.count, yes_or_no=True)
    exact = betabinom(200, yes + 0.5, 60 - yes + 0.5)
    assert found.mean == pytest.approx(exact.mean(), abs=4 * found.mean_error)
    assert found.sd == pytest.approx(exact.std(), rel=0.1)
    assert abs(exact.cdf(found.low) - 0.05) < 0.06 or found.low == 0
    assert abs(exact.cdf(found.high) - 0.95) < 0.06 or found.high == 200


def test_a_difference_of_shares_that_was_never_seen_is_not_impossible():
    values, member = np.ones(60), np.zeros(60, int)
    arms = values[:, None], values[:, None]
    found = predict_difference(
        *arms, member, (500, 500), stat.mean, seed=1, purpose="test", scores=values, yes_or_no=True
    )
    assert found.mean == pytest.approx(0, abs=4 * found.mean_error)
    of_truth = 1 / 62 / 63  # variance of p(yes, no) - p(no, yes) under Dirichlet(60.5, 0.5, 0.5, 0.5)
    assert found.sd == pytest.approx(np.sqrt(of_truth + 2 * (1 / 62) * (61 / 62) / 500), rel=0.1)


def test_weights_draw_patients_as_often_as_people_stand_for_them():
    """A patient of weight 3 is three patients, but the mean is known no better than by one of him."""
    values, member = population(1, 400, 0.0, 2.0)
    weights = np.where(values > 10, 3.0, 1.0)
    found = predict(values, member, 12, weights=weights)
    mean = np.average(values, weights=weights)
    variance = np.average((values - mean) ** 2, weights=weights)
    of_patients = np.sum(weights**2 * (values - mean) ** 2) / weights.sum() ** 2
    assert found.mean == pytest.approx(mean, abs=4 * found.mean_error)
    assert found.sd == pytest.approx(np.sqrt(variance / 12 + of_patients), rel=0.05)


def test_weight_0_is_as_if_the_patient_were_not_there():
    values, member = population(20, 10, 1.0, 2.0)
    kept = np.arange(200) % 3 > 0
    without = predict(values[kept], member[kept], 12)
    found = predict(np.where(kept, values, 1e6), member, 12, weights=np.where(kept, 5.0, 0.0))
    assert np.array_equal(found.samples, without.samples)
    assert member_share(values[kept], member[kept], np.full(kept.sum(), 5.0)) == pytest.approx(
        member_share(values[kept], member[kept])
    )


def test_members_of_heavy_patients_are_drawn_more_often():
    """Two members, all 0 and all 1; patients of the second weigh three times as much."""
    member = np.repeat([0, 1], 50)
    found = predict(member * 1.0, member, 9, weights=np.where(member, 3.0, 1.0))
    assert set(np.unique(found.samples)) == {0.0, 1.0}
    assert found.mean == pytest.approx(0.75, abs=0.03)


def test_an_effect_is_that_of_the_weighted_patients():
    random = np.random.Generator(np.random.Philox(9))
    old = np.repeat([0.0, 1.0], 200)
    control = random.normal(0, 0.1, 400)
    treated = control + old  # only the old profit
    member = np.zeros(400, int)
    weights = np.where(old == 1, 1.0, 4.0)
    found = predict_difference(
        treated[:, None], control[:, None], member, (50, 50), stat.mean,
        seed=1, purpose="test", scores=old, weights=weights,
    )  # fmt: skip
    assert found.mean == pytest.approx(0.2, abs=0.02)


def test_the_error_of_a_model_adds_to_the_variance_and_stays_within_limits():
    values, member = population(1, 400, 0.0, 2.0)
    found = predict(values, member, 50)
    wider = found.with_error(1.5, (-np.inf, np.inf), seed=1, purpose="test")
    assert wider.sd == pytest.approx(np.hypot(found.sd, 1.5), rel=0.05)
    assert wider.mean == pytest.approx(found.mean, abs=4 * wider.mean_error)
    kept = Prediction(np.full(4000, 0.95), 0.9).with_error(0.1, (0.0, 1.0), seed=1, purpose="test")
    assert (kept.samples.min() >= 0, kept.samples.max()) == (True, 1.0)
    assert np.mean(kept.samples == 1.0) == pytest.approx(norm.sf(2), abs=0.01)
    assert kept.mean == pytest.approx(0.95, abs=0.002)


@pytest.mark.parametrize("statistic", ["mean", "median", "rate", "proportion", "count"])
def test_no_level_of_a_prediction_falls_below_nothing(statistic):
    nearly_nothing = Prediction(np.full(4000, 0.05), 0.9)
    limits = stat.limits_of(statistic, 12)
    found = nearly_nothing.with_error(0.1, limits, seed=1, purpose="test")
    assert found.samples.min() == 0
    assert found.mean == pytest.approx(0.05, abs=0.002)


@pytest.mark.parametrize("statistic", sorted(stat.NEEDS_BASELINE))
def test_a_change_may_fall_below_nothing(statistic):
    limits = stat.limits_of(statistic, 12)
    assert Prediction(np.full(4000, 0.05), 0.9).with_error(0.1, limits, seed=1, purpose="test").low < -0.1


def test_an_interval_holds_its_own_mean():
    """All yes but in one trial of fifty, where all are no: both quantiles are 1, the mean is not."""
    found = Prediction(np.r_[np.zeros(80), np.ones(3920)], 0.9)
    assert (found.low, found.high) == (found.mean, 1.0)
    assert found.mean == pytest.approx(0.98)
