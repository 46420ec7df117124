"""C-peptide, glycaemia, insulin need and safety, by hand."""

import numpy as np
import pytest

from insula.endpoints import c_peptide, change, glycaemia, insulin_need

NAN = np.nan
MINUTES = np.array([-10.0, 0, 30, 60, 120, 180])
C_PEPTIDE = np.array(
    [[0.2, 0.2, 0.6, 1.0, 0.4, 0.2], [0.0] * 6, [0.2, 0.2, NAN, 1.0, 0.4, 0.2], [NAN] * 6],
)


def test_peak_uses_what_is_there():
    np.testing.assert_array_equal(c_peptide.peak(C_PEPTIDE), [1.0, 0.0, 1.0, NAN])


def test_area_counts_only_the_two_hours_and_needs_every_sample():
    # 0-30: 0.4 x 30 = 12; 30-60: 0.8 x 30 = 24; 60-120: 0.7 x 60 = 42
    np.testing.assert_allclose(c_peptide.total_area(MINUTES, C_PEPTIDE, until=120), [78, 0, NAN, NAN])
    np.testing.assert_allclose(c_peptide.mean_area(MINUTES, C_PEPTIDE, until=120), [0.65, 0, NAN, NAN])


def test_a_sample_that_was_not_planned_is_named():
    with pytest.raises(ValueError, match=r"no sample at 90 min; it has -10, 0, 30, 60, 120, 180 min"):
        glycaemia.sample_at(MINUTES, C_PEPTIDE, 90)
    with pytest.raises(ValueError, match="no sample at 100 min"):
        c_peptide.total_area(MINUTES, C_PEPTIDE, until=100)
    with pytest.raises(ValueError, match="no sample at or before 0 min; it has 15 min"):
        glycaemia.fasting_sample(np.array([15.0]), C_PEPTIDE[:, :1])


def test_fasting_sample_is_the_last_before_the_meal():
    values = np.array([[1.0, 2.0, 3.0]])
    assert glycaemia.fasting_sample(np.array([-10.0, -1.0, 5.0]), values).tolist() == [2.0]


def test_limits_are_open_or_closed_as_named():
    value = np.array([6.9, 7.0, 7.1, NAN])
    np.testing.assert_array_equal(glycaemia.meets(value, below=7), [1, 0, 0, NAN])
    np.testing.assert_array_equal(glycaemia.meets(value, at_most=7), [1, 1, 0, NAN])
    np.testing.assert_array_equal(glycaemia.meets(value, above=7), [0, 0, 1, NAN])
    np.testing.assert_array_equal(glycaemia.meets(value, at_least=7, below=7.1), [0, 1, 0, NAN])


def test_daily_dose_leaves_missing_days_out():
    dose = np.array([[30.0, NAN, 40.0], [NAN] * 3, [0.0] * 3])
    np.testing.assert_array_equal(insulin_need.daily_dose(dose), [35, NAN, 0])


def test_a_dose_must_fall_by_more_than_the_limit():
    dose, baseline = np.array([19.0, 20, 21, 0, NAN, 5]), np.array([40.0, 40, 40, 40, 40, 0])
    reduced = change.fallen(dose, baseline, by_more_than=50)
    np.testing.assert_array_equal(reduced, [1, 0, 0, 1, NAN, NAN])


def test_clock_readings_come_from_the_last_days():
    time = np.arange(0, 3 * 1440, 5.0)
    glucose = (time // 1440 * 100 + (time % 1440) / 60)[None, :]
    found = insulin_need.readings_at_clock(time, glucose, hours=(5, 20), days=2)
    np.testing.assert_allclose(found, [[105, 120, 205, 220]])


def test_a_trace_that_is_too_short_leaves_days_missing():
    time = np.arange(0, 1440, 5.0)
    found = insulin_need.readings_at_clock(time, np.full((1, time.size), 100.0), hours=(5,), days=3)
    np.testing.assert_array_equal(found, [[NAN, NAN, 100]])


LIMITS = {
    "days_without": 3,
    "hba1c_below": 7,
    "fasting_limit": 140,
    "fasting_most": 1,
    "after_meal_limit": 180,
    "after_meal_most": 2,
}


def independent(dose=(0, 0, 0), hba1c=6.0, fasting=(100, 100), after=(150, 150, 150)):
    arrays = (
        np.array([dose], float),
        np.array([hba1c]),
        np.array([fasting], float),
        np.array([after], float),
    )
    return insulin_need.insulin_independent(*arrays, **LIMITS)[0]


def test_independence_needs_every_criterion():
    assert independent() == 1
    assert independent(dose=(9, 0, 0, 0)) == 1  # earlier insulin does not count
    assert independent(dose=(0, 0, 0.1)) == 0
    assert independent(hba1c=7.0) == 0
    assert independent(fasting=(141, 100)) == 1
    assert independent(fasting=(141, 141)) == 0
    assert independent(fasting=(140, 140)) == 1
    assert independent(after=(181, 181, 150)) == 1
    assert independent(after=(181, 181, 181)) == 0


def test_insulin_or_a_known_failure_decides_even_if_something_is_missing():
    assert independent(dose=(5, 0, 0), hba1c=NAN) == 0
    assert independent(dose=(5, 0), hba1c=6) == 0
    assert independent(hba1c=8, fasting=(NAN, NAN)) == 0
    for missing in ({"hba1c": NAN}, {"dose": (0, 0)}, {"dose": (0, NAN, 0)}, {"after": (150, NAN, 150)}):
        assert np.isnan(independent(**missing))


def test_a_response_is_a_rise_of_one_of_the_two_and_unknown_where_only_the_other_is_known():
    rise = change.risen(
        np.array([1.1, 1.09, 0.5, 0.2, NAN]), np.array([1.0, 1.0, 1.0, 0.0, 1.0]), by_at_least=10
    )
    np.testing.assert_array_equal(rise, [1, 0, 0, NAN, NAN])
    np.testing.assert_array_equal(
        change.either(np.array([1.0, 0, 0, 1, 0, NAN]), np.array([0.0, 0, 1, NAN, NAN, NAN])),
        [1, 0, 1, 1, NAN, NAN],
    )
