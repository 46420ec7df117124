"""The scorecard as a person or a script meets it: JSON, page, tables, reuse, and what ends with 1 or 2."""

import csv
import json
from types import SimpleNamespace

import pytest

from cli_runs import fine, refused
from insula.core.tables import read_parquet
from own_evidence import MONTH, STUDY, outcome, study_file, tables
from tiny_study import CONTROL_ARM, THERAPY_ARM, day, insula

pytestmark = pytest.mark.slow

PATIENTS = 4
CONTRACT = {
    "study_id": str, "arm_id": str, "outcome": str, "time_months": float, "predicted": float, "pi_low": float,
    "pi_high": float, "observed": float, "z": float, "inside": bool, "skill": float | None, "primary": bool,
    "n_patients": int, "n_failed": int,
}  # fmt: skip


@pytest.fixture(scope="module")
def user(tmp_path_factory):
    """A user's folder, outside the science text."""
    folder = tmp_path_factory.mktemp("user")
    tables(folder / "evidence")
    study_file(folder / "studies")
    return folder


def asked(user, out, *more):
    folders = ("--studies", user / "studies", "--evidence", user / "evidence")
    return ("validate", *folders, "--patients", PATIENTS, "--workers", 1, "--out", out, *more)


@pytest.fixture(scope="module")
def card(user, validation_science, cache, tmp_path_factory):
    """The scorecard of the made-up trial: folder, answer of the command, JSON."""
    out = tmp_path_factory.mktemp("card") / "scorecard"
    command = asked(user, out, "--lang", "zh", "--format", "json")
    answer = fine(insula(*command, science=validation_science, cache=cache))
    return SimpleNamespace(folder=out, answer=answer, json=json.loads(answer.stdout))


def test_the_answer_is_one_object_with_the_keys_that_others_script_against(card):
    assert list(card.json) == ["rows", "not_scorable", "summary"]
    for row in card.json["rows"]:
        for key, kind in CONTRACT.items():
            assert isinstance(row[key], kind), (key, row[key])
        assert row["pi_low"] <= row["predicted"] <= row["pi_high"]
        assert (
            row["inside"] == (row["pi_low"] <= row["observed"] <= row["pi_high"]) or row["unit"] == "patients"
        )


def test_every_published_row_is_judged_or_not_scorable_with_its_reason(card):
    arms = [(row["arm_id"], row["outcome"], row["time_months"]) for row in card.json["rows"]]
    both = f"{THERAPY_ARM} - {CONTROL_ARM}"
    assert arms == [
        (THERAPY_ARM, "tir", 0), (CONTROL_ARM, "tir", 0), (THERAPY_ARM, "tir", MONTH), (CONTROL_ARM, "tir", MONTH),
        (THERAPY_ARM, "tir", MONTH), (THERAPY_ARM, "hba1c", MONTH), (THERAPY_ARM, "insulin_independent", MONTH),
        (both, "tir", 0), (both, "tir", MONTH),
    ]  # fmt: skip
    assert [row["primary"] for row in card.json["rows"]].count(False) == 1  # the interim look
    assert [(row["outcome"], row["reason"]) for row in card.json["not_scorable"]] == [
        ("tir", "no visit within half a month"),
        ("word_of_this_trial", "there is no endpoint for this outcome"),
    ]
    effect = card.json["rows"][-1]
    assert effect["observed"] == 70 - 52
    assert effect["n_patients"] == 2 * PATIENTS


def test_the_page_and_the_tables_hold_what_the_answer_holds(card):
    page = (card.folder / "report.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN"' in page
    assert "评分卡" in page
    assert "http" not in page.replace("http://www.w3.org", "")
    with (card.folder / "scorecard.csv").open(encoding="utf-8", newline="") as file:
        saved = list(csv.DictReader(file))
    stored = read_parquet(card.folder / "scorecard.parquet")
    assert [float(row["predicted"]) for row in saved] == [row["predicted"] for row in card.json["rows"]]
    assert stored["z"].tolist() == [row["z"] for row in card.json["rows"]]
    assert len((card.folder / "not_scorable.csv").read_text(encoding="utf-8").splitlines()) == 3


def test_few_ensemble_members_are_said_beside_the_answer(card):
    (run,) = card.json["summary"]["studies"]
    assert run["members"] <= PATIENTS
    assert run["stable"] is False
    assert "集合成员" in card.answer.stderr


def test_a_finished_replay_is_used_again_and_a_damaged_one_repeated(
    card, user, validation_science, cache, tmp_path
):
    folder = card.folder / "own" / "results"
    written = (folder / "endpoints.parquet").stat().st_mtime_ns

    def again():
        command = asked(user, card.folder, "--lang", "en", "--format", "json")
        answer = json.loads(fine(insula(*command, science=validation_science, cache=cache)).stdout)
        assert answer["rows"] == card.json["rows"]
        return answer["summary"]["studies"][0]["reused"]

    assert again() is True
    assert (folder / "endpoints.parquet").stat().st_mtime_ns == written
    (folder / "course.parquet").write_bytes(b"damaged")
    assert again() is False
    assert (folder / "endpoints.parquet").stat().st_mtime_ns != written


def test_more_failures_than_a_study_allows_end_with_1_after_the_answer(
    user, validation_science, cache, tmp_path
):
    dose = {"therapy": "stem_cell_islets", "at": day(0), "dose": {"value": 1e308, "unit": "cell"}}
    title = {"en": "Too much", "zh": "过量"}
    path = study_file(tmp_path / "studies", control="too_much")
    text = path.read_text(encoding="utf-8")
    own = {"protocols": {"too_much": {"id": "too_much", "title": title, "give": [dose]}}}
    path.write_text(
        text + json.dumps(own)[1:-1].replace('"protocols"', "protocols", 1) + "\n", encoding="utf-8"
    )
    tables(tmp_path / "evidence")
    command = asked(tmp_path, tmp_path / "out", "--lang", "en", "--format", "json")
    answer = insula(*command, science=validation_science, cache=cache)
    assert answer.returncode == 1, answer.stderr
    assert f"own: {PATIENTS} of {2 * PATIENTS} virtual patients could not be integrated" in answer.stderr
    rows = json.loads(answer.stdout)["rows"]
    assert {row["n_failed"] for row in rows if row["arm_id"] == CONTROL_ARM} <= {PATIENTS}


def test_the_table_for_a_person(user, card, validation_science, cache):
    answer = fine(insula(*asked(user, card.folder, "--lang", "en"), science=validation_science, cache=cache))
    for text in ("Scorecard: primary rows", "better than naive", "Islets made of stem cells", "interim"):
        assert text in answer.stdout


def test_wrong_input_ends_with_2_and_nothing_is_written(user, validation_science, cache, tmp_path):
    tables(tmp_path / "evidence", outcomes=[outcome(THERAPY_ARM, value="high")])
    study_file(tmp_path / "studies", evidence="nobody_1900")
    (tmp_path / "empty").mkdir()
    out = tmp_path / "out"

    def ask(*arguments):
        return insula("validate", *arguments, "--out", out, science=validation_science, cache=cache)

    both = ask("--studies", tmp_path / "studies", "--evidence", tmp_path / "evidence")
    refused(both, "outcomes.csv row 2", '"high" is not a number', 'no published study "nobody_1900"', STUDY)
    refused(ask("--studies", tmp_path / "empty"), "no study lies here")
    refused(ask("--evidence", tmp_path / "empty"), "no evidence tables lie here")
    refused(ask("--role", "testing"), "'testing' is not one of")
    refused(ask("--patients", "0"), "0 is not in the range")
    assert not out.exists()
