"""Mean and SD from every kind of spread, against published examples and numbers worked by hand."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy.stats import t as student

from insula.evidence import spread
from insula.evidence.spread import moments

NAN = math.nan


def test_the_published_example_of_median_and_range():
    """Smallest 1, median 4, largest 10, n = 30: the output printed by the manual of the R package metaBLUE."""
    found = moments("range", "median", 4, 1, 10, 30)
    assert found.mean == pytest.approx(4.356748, abs=1e-6)
    assert found.sd == pytest.approx(2.205578, abs=1e-6)
    assert found.method == "range (Wan 2014, Luo 2018)"


def test_quartiles_by_hand():
    """N = 20, quartiles 0.41 and 0.62, median 0.51.

    Weight 0.7 + 0.39/20 = 0.7195: mean 0.7195 * 0.515 + 0.2805 * 0.51 = 0.5136. SD: 14.875/20.25 = 0.73457, whose
    normal quantile is 0.6267 (tables: 0.62 -> 0.7324, 0.63 -> 0.7357); 0.21 / 1.2534 = 0.1675.
    """
    found = moments("iqr", "median", 0.51, 0.41, 0.62, 20)
    assert found.mean == pytest.approx(0.5136, abs=1e-4)
    assert found.sd == pytest.approx(0.1675, abs=2e-4)


def test_a_skewed_median_by_hand():
    """N = 10, quartiles 10 and 40, median 12: weight 0.739, 0.739 * 25 + 0.261 * 12 = 18.475 + 3.132."""
    assert moments("iqr", "median", 12, 10, 40, 10).mean == pytest.approx(21.607, abs=1e-3)


def test_quartiles_of_many_patients_are_1_35_sd_apart():
    """The rule of the Cochrane Handbook for large samples: the interquartile range is about 1.35 SD."""
    assert 1.35 / spread.sd_of_quartiles(0, 1, 100_000) ** -1 == pytest.approx(1.0, abs=0.002)


def test_the_interval_of_25_patients_uses_the_t_value_of_the_handbook():
    """The handbook's example: n = 25, 3.92 is replaced by 2 * 2.0639 = 4.128."""
    assert spread.sd_of_interval(0, 4.128, 25) == pytest.approx(5.0, abs=0.001)
    assert spread.sd_of_interval(0, 3.92, 10_000) == pytest.approx(100, abs=0.05)


def test_a_standard_error():
    """5.35 of 7 patients: 5.35 * 2.6458 = 14.155."""
    assert moments("se", "mean", 43.66, 5.35, NAN, 7).sd == pytest.approx(14.155, abs=0.001)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("none", "mean", 5, NAN, NAN, 10), spread.NO_SPREAD),
        (("", "mean", 5, NAN, NAN, 10), spread.NO_SPREAD),
        (("iqr", "median", 5, 4, NAN, 10), spread.NO_SPREAD),
        (("se", "mean", 5, 1, NAN, 0), spread.NO_SIZE_OF_SPREAD),
        (("ci95", "mean", 5, 4, 6, 1), spread.TOO_FEW),
        (("ci95", "median", 5, 4, 6, 10), spread.OF_A_MEDIAN),
        (("se", "median", 5, 1, NAN, 10), spread.OF_A_MEDIAN),
        (("range", "median", 5, 5, 5, 10), spread.NO_WIDTH),
        (("ci95", "mean", 4.3, 4, 6, 10), spread.NOT_SYMMETRIC),
    ],
)
def test_every_reason_for_no_sd(arguments, reason):
    found = moments(*arguments)
    assert (found.reason, found.method) == (reason, "")
    assert math.isnan(found.sd)
    assert math.isnan(found.mean) == (arguments[1] == "median")


def test_an_sd_needs_no_size():
    assert moments("sd", "mean", 5, 2, NAN, 0).sd == 2


sizes = some.integers(2, 5000)
widths = some.floats(0.01, 1000)
centres = some.floats(-1000, 1000)


@settings(deadline=None)  # the first call of scipy.stats is slow
@given(sizes, widths, centres)
def test_an_interval_made_from_an_sd_gives_it_back(n, sd, mean):
    """The interval is made by the t quantile of scipy's distribution, another route than the one tested."""
    low, high = student.interval(0.95, n - 1, loc=mean, scale=sd / math.sqrt(n))
    assert moments("ci95", "mean", mean, low, high, n).sd == pytest.approx(sd, rel=1e-6)
    assert moments("se", "mean", mean, sd / math.sqrt(n), NAN, n).sd == pytest.approx(sd)


@given(some.sampled_from(["iqr", "range"]), sizes, widths, widths, centres, some.floats(0.1, 50))
def test_a_change_of_unit_changes_mean_and_sd_alike(kind, n, below, above, median, factor):
    one = moments(kind, "median", median, median - below, median + above, n)
    other = moments(kind, "median", factor * median, factor * (median - below), factor * (median + above), n)
    assert other.sd == pytest.approx(factor * one.sd, rel=1e-6)
    assert other.mean == pytest.approx(factor * one.mean, rel=1e-6, abs=1e-6)
    assert median - below <= one.mean <= median + above


@given(sizes, widths, centres)
def test_a_symmetric_spread_leaves_the_median_as_mean(n, width, median):
    for kind in ("iqr", "range"):
        found = moments(kind, "median", median, median - width, median + width, n)
        assert found.mean == pytest.approx(median, abs=1e-9 + 1e-9 * width)
