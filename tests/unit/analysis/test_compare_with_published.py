"""A comparer that is wrong must be caught: right, wrong sign, wrong unit, NaN, wrong time."""

import json
from dataclasses import replace

import numpy as np
import pytest

from insula.analysis.compare_with_published import COLUMNS, compare_run, compare_with_published
from insula.analysis.visit_values import VisitValues
from insula.catalog import Catalog
from insula.core.errors import InsulaError
from insula.core.paths import science_root
from insula.core.tables import read_parquet, write_parquet
from insula.endpoints import load_definitions
from insula.evidence import PublishedRow, load_vocabulary
from insula.evidence.made_of import Course, Relation

PATIENTS = 200


def virtual(**endpoints):
    """A run of one arm, `full_dose`; each endpoint is {day: (P,) values}."""
    patient = np.arange(PATIENTS)
    table = {
        "arm": np.full(PATIENTS, "full_dose", dtype=object),
        "patient": patient,
        "candidate": 3 * patient,
        "ensemble_member": 3 * patient % 20,
    }
    rows = [(name, day, values) for name, visits in endpoints.items() for day, values in visits.items()]
    tidy = {
        "arm": np.full(PATIENTS * len(rows), "full_dose", dtype=object),
        "patient": np.tile(patient, len(rows)),
        "day": np.repeat([float(day) for _, day, _ in rows], PATIENTS),
        "endpoint": np.repeat(np.array([name for name, _, _ in rows], dtype=object), PATIENTS),
        "value": np.concatenate([np.broadcast_to(values, PATIENTS).astype(float) for _, _, values in rows]),
    }
    return VisitValues(table, tidy)


def published(
    endpoint, value, *, statistic="mean", months=12.0, n=12, arm="full_dose", reason="", show=False
):
    unit = {"count": "patient", "proportion": "dimensionless"}.get(statistic, "percent")
    return PublishedRow(
        "s", "validation", arm, endpoint, endpoint, months, months * 30.4375, statistic, value, unit, "none",
        np.nan, np.nan, n, "row", reason, show, {"unit": unit}, 2,
    )  # fmt: skip


def compare(run, *rows):
    table = compare_with_published(run, rows, seed=1)
    assert list(table) == list(COLUMNS)
    return [dict(zip(table, line, strict=True)) for line in zip(*table.values(), strict=True)]


def spread(mean, sd, seed=2):
    return mean + sd * np.random.Generator(np.random.Philox(seed)).standard_normal(PATIENTS)


TIR = virtual(tir={0: spread(50, 15), 90: spread(75, 10), 365: spread(90, 6)})


def test_a_true_prediction_is_inside_and_its_interval_has_the_width_of_a_trial_of_that_size():
    (row,) = compare(TIR, published("tir", 91.0))
    assert row["scored"]
    assert row["inside"]
    assert row["note"] == ""
    assert row["high"] - row["low"] == pytest.approx(2 * 1.645 * 6 / np.sqrt(12), rel=0.2)
    assert row["z"] == pytest.approx((91 - row["predicted"]) / (6 / np.sqrt(12)), rel=0.2)


def test_a_prediction_stands_beside_one_patient_and_judges_nothing():
    (row,) = compare(TIR, published("tir", 98.0, n=1, reason="a single patient", show=True))
    assert (row["scored"], row["z"], row["inside"]) == (False, None, None)
    assert row["low"] < row["predicted"] < row["high"]
    assert row["high"] - row["low"] == pytest.approx(2 * 1.645 * 6, rel=0.3)
    assert row["note"] == "a single patient"


def test_a_wrong_unit_is_outside():
    (row,) = compare(TIR, published("tir", 0.91))
    assert row["inside"] is False
    assert row["z"] < -10


def test_a_wrong_sign_is_outside():
    run = virtual(insulin_dose_total={0: spread(40, 5), 365: np.maximum(spread(3, 2), 0)})
    right, wrong = compare(
        run,
        published("insulin_dose_total", -92, statistic="percent_change"),
        published("insulin_dose_total", 92, statistic="percent_change"),
    )
    assert right["inside"]
    assert right["predicted"] == pytest.approx(-92, abs=2)
    assert wrong["inside"] is False
    assert wrong["z"] > 10


def test_a_prediction_that_is_not_a_number_is_flagged_and_not_scored():
    (row,) = compare(virtual(tir={365: np.nan}), published("tir", 90))
    assert row["scored"] is False
    assert row["note"] == "no virtual patient has a value"
    assert row["inside"] is row["z"] is row["predicted"] is None


def test_some_failed_patients_are_said():
    values = spread(90, 6)
    values[:7] = np.nan
    (row,) = compare(virtual(tir={365: values}), published("tir", 90))
    assert row["scored"]
    assert row["note"] == "some virtual patients have no value"


def test_a_percentage_of_nothing_is_flagged():
    run = virtual(insulin_dose_total={0: 0.0, 365: 0.0})
    (row,) = compare(run, published("insulin_dose_total", -92, statistic="percent_change"))
    assert row["scored"] is False
    assert row["note"] == "the prediction is not a finite number"


def test_the_nearest_visit_within_half_a_month_is_taken():
    near, between, none = compare(
        TIR,
        published("tir", 75, months=3.3),
        published("tir", 75, months=3.5),
        published("tir", 80, months=6),
    )
    assert near["predicted"] == pytest.approx(75, abs=1)
    assert between["note"] == none["note"] == "no visit within half a month"
    assert none["scored"] is False


def test_a_change_needs_the_visit_before_the_therapy():
    run = virtual(hba1c={0: 8.0, 365: 6.0})
    (row,) = compare(run, published("hba1c", -2.0, statistic="change_from_baseline"))
    assert row["predicted"] == -2
    assert row["inside"]
    assert row["z"] == 0
    (row,) = compare(virtual(hba1c={365: 6.0}), published("hba1c", -2.0, statistic="change_from_baseline"))
    assert row["note"] == "the run has no visit before the therapy"


def test_proportions_allow_for_half_a_patient_and_have_a_z_at_the_edge():
    everyone = virtual(insulin_independent={365: 1.0})
    all_of_them, ten = compare(
        everyone,
        published("insulin_independent", 1.0, statistic="proportion"),
        published("insulin_independent", 0.83, statistic="proportion"),
    )
    assert all_of_them["inside"]
    assert abs(all_of_them["z"]) < 0.1
    assert ten["inside"] is False
    assert -4 < ten["z"] < -3
    half = virtual(insulin_independent={365: (np.arange(PATIENTS) // 20 % 2).astype(float)})
    (row,) = compare(half, published("insulin_independent", 6, statistic="count"))
    assert (row["unit"], row["n"]) == ("patients", 12)
    assert row["predicted"] == pytest.approx(6, abs=0.1)
    assert abs(row["z"]) < 0.1


def test_arms_endpoints_and_reasons_are_said():
    rows = compare(
        TIR,
        published("tir", 90, arm="half_dose"),
        published("gmi", 6),
        published("tir", 90, reason="no size is given"),
        published("tir", 90, reason="interim look", show=True),
    )
    assert [row["note"] for row in rows] == [
        "this arm was not simulated",
        "the run did not measure this",
        "no size is given",
        "interim look",
    ]
    assert [row["scored"] for row in rows] == [False] * 4
    assert rows[2]["predicted"] is None
    assert rows[3]["predicted"] == pytest.approx(90, abs=1)
    assert rows[3]["z"] is rows[3]["inside"] is None


def test_the_same_seed_gives_the_same_table():
    row = published("tir", 91.0)
    assert compare(TIR, row) == compare(TIR, row)


def test_rows_may_come_in_any_order():
    order = np.random.Generator(np.random.Philox(4)).permutation(TIR.endpoints["value"].size)
    shuffled = replace(TIR, endpoints={name: column[order] for name, column in TIR.endpoints.items()})
    row = published("tir", 40, statistic="change_from_baseline")
    assert compare(TIR, row) == compare(shuffled, row)


def test_a_run_folder_is_compared_with_the_evidence_of_its_study(tmp_path):
    write_parquet(tmp_path / "results" / "patients.parquet", TIR.patients)
    write_parquet(tmp_path / "results" / "endpoints.parquet", TIR.endpoints)
    (tmp_path / "manifest.json").write_text(json.dumps({"study": "reichman_2025_zimislecel", "seed": 3}))
    catalog = Catalog(science_root())
    table = compare_run(catalog, catalog.studies["reichman_2025_zimislecel"], tmp_path)
    stored = read_parquet(tmp_path / "results" / "comparison.parquet")
    assert list(stored) == list(COLUMNS)
    assert len(stored["arm"]) == len(table["arm"]) > 10
    assert sum(table["scored"]) == 3  # time in range at months 0, 3 and 12


def test_a_study_without_evidence_gives_an_empty_table_of_the_same_columns(tmp_path):
    write_parquet(tmp_path / "results" / "patients.parquet", TIR.patients)
    write_parquet(tmp_path / "results" / "endpoints.parquet", TIR.endpoints)
    (tmp_path / "manifest.json").write_text(json.dumps({"seed": 3}))
    catalog = Catalog(science_root())
    study = catalog.studies["reichman_2025_zimislecel"].model_copy(update={"evidence": None})
    compare_run(catalog, study, tmp_path)
    stored = read_parquet(tmp_path / "results" / "comparison.parquet")
    assert list(stored) == list(COLUMNS)
    assert stored["arm"].size == 0


def test_a_folder_without_manifest_is_named(tmp_path):
    catalog = Catalog(science_root())
    with pytest.raises(InsulaError, match=r"has no manifest.json. Is it a finished run\?"):
        compare_run(catalog, catalog.studies["reichman_2025_zimislecel"], tmp_path)


def test_the_vocabulary_uses_the_units_of_the_endpoints():
    definitions = load_definitions()
    for (outcome, unit, _), word in load_vocabulary().words.items():
        predicted = any(word.predicts(s) for s in ("mean", "proportion", "count", "percent_change"))
        if word.endpoint and predicted and not word.made_of:
            definition = definitions[word.endpoint]
            special = {"patient", "dimensionless"} if definition.yes_or_no else {"percent"}
            assert word.to_unit in {definition.unit, *special}, (outcome, unit)


def line_across_people(**relation):
    return Relation("hba1c", "tir", before=relation.pop("before", False), **relation)


def test_a_line_across_people_is_held_against_at_the_last_visit_where_no_time_is_printed():
    tir = spread(60, 12)
    hba1c = 7 - 0.06 * (tir - 70) + spread(0, 0.3, seed=3)
    run = virtual(tir={0: 50.0, 183: tir}, hba1c={0: 8.0, 183: hba1c})
    kinds = (
        ("slope", -0.6, line_across_people(statistic="slope", step=10.0)),
        ("value_on_line", 7.0, line_across_people(statistic="value_on_line", origin=70.0)),
    )
    rows = [
        replace(published(kind, value, statistic=kind, months=np.nan, n=100), made_of=made_of)
        for kind, value, made_of in kinds
    ]
    slope, level = compare(run, *rows)
    assert slope["inside"]
    assert slope["time_months"] is None
    assert slope["predicted"] == pytest.approx(-0.6, abs=0.06)
    error = 10 * 0.3 / 12 * np.sqrt(1 / 100 + 1 / PATIENTS)
    assert slope["high"] - slope["low"] == pytest.approx(2 * 1.645 * error, rel=0.35)
    assert level["inside"]
    assert level["predicted"] == pytest.approx(7.0, abs=0.1)


def test_a_value_on_a_line_has_the_error_of_the_model_and_a_slope_has_not():
    tir = spread(60, 12)
    run = virtual(tir={183: tir}, hba1c={183: 7 - 0.06 * (tir - 70) + spread(0, 0.3, seed=3)})
    wrong = replace(run, model_error={"hba1c": (0.5, "percent")})
    slope = replace(
        published("s", -0.6, statistic="slope", months=6.0, n=100),
        made_of=line_across_people(statistic="slope", step=10.0),
    )
    level = replace(
        published("l", 7, statistic="value_on_line", months=6.0, n=100),
        made_of=line_across_people(statistic="value_on_line", origin=70.0),
    )
    (right, moved), (as_was, wide) = compare(run, slope, level), compare(wrong, slope, level)
    assert right["high"] == as_was["high"]
    assert wide["high"] - wide["low"] == pytest.approx(2 * 1.645 * 0.5, rel=0.1)
    assert moved["high"] - moved["low"] < 0.3


def test_a_line_on_what_was_before():
    tir = spread(60, 12)
    run = virtual(tir={0: tir, 183: 99.0}, hba1c={183: -0.06 * tir})
    row = replace(
        published("s", -0.6, statistic="slope", n=100, months=6.0),
        made_of=line_across_people(statistic="slope", step=10.0, before=True),
    )
    (now,) = compare(run, row)
    assert now["predicted"] == pytest.approx(-0.6)
    (never,) = compare(virtual(hba1c={183: 8.0}), row)
    assert never["note"] == "the run did not measure this"


def test_a_line_on_the_mean_of_the_visits_after_the_start():
    hba1c, swing = spread(8, 1), spread(0, 20, seed=6)
    visits = {0: 0.0, 28: 28.7 * hba1c + swing, 91: 28.7 * hba1c - swing, 120: 0.0}
    run = virtual(mean_glucose=visits, hba1c={91: hba1c})
    relation = Relation("mean_glucose", "hba1c", before=False, statistic="slope", averaged=True)
    row = replace(published("s", 28.7, statistic="slope", n=100, months=3.0), made_of=relation)
    (mean,) = compare(run, row)
    assert mean["predicted"] == pytest.approx(28.7)
    assert mean["high"] == pytest.approx(mean["low"])
    (last,) = compare(run, replace(row, made_of=replace(relation, averaged=False)))
    assert last["high"] - last["low"] > 4


def test_what_visits_tell_is_of_those_who_ever_had_it_in_the_arm_too():
    """90 of the 200 virtual patients have one month or two; an arm of 40 holds 18 of them."""
    states = np.zeros((4, PATIENTS))
    states[1, spread(0, 1) > 0] = 1
    states[2] = states[1] * (spread(0, 1, seed=6) > 0)
    run = virtual(remission={day: state for day, state in zip((0, 30, 61, 91), states, strict=True)})
    length = replace(
        published("months", 1.5, months=np.nan, n=40),
        n_from="arm",
        made_of=Course("remission", "length", "month"),
    )
    ever = replace(
        published("ever", 30, statistic="count", months=np.nan, n=40), made_of=Course("remission", "ever", "")
    )
    found, told, share = compare(run, length, replace(length, n_from="row"), ever)
    assert found["predicted"] == pytest.approx(1.5, abs=0.1)
    assert found["note"] == "of those who ever had it, among the virtual patients too"
    assert (found["high"] - found["low"]) / (told["high"] - told["low"]) == pytest.approx(
        np.sqrt((1 / 18 + 1 / 90) / (1 / 40 + 1 / 90)), rel=0.15
    )
    assert share["predicted"] == pytest.approx(18, abs=0.5)


def test_visits_after_the_printed_time_are_not_looked_at():
    run = virtual(remission={0: 0.0, 30: 1.0, 61: 0.0, 91: 1.0})
    row = replace(published("m", 1.0, months=2.0), made_of=Course("remission", "length", "month"))
    assert compare(run, row)[0]["predicted"] == pytest.approx(61 / 2 / 30.4375)


def test_a_length_that_hardly_anybody_has_is_not_predicted():
    few = np.arange(PATIENTS) < 4
    run = virtual(remission={0: 0.0, 30: few, 61: 0.0})
    row = replace(published("m", 7.2, months=np.nan), made_of=Course("remission", "length", "month"))
    assert compare(run, row)[0]["note"] == "too few virtual patients have a value"
