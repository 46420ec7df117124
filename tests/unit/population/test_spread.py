import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from population_rows import Row
from scipy import stats

from insula.population.spread import SpreadError, distribution_of

UNIFORM = (np.arange(20_000) + 0.5) / 20_000


def drawn(**row):
    return distribution_of("x.y", Row(varies_by="patient", **row)).quantile(UNIFORM)


def test_normal_has_the_published_mean_and_sd():
    sample = drawn(value=166.0, spread_type="sd", spread_low=71.0, distribution="normal")
    assert sample.mean() == pytest.approx(166.0, rel=1e-3)
    assert sample.std() == pytest.approx(71.0, rel=1e-3)


@pytest.mark.parametrize(("spread_type", "low"), [("sd", 71.0), ("cv", 71.0 / 166.0)])
def test_lognormal_value_is_the_mean_when_an_sd_or_cv_is_given(spread_type, low):
    sample = drawn(value=166.0, spread_type=spread_type, spread_low=low, distribution="lognormal")
    assert sample.mean() == pytest.approx(166.0, rel=2e-3)
    assert sample.std() == pytest.approx(71.0, rel=1e-2)


def test_lognormal_quartiles_are_the_published_ones_and_the_value_the_median():
    sample = drawn(value=4.0, spread_type="iqr", spread_low=2.0, spread_high=8.0, distribution="lognormal")
    assert np.quantile(sample, [0.25, 0.5, 0.75]) == pytest.approx([2.0, 4.0, 8.0], rel=1e-3)


def test_normal_quartiles_are_the_published_ones():
    sample = drawn(value=16.0, spread_type="iqr", spread_low=9.0, spread_high=23.0, distribution="normal")
    assert np.quantile(sample, [0.25, 0.75]) == pytest.approx([9.0, 23.0], rel=1e-3)


def test_logitnormal_stays_a_share_and_keeps_its_median():
    sample = drawn(value=0.2, spread_type="iqr", spread_low=0.1, spread_high=0.4, distribution="logitnormal")
    assert sample.min() > 0
    assert sample.max() < 1
    assert np.median(sample) == pytest.approx(0.2, rel=1e-3)


def test_ci95_of_an_uncertain_number_holds_95_percent():
    row = Row(10.0, "g", "ci95", 8.0, 12.0, "normal", "ensemble")
    sample = distribution_of("x.y", row).quantile(UNIFORM)
    assert np.mean((sample > 8.0) & (sample < 12.0)) == pytest.approx(0.95, abs=1e-3)


def test_uniform_and_loguniform_fill_their_range():
    assert np.ptp(
        drawn(spread_type="range", spread_low=0.0, spread_high=50.0, distribution="uniform", value=25)
    ) == (pytest.approx(50.0, rel=1e-3))
    sample = drawn(
        spread_type="range", spread_low=1.0, spread_high=100.0, distribution="loguniform", value=10
    )
    assert np.median(sample) == pytest.approx(10.0, rel=1e-3)
    assert np.mean(sample < 100.0**0.25) == pytest.approx(0.25, abs=1e-3)


def test_truncated_normal_is_that_of_scipy():
    sample = drawn(
        value=42.9, spread_type="sd", spread_low=9.7, distribution="truncated_normal", low=18, high=65
    )
    reference = stats.truncnorm((18 - 42.9) / 9.7, (65 - 42.9) / 9.7, 42.9, 9.7)
    assert np.quantile(sample, [0.05, 0.5, 0.95]) == pytest.approx(reference.ppf([0.05, 0.5, 0.95]), rel=1e-3)


def test_the_limit_in_the_name_of_the_table_is_kept():
    sample = drawn(value=1.0, spread_type="cv", spread_low=1.0, distribution="truncated_normal(0)")
    assert sample.min() >= 0


@given(
    st.floats(0.1, 0.9),
    st.floats(0.05, 2.0),
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
    st.sampled_from(["normal", "lognormal", "truncated_normal", "logitnormal"]),
)
def test_nothing_is_drawn_beyond_the_limits_and_quantiles_rise(value, cv, below, above, name):
    low, high = value * below * 0.9, value + (1 - value) * (0.1 + 0.9 * above)
    row = Row(value, "g", "cv", cv, None, name, "patient", low=low, high=high)
    sample = distribution_of("x.y", row).quantile(np.linspace(0.001, 0.999, 50))
    assert np.all((sample >= low) & (sample <= high))
    assert np.all(np.diff(sample) >= 0)


@pytest.mark.parametrize("chance", [0.0, 0.25, 1.0])
def test_a_population_of_one_sex_can_be_drawn(chance):
    row = Row(value=chance, distribution="bernoulli", varies_by="patient")
    assert distribution_of("x.y", row).quantile(np.linspace(0, 0.9999, 10_000)).mean() == chance


def test_standard_error_between_patients_is_refused():
    with pytest.raises(
        SpreadError, match="se says how well a mean is known, not how people differ.*Set varies_by"
    ):
        drawn(value=1.0, spread_type="se", spread_low=0.1, distribution="normal")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"value": 1.0, "distribution": "normal"}, r"x\.y cannot be drawn: it has no spread"),
        (
            {"value": 1.0, "spread_type": "sd", "spread_low": 1.0, "distribution": "cauchy"},
            'distribution "cauchy"',
        ),
        ({"value": 1.0, "spread_type": "sd", "spread_low": 0.0, "distribution": "normal"}, "not above zero"),
        ({"value": 1.5, "distribution": "bernoulli"}, "1.5 is no chance"),
        (
            {"value": -1.0, "spread_type": "sd", "spread_low": 1.0, "distribution": "lognormal"},
            "-1 has no logarithm",
        ),
        (
            {
                "value": 1.0,
                "spread_type": "iqr",
                "spread_low": 2.0,
                "spread_high": 1.0,
                "distribution": "normal",
            },
            "needs two limits, the lower first",
        ),
        ({"value": 1.0, "spread_type": "sd", "spread_low": 1.0, "distribution": "loguniform"}, "has no sd"),
        (
            {
                "value": 0.0,
                "spread_type": "sd",
                "spread_low": 1.0,
                "distribution": "normal",
                "low": 5,
                "high": 3,
            },
            "nothing is left between its limits 5 and 3",
        ),
        (
            {"value": 1.0, "spread_type": "sd", "spread_low": 1.0, "distribution": "truncated_normal"},
            "nowhere",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_reason(row, message):
    with pytest.raises(SpreadError, match=message):
        drawn(**row)
