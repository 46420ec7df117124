"""Words of the sources: translation, rules, and what is said about a faulty table."""

import math
import shutil

import pytest

from insula.core.errors import InvalidText
from insula.core.paths import science_root
from insula.evidence.vocabulary import SEVERAL_MEANINGS, UNKNOWN_OUTCOME, UNKNOWN_UNIT, load_vocabulary

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
    assert VOCABULARY.word("colour_of_eyes", "mL/min").reason == UNKNOWN_OUTCOME
    assert VOCABULARY.word("adverse_event:bleeding", "patients").reason == (
        "this is none of the adverse events that are simulated"
    )
    assert VOCABULARY.word("mortality", "patients").reason == "deaths are not modelled"


def cells(**given):
    blank = {"study_id": "x", "analysis": "", "notes": "", "arm_id": "all", "outcome": "tir", "seen_in": ""}
    return blank | given


def test_rules_look_into_their_column_only():
    assert VOCABULARY.rule(cells(analysis="Day 180 INTERIM")).reason == "interim look"
    assert VOCABULARY.rule(cells(analysis="patients not independent")).reason.startswith("subgroup")
    assert VOCABULARY.rule(cells(notes="day 180 interim")) is None
    assert VOCABULARY.rule(cells(analysis="day 365")) is None


def test_a_mean_share_of_baseline_is_a_percent_change():
    word = VOCABULARY.word("mmtt_c_peptide_auc_pct_of_baseline", "percent of baseline")
    assert word.predicts(word.brought("mean"))
    assert word.translate(89.0, word.brought("mean")) == -11.0
    assert VOCABULARY.word("hba1c", "percent").brought("mean") == "mean"


def test_a_rule_can_look_at_where_a_row_was_seen():
    again = cells(study_id="protrans_1_2", seen_in="secondary: press release via cision c3652007")
    assert VOCABULARY.rule(again).reason == "printed again in another row"


def test_a_rule_can_be_for_one_study_and_a_whole_cell():
    assert VOCABULARY.rule(cells(study_id="couri_2009_ahsct", arm_id="continuous")) is not None
    assert VOCABULARY.rule(cells(arm_id="continuous")) is None
    assert VOCABULARY.rule(cells(study_id="umn_islet_size_iat", arm_id="not_independent")) is None


WORDS = "outcome,unit,study_id,means,scale,factor,offset,from_unit,reason,note\n"
RULES = "study_id,column,contains,reason,show,note\n"
WHY = "a,m,*,,,,,,why,\n"


@pytest.mark.parametrize(
    ("words", "rules", "message"),
    [
        ("a,m,*,tir,own,x,,percent,,\n", "", 'row 2 (a in m)  the factor "x" is no number'),
        ("a,m,*,tir,own,1,y,percent,,\n", "", 'row 2 (a in m)  the offset "y" is no number'),
        ("a,m,*,tir,own,1,,U,,\n", "", '"U" cannot be converted into "percent"'),
        ("a,m,*,tir,own,1,,furlong,,\n", "", 'there is no unit "furlong"'),
        ("a,m,*,tir,mine,1,,percent,,\n", "", 'scale "mine" is none of own, share'),
        ("a,*,*,tir,own,1,,percent,,\n", "", "a number in any unit cannot be converted"),
        ("a,m,*,tirr,own,1,,percent,,\n", "", 'there is no endpoint or outcome "tirr" (a in m)'),
        ("a,m,,tir,own,1,,percent,,\n", "", "outcome, unit and study_id must not be empty"),
        ("a,m,*,,,,,,,\n", "", "either a meaning or a reason why there is none is needed"),
        ("a,m,*,tir,own,1,,percent,why,\n", "", "either a meaning or a reason"),
        (WHY + WHY, "", "this outcome in this unit is there twice"),
        ("", "*,color,red,why,no,\n", 'a rule cannot look at the column "color"'),
        ("", "*,notes,,why,no,\n", "contains and reason must not be empty"),
        ("", "*,notes,red,why,maybe,\n", 'show must be yes or no, not "maybe"'),
    ],
)
def test_faulty_tables_are_explained(tmp_path, words, rules, message):
    shutil.copy(science_root() / "endpoints.yaml", tmp_path)
    folder = tmp_path / "evidence"
    folder.mkdir()
    (folder / "vocabulary.csv").write_text(WORDS + words)
    (folder / "not_scorable.csv").write_text(RULES + rules)
    with pytest.raises(InvalidText) as caught:
        load_vocabulary(folder)
    assert message in str(caught.value)


def test_remission_means_what_its_study_says():
    def meaning(study):
        return VOCABULARY.word("remission", "percent", study).meaning.id

    assert meaning("quattrin_2020_t1ger") == "remission_idaa1c"
    assert meaning("lu_2021") == "c_peptide_response"
    assert meaning("burt_2018_sle_ahsct") == "sle_remission_few_drugs"
    assert VOCABULARY.word("remission", "children", "honeymoon_2006_pedi").meaning.id == "honeymoon_ever"
    unheard = VOCABULARY.word("remission", "percent", "a_new_study")
    assert (unheard.meaning, unheard.reason) == (None, SEVERAL_MEANINGS)


def test_the_meaning_without_a_unit_is_told_only_where_there_is_one():
    assert VOCABULARY.meaning("hba1c", "any").id == "hba1c"
    assert VOCABULARY.meaning("adverse_event:nausea", "any").id == "adverse_event"
    assert VOCABULARY.meaning("treg_fraction", "any") is None
    assert VOCABULARY.meaning("colour_of_eyes", "any") is None


def test_a_share_of_the_first_value_is_a_change():
    """53 % of baseline is 47 % less; the width of its spread stays."""
    assert translate("mmtt_c_peptide_auc", "percent of entry", 53) == pytest.approx(-47)
    assert translate("mmtt_c_peptide_auc", "percent of entry", 8, spread=True) == pytest.approx(8)


def test_rates_are_per_year():
    assert translate("severe_hypoglycaemia_rate", "events per 100 patient-years", 61.2) == pytest.approx(
        0.612
    )
    assert translate("mortality", "per 1000 person-years", 11.6, "rate") == pytest.approx(0.0116)
    assert translate("fasting_c_peptide", "percent per month", -4, "slope") == pytest.approx(-48)
    assert translate("mmtt_c_peptide_auc", "pmol/mL/month", -0.0245, "slope") == pytest.approx(-0.294)
    assert translate("progression_to_diabetes", "percent per year", 5.56, "rate") == pytest.approx(0.0556)


def test_a_missing_number_stays_missing():
    assert math.isnan(translate("tir", "percent", math.nan))
