"""``insula ask`` as a person meets it: an answer in both languages, and the ways in which there is none."""

import json
import shutil
import subprocess
import time

import pytest

import small_question
from tiny_study import command, environment, insula

PATIENT = """diabetes_type: type_1
facts:
  age: {value: 43, unit: year}
  weight: {value: 65, unit: kg}
  egfr: {value: 95, unit: mL_per_min}
"""


@pytest.fixture(scope="module")
def science(validation_science, tmp_path_factory):
    folder = tmp_path_factory.mktemp("asking") / "science"
    shutil.copytree(validation_science, folder)
    return small_question.asking_science(folder)


@pytest.fixture
def ask(science, cache, tmp_path):
    """Write a patient's file and ask about it."""

    def ask(text, *arguments):
        (tmp_path / "patient.yaml").write_text(text, encoding="utf-8")
        return insula(
            "ask",
            "patient.yaml",
            "--question",
            small_question.ID,
            *arguments,
            science=science,
            cache=cache,
            cwd=tmp_path,
        )

    return ask


@pytest.fixture(scope="module")
def answered(science, cache, tmp_path_factory):
    folder = tmp_path_factory.mktemp("answered")
    (folder / "patient.yaml").write_text(PATIENT, encoding="utf-8")
    arguments = (
        "patient.yaml",
        "--question",
        small_question.ID,
        "--lang",
        "zh",
        "--format",
        "json",
        "--workers",
        2,
    )
    done = insula("ask", *arguments, science=science, cache=cache, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done, folder / "runs" / "ask_patient"


def test_standard_output_is_json_alone(answered):
    done, folder = answered
    answer = json.loads(done.stdout)
    assert answer["answered"] is True
    assert answer["refusal"] is None
    assert answer["disclaimer"]["en"].endswith("It recommends nothing.")
    assert answer["disclaimer"]["zh"].endswith("不作任何推荐。")
    assert json.loads((folder / "answer.json").read_text(encoding="utf-8")) == answer
    assert done.stderr.strip().endswith("report.html")


def test_every_benefit_has_a_chance_at_every_horizon(answered):
    answer = json.loads(answered[0].stdout)
    assert [one["id"] for one in answer["therapies"]] == ["usual_care", "zimislecel_full_dose"]
    for therapy in answer["therapies"]:
        keys = [(one["endpoint"], one["day"]) for one in therapy["chances"]]
        assert keys == [
            (name, day) for name in ("insulin_independent", "tir_above_70") for day in (28.0, 56.0)
        ]
        for one in therapy["chances"]:
            assert 0 <= one["chance"]["low"] <= one["chance"]["share"] <= one["chance"]["high"] <= 1


def test_nobody_on_insulin_as_before_stops_and_all_who_fail_are_tried_again(answered):
    answer = json.loads(answered[0].stdout)
    care, cells = answer["therapies"]
    independent = [
        one["chance"]["share"] for one in care["chances"] if one["endpoint"] == "insulin_independent"
    ]
    assert independent == [0.0, 0.0]
    assert care["limits"] is None, "nothing is given, so nothing can be taken away"
    assert set(cells["limits"]["without"]) == set(small_question.LIMITS)
    assert cells["limits"]["retried"] == min(2, cells["limits"]["missed"])


def test_the_answer_says_what_it_stands_on(answered):
    numbers = json.loads(answered[0].stdout)["numbers"]
    assert 2 <= numbers["effective"] <= numbers["run_in"] <= 24
    assert numbers["distinct"] <= numbers["drawn"] == 5
    facts = {fact["id"]: fact for fact in json.loads(answered[0].stdout)["facts"]}
    assert facts["age"]["used"]
    assert facts["egfr"]["not_used"]["zh"]
    assert facts["age"]["left"]["low"] > facts["age"]["before"]["low"]


def test_published_patients_and_harms_stand_beside(answered):
    cells = json.loads(answered[0].stdout)["therapies"][1]
    assert cells["resembling"]
    shown = small_question.question()["shown_of_arms"]
    for arm in cells["resembling"]:
        assert 1 <= len(arm["published"]) <= 2
        assert {row["meaning"] for row in arm["published"]} <= set(shown)
    assert {"neutropenia_serious"} <= {row["word"].partition(":")[2] for row in cells["harms"]}


def test_the_page_is_in_the_language_asked_for(answered):
    page = (answered[1] / "report.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in page
    assert "不作任何推荐" in page
    assert "这位患者能停用胰岛素吗" in page


def test_the_answer_depends_on_no_number_of_workers(answered, ask):
    again = ask(PATIENT, "--format", "json", "--lang", "en", "--workers", 1)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout) == json.loads(answered[0].stdout)


def test_an_answer_that_was_killed_goes_on_and_is_the_same(answered, science, cache, tmp_path):
    (tmp_path / "patient.yaml").write_text(PATIENT, encoding="utf-8")
    asked = ("ask", "patient.yaml", "--question", small_question.ID, "--format", "json", "--out", "out")
    parts = tmp_path / "out" / "parts"
    process = subprocess.Popen(
        command(*asked, "--workers", 1),
        env=environment(science, cache),
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 200
    while not list(parts.glob("pool_*")):
        assert process.poll() is None, "the command ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert not (tmp_path / "out" / "answer.json").exists()
    again = insula(*asked, science=science, cache=cache, cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout) == json.loads(answered[0].stdout)
    assert not parts.exists()


def test_a_type_without_a_population_is_refused_with_its_reason(ask):
    done = ask(PATIENT.replace("type_1", "pancreatogenic"), "--lang", "en")
    assert done.returncode == 1
    assert "made for autotransplantation at the removal" in " ".join(done.stdout.split())
    assert "It recommends nothing." in " ".join(done.stdout.split())


def test_nobody_alike_is_refused_naming_the_facts(ask):
    done = ask(PATIENT + "  hba1c: {value: 19, unit: percent}\n", "--format", "json")
    answer = json.loads(done.stdout)
    assert done.returncode == 1
    assert answer["answered"] is False
    assert answer["refusal"]["why"] == "alike"
    assert answer["refusal"]["effective"] < 2
    assert next(iter(answer["refusal"]["without"])) == "hba1c"
    shown = " ".join(ask(PATIENT + "  hba1c: {value: 19, unit: percent}\n", "--lang", "en").stdout.split())
    assert "No answer: of" in shown
    assert "without HbA1c:" in shown


def test_a_therapy_that_was_studied_in_others_is_listed_with_the_reason(ask):
    done = ask(PATIENT.replace("value: 95", "value: 40"), "--lang", "en", "--patients", "2")
    assert done.returncode == 0, done.stderr
    shown = " ".join(done.stdout.split())
    assert "not compared, because it was studied only in people with: Kidney function" in shown


def test_who_is_sensitised_brings_memory_and_is_unlike_those_who_were_studied(ask):
    text = PATIENT + "  sensitised: {present: true}\n"
    answer = json.loads(ask(text, "--patients", "2", "--format", "json").stdout)
    facts = {fact["id"]: fact for fact in answer["facts"]}
    assert facts["sensitised"]["used"]
    assert "memory against the tissue of others" in facts["sensitised"]["brings"]["en"]
    assert not answer["therapies"][1]["compared"], "its trial took nobody who is sensitised"


def test_wrong_files_end_with_two_and_leave_nothing(ask, tmp_path):
    done = ask("diabetes_type: type_1\nfacts:\n  agee: {value: 43, unit: year}\n")
    assert done.returncode == 2
    assert 'there is no fact "agee"' in done.stderr
    assert '"age" is missing' in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "runs").exists()
    assert "缺少必填信息“age”" in ask("diabetes_type: type_1\nfacts: {}\n", "--lang", "zh").stderr


def test_an_unknown_question_is_named(ask):
    done = ask(PATIENT, "--question", "smal")
    assert done.returncode == 2
    assert 'Did you mean "small"' in done.stderr
