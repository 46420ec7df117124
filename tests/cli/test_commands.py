"""What each command prints, writes and returns."""

import csv
import io
import json
import shutil
import subprocess

import pytest
from click.testing import CliRunner

from cli_runs import assert_nothing_written, fine, manifest, refused
from insula.cli.main import group
from insula.core.paths import science_root
from insula.core.tables import read_parquet
from languages import has_chinese
from tiny_study import STUDY, THERAPY_ARM, command, day, hashes, insula, study, write


# run -------------------------------------------------------------------------------------
def test_a_run_with_json_prints_json_alone_and_messages_elsewhere(finished):
    printed = json.loads(finished.answer.stdout)
    assert isinstance(printed, dict)
    assert str(finished.folder) not in finished.answer.stdout
    assert manifest(finished.folder)["patients"] == finished.patients


def test_a_run_holds_what_the_architecture_promises(finished):
    tables = {"patients", "parameters", "course", "endpoints", "cgm", "screening", "map_error", "comparison"}
    tables |= {"adverse_events", "conditional"}
    assert {path.stem for path in (finished.folder / "results").iterdir()} == tables
    assert (finished.folder / "report.html").stat().st_size > 10_000
    patients = read_parquet(finished.folder / "results" / "patients.parquet")
    assert (patients["status"] == "ok").all()
    assert (patients["arm"] == THERAPY_ARM).sum() == finished.patients
    assert not list(finished.folder.rglob("*unfinished*"))


def test_results_hold_neither_time_nor_path(finished):
    for path in (finished.folder / "results").iterdir():
        assert str(finished.folder).encode() not in path.read_bytes(), path.name


@pytest.mark.parametrize(
    ("language", "heading"), [("en", "What a trial of this size would report"), ("zh", "同等规模的试验")]
)
def test_the_report_is_written_again_in_either_language(finished, run_insula, tmp_path, language, heading):
    folder = tmp_path / "run"
    shutil.copytree(finished.folder, folder)
    answer = fine(run_insula("report", folder, "--lang", language))
    assert heading in answer.stdout
    assert has_chinese(answer.stdout) == (language == "zh")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert f'<html lang="{language}' in page
    assert "report.html" in answer.stderr


def failing_study(tmp_path, **changes):
    """A dose so large that it cannot be counted: everybody in the arm fails, nobody in the other."""
    title = {"en": "Too much", "zh": "过量"}
    dose = {"therapy": "stem_cell_islets", "at": day(0), "dose": {"value": 1e308, "unit": "cell"}}
    text = study(id="failing", **changes)
    text["protocols"] = {"too_much": {"id": "too_much", "title": title, "give": [dose]}}
    text["arms"]["too_much"] = {"protocol": "too_much", "size": 3, "title": title}
    del text["arms"][THERAPY_ARM]
    return write(tmp_path / "failing.yaml", text)


def test_too_many_failed_patients_end_with_1_and_their_reasons_are_kept(run_insula, tmp_path):
    out = tmp_path / "out"
    answer = run_insula("run", failing_study(tmp_path), "--patients", 2, "--out", out, "--lang", "en")
    assert answer.returncode == 1, answer.stderr
    assert "50.0% of the patients could not be integrated; the study allows 5.0%" in answer.stderr
    assert "Traceback" not in answer.stderr
    patients = read_parquet(out / "results" / "patients.parquet")
    failed = patients["arm"] == "too_much"
    assert (patients["status"][failed] == "failed").all()
    assert (patients["status"][~failed] == "ok").all()
    assert all("disease clock, day 14: " in reason for reason in patients["reason"][failed])
    assert manifest(out)["failures"] == {"control": 0, "too_much": 2}
    assert (out / "report.html").is_file()


def test_failures_within_the_limit_are_no_failure_of_the_run(run_insula, tmp_path):
    path = failing_study(tmp_path, failure_limit=0.5)
    fine(run_insula("run", path, "--patients", 2, "--out", tmp_path / "out", "--format", "json"))


def test_a_command_that_does_not_start_takes_nothing_away(finished, run_insula, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(finished.folder, folder)
    refused(run_insula("run", STUDY, "--patients", "0", "--out", folder), "at least one patient")
    assert manifest(folder) == manifest(finished.folder)
    assert hashes(folder) == hashes(finished.folder)


# rerun, compare ----------------------------------------------------------------------------
def test_a_run_is_repeated_from_its_manifest_to_the_same_bytes(finished, run_insula, tmp_path):
    answer = fine(run_insula("rerun", finished.folder / "manifest.json", "--out", tmp_path / "again"))
    assert "the same bytes" in answer.stderr
    assert answer.stdout == ""
    again = hashes(tmp_path / "again")
    assert again == {name: value for name, value in hashes(finished.folder).items() if name in again}


def test_a_rerun_with_changed_science_names_it_and_the_tables_that_differ(
    finished, small_science, cache, tmp_path
):
    science = tmp_path / "science"
    shutil.copytree(small_science, science)
    clocks = science / "biology/models/clocks.yaml"
    text = clocks.read_text(encoding="utf-8")
    changed = text.replace("smoothing:\n  value: 0.3", "smoothing:\n  value: 0.25")
    assert changed != text
    clocks.write_text(changed, encoding="utf-8")
    answer = insula(
        "rerun", finished.folder / "manifest.json", "--out", tmp_path / "again", science=science, cache=cache
    )
    assert answer.returncode == 1, answer.stderr
    assert "differs: science" in answer.stderr
    assert "not the same: " in answer.stderr
    assert "course.parquet" in answer.stderr


@pytest.mark.parametrize(
    ("text", "told"), [("{}", "schema"), ("no json", "manifest.json"), ('{"schema": 99}', "schema 99")]
)
def test_a_manifest_that_cannot_be_repeated(run_insula, tmp_path, text, told):
    (tmp_path / "manifest.json").write_text(text)
    refused(run_insula("rerun", tmp_path / "manifest.json", "--out", tmp_path / "again"), told)
    assert_nothing_written(tmp_path / "again")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_two_runs_are_compared(finished, run_insula, tmp_path, language):
    page = tmp_path / "page.html"
    answer = fine(run_insula("compare", finished.folder, finished.folder, "--out", page, "--lang", language))
    assert has_chinese(answer.stdout) == (language == "zh")
    assert f'<html lang="{language}' in page.read_text(encoding="utf-8")


def test_a_run_compared_with_itself_differs_in_nothing(finished, run_insula, tmp_path):
    answer = fine(
        run_insula(
            "compare", finished.folder, finished.folder, "--out", tmp_path / "page.html", "--format", "json"
        )
    )
    differences = list(values_of("difference", json.loads(answer.stdout)))
    assert len(differences) > 10
    assert all(difference in (0, None) for difference in differences)


def values_of(key, data):
    """Every value under a key, wherever it stands."""
    if isinstance(data, dict):
        yield from ([data[key]] if key in data else [])
    for part in data.values() if isinstance(data, dict) else data if isinstance(data, list) else []:
        yield from values_of(key, part)


def test_a_folder_that_is_no_run_cannot_be_compared_or_reported(finished, run_insula, tmp_path):
    (tmp_path / "empty").mkdir()
    refused(run_insula("compare", finished.folder, tmp_path / "empty"), "empty is no finished run")
    refused(run_insula("report", tmp_path / "empty"), "empty is no finished run")


# check, list -------------------------------------------------------------------------------
def test_check_tells_all_problems_of_a_folder_at_once(small_science, run_insula, tmp_path):
    science = tmp_path / "science"
    shutil.copytree(small_science, science)
    write(science / "studies/one.yaml", study(id="one", population="tinny"))
    write(science / "studies/two.yaml", study(id="two", follow_upp=day(1)))
    answer = run_insula("check", science)
    assert answer.returncode == 2
    assert 'no population "tinny"' in answer.stdout
    assert 'unknown key "follow_upp"' in answer.stdout
    assert "errors" in answer.stderr


def test_the_science_of_this_installation_has_no_errors(cache, tmp_path):
    answer = insula("check", science=science_root(), cache=cache, cwd=tmp_path)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize(("language", "heading"), [("en", "Studies"), ("zh", "研究")])
def test_list_shows_what_there_is(run_insula, language, heading):
    answer = fine(run_insula("list", "--lang", language))
    assert heading in answer.stdout
    for name in ("reichman_2025_zimislecel", STUDY, "usual_care", "stem_cell_islets", "metabolic"):
        assert name in answer.stdout
    assert has_chinese(answer.stdout) == (language == "zh")


def test_every_command_explains_itself_with_an_example():
    listed = CliRunner().invoke(group, ["--help"]).output
    for name in ("run", "rerun", "report", "compare", "simulate", "check"):
        assert name in listed
        assert f"insula {name} " in CliRunner().invoke(group, [name, "--help"]).output.partition("Example")[2]


# simulate ----------------------------------------------------------------------------------
DECAY = "model decay()\n  S = 2; k = 0.5; S' = -k*S; half := S/2;\nend\n"


@pytest.fixture
def decay(tmp_path):
    path = tmp_path / "decay.ant"
    path.write_text(DECAY)
    return path


def table(answer):
    return list(csv.reader(io.StringIO(answer.stdout)))


def test_simulate_prints_a_header_and_one_row_more_than_steps(run_insula, decay):
    header, *rows = table(fine(run_insula("simulate", decay, "--end", 4, "--steps", 8)))
    assert header == ["time", "S"]
    assert [float(row[0]) for row in rows] == [0.5 * n for n in range(9)]
    assert float(rows[-1][1]) == pytest.approx(2 * 2.718281828459045**-2, rel=1e-6)


def test_simulate_takes_other_values_and_names_of_columns(run_insula, decay, tmp_path):
    out = tmp_path / "new" / "result.csv"
    asked = ("--variables", "half, S", "--set", "k=1", "--set", "S=4", "--out", out)
    answer = fine(run_insula("simulate", decay, "--end", 1, "--steps", 1, *asked))
    assert answer.stdout == ""
    header, first, last = csv.reader(out.read_text().splitlines())
    assert header == ["time", "half", "S"]
    assert [float(cell) for cell in first] == [0, 2, 4]
    assert float(last[2]) == pytest.approx(4 / 2.718281828459045, rel=1e-6)


@pytest.mark.parametrize(
    ("options", "texts"),
    [
        (("--variables", "Sx"), ('"Sx"', 'Did you mean "S"?')),
        (("--set", "kk=1"), ('"kk"', 'Did you mean "k"?')),
        (("--set", "k=much", "--set", "S"), ("--set takes ID=VALUE with a number", "k=much, S")),
    ],
)
def test_simulate_refuses_names_and_values(run_insula, decay, options, texts):
    refused(run_insula("simulate", decay, "--end", 1, "--steps", 1, *options), *texts)


UNSUPPORTED = [
    ("model d()\n  S = 1; S' = -delay(S, 1);\nend", "delay"),
    ("model broken()\n  S = 1; S' = -;\nend", "broken.ant"),
    ("model empty_symbol()\n  S = 1; S' = -k*S;\nend", '"k" has no value'),
]


@pytest.mark.parametrize(("text", "told"), UNSUPPORTED)
def test_simulate_names_what_it_cannot_do(run_insula, tmp_path, text, told):
    path = tmp_path / "broken.ant"
    path.write_text(text)
    out = tmp_path / "result.csv"
    refused(run_insula("simulate", path, "--end", 1, "--steps", 1, "--out", out), told)
    assert not out.exists()


def test_simulate_into_a_place_that_cannot_be_written(run_insula, decay, tmp_path):
    out = decay / "result.csv"
    refused(run_insula("simulate", decay, "--end", 1, "--steps", 1, "--out", out), str(decay))


def test_a_reader_who_has_seen_enough_is_no_error(run_insula, decay, cache):
    asked = " ".join(command("simulate", decay, "--end", 1, "--steps", 20000))
    answer = subprocess.run(f"{asked} | head -n 1", shell=True, capture_output=True, text=True, check=False)
    assert answer.stdout == "time,S\n"
    assert answer.stderr == ""
