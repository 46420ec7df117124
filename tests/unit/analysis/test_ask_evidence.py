"""Whom a therapy was studied in, and which published arms resemble the patient."""

import math

import pytest

from insula.analysis.ask.fits import judge, suits
from insula.analysis.ask.resembling import PublishedArm, nearest, published_arms, rows_of, telling
from insula.catalog import Catalog


@pytest.fixture(scope="module")
def catalog():
    return Catalog.open()


@pytest.fixture(scope="module")
def question(catalog):
    return catalog.questions["stop_insulin"]


def verdicts(question, **stated):
    return {one.fact: one.verdict for one in judge(question, "donor_islets_potent_induction", stated)}


def test_what_is_not_stated_is_left_open(question):
    assert set(verdicts(question).values()) == {"not known"}
    assert suits(judge(question, "donor_islets_potent_induction", {}))


@pytest.mark.parametrize(
    ("age", "verdict"), [(17.9, "not met"), (18.0, "met"), (65.0, "met"), (65.1, "not met")]
)
def test_limits_are_included(question, age, verdict):
    assert verdicts(question, age=age)["age"] == verdict


def test_one_criterion_is_enough_to_be_left_out(question):
    stated = {"age": 40.0, "diabetes_duration": 20.0, "severe_hypoglycaemia": 3.0, "egfr": 95.0}
    assert suits(judge(question, "donor_islets_potent_induction", stated))
    assert not suits(judge(question, "donor_islets_potent_induction", stated | {"earlier_transplant": 1.0}))
    assert suits(judge(question, "usual_care", {"earlier_transplant": 1.0})), (
        "nobody is excluded from usual care"
    )


def arm(name, age=math.nan, duration=math.nan, size=10.0, therapy="cells", disease="T1D", study=None):
    return PublishedArm(
        "t", study or name, "S", name, name, "calibration", disease, therapy, size, age, duration
    )


def found(arms, patient, most=9):
    told = nearest(arms, "cells", "T1D", patient, {"age": 10.0, "duration": 5.0}, most)
    return [(one.arm, distance) for one, distance in told]


def test_the_nearest_come_first_and_those_without_age_last():
    arms = [
        arm("far", 60, 30),
        arm("small", size=3),
        arm("large", size=90),
        arm("near", 42, 20),
        arm("half", 44),
    ]
    told = found(arms, {"age": 40.0, "duration": 20.0})
    assert [name for name, _ in told] == ["near", "half", "far", "large", "small"]
    assert dict(told)["near"] == pytest.approx(0.2 / math.sqrt(2))
    assert dict(told)["half"] == pytest.approx(0.4)
    assert dict(told)["far"] == pytest.approx(2.0)
    assert dict(told)["large"] is None


def test_only_the_same_class_and_disease_resemble():
    arms = [
        arm("drug", 40, therapy="drug"),
        arm("other", 40, disease="T2D"),
        arm("new", 40, disease="T1D new-onset"),
    ]
    assert [name for name, _ in found(arms, {"age": 40.0})] == ["new"]


def test_no_more_are_shown_than_asked_for():
    assert len(found([arm(str(k), 40 + k) for k in range(5)], {"age": 40.0}, most=2)) == 2


def test_of_each_study_the_nearest_arm_is_shown_and_the_largest_of_equals():
    arms = [arm("far", 60, study="a"), arm("near", 42, study="a"), arm("other", 50, study="b")]
    assert [name for name, _ in found(arms, {"age": 40.0})] == ["near", "other"]
    alike = [arm("half", 40, size=9.0, study="a"), arm("whole", 40, size=60.0, study="a")]
    assert [name for name, _ in found(alike, {"age": 40.0})] == ["whole"]


@pytest.mark.parametrize(
    ("kind", "therapy", "study"),
    [("T1D", "msc", "protrans_1_2"), ("T1D", "anti_cd3", "herold_2013_abate"), ("T2D", "msc", "zang_2022")],
)
def test_trials_that_published_no_insulin_independence_resemble_too(catalog, question, kind, therapy, study):
    rows = rows_of(catalog, question.shown_of_arms)
    told = {key for key, mine in rows.items() if telling(mine, question.shown_of_arms, question.shown)}
    arms = [one for one in published_arms(catalog) if (one.topic, one.study, one.arm) in told]
    chosen = nearest(arms, therapy, kind, {"age": 20.0}, {"age": 8.0}, question.resembling)
    assert study in {one.study for one, _ in chosen}


def test_what_is_not_known_of_the_patient_does_not_count():
    assert dict(found([arm("a", 45, 90)], {"age": 40.0}))["a"] == pytest.approx(0.5)


def test_an_arm_without_age_has_that_of_its_study(catalog):
    arms = {(one.study, one.arm): one for one in published_arms(catalog)}
    whole, part = (arms["ryan_2005_edmonton5y", name] for name in ("all", "completed"))
    assert (part.age, part.duration) == (whole.age, whole.duration) == (42.9, 27.1)
    assert part.therapy_class == "donor_islets"


def test_published_rows_are_found_by_what_they_mean(catalog):
    rows = rows_of(catalog, {"insulin_free"})
    (row,) = rows["beta_replacement", "ryan_2005_edmonton5y", "completed"]
    assert (row.value, row.published.time_months) == (pytest.approx(0.1), 60.0)
    assert all(one.meaning == "insulin_free" for found in rows.values() for one in found)


def test_who_has_lived_with_it_for_years_is_like_those_of_some_trials_only(question):
    stated = {"age": 36.0, "diabetes_duration": 4.0, "c_peptide_stimulated": 250.0}
    for name in ("stromal_cells_200_million", "donor_islets_potent_induction", "zimislecel_full_dose"):
        assert not suits(judge(question, name, stated))
    later = stated | {"diabetes_duration": 8.0, "c_peptide_stimulated": 40.0}
    assert suits(judge(question, "donor_islets_potent_induction", later))


@pytest.mark.parametrize(
    ("study", "arm", "expected"),
    [
        ("protrans_1_2", "p2_msc", [("mmtt_c_peptide_auc", 12.0), ("mmtt_c_peptide_auc", 60.0)]),
        ("herold_2013_abate", "tep", [("mmtt_c_peptide_auc_4h", 24.0), ("c_peptide_responder", 24.0)]),
        ("zang_2022", "msc", [("responder_insulin_halved_hba1c", 11.0), ("insulin_dose_total", 11.0)]),
        ("lu_2021", "msc", [("insulin_independent", 12.0), ("c_peptide_response", 12.0)]),
        ("ryan_2005_edmonton5y", "completed", [("insulin_free", 60.0)]),
    ],
)
def test_the_most_telling_numbers_of_an_arm_come_first(catalog, question, study, arm, expected):
    rows = rows_of(catalog, question.shown_of_arms)
    (mine,) = [found for (_, *key), found in rows.items() if key == [study, arm]]
    told = telling(mine, question.shown_of_arms, question.shown)
    assert [(row.meaning, row.published.time_months) for row in told][: len(expected)] == expected
    assert len(told) <= question.shown == 2


def test_a_baseline_and_a_comparison_tell_nothing_of_an_arm(catalog):
    rows = [row for found in rows_of(catalog, {"hba1c"}).values() for row in found]
    before = [row for row in rows if row.published.time_months == 0]
    against = [row for row in rows if row.statistic == "mean_difference"]
    assert before
    assert against
    assert telling([*before, *against], ["hba1c"], 2) == []
