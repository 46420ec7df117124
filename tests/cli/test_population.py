"""``insula population``: both languages, a folder that can be checked, refusals that leave nothing behind."""

import json

import pytest

from cli_runs import fine, refused
from tiny_study import change, insula, tiny_science

SIZE = 5


@pytest.fixture(scope="module")
def drawn(small_science, cache, tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn") / "people"
    command = ("population", "tiny", "--size", SIZE, "--format", "json", "--out", folder)
    return folder, json.loads(fine(insula(*command, science=small_science, cache=cache)).stdout)


def test_the_answer_is_whole(drawn):
    folder, answer = drawn
    assert {path.name for path in folder.iterdir()} == {
        "population.json", "patients.csv", "patients.parquet", "columns.csv", "screened.csv", "spare.csv",
    }  # fmt: skip
    assert (answer["population"], answer["patients"], answer["effective_sample_size"]) == ("tiny", SIZE, SIZE)
    assert answer["judged_later"] == ["endpoint.hba1c at most 25 percent"]
    ages = next(row for row in answer["marginals"] if row["symbol"] == "trait.age")["patients"]
    assert all(40 <= age <= 40.7 for age in ages)
    assert answer["screening"][-1]["criterion"] == "trait.age from 40 year to 40.7 year"


def test_both_languages_tell_the_same_hash(drawn, run_insula):
    words = {
        "en": ("Candidates by criterion", "Effective sample size", "Age (40 to 40.7 years of age)"),
        "zh": ("各项标准的筛选情况", "有效样本量", "年龄 (40 至 40.7 岁)"),
    }
    for lang, expected in words.items():
        told = fine(run_insula("population", "tiny", "--size", SIZE, "--lang", lang)).stdout.replace(
            "\u00a0", " "
        )
        assert all(text in told for text in (*expected, drawn[1]["sha256"]))
        assert "trait.age from" not in told
    assert "Candidates" not in told


def test_a_shared_folder_is_checked(drawn, run_insula):
    answer = fine(run_insula("population", "--check", drawn[0]))
    assert "the same bytes" in answer.stderr
    assert answer.stdout == ""


def test_an_altered_table_is_told_with_exit_code_1(run_insula, tmp_path):
    fine(run_insula("population", "tiny", "--size", SIZE, "--out", "people"))
    table = tmp_path / "people" / "patients.csv"
    table.write_text(table.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    answer = run_insula("population", "--check", "people")
    assert answer.returncode == 1
    assert "altered since it was written, or missing: patients.csv" in answer.stderr


def test_other_science_gives_other_people_and_says_why(drawn, cache, tmp_path):
    science = tiny_science(tmp_path / "science")
    change(science / "populations/tiny.yaml", ensemble_members=4)
    answer = insula("population", "--check", drawn[0], science=science, cache=cache)
    assert answer.returncode == 1
    assert "differs: science" in answer.stderr
    assert (
        "not the same when drawn again: patients.csv, patients.parquet, screened.csv, spare.csv"
        in answer.stderr
    )


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("tinny",), '"tiny"'),
        (("tiny", "--size", "0"), "--size"),
        (("tiny", "--seed", "-1"), "--seed"),
        ((), "either a POPULATION"),
        (("tiny", "--check", "."), "either a POPULATION"),
        (("--check", "."), "population.json"),
        (("--check", "nowhere"), "nowhere"),
    ],
)
def test_wrong_use_is_told_and_nothing_is_written(run_insula, tmp_path, arguments, text):
    refused(run_insula("population", *arguments), text)
    assert list(tmp_path.iterdir()) == []


def test_a_mistake_in_the_text_is_told_with_its_place(cache, tmp_path):
    science = tiny_science(tmp_path / "science")
    change(science / "populations/tiny.yaml", regimen="bazal_bolus")
    answer = insula("population", "tiny", "--out", tmp_path / "people", science=science, cache=cache)
    refused(answer, "populations/tiny.yaml", "basal_bolus")
    assert not (tmp_path / "people").exists()
