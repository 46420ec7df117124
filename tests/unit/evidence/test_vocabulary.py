"""Words of the sources: translation, rules, and what is said about a faulty table."""

import math

import pytest

from insula.core.errors import InvalidText
from insula.evidence.vocabulary import UNKNOWN_OUTCOME, UNKNOWN_UNIT, load_vocabulary

VOCABULARY = load_vocabulary()


def translate(outcome, unit, value, statistic="mean", **options):
    return VOCABULARY.word(outcome, unit).translate(value, statistic, **options)


def test_units_are_those_of_published_equivalents():
    assert translate("hba1c_mmol_mol", "mmol/mol", 53) == pytest.approx(7.0, abs=0.005)
    assert translate("hba1c_mmol_mol", "mmol/mol", 48) == pytest.approx(6.5, abs=0.05)
    assert translate("mean_glucose", "mmol/L", 10) == pytest.approx(180.2, abs=0.05)
    assert translate("fasting_c_peptide", "ng/mL", 0.5) == pytest.approx(0.17, abs=0.005)  # landstra2021
    assert translate("mmtt_c_peptide_peak", "pmol/L", 560) == pytest.approx(0.56)
    assert translate("insulin_dose_total", "percent", -92, "percent_change") == -92


def test_an_offset_does_not_apply_to_differences_and_spreads():
    """4.9 mmol/mol less is 0.45 percentage points less, not 2.6 percent."""
    assert translate("hba1c_mmol_mol", "mmol/mol", -4.9, "mean_difference") == pytest.approx(
        -0.448, abs=0.001
    )
    assert translate("hba1c_mmol_mol", "mmol/mol", 12.8, spread=True) == pytest.approx(1.17, abs=0.005)


def test_area_over_two_hours_becomes_a_mean_concentration():
    """225 ng/mL x min over 120 min is 1.875 ng/mL."""
    assert translate("mmtt_c_peptide_auc", "ng/mL/2h", 225) == pytest.approx(1.875 * 0.331, abs=0.001)


def test_words_without_endpoint_say_why():
    assert VOCABULARY.word("hba1c", "furlong").reason == UNKNOWN_UNIT
    assert VOCABULARY.word("gfr", "mL/min").reason == UNKNOWN_OUTCOME
    assert VOCABULARY.word("adverse_event:bleeding", "patients").reason == "adverse events are not modelled"
    assert VOCABULARY.word("mortality", "patients").reason == "deaths are not modelled"


def cells(**given):
    return {"study_id": "x", "analysis": "", "notes": "", "arm_id": "all", "outcome": "tir"} | given


def test_rules_look_into_their_column_only():
    assert VOCABULARY.rule(cells(analysis="Day 180 INTERIM")).reason == "interim look"
    assert VOCABULARY.rule(cells(analysis="patients not independent")).reason.startswith("subgroup")
    assert VOCABULARY.rule(cells(notes="day 180 interim")) is None
    assert VOCABULARY.rule(cells(analysis="day 365")) is None


def test_a_rule_can_be_for_one_study_and_a_whole_cell():
    assert VOCABULARY.rule(cells(study_id="couri_2009_ahsct", arm_id="continuous")) is not None
    assert VOCABULARY.rule(cells(arm_id="continuous")) is None
    assert VOCABULARY.rule(cells(study_id="umn_islet_size_iat", arm_id="not_independent")) is None


WORDS = "outcome,unit,endpoint,factor,from_unit,to_unit,quantity,reason,note\n"
RULES = "study_id,column,contains,reason,show,note\n"


@pytest.mark.parametrize(
    ("words", "rules", "message"),
    [
        ("a,m,tir,x,percent,percent,,,\n", "", 'row 2 (a in m)  the factor "x" is no number'),
        ("a,m,tir,1,U,percent,,,\n", "", '"U" cannot be converted into "percent"'),
        ("a,m,,,,,,,\n", "", "either an endpoint or a reason why there is none is needed"),
        ("a,m,tir,1,percent,percent,,why,\n", "", "either an endpoint or a reason"),
        ("a,m,,,,,,why,\na,m,,,,,,why,\n", "", "this outcome in this unit is there twice"),
        ("", "*,color,red,why,no,\n", 'a rule cannot look at the column "color"'),
        ("", "*,notes,,why,no,\n", "contains and reason must not be empty"),
        ("", "*,notes,red,why,maybe,\n", 'show must be yes or no, not "maybe"'),
    ],
)
def test_faulty_tables_are_explained(tmp_path, words, rules, message):
    (tmp_path / "vocabulary.csv").write_text(WORDS + words)
    (tmp_path / "not_scorable.csv").write_text(RULES + rules)
    with pytest.raises(InvalidText) as caught:
        load_vocabulary(tmp_path)
    assert message in str(caught.value)


def test_a_missing_number_stays_missing():
    assert math.isnan(translate("tir", "percent", math.nan))
