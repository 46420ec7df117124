"""What is held to what: a wrong value fails, a failed experiment fails, an unreadable row is named."""

import csv
import shutil

import pytest

from insula.analysis.behaviour import judge
from insula.catalog import Catalog
from insula.catalog.behaviour_protocol import STATISTICS, read_protocol
from insula.core.errors import ProtocolError
from insula.core.paths import science_root

MODULE = "subcutaneous_insulin"
ARITHMETIC = "all_is_counted"  # 5 U, 20 U and ten hours of 1.2 U: 37 U


@pytest.fixture
def science(tmp_path):
    folder = tmp_path / "science"
    shutil.copytree(science_root(), folder)
    return folder


def rewrite(science, row_id, **cells):
    """Change cells of one row of the module's behaviour.csv, and leave no other row."""
    path = science / "biology" / "modules" / MODULE / "behaviour.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row | cells for row in csv.DictReader(file) if row["id"] == row_id]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def verdict(science):
    [found] = judge(Catalog.open(science), [MODULE])
    return found


def test_arithmetic_is_met_with_the_value_that_was_reached(science):
    rewrite(science, ARITHMETIC)
    found = verdict(science)
    assert (found.met, found.failure, found.held.id) == (True, "", f"{MODULE}-{ARITHMETIC}")
    assert found.value == pytest.approx(5 + 20 + 12, rel=1e-5)


@pytest.mark.parametrize("limits", [{"low": "37.1", "high": ""}, {"low": "", "high": "36.9"}])
def test_a_value_outside_its_limits_is_not_met(science, limits):
    rewrite(science, ARITHMETIC, **limits)
    assert not verdict(science).met


def test_an_experiment_that_fails_is_not_met_and_says_why(science):
    rewrite(science, ARITHMETIC, protocol="bolus nan @0; measure 0-720", low="", high="1e9")
    found = verdict(science)
    assert (found.met, found.value) == (False, None)
    assert found.failure


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"protocol": "bolus 5 at 0; measure 0-720"}, r'cannot read "bolus 5 at 0"'),
        ({"protocol": "bolus five @0; measure 0-720"}, r'"five" in "bolus five @0" is no number'),
        ({"protocol": "bolus 5 @0"}, r"does not say `measure"),
        ({"statistic": "maximun"}, r'Did you mean "maximum"'),
        ({"population": "healthy_adlt"}, r'Did you mean "healthy_adult"'),
    ],
)
def test_a_row_that_cannot_be_tried_is_named(science, cells, message):
    rewrite(science, ARITHMETIC, **cells)
    with pytest.raises(
        ProtocolError, match=rf"behaviour.csv of {MODULE}, row 2 \({ARITHMETIC}\): .*{message}"
    ):
        verdict(science)


def test_a_window_is_read_at_both_ends():
    experiment = read_protocol("set a.b=2; meal 75 @60; measure 60-90", every=10.0)
    assert experiment.times.tolist() == [60.0, 70.0, 80.0, 90.0]
    assert experiment.settings == {"a.b": 2.0}
    assert experiment.actions == ((60.0, "meal", 75.0),)


def test_statistics_of_a_triangle():
    times = read_protocol("measure 10-14", every=1.0).times
    values = times * 0 + [1.0, 3.0, 5.0, 4.0, 2.0]
    found = {name: float(function(times, values)) for name, function in STATISTICS.items()}
    assert found == {
        "mean": 3.0, "minimum": 1.0, "maximum": 5.0, "end": 2.0, "change": 1.0, "rise": 4.0, "fall": 0.0,
        "integral": 13.5, "time_of_maximum": 2.0, "end_over_start": 2.0, "time_of_half_change": 1.0,
        "time_of_nine_tenths": 2.0,
    }  # fmt: skip
