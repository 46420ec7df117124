"""Endpoints of the disease itself: diagnosis, dose-adjusted HbA1c, symbols that are read at the visit."""

from dataclasses import replace

import numpy as np
import pytest

from insula.endpoints.definitions import Definition, symbols_read
from insula.endpoints.measure import measure
from insula.endpoints.visit import Visit

NOTHING = np.full(4, np.nan)


VISIT = Visit(
    day=100.0,
    cgm_time=np.empty(0),
    cgm_glucose=np.empty((4, 0)),
    meal_test_time=np.empty(0),
    meal_test_glucose=np.empty((4, 0)),
    meal_test_c_peptide=np.empty((4, 0)),
    hba1c=np.array([7.0, 5.2, 8.0, np.nan]),
    insulin_dose=np.array([[20.0], [0.0], [40.0], [np.nan]]),
    weight=np.array([40.0, 40.0, 40.0, np.nan]),
    age=np.array([9.0, 8.0, 7.0, np.nan]),
    since_diagnosis=np.array([np.inf, np.nan, 0.0, np.nan]),
    read={"immunity.gada": np.array([0.1, 0.2, 0.3, np.nan])},
    severe_hypoglycaemia=NOTHING,
    severe_hypoglycaemia_year=NOTHING,
    free_of_severe_hypoglycaemia=NOTHING,
)


def one(name, family, of="", **limits):
    return {name: Definition(name, {}, family, of, limits, "dimensionless", "", "")}


DEFINITIONS = {
    **one("hba1c", "reading", "hba1c"),
    **one("diagnosed", "diagnosed"),
    **one("idaa1c", "dose_adjusted_hba1c", "hba1c", per_dose=4.0),
    **one("remission", "meets", "idaa1c", at_most=9.0),
    **one("well_on_little", "low_insulin", "hba1c", below=7.5, dose_below=0.6),
    **one("well_on_very_little", "with_hba1c", "well_on_little", below=6.0),
    **one("gada", "reading_of", "immunity.gada"),
    **one("gada_positive", "meets", "gada", at_least=0.3),
}


@pytest.mark.parametrize(
    ("endpoint", "values"),
    [
        ("diagnosed", [1, 0, 1, np.nan]),
        ("idaa1c", [9.0, np.nan, 12.0, np.nan]),
        ("remission", [1, np.nan, 0, np.nan]),
        ("well_on_little", [1, 1, 0, np.nan]),
        ("well_on_very_little", [0, 1, 0, np.nan]),
        ("gada", [0.1, 0.2, 0.3, np.nan]),
        ("gada_positive", [0, 0, 1, np.nan]),
    ],
)
def test_each_person_has_its_value(endpoint, values):
    assert measure(VISIT, DEFINITIONS)[endpoint] == pytest.approx(values, nan_ok=True)


def test_without_a_sensor_nobody_is_said_to_need_insulin():
    hours = {name: 8.0 for name in ("fasting_at", "after_breakfast_at", "after_lunch_at", "after_dinner_at")}
    limits = {"days_without": 1, "hba1c_below": 7, "counted_days": 1, "fasting_limit": 140, "fasting_most": 0,
              "after_meal_limit": 180, "after_meal_most": 0}  # fmt: skip
    definition = one("independent", "insulin_independent", **limits, **hours)
    assert np.isnan(measure(VISIT, definition)["independent"]).all()


def test_the_symbols_that_endpoints_ask_for_are_known_before_anything_is_compiled():
    assert symbols_read(DEFINITIONS | one("again", "reading_of", "immunity.gada")) == ("immunity.gada",)


def test_a_reading_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match=r"immunity\.gada"):
        replace(VISIT, read={"immunity.gada": np.zeros(3)})
