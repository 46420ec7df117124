"""Sizes and powers whose values are known beforehand."""

import numpy as np
import pytest
from scipy.stats import fisher_exact, norm

from insula.statistics.between_members import nested
from insula.statistics.power import (
    assurance,
    error_of_difference,
    fisher_power,
    size_for_means,
    size_for_proportions,
)


def test_sizes_that_stand_in_textbooks():
    assert size_for_means(0.5, (1.0, 1.0), 0.05, 0.8) == 63
    assert size_for_means(-0.5, (1.0, 1.0), 0.05, 0.9) == 85
    assert size_for_proportions((0.5, 0.7), 0.05, 0.8) == 93
    assert size_for_proportions((0.1, 0.2), 0.05, 0.8) == 199


def test_no_effect_has_no_size():
    assert size_for_means(0.0, (1.0, 1.0), 0.05, 0.8) is None
    assert size_for_proportions((0.3, 0.3), 0.05, 0.8) is None


def test_without_doubt_the_assurance_is_the_power_that_the_size_was_made_for():
    error = error_of_difference((1.0, 1.0), 63)
    assert assurance(np.array([0.5]), error, 0.05) == pytest.approx(0.8, abs=0.003)
    assert assurance(np.array([-0.5]), error, 0.05) < 1e-5


def test_assurance_of_a_normal_effect_is_that_of_the_closed_form():
    effects = norm.ppf((np.arange(20000) + 0.5) / 20000, loc=0.5, scale=0.3)
    closed = norm.cdf((0.5 - norm.ppf(0.975) * 0.2) / np.hypot(0.3, 0.2))
    assert assurance(effects, 0.2, 0.05) == pytest.approx(closed, abs=1e-4)


def test_four_cups_tell_and_three_do_not():
    assert fisher_power((0.0, 1.0), 3, 0.05) == 0.0
    assert fisher_power((0.0, 1.0), 4, 0.05) == pytest.approx(1.0)


def test_fisher_power_is_the_share_of_outcomes_that_the_test_calls_different():
    shares, size = (0.2, 0.65), 9
    weights = [[1.0]] * 2
    for k, share in enumerate(shares):
        weights[k] = np.array([1.0])
        for _ in range(size):
            weights[k] = np.convolve(weights[k], [1 - share, share])
    found = sum(
        weights[0][a] * weights[1][b]
        for a in range(size + 1)
        for b in range(size + 1)
        if fisher_exact([[a, size - a], [b, size - b]]).pvalue <= 0.05
    )
    assert fisher_power(shares, size, 0.05) == pytest.approx(found)


def test_variance_is_split_between_members_and_patients():
    members = np.repeat(np.arange(400), 5)
    rank = np.random.default_rng(3)
    values = 10 + 2 * rank.standard_normal(400)[members] + 3 * rank.standard_normal(2000)
    found = nested(values, members)
    assert found.between == pytest.approx(2.0, rel=0.12)
    assert found.within == pytest.approx(3.0, rel=0.05)
    low, high = found.interval(0.9)
    assert (low, high) == pytest.approx((10 - 1.645 * 2, 10 + 1.645 * 2), abs=0.5)


def test_members_that_differ_by_chance_alone_leave_the_error_of_the_mean():
    members = np.repeat(np.arange(50), 8)
    found = nested(10 + 3 * np.random.default_rng(8).standard_normal(400), members)
    assert found.between < 0.5
    low, high = found.interval(0.9)
    assert high - low == pytest.approx(2 * 1.645 * 3 / np.sqrt(400), rel=0.5)


def test_a_quantity_that_is_never_negative_has_no_negative_end():
    rank = np.random.default_rng(5)
    members = np.repeat(np.arange(12), 5)
    found = nested(np.exp(1.5 * rank.standard_normal(12)[members] + 0.5 * rank.standard_normal(60)), members)
    low, high = found.interval(0.9)
    assert 0 < low < found.mean < high


def test_what_nobody_measured_is_left_out_and_one_member_is_too_few():
    values = np.array([1.0, np.nan, 2.0, 4.0, 5.0])
    assert nested(values, np.array([0, 0, 0, 1, 1])).mean == 3.0
    assert nested(values, np.zeros(5, dtype=int)) is None
    assert nested(np.array([1.0, 2.0]), np.array([0, 1])) is None
