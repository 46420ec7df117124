"""Rows on one scale: every row of every table is harmonised or says why, and nothing printed is lost."""

import math
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from insula.catalog import Catalog
from insula.core.tables import read_csv
from insula.evidence import disagreements as sources
from insula.evidence import load_vocabulary
from insula.evidence.disagreements import disagreements, same_sources
from insula.evidence.harmonise import GEOMETRIC, OF_A_GROUP, OF_A_MODEL, harmonised_rows, harmonised_tables
from insula.evidence.per_weight import NO_WEIGHT, rows_per_weight
from insula.evidence.pooled import cell_doses, pooled_effects
from insula.evidence.published import IMPOSSIBLE

CATALOG = Catalog.open()
VOCABULARY = load_vocabulary()
ROWS = harmonised_rows(CATALOG, VOCABULARY)
EFFECTS = pooled_effects(CATALOG, VOCABULARY)


def of(study, outcome, arm=None, month=None):
    return [
        row
        for row in ROWS
        if row.published.study_id == study
        and row.meaning == outcome
        and arm in (None, row.published.arm_id)
        and month in (None, row.published.time_months)
    ]


def test_every_row_is_harmonised_or_has_a_reason():
    """The counts are those of the tables: 1019 of 1065 outcomes, 88 of 114 pooled effects, 49 of 66 doses."""
    tables = [CATALOG.evidence(topic) for topic in CATALOG.topics]
    assert len(ROWS) == sum(len(t.outcomes) for t in tables) == 1065
    for row in ROWS:
        assert bool(row.reason) == math.isnan(row.value)
        assert row.reason or row.unit
        assert bool(row.moments.reason) == math.isnan(row.moments.sd)
    assert Counter(bool(row.reason) for row in ROWS) == {False: 1019, True: 46}
    assert len(EFFECTS) == sum(len(t.pooled) for t in tables) == 114
    assert Counter(bool(e.reason) for e in EFFECTS) == {False: 88, True: 26}
    doses = cell_doses(CATALOG)
    assert len(doses) == sum(len(t.arms) for t in tables) == 480
    assert Counter(bool(d.reason) for d in doses if d.original["cell_dose"]) == {False: 49, True: 17}


def test_the_cells_as_printed_are_kept():
    for topic in CATALOG.topics:
        tables = CATALOG.evidence(topic)
        printed = {row.number: row.cells for row in read_csv(tables.folder / "outcomes.csv", [])[0]}
        assert {r.published.number: dict(r.original) for r in ROWS if r.topic == topic} == printed


def test_a_mean_that_no_group_can_have_is_no_number():
    """A share printed as a percentage: HbA1c of 0.065 %, once 6.5 %; the row beside it stays."""
    tables = CATALOG.evidence("natural_history")
    good = next(r for r in tables.outcomes if (r.cells["outcome"], r.cells["statistic"]) == ("hba1c", "mean"))
    wrong = replace(good, number=good.number + 1, cells=good.cells | {"value": "0.065"})
    rows = harmonised_tables(replace(tables, outcomes=(good, wrong)), VOCABULARY)
    assert [(r.reason, math.isnan(r.value)) for r in rows] == [("", False), (IMPOSSIBLE, True)]


def test_one_unit_for_each_outcome_and_scale():
    units = {}
    for row in ROWS:
        if not row.reason and row.scale != "events":
            scale = "share" if row.scale == "count" else row.scale
            assert units.setdefault((row.meaning, scale), row.unit) == row.unit


def test_roles_are_those_of_the_studies():
    roles = {
        (topic, s.cells["study_id"]): s.cells["role"]
        for topic in CATALOG.topics
        for s in CATALOG.evidence(topic).studies
    }
    assert all(row.published.role == roles[row.topic, row.published.study_id] for row in ROWS)
    assert sum(role == "validation" for role in roles.values()) == 12


def test_conversions_of_rows_against_hand_computed_numbers():
    unclear = [r for r in ROWS if r.original["unit"] == "nmol/L per 2 h"]
    assert len(unclear) == 2
    assert all("the time unit of this area is not stated" in row.reason for row in unclear)
    before = of("protrans_1_2", "mmtt_c_peptide_auc", "p2_msc", 0)[0]
    assert before.value == pytest.approx(0.8)  # 96 nmol/L x 120 min over 120 min
    low = of("diamond_2017", "tbr", "cgm")[0]
    assert low.value == pytest.approx(2.986, abs=0.001)  # 43 of 1440 minutes
    mortality = [r for r in of("marfil_garza_2022", "mortality")][0]
    assert (mortality.value, mortality.unit) == (pytest.approx(0.0116), "per_year")
    insulin = of("sood_2017_routes", "insulin_dose_total", "g1_spda")[0]
    assert insulin.moments.sd == pytest.approx(14.155, abs=0.001)


@pytest.mark.parametrize(("arm", "percent"), [("a5", 8.1), ("a15", 9.3), ("a28", 8.0)])
def test_two_sources_of_one_study_print_hba1c_in_two_units(arm, percent):
    """One source prints 65, 78 and 64 mmol/mol, another 8.1, 9.3 and 8.0 percent."""
    found = {row.original["unit"]: row.value for row in of("foster_2019_t1dx", "hba1c", arm)}
    assert found["mmol/mol"] == pytest.approx(percent, abs=0.05)
    assert found["percent"] == percent


def test_a_count_becomes_a_share_of_its_size():
    (row,) = of("lu_2021", "insulin_independent", "msc")
    assert (row.value, row.statistic, row.unit) == (pytest.approx(3 / 27), "proportion", "dimensionless")
    assert row.original["value"] == "3"
    assert row.moments.reason == OF_A_GROUP


def test_spreads_that_are_not_of_patients_give_no_sd():
    assert {r.moments.reason for r in of("hclc_sap_2013", "mmtt_c_peptide_auc")} == {GEOMETRIC}
    assert {
        r.moments.reason for r in of("gerhardsson_sweet", "hba1c") if r.original["spread_type"] == "ci95"
    } == {OF_A_MODEL}


def test_a_total_is_divided_by_the_weight_of_the_arm_or_says_why_not():
    derived = rows_per_weight(ROWS, CATALOG, VOCABULARY)
    found = {(r.published.study_id, r.published.arm_id): r for r in derived}
    sood = found["sood_2017_routes", "g1_spda"]
    assert sood.meaning == "insulin_dose_per_kg"
    assert sood.value == pytest.approx(43.66 / 79)
    assert sood.derived
    bhansali = found["bhansali_2014", "bmsc"]
    assert bhansali.reason == bhansali.moments.reason == NO_WEIGHT
    assert math.isnan(bhansali.value)


def test_pooled_effects_by_hand():
    found = {(e.meta_analysis_id, e.number): e for e in EFFECTS}
    zhang = next(
        e for e in EFFECTS if "mmol/L presumed" in e.original["measure"] and e.original["estimate"] == "-1.1"
    )
    assert zhang.estimate == pytest.approx(-19.82, abs=0.01)  # mg/dL: times 18.016
    assert zhang.presumed
    fall = next(
        e for e in EFFECTS if e.meaning == "insulin_dose_per_kg" and e.meta_analysis_id == "habiba_2024"
    )
    assert (fall.estimate, fall.low, fall.high) == (-0.19, -0.31, -0.07)
    share = found["ms_msc_meta_pmc6942905", 2]
    assert (share.estimate, share.low, share.high, share.unit) == (0.16, 0.10, 0.27, "dimensionless")
    relative = next(
        e
        for e in EFFECTS
        if e.meta_analysis_id == "teplizumab_stage3_meta_2026" and e.original["outcome"] == "remission"
    )
    assert (relative.meaning, relative.estimate) == ("remission_idaa1c", 1.39)


def test_doses_by_hand():
    found = {(d.study_id, d.arm_id): d for d in cell_doses(CATALOG)}
    full = found["reichman_2025_zimislecel", "full_dose"]
    assert (full.value, full.unit, full.counts) == (0.8e9, "cell", "cells")
    assert {d.unit for d in found.values() if not d.reason} == {"cell", "cell_per_kg", "IEQ", "IEQ_per_kg"}


def test_disagreements_are_shown_and_nothing_is_chosen():
    found = disagreements(ROWS)
    kinds = {(d.kind, d.study_id) for d in found}
    assert (sources.TWO_VALUES, "panes_2016_admire") in kinds
    assert (sources.CHANGE_DIFFERS, "protrans_1_2") in kinds
    assert (sources.TWO_TOPICS, "sdrnt1bio_2021") in kinds
    assert all(len(d.rows) > 1 for d in found)
    assert all(row.published.n != 1 for d in found for row in d.rows)


def test_agreeing_rows_are_no_disagreement():
    pair = of("panes_2016_admire", "fistula_remission_combined", "cx601", 12)
    assert len(pair) == 2
    assert len(disagreements(pair)) == 1
    assert disagreements(pair[:1] * 2) == ()


def test_one_publication_under_two_ids_is_told():
    assert ("cordblood_2009", "cordblood_t1d_children") in {one.studies for one in same_sources(CATALOG)}


WORDS = [(key, word) for key, word in VOCABULARY.words.items() if word.meaning]


@given(some.sampled_from(WORDS), some.floats(-1e4, 1e4), some.floats(-1e4, 1e4))
def test_every_word_translates_values_and_differences_alike(word, first, second):
    """The difference of two translated values is the translated difference: no offset is lost or doubled."""
    _, known = word
    one, other = (known.translate(value, "mean") for value in (first, second))
    assert known.translate(first - second, "mean_difference") == pytest.approx(
        one - other, rel=1e-6, abs=1e-6 * (1 + abs(one))
    )


@given(some.sampled_from(WORDS), some.floats(-1e3, 1e3))
def test_every_word_can_be_translated_back(word, value):
    """A straight line through two translated points gives the printed number back."""
    _, known = word
    zero, step = known.translate(0, "mean"), known.translate(1000, "mean")
    back = 1000 * (known.translate(value, "mean") - zero) / (step - zero)
    assert back == pytest.approx(value, rel=1e-6, abs=1e-6)
