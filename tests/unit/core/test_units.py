import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from insula.core.errors import UnitMismatch, UnknownName
from insula.core.units import base_factor, conversions, convert, convertible, dimensions, is_unit

amounts = st.floats(1e-6, 1e6)


@pytest.mark.parametrize(
    ("value", "start", "end", "quantity", "expected"),
    [
        (100, "mg_per_dL", "mmol_per_L", "glucose", 5.55),  # the pair printed in guidelines: 70 and 180 mg/dL
        (70, "mg_per_dL", "mmol_per_L", "glucose", 3.89),
        (180, "mg_per_dL", "mmol_per_L", "glucose", 9.99),
        (48, "mmol_per_mol", "percent", "hba1c", 6.54),  # diagnostic limit, 6.5 % and 48 mmol/mol
        (7.0, "percent", "mmol_per_mol", "hba1c", 53.0),
        (1, "mU_per_L", "pmol_per_L", "insulin", 6.00),
        (1, "ng_per_mL", "nmol_per_L", "c_peptide", 0.331),
        (1, "nmol_per_L", "ng_per_mL", "c_peptide", 3.02),
        (1, "per_hour", "per_day", None, 24),
        (0.5, "U_per_kg_day", "mU_per_kg_min", None, 0.3472),
        (1, "percent", "dimensionless", None, 0.01),
        (90, "mmHg", "kPa", None, 12.0),
        (2, "L_per_m2", "mL_per_m2", None, 2000),
    ],
)
def test_known_pairs(value, start, end, quantity, expected):
    assert convert(float(value), start, end, quantity=quantity) == pytest.approx(expected, rel=2e-3)


@given(value=amounts, row=st.sampled_from(conversions()))
def test_conversions_of_quantities_come_back(value, row):
    there = convert(value, row.from_unit, row.to_unit, quantity=row.quantity)
    back = convert(there, row.to_unit, row.from_unit, quantity=row.quantity)
    assert back == pytest.approx(value, rel=1e-9, abs=1e-8)


ROUND = ["mg_per_kg_min", "g_per_kg_day", "ug_per_kg_hour", "pg_per_kg_s"]


@given(value=amounts, path=st.lists(st.sampled_from(ROUND), min_size=1, max_size=5))
def test_any_way_round_ends_where_it_began(value, path):
    walked = value
    for start, end in zip([ROUND[0], *path], [*path, ROUND[0]], strict=True):
        walked = convert(walked, start, end)
    assert walked == pytest.approx(value, rel=1e-12)


def test_a_difference_of_hba1c_has_no_offset():
    assert convert(1.0, "percent", "mmol_per_mol", quantity="hba1c", difference=True) == pytest.approx(
        10.93, rel=1e-3
    )


def test_arrays_keep_their_gaps():
    converted = convert(np.array([100.0, np.nan]), "mg_per_dL", "g_per_L")
    assert converted[0] == pytest.approx(1.0)
    assert np.isnan(converted[1])


def test_the_second_per_only_divides_again():
    assert dimensions("mg_per_dL_per_day") == dimensions("mg_per_dL_day")
    assert base_factor("mg_per_dL_per_day") == base_factor("mg_per_dL_day")


def test_cells_islets_and_units_of_insulin_are_not_one_another():
    assert not any(
        convertible(a, b) for a in ("cell", "IEQ", "U") for b in ("cell", "IEQ", "U", "pmol") if a != b
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mg_per_kkg", 'There is no unit "mg_per_kkg": "kkg" is not in biology/units.txt.'),
        ("per_mins", 'There is no unit "per_mins": "mins" is not in biology/units.txt.'),
        ("mg_per", 'There is no unit "mg_per": "per" is not'),
        ("", 'There is no unit "": "" is not'),
        ("mg/dL", 'There is no unit "mg/dL": "mg/dL" is not'),
    ],
)
def test_a_unit_that_does_not_exist_is_named(name, message):
    assert not is_unit(name)
    with pytest.raises(UnknownName) as trouble:
        convert(1.0, name, "mg")
    assert str(trouble.value).startswith(message)


def test_what_cannot_be_converted_says_what_is_missing():
    with pytest.raises(UnitMismatch) as trouble:
        convert(1.0, "mg_per_dL", "mmol_per_L", quantity="urea")
    assert str(trouble.value) == (
        '"mg_per_dL" cannot be converted into "mmol_per_L" for urea. '
        "Units of different dimension need a row for the quantity in biology/conversions.csv."
    )
