"""Runs of people with a life before the study, as a person would start them."""

import json

import numpy as np
import pytest

from cli_runs import fine, manifest
from insula.core.tables import read_parquet
from tiny_history import AVERAGED, BORN, OLDEST, SIMULATED, history_science
from tiny_study import FEW_ENDPOINTS, change, hashes, insula

PATIENTS = 6
ENDPOINTS = (*FEW_ENDPOINTS, "progression_to_diabetes", "idaa1c", "remission_idaa1c")


@pytest.fixture(scope="module")
def science(tmp_path_factory):
    return history_science(tmp_path_factory.mktemp("born") / "science", ENDPOINTS)


@pytest.fixture(scope="module")
def run(science, cache, tmp_path_factory):
    folder = tmp_path_factory.mktemp("averaged") / "run"
    command = ("run", AVERAGED, "--patients", PATIENTS, "--workers", 1, "--format", "json", "--lang", "en")
    return folder, json.loads(fine(insula(*command, "--out", folder, science=science, cache=cache)).stdout)


def test_a_run_on_the_averaged_map_is_whole(run):
    folder, answer = run
    assert manifest(folder)["study_text"]["days"] == "averaged"
    assert len(read_parquet(folder / "results/cgm.parquet")["glucose"]) == 0
    seen = {row["endpoint"]: row for row in answer["baseline"]}
    assert seen["tir"]["mean"] is None
    assert seen["hba1c"]["n"] == PATIENTS
    assert seen["progression_to_diabetes"]["mean"] == 1.0
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.count("Time since diagnosis (at least 0") == 1
    assert "history: history.diagnosed_for" not in page
    assert "never reached the stage" in page


def test_the_screening_tells_who_never_reached_the_stage(run):
    table = read_parquet(run[0] / "results/screening.parquet")
    lives = np.char.startswith(table["criterion"].astype(str), "history:")
    never = ~table["passed"][lives].astype(bool)
    assert 0 < never.sum() < lives.sum()
    assert np.isnan(table["value"][lives][never]).all()
    judged_later = set(table["candidate"][~lives].tolist())
    assert judged_later == set(table["candidate"][lives][~never].tolist())
    assert table["value"][lives][~never].max() < 2 * OLDEST


def test_the_number_of_workers_changes_no_byte(run, science, cache, tmp_path):
    command = ("run", AVERAGED, "--patients", PATIENTS, "--workers", 2, "--lang", "zh")
    fine(insula(*command, "--out", tmp_path / "again", science=science, cache=cache))
    assert hashes(tmp_path / "again") == hashes(run[0])
    assert "从未到达入组所需的疾病阶段" in (tmp_path / "again/report.html").read_text(encoding="utf-8")


def test_people_with_a_history_can_live_simulated_days(science, cache, tmp_path):
    command = ("run", SIMULATED, "--patients", 2, "--workers", 1, "--format", "json")
    answer = fine(insula(*command, "--out", tmp_path / "run", science=science, cache=cache))
    seen = {row["endpoint"]: row for row in json.loads(answer.stdout)["baseline"]}
    assert seen["tir"]["n"] == seen["hba1c"]["n"] == 2
    doses = read_parquet(tmp_path / "run/results/course.parquet")
    assert (doses["value"][doses["quantity"] == "insulin_dose_total"] > 0).any()


def test_a_misspelt_stage_is_told_with_what_was_meant(science, cache, tmp_path):
    text = science / f"populations/{BORN}.yaml"
    before = text.read_text(encoding="utf-8")
    words = {"quantity": "history.diagnosed_fr", "at_least": {"value": 0.0, "unit": "day"}, "source": "assumed",
             "place": "-", "reason": "assumed", "note": "for tests"}  # fmt: skip
    try:
        history = {
            "oldest": {
                "value": 1.0,
                "unit": "year",
                **{k: words[k] for k in ("source", "place", "reason", "note")},
            }
        }
        change(text, history=history | {"reached": [words]})
        answer = insula("run", AVERAGED, "--out", tmp_path / "run", science=science, cache=cache)
    finally:
        text.write_text(before, encoding="utf-8")
    assert answer.returncode == 2
    assert 'called "history.diagnosed_fr"' in answer.stderr
    assert "history.diagnosed_for" in answer.stderr
    assert not (tmp_path / "run").exists()


def test_a_population_that_is_born_is_that_of_the_study_and_can_be_checked(run, science, cache, tmp_path):
    folder = tmp_path / "people"
    command = ("population", BORN, "--size", PATIENTS, "--seed", 7, "--format", "json", "--out", folder)
    answer = json.loads(fine(insula(*command, science=science, cache=cache)).stdout)
    people, studied = (
        read_parquet(folder / "patients.parquet"),
        read_parquet(run[0] / "results/patients.parquet"),
    )
    assert people["candidate"].tolist() == studied["candidate"].tolist()
    values = read_parquet(run[0] / "results/parameters.parquet")
    ages = values["value"][values["symbol"] == "trait.age"]
    assert people["trait.age"] == pytest.approx(ages)
    assert answer["screening"][0]["criterion"].startswith("history: history.diagnosed_for")
    assert 0 < answer["screening"][0]["lost"] < answer["candidates"]
    fine(insula("population", "--check", folder, science=science, cache=cache))
