"""Hand-over statistics, scales, surrogate, meetings of the clocks, sensor."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from insula.catalog import Catalog
from insula.trial.handover import rows_of, statistic
from insula.trial.meetings import days_between
from insula.trial.scales import from_scale, to_scale
from insula.trial.sensor import read_sensor
from insula.trial.surrogate import design, fit, monomials

TIME = np.array([0.0, 10.0, 40.0])
VALUES = np.array([[1.0, 3.0, 3.0], [-1.0, np.nan, 5.0]])


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("mean", 110 / 40), ("minimum", 1.0), ("integral", 110.0), ("share_below:2", 1 / 3),
     ("share_below:3", 1 / 3), ("difference_per_day", 2 * 1440 / 40)],
)  # fmt: skip
def test_statistics_of_a_sampled_day(name, wanted):
    """By hand: the trapezoids are 20 and 90; a reading on the limit is not below it; a gap is never filled in."""
    found = statistic(name)(TIME, VALUES)
    assert found[0] == pytest.approx(wanted)
    assert np.isnan(found[1]) or name == "difference_per_day"


@pytest.mark.parametrize("scale", ["identity", "log", "log_tenth", "sqrt", "logit"])
@given(share=st.floats(0.002, 0.998))
def test_there_and_back_on_every_scale(scale, share):
    assert from_scale(scale, to_scale(scale, share)) == pytest.approx(share, rel=1e-9)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_of_nothing_and_of_all_stays_finite(share):
    assert np.isfinite(to_scale("logit", share))


def test_the_design_fills_the_cube_and_is_always_the_same():
    points = design(200, 3)
    assert points.shape == (200, 3)
    assert points.min() >= -1.0
    assert points.max() <= 1.0
    assert np.abs(points.mean(axis=0)).max() < 0.02
    assert (points == design(200, 3)).all()


def test_a_polynomial_of_the_degree_is_found_again_and_a_higher_one_leaves_an_error():
    points = design(128, 2)
    x, y = points.T
    exact, rougher = 1 + 2 * x - 3 * x * y + y**2, np.sin(4 * x)
    found = fit(points, np.stack([exact, rougher], axis=1), 2)
    wanted = {(0, 0): 1.0, (1, 0): 2.0, (1, 1): -3.0, (0, 2): 1.0}
    for exponents, coefficient in zip(found.exponents, found.coefficients[:, 0], strict=True):
        assert coefficient == pytest.approx(wanted.get(exponents, 0.0), abs=1e-10)
    assert found.error[0] < 1e-10
    assert found.error[1] > 0.1


def test_the_leave_one_out_error_is_that_of_leaving_one_out():
    points = design(24, 2)
    values = np.cos(3 * points[:, :1]) + points[:, 1:]
    left = []
    for k in range(24):
        kept = np.arange(24) != k
        without = fit(points[kept], values[kept], 2)
        basis = np.array([np.prod(points[k] ** np.array(powers)) for powers in without.exponents])
        left.append(values[k, 0] - basis @ without.coefficients[:, 0])
    assert fit(points, values, 2).error[0] == pytest.approx(np.sqrt(np.mean(np.square(left))))


def test_there_are_as_many_monomials_as_combinatorics_says():
    assert len(monomials(6, 3)) == 84  # (6 + 3 choose 3)
    assert len(set(monomials(6, 3))) == 84
    assert monomials(2, 1)[0] == (0, 0)


def test_the_clocks_meet_on_the_grid_at_the_end_and_on_named_days_only_within():
    assert days_between(0.0, 30.0, 14.0, [3.0, 14.0, 0.0, 31.0]) == [3.0, 14.0, 28.0, 30.0]
    assert days_between(-28.0, 0.0, 14.0) == [-14.0, 0.0]


@pytest.fixture(scope="module")
def numbers():
    rows = Catalog.open().modules["cgm"].parameters
    return {row.symbol: row.value for row in rows if row.value is not None}


def test_a_sensor_shows_whole_numbers_within_its_limits_and_gaps_stay_gaps(numbers):
    time = np.arange(0.0, 2880.0, 5.0)
    glucose = np.repeat([[-50.0], [120.0], [9000.0], [np.nan]], len(time), axis=1)
    shown = read_sensor(glucose, time, numbers, 1, np.arange(4), 0.0)
    assert np.isnan(shown[3]).all()
    assert (shown[:3] == np.round(shown[:3])).all()
    assert (shown[0] == numbers["lowest"]).all()
    assert (shown[2] == numbers["highest"]).all()
    assert 0 < shown[1].std() < 60


def test_a_patient_s_sensor_errs_alike_whoever_else_wears_one(numbers):
    time = np.arange(0.0, 1440.0, 5.0)
    glucose = np.full((3, len(time)), 150.0)
    all_three = read_sensor(glucose, time, numbers, 1, np.array([4, 5, 6]), 0.0)
    alone = read_sensor(glucose[:1], time, numbers, 1, np.array([6]), 0.0)
    assert (alone[0] == all_three[2]).all()
    assert (all_three[0] != all_three[2]).any()


def test_the_mean_of_a_patient_alone_is_that_of_the_same_one_among_others():
    """To the last bit: otherwise a patient's course depends on who else is in the block."""
    time = np.arange(0.0, 2880.0, 15.0)
    kept = time >= 1440.0
    mean = statistic("mean")
    for seed in range(20):
        table = np.random.default_rng(seed).uniform(40, 300, (9, len(time), 3))  # as the engine reads it
        together = mean(time[kept], rows_of(table[:, :, 1], kept))
        alone = [mean(time[kept], rows_of(table[[p], :, 1], kept))[0] for p in range(9)]
        np.testing.assert_array_equal(together, alone)
