"""``insula optimise``: a small search as a person would ask for it."""

import csv
import json

import pytest

from cli_runs import fine, refused
from tiny_study import CONTROL_ARM, FOLLOW_UP, THERAPY_ARM, insula, study, write

PRODUCT = "stem_cell_islets"
PEOPLE = ("--patients", 6, "--members", 3, "--therapy", PRODUCT)
SEARCH = (*PEOPLE, "--over", "dose,infusions,spacing", "--infusions", 2, "--benefit", "mmtt_c_peptide_peak")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("optimise")


@pytest.fixture(scope="module")
def asked(small_science, cache, folder):
    def ask(out, *options):
        arguments = ("optimise", "tiny", *options, "--out", out)
        return insula(*arguments, science=small_science, cache=cache, cwd=folder)

    return ask


@pytest.fixture(scope="module")
def searched(asked):
    """Two trials, then two more in the same folder."""
    fine(asked("out", *SEARCH, "--trials", 2))
    return fine(asked("out", *SEARCH, "--trials", 4, "--format", "json", "--lang", "en"))


@pytest.fixture(scope="module")
def answer(searched):
    return json.loads(searched.stdout)


def test_a_search_that_goes_on_finds_what_one_search_finds(asked, answer):
    at_once = fine(asked("at_once", *SEARCH, "--trials", 4, "--format", "json", "--workers", 1))
    assert json.loads(at_once.stdout) == answer


def test_the_numbers_say_what_they_are_not_for(answer):
    assert "not for individual treatment decisions" in answer["disclaimer"]["en"]
    assert "不用于个体治疗决策" in answer["disclaimer"]["zh"]


def test_the_first_trial_is_the_protocol_and_more_cells_make_more_c_peptide(answer):
    first = answer["trials"][0]
    assert (first["dose"], first["infusions"], first["cost"]) == (1.0, 1, 1.0)
    by_dose = sorted((t["cost"], t["benefit"]["mean"]) for t in answer["trials"] if t["infusions"] == 1)
    assert [mean for _, mean in by_dose] == sorted(mean for _, mean in by_dose)
    assert all(one["effect"]["mean"] > 0 for one in answer["trials"])
    assert all(day < FOLLOW_UP for one in answer["trials"] for day in one["days"])


def test_the_control_is_the_arm_that_is_given_nothing(answer):
    assert answer["control"]["id"] == CONTROL_ARM
    effect = answer["trials"][0]["benefit"]["mean"] - answer["control"]["mean"]
    assert answer["trials"][0]["effect"]["mean"] == pytest.approx(effect)


def test_assurance_lies_between_chance_and_power_of_a_better_schedule(answer):
    sizes = answer["design"]["sizes"]
    assert sizes
    assert all(0.5 <= row["assurance"] <= row["power"] for row in sizes if row["power"] > 0.5)


def test_every_trial_stands_in_the_table_and_the_page_is_complete(answer, folder, searched):
    with (folder / "out" / "trials.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["benefit_mean"]) for row in rows] == [t["benefit"]["mean"] for t in answer["trials"]]
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert "Trade-off front" in page
    assert "<svg" in page


def test_a_yes_or_no_in_chinese_counts_every_outcome(asked, folder):
    options = ("--over", "dose", "--benefit", "insulin_independent", "--trials", 1)
    answer = json.loads(fine(asked("zh", *PEOPLE, *options, "--lang", "zh", "--format", "json")).stdout)
    assert answer["design"]["yes_or_no"]
    assert 0 <= answer["control"]["low"] <= answer["control"]["high"] <= 1
    assert "权衡前沿" in (folder / "zh" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "--therapy"),
        (("--therapy", PRODUCT, "--over", "dose,colour"), "colour"),
        (("--therapy", PRODUCT, "--dose", 2, 1), "LOW must be above 0"),
        (("--therapy", PRODUCT, "--over", "dose", "--benefit", "hba1"), "hba1c"),
        (("--therapy", PRODUCT, "--spacing", 7, 400), "do not fit"),
    ],
)
def test_wrong_use_is_refused_before_anything_is_written(asked, folder, options, told):
    refused(asked("wrong", *options), told)
    assert not (folder / "wrong").exists()


def test_a_trial_off_the_front_cannot_be_chosen(asked, searched):
    refused(asked("out", *SEARCH, "--trials", 4, "--choose", 9), "--choose")


def test_a_study_with_one_arm_is_planned_against_usual_care(asked, folder, small_science, cache):
    alone = study()
    alone |= {"id": "alone", "arms": {THERAPY_ARM: alone["arms"][THERAPY_ARM]}}
    write(folder / "alone.yaml", alone)
    options = ("--over", "dose", "--benefit", "mmtt_c_peptide_peak", "--trials", 1, "--format", "json")
    arguments = ("optimise", "alone.yaml", *PEOPLE, *options, "--lang", "en", "--out", "alone")
    found = json.loads(fine(insula(*arguments, science=small_science, cache=cache, cwd=folder)).stdout)
    assert (found["control"]["id"], found["control"]["of_study"]) == ("usual_care", False)
    assert found["design"]["size"] > 0
    page = (folder / "alone" / "report.html").read_text(encoding="utf-8")
    assert "The control is usual care (Insulin as before)" in page
