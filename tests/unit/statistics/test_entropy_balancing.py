"""Weights that give people published means, against closed forms and against people who cannot have them."""

import numpy as np
import pytest

from insula.statistics import weighted
from insula.statistics.chance import effective_number
from insula.statistics.entropy_balancing import UnbalancedError, balance

X = np.random.Generator(np.random.Philox(7)).normal(10, 2, 400)


def test_yes_and_no_get_the_odds_of_the_published_share():
    """With one column of 30 yes and 70 no, a share of 0.6 means 2 for each yes and 4/7 for each no."""
    yes = np.repeat([1.0, 0.0], [30, 70])
    weights = balance(yes[:, None], np.array([0.6]))
    assert weights == pytest.approx(np.where(yes == 1, 2.0, 4 / 7), rel=1e-5)


def test_a_normal_mean_is_moved_by_an_exponential_tilt():
    """The logarithm of the weights is linear in what is matched: that is the least divergence from equal weights."""
    weights = balance(X[:, None], np.array([11.0]))
    assert np.average(X, weights=weights) == pytest.approx(11.0, abs=1e-5)
    slope = np.diff(np.log(weights[np.argsort(X)])) / np.diff(np.sort(X))
    assert slope == pytest.approx(slope.mean(), rel=1e-4)
    assert slope.mean() == pytest.approx(1 / 4, rel=0.15)  # a shift of 1 at variance 4


def test_mean_and_spread_together():
    weights = balance(np.stack([X, (X - 9.0) ** 2], axis=1), np.array([9.0, 1.5**2]))
    assert np.average(X, weights=weights) == pytest.approx(9.0, abs=1e-4)
    assert np.average((X - 9) ** 2, weights=weights) == pytest.approx(1.5**2, rel=1e-4)
    assert (weights > 0).all()
    assert weights.mean() == pytest.approx(1.0)


def test_who_has_the_means_already_counts_alike():
    assert balance(X[:, None], np.array([X.mean()])) == pytest.approx(np.ones(len(X)), abs=1e-4)


def test_two_names_of_one_number_are_no_trouble():
    weights = balance(np.stack([X, 3 * X], axis=1), np.array([11.0, 33.0]))
    assert np.average(X, weights=weights) == pytest.approx(11.0, abs=1e-4)


@pytest.mark.parametrize("mean", [X.max() + 0.1, X.min() - 0.1, 1e4])
def test_a_mean_beyond_everybody_is_refused(mean):
    with pytest.raises(UnbalancedError) as told:
        balance(X[:, None], np.array([mean]))
    assert X.min() <= told.value.reached[0] <= X.max()


def test_means_that_contradict_each_other_are_refused():
    with pytest.raises(UnbalancedError):
        balance(np.stack([X, X], axis=1), np.array([10.0, 11.0]))


def test_whole_weights_are_people_who_stand_there_more_than_once():
    values, often = np.array([1.0, 2.0, 4.0, 8.0]), np.array([1, 3, 2, 4])
    several = np.repeat(values, often)
    assert weighted.mean(values, often * 2.5) == pytest.approx(several.mean())
    found = weighted.quantiles(values, [0.1, 0.3, 0.5, 0.9], often * 2.5)
    assert found.tolist() == np.quantile(several, [0.1, 0.3, 0.5, 0.9], method="inverted_cdf").tolist()
    spread = several.std() * np.sqrt(effective_number(often) / (effective_number(often) - 1))
    assert weighted.sd(values, often * 2.5) == pytest.approx(spread)


def test_equal_weights_are_none():
    alike = np.full(len(X), 0.3)
    assert weighted.mean(X, alike) == pytest.approx(weighted.mean(X))
    assert weighted.sd(X, alike) == pytest.approx(weighted.sd(X))
    assert weighted.sd(X[:1]) is weighted.sd(X[:1], alike[:1]) is None
