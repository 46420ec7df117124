"""Numbers as people print them, in both unit systems."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insula.report.labels import Labels
from insula.report.writing import MISSING, Writer


@pytest.fixture
def zh():
    return Writer("zh")


@pytest.fixture
def en():
    return Writer("en")


def plain(text):
    return text.replace("\u00a0", " ")


# Pairs printed by the ADA: 7.0 % is 53 mmol/mol, 6.5 % is 48; 70 and 180 mg/dL are 3.9 and 10.0 mmol/L.
@pytest.mark.parametrize(
    ("value", "unit", "measured", "english", "chinese"),
    [
        (7.0, "percent", "hba1c", "7.0 % (53 mmol/mol)", "7.0% (53 mmol/mol)"),
        (6.5, "percent", "hba1c", "6.5 % (48 mmol/mol)", "6.5% (48 mmol/mol)"),
        (70.0, "mg_per_dL", "glucose", "70 mg/dL (3.9 mmol/L)", "3.9 mmol/L (70 mg/dL)"),
        (180.0, "mg_per_dL", "glucose", "180 mg/dL (10.0 mmol/L)", "10.0 mmol/L (180 mg/dL)"),
        (70.0, "percent", "", "70.0 %", "70.0%"),
        (0.83, "fraction", "", "83 %", "83%"),
        (11.0, "patients", "", "11 patients", "11 例"),
        (0.8e9, "cell", "", "8 × 10⁸ cells", "8 × 10⁸ 个细胞"),
    ],
)
def test_values_are_shown_in_both_systems(value, unit, measured, english, chinese):
    assert plain(Writer("en").value(value, unit, measured)) == english
    assert plain(Writer("zh").value(value, unit, measured)) == chinese


def test_a_change_of_hba1c_has_no_offset(en):
    # 1.81 points of per cent are 1.81 / 0.09148 = 19.8 mmol/mol (NGSP master equation).
    assert plain(en.value(-1.81, "percent", "hba1c", difference=True)) == "−1.8 % (−20 mmol/mol)"


def test_an_interval_is_shown_in_both_systems(en, zh):
    assert plain(en.interval(6.5, 7.0, "percent", "hba1c")) == "6.5 to 7.0 % (48 to 53 mmol/mol)"
    assert plain(zh.interval(70, 180, "mg_per_dL", "glucose")) == "3.9 至 10.0 mmol/L (70 至 180 mg/dL)"


def test_a_line_breaks_between_unit_systems_only(en):
    assert en.value(7.0, "percent", "hba1c").count(" ") == 1


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_what_is_missing_is_a_dash_never_zero(en, value):
    assert en.number(value) == MISSING
    assert en.value(value, "percent", "hba1c") == MISSING
    assert en.interval(value, value, "percent") == MISSING


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("mg_per_kg_min", "mg/kg/min"),
        ("per_min", "1/min"),
        ("U_per_kg_day", "U/kg/day"),
        ("dimensionless", ""),
    ],
)
def test_units_are_spelt_as_on_paper(en, name, shown):
    assert en.unit(name) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.065, "0.065"), (1234.5, "1,234"), (-0.00012, "−1.2 × 10⁻⁴"), (0, "0"), (52.04, "52")],
)
def test_three_digits_are_enough(en, value, shown):
    assert en.number(value) == shown


def test_a_small_value_of_a_known_unit_is_not_a_power_of_ten(en):
    assert en.number(4e-17, "percent") == "0.0"


def test_dates_follow_the_language(en, zh):
    assert en.date("2026-11-22T06:00:00+00:00") == "November 22, 2026"
    assert zh.date("2026-11-22T06:00:00+00:00") == "2026年11月22日"


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_what_is_printed_is_the_number(value):
    text = Writer("en").number(value).replace(",", "").replace("−", "-")
    digits, _, power = text.partition(" × 10")
    exponent = int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))) if power else 0
    assert re.fullmatch(r"-?\d+(\.\d+)?", digits)
    assert float(digits) * 10.0**exponent == pytest.approx(value, rel=0.006, abs=1e-9 if value == 0 else 0)


@pytest.mark.parametrize(
    ("lang", "timed", "timeless"),
    [("en", "off, proportion, month 24", "off, proportion"), ("zh", "off，比例，第 24 个月", "off，比例")],
)
def test_a_row_that_tells_no_time_is_named_without_a_month(lang, timed, timeless):
    labels = Labels({"endpoints": {}, "arms": []}, Writer(lang))
    row = {"outcome": "off", "statistic": "proportion", "time_months": 24.0}
    assert labels.row(row) == timed
    assert labels.row({**row, "time_months": None}) == timeless


def test_a_published_outcome_that_is_made_of_endpoints_has_its_title():
    titles = {"hba1c_per_tir": {"title": {"en": "HbA1c per 10 %", "zh": "每 10 %"}}}
    labels = Labels({"endpoints": {}, "outcomes": titles, "arms": []}, Writer("zh"))
    row = {"outcome": "hba1c_per_tir", "statistic": "value_on_line", "time_months": None}
    assert labels.row(row) == "每 10 %，回归线上的值"
