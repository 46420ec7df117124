"""One thing in the real question is broken, and exactly that is told, on its line."""

import pytest

from insula.checks.questions import facts_can_be_compared, questions_name_what_exists
from insula.checks.values import quantities_have_the_expected_unit

FILE = "questions/stop_insulin.yaml"


@pytest.fixture
def told(with_change):
    def told(old, new):
        survey = with_change(FILE, old, new)
        asked = (questions_name_what_exists, facts_can_be_compared, quantities_have_the_expected_unit)
        found = [problem for question in asked for problem in question(survey)]
        return [(problem.line, problem.message) for problem in found]

    return told


def test_the_question_of_the_science_is_in_order(told):
    assert told("id: stop_insulin", "id: stop_insulin") == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("population: t1d_impaired_awareness", "population: t1d", 'there is no population "t1d".'),
        ("  edmonton_two_infusions: *", "  edmonton: *", 'there is no protocol "edmonton".'),
        ("therapy_class: stem_cell_islets", "therapy_class: stem", 'there is no therapy class "stem".'),
        ("goal: insulin_independent", "goal: tir", 'there is no benefit of this question "tir".'),
        ("tir_above_70, insulin", "tir_over_70, insulin", 'there is no endpoint "tir_over_70".'),
        ("harms: [adverse_event,", "harms: [harm,", 'there is no endpoint or outcome "harm".'),
        ("sensor: tir", "sensor: time", 'there is no endpoint "time".'),
        ("{age: age, duration", "{age: years, duration", 'there is no fact "years".'),
        ("{quantity: egfr, at", "{quantity: gfr, at", 'there is no fact "gfr".'),
        ("islet_graft.attrition:", "islet_graft.wear:", 'there is no symbol of the disease model "islet_graft.wear".'),
        ("types: [type_1]", "types: [type_9]", 'there is no type "type_9".'),
        ("not_above: age", "not_above: years", 'there is no fact "years".'),
        ("only_with: [tacrolimus", "only_with: [tacro", 'there is no therapy "tacro".'),
        ("immunity.memory_allo:", "immunity.mem:", 'there is no symbol of the disease model "immunity.mem".'),
        ("therapies: [donor_islets,", "therapies: [islets,", 'there is no therapy "islets".'),
        ("of: trait.weight", "of: trait.mass", 'there is no quantity of a virtual patient called "trait.mass".'),
        ('of: "7 - 6*trait.awareness"', 'of: "7 -"', 'gold_score is derived by "7 -", which is no formula.'),
    ],
)  # fmt: skip
def test_what_a_question_names_exists(told, old, new, message):
    ((line, found),) = told(old, new)
    assert found == message
    assert line > 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("of: endpoint.hba1c", "of: endpoint.tbr_54", None),
        ("of: endpoint.tir", "of: endpoint.hba1c", None),
        ("of: endpoint.insulin_dose_total", "of: endpoint.tir",
         'endpoint.tir is in "percent", the fact in "U_per_day".'),
        ("error: {value: 5, unit: year", "error: {value: 5, unit: kg", 'age is in year, which "kg" does not fit.'),
        ("value: 18, unit: year", "value: 18, unit: kg", 'age is in year, which "kg" does not fit.'),
        ("not_above: age", "not_above: weight", 'diabetes_duration is in year, which "kg" does not fit.'),
        ("covers: {value: 14, unit: day", "covers: {value: 14, unit: kg",
         'covers needs a value in day, which "kg" does not fit.'),
        ("low: {value: 39, unit: mg_per_dL", "low: {value: 2, unit: mmol_per_L",
         'low needs a value in mg_per_dL, which "mmol_per_L" does not fit.'),
        ("horizons: [{value: 1, unit: year}", "horizons: [{value: 1, unit: kg}",
         'horizons.0 is given in "kg", which is no day.'),
        ("attrition: {value: 0, unit: per_day", "attrition: {value: 0, unit: day",
         'islet_graft.attrition is set in "day", its module declares "per_day".'),
    ],
)  # fmt: skip
def test_units_fit(told, old, new, message):
    assert [found for _, found in told(old, new)] == ([message] if message else [])
