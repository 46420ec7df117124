"""The one entry, and the definitions it reads."""

from dataclasses import replace

import numpy as np
import pytest

from insula.core.errors import InvalidText, UnknownName
from insula.endpoints.definitions import load_definitions, symbols_read
from insula.endpoints.measure import measure
from insula.endpoints.visit import Visit

DEFINITIONS = load_definitions()
TIME = np.arange(0, 14 * 1440, 5.0)


def visit(day, glucose, dose, hba1c, c_peptide):
    """Two patients: the first as given, the second failed."""
    patients = 2
    failed = np.full(patients, np.nan)

    def filled(*shape):
        return np.full((patients, *shape), np.nan)

    cgm, meal, peptide, insulin = filled(TIME.size), filled(6), filled(6), filled(14)
    cgm[0], meal[0], peptide[0], insulin[0] = glucose, [95, 150, 180, 140, 120, 100], c_peptide, dose
    numbers = {
        "hba1c": hba1c,
        "weight": 70,
        "age": 40,
        "since_diagnosis": 3650,
        "severe_hypoglycaemia": 0,
        "severe_hypoglycaemia_year": 0 if day else 4,
        "free_of_severe_hypoglycaemia": 1 if day > 90 else np.nan,
    }
    values = {name: np.array([value, failed[1]], float) for name, value in numbers.items()}
    meal_time = np.array([0.0, 30, 60, 90, 120, 240])
    read = {symbol: np.array([1.0, failed[1]]) for symbol in symbols_read(DEFINITIONS)}
    events = {"adverse_events": {}}  # a diary in which nothing stands
    return Visit(
        day, TIME, cgm, meal_time, meal, peptide, insulin_dose=insulin, read=read, **events, **values
    )


BEFORE = visit(0, np.where(TIME % 1440 < 720, 50.0, 220.0), 35.0, 7.8, [0.0] * 6)
AFTER = visit(365, 120.0, 0.0, 6.0, [0.3, 0.6, 0.9, 1.2, 1.0, 0.4])


def test_a_cured_patient_reads_as_cured():
    found = measure(AFTER, DEFINITIONS, BEFORE)
    expected = {
        "tir": 100,
        "tbr": 0,
        "tar": 0,
        "mean_glucose": 120,
        "glucose_cv": 0,
        "hba1c": 6,
        "hba1c_below_7": 1,
        "fasting_glucose": 95,
        "fasting_c_peptide": 0.3,
        "mmtt_c_peptide_peak": 1.2,
        "stimulated_c_peptide_2h": 1.0,
        "stimulated_c_peptide_90min": 1.2,
        "c_peptide_positive": 1,
        "insulin_dose_total": 0,
        "insulin_dose_reduced": 1,
        "insulin_independent": 1,
        "severe_hypoglycaemia_free": 1,
        "beta_score": 8,
        "igls_1": 3,
        "igls_treatment": 3,
        "igls_graft": 3,
    }
    assert {name: found[name][0] for name in expected} == expected


def test_before_the_therapy_the_same_patient_reads_as_ill():
    found = measure(BEFORE, DEFINITIONS)
    assert found["tir"][0] == 0
    assert found["tbr_54"][0] == pytest.approx(50)
    assert found["tar"][0] == pytest.approx(50)
    assert found["tar_250"][0] == 0
    assert found["insulin_dose_per_kg"][0] == pytest.approx(0.5)
    assert found["insulin_independent"][0] == 0
    assert found["c_peptide_positive"][0] == 0
    assert found["beta_score"][0] == 0


def test_what_compares_with_a_baseline_needs_one():
    found = measure(AFTER, DEFINITIONS)
    for name in ("insulin_dose_reduced", "igls_1", "igls_treatment", "igls_graft", "igls_treatment_success"):
        assert np.isnan(found[name]).all(), name


def test_every_definition_is_measured_and_a_failed_patient_has_nothing():
    secreting = replace(
        BEFORE, meal_test_c_peptide=AFTER.meal_test_c_peptide
    )  # what is compared with 0 has no value
    found = measure(AFTER, DEFINITIONS, secreting)
    assert list(found) == list(DEFINITIONS)
    for name, values in found.items():
        assert values.shape == (2,), name
        assert np.isfinite(values[0]), name
        assert np.isnan(values[1]), name


def test_one_patient_does_not_change_another():
    alone = measure(AFTER, DEFINITIONS, BEFORE)
    rows = {name: getattr(AFTER, name)[[1, 0]] for name in vars(AFTER) if np.ndim(getattr(AFTER, name)) == 2}
    rows |= {name: getattr(AFTER, name)[[1, 0]] for name in ("hba1c", "weight")}
    turned = measure(replace(AFTER, **rows), DEFINITIONS)
    np.testing.assert_array_equal(turned["tir"][::-1], alone["tir"])
    np.testing.assert_array_equal(turned["hba1c"][::-1], alone["hba1c"])


def test_a_definition_that_leans_on_a_missing_one_is_named():
    alone = {"hba1c_below_7": DEFINITIONS["hba1c_below_7"]}
    with pytest.raises(UnknownName, match='There is no endpoint "hba1c"'):
        measure(AFTER, alone)


def test_a_baseline_of_other_patients_is_refused():
    two = {name: getattr(BEFORE, name) for name in vars(BEFORE)}
    one = {k: v[:1] if np.ndim(v) and not k.endswith("_time") else v for k, v in two.items()}
    one["read"] = {symbol: values[:1] for symbol, values in BEFORE.read.items()}
    with pytest.raises(ValueError, match="day 365 has 2 patients, its baseline 1"):
        measure(AFTER, DEFINITIONS, Visit(**one))


def test_arrays_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"day 365: weight has shape \(3,\), expected \(2,\)"):
        replace(AFTER, weight=np.zeros(3))
    with pytest.raises(ValueError, match=r"cgm_glucose has shape \(2, 4032\), expected \(2, 4\)"):
        replace(AFTER, cgm_time=np.arange(4.0))


def test_titles_are_in_both_languages_and_distinct():
    for language in ("en", "zh"):
        titles = [definition.title[language] for definition in DEFINITIONS.values()]
        assert len(set(titles)) == len(titles)
        assert all(titles)


GOOD = """
tir:
  title: {en: a, zh: b}
  family: time_in_range
  limits: {low: {value: 70, unit: mg_per_dL}, high: {value: 10, unit: mmol_per_L},
    complete: {value: 70, unit: percent}}
  unit: percent
  source: someone2020
  place: table 1
"""


def read(tmp_path, text):
    path = tmp_path / "endpoints.yaml"
    path.write_text(text, encoding="utf-8")
    return load_definitions(path)


def test_limits_arrive_in_the_unit_of_the_function(tmp_path):
    assert read(tmp_path, GOOD)["tir"].limits["high"] == pytest.approx(180.156, abs=1e-3)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("time_in_range", "time_in_rang", 'there is no family "time_in_rang". Did you mean "time_in_range"'),
        ("low:", "lo:", 'limit "low" is missing'),
        ("low:", "lo:", 'unknown limit "lo". Did you mean "low"'),
        ("mg_per_dL", "kg", '"kg" cannot be converted into "mg_per_dL"'),
        ("value: 70, unit: mg_per_dL", "value: high, unit: mg_per_dL", "could not convert string to float"),
        ("zh: b", "fr: b", "the title needs exactly en and zh"),
        ("place: table 1", "", '"place" is missing'),
        ("  unit: percent\n", "  unit: percents\n", 'unknown unit "percents"'),
        ("  unit: percent\n", "  unit: percent\n  of: hba1c\n", 'this family takes no "of"'),
        ("source:", "sources:", 'unknown key "sources". Did you mean "source"'),
    ],
)
def test_what_is_wrong_with_a_definition_is_said(tmp_path, old, new, message):
    with pytest.raises(InvalidText) as caught:
        read(tmp_path, GOOD.replace(old, new, 1))
    assert message.replace("\n", " ") in " ".join(str(caught.value).split())


def test_an_empty_file_is_refused(tmp_path):
    with pytest.raises(InvalidText, match="no endpoint is defined"):
        read(tmp_path, "\n")


def test_an_event_that_nobody_counted_by_then_is_not_known():
    diary = {"neutropenia": np.full(2, np.nan), "any": np.zeros(2)}
    found = measure(replace(AFTER, adverse_events=diary), DEFINITIONS, BEFORE)
    assert np.isnan(found["had_neutropenia"][0])
    assert found["any_adverse_event"][0] == 0


@pytest.mark.parametrize(
    ("before", "after", "response"),
    [
        ([0.3, 0, 0, 0, 0.6, 0], [0.33, 0, 0, 0, 0.3, 0], 1),  # fasting alone
        ([0.3, 0, 0, 0, 0.6, 0], [0.2, 0, 0, 0, 0.66, 0], 1),  # two hours after the meal alone
        ([0.3, 0, 0, 0, 0.6, 0], [0.31, 9, 9, 9, 0.65, 9], 0),
    ],
)
def test_c_peptide_responds_fasting_or_after_the_meal(before, after, response):
    visits = (visit(day, 120.0, 20.0, 7.0, c_peptide) for day, c_peptide in ((365, after), (0, before)))
    assert measure(next(visits), DEFINITIONS, next(visits))["c_peptide_response"][0] == response
