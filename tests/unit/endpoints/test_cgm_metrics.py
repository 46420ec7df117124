"""Sensor metrics against iglu_python on the same traces, and by hand where definitions differ."""

import iglu_python
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insula.endpoints import cgm_metrics as cgm

STEP = 5
TIME = np.arange(0, 14 * 1440, STEP, dtype=float)


def traces(missing):
    """Two patients for a fortnight, in whole mg/dL so that readings fall exactly on limits."""
    random = np.random.Generator(np.random.Philox(7))
    daily = np.array([[60.0], [110.0]]) * np.sin(2 * np.pi * TIME / 1440)
    glucose = np.round(150 + daily + random.normal(0, 25, (2, TIME.size)))
    glucose[:, ::97] = [[70.0], [180.0]]
    glucose[random.random(glucose.shape) < missing] = np.nan
    return np.clip(glucose, 39, 401)


@pytest.fixture(params=[0.0, 0.25], ids=["whole", "gaps"])
def glucose(request):
    return traces(request.param)


def iglu(function, glucose, **options):
    """One number per patient; missing readings are left out, as iglu does for tables."""
    found = []
    for row in glucose:
        value = function(pd.Series(row).dropna().reset_index(drop=True), **options)
        if isinstance(value, dict):
            (value,) = value.values()
        found.append(float(value))
    return np.array(found)


def test_shares_agree_with_iglu(glucose):
    inside = cgm.time_in_range(glucose, low=70, high=180, complete=70)
    np.testing.assert_allclose(inside, iglu(iglu_python.in_range_percent, glucose, target_ranges=[[70, 180]]))
    for limit in (70, 54):
        ours = cgm.time_below(glucose, below=limit, complete=70)
        np.testing.assert_allclose(ours, iglu(iglu_python.below_percent, glucose, targets_below=[limit]))
    for limit in (180, 250):
        ours = cgm.time_above(glucose, above=limit, complete=70)
        np.testing.assert_allclose(ours, iglu(iglu_python.above_percent, glucose, targets_above=[limit]))


def test_moments_agree_with_iglu(glucose):
    np.testing.assert_allclose(cgm.mean_glucose(glucose, complete=70), iglu(iglu_python.mean_glu, glucose))
    np.testing.assert_allclose(cgm.glucose_sd(glucose, complete=70), iglu(iglu_python.sd_glu, glucose))
    np.testing.assert_allclose(cgm.glucose_cv(glucose, complete=70), iglu(iglu_python.cv_glu, glucose))
    indicator = cgm.glucose_management_indicator(
        cgm.mean_glucose(glucose, complete=70), intercept=3.31, slope=0.02392
    )
    np.testing.assert_allclose(indicator, iglu(iglu_python.gmi, glucose))


def test_completeness_agrees_with_iglu_where_the_ends_are_there():
    """Iglu counts from the first to the last reading there is, we count every planned reading; with both ends
    present the two agree (iglu rounds to 0.01)."""
    glucose = traces(0.25)
    glucose[:, [0, -1]] = 120
    stamps = pd.Timestamp("2025-01-01") + pd.to_timedelta(TIME, unit="min")
    for row, ours in zip(glucose, cgm.completeness(glucose), strict=True):
        theirs = iglu_python.active_percent(
            pd.DataFrame({"id": "a", "time": stamps, "gl": row}), dt0=STEP, tz="UTC"
        )
        assert ours == pytest.approx(theirs["active_percent"].iloc[0], abs=0.02)


def test_too_few_readings_have_no_value_where_iglu_gives_one():
    """A deliberate difference: iglu reports a share of whatever is there."""
    glucose = traces(0.0)
    glucose[0, : int(0.31 * TIME.size)] = np.nan
    assert np.isnan(cgm.time_in_range(glucose, low=70, high=180, complete=70)).tolist() == [True, False]
    assert np.isfinite(iglu(iglu_python.in_range_percent, glucose, target_ranges=[[70, 180]])).all()


def test_exactly_the_needed_share_is_enough():
    glucose = np.array([[100.0] * 7 + [np.nan] * 3, [100.0] * 6 + [np.nan] * 4])
    assert cgm.mean_glucose(glucose, complete=70).tolist()[0] == 100
    assert np.isnan(cgm.mean_glucose(glucose, complete=70)[1])


def test_a_failed_patient_has_no_metric():
    glucose = np.full((1, 10), np.nan)
    for found in (
        cgm.time_in_range(glucose, low=70, high=180, complete=70),
        cgm.mean_glucose(glucose, complete=0),
        cgm.glucose_sd(glucose, complete=0),
        cgm.glucose_cv(glucose, complete=0),
    ):
        assert np.isnan(found).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(20, 600), min_size=2, max_size=60))
def test_ranges_partition_the_readings(values):
    glucose = np.array([values])
    total = (
        cgm.time_in_range(glucose, low=70, high=180, complete=70)
        + cgm.time_below(glucose, below=70, complete=70)
        + cgm.time_above(glucose, above=180, complete=70)
    )
    assert total[0] == pytest.approx(100)
