"""What counts of trials tell of a proportion or a rate, held against the posterior integrated on a grid."""

import numpy as np
import pytest

from insula.statistics.event_rates import event_rate

ENDS = np.array([0.05, 0.5, 0.95])


def on_a_grid(density, places):
    """Quantiles of an unnormalised density."""
    below = np.cumsum(density(places))
    return np.interp(ENDS, below / below[-1], places)


@pytest.mark.parametrize(("events", "of"), [(15, 128), (0, 15), (3, 3)])
def test_a_proportion_of_one_trial_has_the_posterior_of_jeffreys_prior(events, of):
    places = (np.arange(2_000_000) + 0.5) / 2_000_000
    expected = on_a_grid(lambda p: p ** (events - 0.5) * (1 - p) ** (of - events - 0.5), places)
    found = event_rate([events], [of], share=True).quantile(ENDS)
    np.testing.assert_allclose(found, expected, atol=2e-3)


def test_a_rate_counts_time():
    places = (np.arange(2_000_000) + 0.5) * 1e-6
    expected = on_a_grid(lambda r: r ** (17 - 0.5) * np.exp(-79.3 * r), places)
    np.testing.assert_allclose(event_rate([17], [79.3], share=False).quantile(ENDS), expected, atol=1e-3)


def test_trials_that_agree_count_as_one_and_trials_that_do_not_leave_more_open():
    def width(*events):
        low, _, high = event_rate(events, [50] * len(events), share=True).quantile(ENDS)
        return high - low

    whole = event_rate([10], [100], share=True).quantile(ENDS)
    np.testing.assert_allclose(event_rate([5, 5], [50, 50], share=True).quantile(ENDS), whole)
    assert width(5, 5) < width(1, 9) < width(0, 10)


def test_many_trials_that_disagree_give_the_spread_of_the_trials():
    """The next trial's proportion is as uncertain as the trials are different, however many there are."""
    rng = np.random.default_rng(1)
    truth = rng.beta(2.0, 8.0, 400)
    found = event_rate(rng.binomial(200, truth), [200] * 400, share=True).quantile(ENDS)
    np.testing.assert_allclose(found, np.quantile(rng.beta(2.0, 8.0, 100_000), ENDS), atol=0.03)


def test_no_event_in_several_trials_is_no_zero():
    low, _, high = event_rate([0, 0], [20, 30], share=True).quantile(ENDS)
    assert 0 < low < high < 0.1
