"""The spread of patients over days and over the hours of a day."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from insula.report.bands import is_share, profiles, spread_by


def test_percentiles_of_a_hundred_and_one_patients_are_their_ranks():
    bands = spread_by(np.zeros(101), np.arange(101.0), "day")
    ranks = {f"p{rank}": [float(rank)] for rank in (5, 25, 50, 75, 95)}
    assert bands == {"day": [0.0], **ranks, "mean": [50.0], "n": [101]}


def test_missing_values_are_left_out_and_counted():
    bands = spread_by(np.array([0.0, 0.0, 7.0, 7.0]), np.array([1.0, np.nan, 3.0, 5.0]), "day")
    assert bands["mean"] == [1.0, 4.0]
    assert bands["n"] == [1, 2]


def test_nothing_known_gives_no_days():
    assert spread_by(np.array([0.0]), np.array([np.nan]), "day")["day"] == []


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(-1e6, 1e6)), min_size=1, max_size=60), st.randoms())
def test_bands_are_nested_and_blind_to_order(rows, random):
    shuffled = random.sample(rows, len(rows))
    first, second = (
        spread_by(np.array([d for d, _ in r], dtype=float), np.array([v for _, v in r]), "day")
        for r in (rows, shuffled)
    )
    order = np.array([first[f"p{p}"] for p in (5, 25, 50, 75, 95)])
    assert (np.diff(order, axis=0) >= -1e-6).all()
    assert first["n"] == second["n"]
    assert first["p50"] == second["p50"]


@pytest.mark.parametrize(
    ("values", "share"), [([0, 1, 1], True), ([0, 0.5], False), ([np.nan], False), ([2.0], False)]
)
def test_yes_and_no_are_recognised(values, share):
    assert is_share(np.array(values, dtype=float)) is share


def test_a_profile_folds_days_onto_one_and_takes_first_and_last_visit():
    days, minutes = (0.0, 90.0, 365.0), (0.0, 1440.0, 1455.0)
    rows = [("a", 1, day, minute, 100.0 + minute / 1440) for day in days for minute in minutes]
    names = ("arm", "patient", "day", "minute", "glucose")
    table = {name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
    found = profiles({"cgm": table}, "a")
    assert [profile["day"] for profile in found] == [0.0, 365.0]
    assert found[0]["minute"] == [0.0, 15.0]
    assert found[0]["n"] == [2, 1]
    assert found[0]["mean"][0] == pytest.approx(100.5)


def test_a_run_without_sensor_has_no_profile():
    assert profiles({}, "a") == []
