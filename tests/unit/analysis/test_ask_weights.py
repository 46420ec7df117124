"""How like the patient a virtual patient is: likelihoods, weights, draws."""

import numpy as np
import pytest
from scipy import stats

from insula.analysis.ask.patient import Known
from insula.analysis.ask.weights import draw, effective_without, log_likelihood, weights_of
from insula.statistics.chance import effective_number

OWN = np.array([6.0, 7.9, 8.4, 12.0])
EVEN = np.ones(4)


def known(value=8.0, below=False, error=0.5, relative=0.0, over=None):
    return Known("fact", value, below, "trait.fact", error, relative, over)


def ratios(logs):
    """Likelihoods up to a constant."""
    return np.exp(logs - logs.max())


def test_a_measurement_is_normal_round_the_own_value():
    wanted = stats.norm.pdf(8.0, OWN, 0.5)
    assert ratios(log_likelihood(known(), OWN)) == pytest.approx(wanted / wanted.max())


def test_a_relative_error_grows_with_the_own_value():
    wanted = stats.norm.pdf(8.0, OWN, np.sqrt(0.5**2 + (0.1 * OWN) ** 2))
    assert ratios(log_likelihood(known(relative=0.1), OWN)) == pytest.approx(wanted / wanted.max())


def test_below_a_limit_is_the_probability_of_lying_there():
    wanted = stats.norm.cdf(8.0, OWN, 0.5)
    assert np.exp(log_likelihood(known(below=True), OWN)) == pytest.approx(wanted)


@pytest.mark.parametrize("events", [0, 3])
def test_events_are_counted_over_their_time(events):
    rates = np.array([0.0, 0.5, 3.0, 20.0])
    wanted = stats.poisson.pmf(events, 2 * rates)
    assert np.exp(log_likelihood(known(float(events), over=2.0), rates)) == pytest.approx(wanted)


def test_who_has_no_value_is_not_alike():
    logs = log_likelihood(known(), np.array([np.nan, 8.0]))
    assert logs[0] == -np.inf
    assert weights_of({"fact": logs}, np.ones(2)).tolist() == [0.0, 1.0]


def test_without_a_fact_everybody_counts_as_often_as_drawn():
    assert weights_of({}, np.array([1.0, 3.0, 0.0])).tolist() == [0.25, 0.75, 0.0]


def test_nobody_possible_weighs_nothing():
    impossible = {"a": np.array([-np.inf, 0.0]), "b": np.array([0.0, -np.inf])}
    assert weights_of(impossible, np.ones(2)).tolist() == [0.0, 0.0]
    assert effective_number(weights_of(impossible, np.ones(2))) == 0.0


def test_facts_far_from_everybody_do_not_vanish_in_rounding():
    logs = np.array([-5000.0, -5000.0 - np.log(3)])
    assert weights_of({"far": logs}, np.ones(2)) == pytest.approx([0.75, 0.25])


def test_each_fact_is_left_out_in_turn():
    common, rare = np.zeros(4), np.array([0.0, -np.inf, -np.inf, -np.inf])
    assert effective_without({"common": common, "rare": rare}, EVEN) == pytest.approx(
        {"common": 1.0, "rare": 4.0}
    )


def test_everybody_is_drawn_as_often_as_expected_within_one():
    weights = np.random.default_rng(3).random(200)
    weights /= weights.sum()
    counts = draw(weights, np.arange(200) % 7, 500, 11, "test")
    assert counts.sum() == 500
    assert np.abs(counts - 500 * weights).max() < 1.0


def test_each_group_is_drawn_as_often_as_expected_within_one():
    weights, group = np.full(400, 1 / 400), np.arange(400) % 20
    counts = draw(weights, group, 40, 5, "test")
    assert np.bincount(group, counts).tolist() == [2.0] * 20, "a step of 10 candidates meets every group"


def test_who_weighs_nothing_is_never_drawn():
    weights = np.array([0.0, 0.5, 0.0, 0.5, 0.0])
    for seed in range(20):
        assert draw(weights, np.zeros(5, dtype=int), 7, seed, "test")[[0, 2, 4]].tolist() == [0, 0, 0]


def test_a_draw_depends_on_seed_and_purpose_alone():
    weights, group = np.array([0.3, 0.3, 0.4]), np.zeros(3, dtype=int)
    draws = {tuple(draw(weights, group, 2, seed, "test")) for seed in range(30)}
    assert len(draws) > 1
    assert draw(weights, group, 2, 4, "test").tolist() == draw(weights, group, 2, 4, "test").tolist()
