"""Least-squares lines of many imagined arms at once, and what each patient adds to them."""

import numpy as np
import pytest

from insula.statistics.arm_statistics import STATISTICS, limits_of, parts_of, slope, value_on_line
from insula.statistics.prediction_interval import predict_arm

RANDOM = np.random.Generator(np.random.Philox(4))
X = RANDOM.normal(5, 1.5, 300)
PEOPLE = np.stack([9 - 0.6 * X + RANDOM.normal(0, 0.5, 300), X], axis=1)


def test_the_line_is_that_of_least_squares():
    arms = PEOPLE.reshape(10, 30, 2)
    expected = np.array([np.polyfit(arm[:, 1], arm[:, 0], 1) for arm in arms])
    assert slope(arms) == pytest.approx(expected[:, 0])
    assert value_on_line(arms) == pytest.approx(expected[:, 1])


def test_people_of_one_abscissa_have_no_line():
    assert np.isnan(slope(np.ones((2, 5, 2)))).all()


@pytest.mark.parametrize("statistic", ["slope", "value_on_line"])
def test_a_patient_adds_what_is_lost_without_them(statistic):
    """The infinitesimal jackknife is the jackknife but for terms that shrink with the number of patients."""
    whole = STATISTICS[statistic](PEOPLE[None])[0]
    without = np.array([STATISTICS[statistic](np.delete(PEOPLE, i, axis=0)[None])[0] for i in range(300)])
    assert parts_of(statistic, PEOPLE) == pytest.approx(299 * (whole - without), rel=0.05, abs=0.02)


def test_who_has_no_value_adds_none():
    people = np.concatenate([PEOPLE, [[np.nan, 1.0]]])
    assert np.isnan(parts_of("slope", people)[-1])
    assert parts_of("slope", people)[:-1] == pytest.approx(parts_of("slope", PEOPLE))
    assert np.isnan(parts_of("slope", np.full((3, 2), np.nan))).all()


def test_the_interval_of_a_slope_is_that_of_a_trial_of_the_size():
    """Standard error of a slope: SD about the line / (SD of the abscissa x root of n)."""
    x = RANDOM.normal(5, 1.5, 4000)
    people = np.stack([9 - 0.6 * x + RANDOM.normal(0, 0.5, 4000), x], axis=1)
    scores = parts_of("slope", people)
    found = predict_arm(people, np.arange(4000) % 400, 50, slope, seed=1, purpose="t", scores=scores)
    assert found.mean == pytest.approx(-0.6, abs=0.02)
    assert found.sd == pytest.approx(0.5 / 1.5 / np.sqrt(50), rel=0.1)


def test_lines_that_differ_between_members_widen_the_interval():
    member = np.arange(300) % 30
    tilt = RANDOM.normal(0, 0.2, 30)[member]
    people = np.stack([9 - (0.6 + tilt) * (X - 5) + RANDOM.normal(0, 0.2, 300), X - 5], axis=1)
    found = predict_arm(people, member, 5000, slope, seed=1, purpose="t", scores=parts_of("slope", people))
    alone = predict_arm(people, member, 5000, slope, seed=1, purpose="t", scores=np.zeros(300))
    assert found.sd == pytest.approx(0.2, rel=0.35)
    assert alone.sd < 0.5 * found.sd


def test_a_line_has_no_limits():
    assert limits_of("slope", 10) == limits_of("value_on_line", 10) == (-np.inf, np.inf)
