"""``insula calibrate`` as a person meets it: the files, both languages, what is refused."""

import csv
import json

import pytest

import small_plan
from insula.catalog.readers import read_ensemble
from tiny_study import insula, write

FILES = {"calibration.json", "ensemble.csv", "parts", "report.html", "rows.csv"}


@pytest.fixture(scope="module")
def science(validation_science, tmp_path_factory):
    return small_plan.fitted_science(tmp_path_factory.mktemp("fitted") / "science", validation_science)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calibrate")
    write(folder / "plan.yaml", small_plan.plan())
    return folder


@pytest.fixture(scope="module")
def answered(science, cache, folder):
    return insula("calibrate", "plan.yaml", "--format", "json", science=science, cache=cache, cwd=folder)


def test_standard_output_is_json_alone(answered):
    assert answered.returncode == 0, answered.stderr
    answer = json.loads(answered.stdout)
    assert [one["symbol"] for one in answer["parameters"]] == [small_plan.SYMBOL]
    assert [row["outcome"] for row in answer["rows"]] == ["hba1c"]
    assert answer["iterations"][-1]["share"] == pytest.approx(1.0)


def test_the_folder_holds_the_ensemble_and_its_page(answered, folder):
    out = folder / "runs" / "plan"
    assert {path.name for path in out.iterdir()} == FILES
    with (out / "ensemble.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["member"]) for row in rows] == list(range(12))
    assert all(float(row[small_plan.SYMBOL]) > 0 for row in rows)


def test_a_population_can_read_the_ensemble(answered, folder):
    found = read_ensemble(folder / "runs" / "plan" / "ensemble.csv")
    assert found.problems == ()
    assert found.record.members == 12
    assert list(found.record.values) == [small_plan.SYMBOL]


def test_asked_again_in_chinese_it_replays_nothing_and_the_ensemble_keeps_its_bytes(
    answered, science, cache, folder
):
    before = (folder / "runs" / "plan" / "ensemble.csv").read_bytes()
    again = insula("calibrate", "plan.yaml", "--lang", "zh", science=science, cache=cache, cwd=folder)
    assert again.returncode == 0, again.stderr
    assert "后验" in again.stdout
    page = (folder / "runs" / "plan" / "report.html").read_text(encoding="utf-8")
    assert "集合卡尔曼反演" in page
    assert page.count("<svg") == 2
    assert (folder / "runs" / "plan" / "ensemble.csv").read_bytes() == before


def test_a_study_for_validation_is_refused_and_nothing_is_written(science, cache, tmp_path):
    write(tmp_path / "plan.yaml", small_plan.plan(studies={"reichman_2025_zimislecel": {}}))
    refused = insula("calibrate", "plan.yaml", science=science, cache=cache, cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stdout == ""
    assert "reichman_2025_zimislecel" in refused.stderr
    assert "validation" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["plan.yaml"]
