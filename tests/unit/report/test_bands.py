"""The spread of patients over days and over the hours of a day."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from insula.report.bands import is_share, profiles, spread_by
from insula.report.run_folder import Run


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


PATIENTS = {"arm": np.array(["a", "a", "b"], dtype=object), "patient": np.array([0, 1, 0])}


def run_with_sensor(folder, rows):
    """Write sensor readings in small groups of rows; visits on day 0, 90 and 365, two patients in arm a, one in b."""
    columns = dict(zip(("arm", "patient", "day", "minute", "glucose"), zip(*rows, strict=True), strict=True))
    (folder / "results").mkdir()
    pq.write_table(pa.table(columns), folder / "results" / "cgm.parquet", row_group_size=2)
    visits = {"arm": np.array(["a"] * 3, dtype=object), "day": np.array([0.0, 90.0, 365.0])}
    return Run(folder, {}, {"patients": PATIENTS, "endpoints": visits})


def test_a_profile_folds_days_onto_one_and_takes_first_and_last_visit(tmp_path):
    days, minutes = (0.0, 90.0, 365.0), (0, 1440, 1455)
    rows = [("a", 1, day, minute, 100.0 + minute / 1440) for day in days for minute in minutes]
    found = profiles(run_with_sensor(tmp_path, rows), "a")
    assert [profile["day"] for profile in found] == [0.0, 365.0]
    assert found[0]["minute"] == [0.0, 15.0]
    assert found[0]["n"] == [2, 1]
    assert found[0]["mean"][0] == pytest.approx(100.5)


def test_a_profile_holds_every_reading_of_the_patients_of_its_arm_and_of_nobody_else(tmp_path):
    """Patient 9 is not among the patients; day 0 alone fills whole groups of rows on disk."""
    who = [("a", 0), ("a", 1), ("a", 9), ("b", 0)]
    rows = [(*one, day, minute, 100.0) for day in (0.0, 365.0) for one in who for minute in (0, 5, 10, 1440)]
    found = profiles(run_with_sensor(tmp_path, rows), "a")
    assert [(one["day"], one["patients"], one["n"]) for one in found] == [(0.0, 2, [8]), (365.0, 2, [8])]


def test_a_run_without_sensor_has_no_profile(tmp_path):
    run = run_with_sensor(tmp_path, [("a", 1, 0.0, 0, 100.0)])
    (tmp_path / "results" / "cgm.parquet").unlink()
    assert profiles(run, "a") == []
