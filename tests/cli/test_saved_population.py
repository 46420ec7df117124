"""A saved population beside a study: run, reported, repeated, moved away, refused when it was changed."""

import json
import shutil

import pytest
import yaml

from cli_runs import fine, manifest, refused, told_without
from tiny_study import change, hashes, insula, study, tiny_science

pytestmark = pytest.mark.slow

SEED = 7  # of the tiny study, whose finished run has these people too


@pytest.fixture(scope="module")
def user(small_science, cache, finished, tmp_path_factory):
    """A user's folder with saved people and a study of them."""
    folder = tmp_path_factory.mktemp("user")
    command = ("population", "tiny", "--size", finished.patients, "--seed", SEED)
    place = folder / "populations" / "people"
    fine(insula(*command, "--out", place, science=small_science, cache=cache))
    text = study(id="mine", population="people")
    (folder / "mine.yaml").write_text(
        yaml.safe_dump(text, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    return folder


@pytest.fixture(scope="module")
def run(user, finished, small_science, cache, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "mine"
    command = ("run", user / "mine.yaml", "--patients", finished.patients, "--workers", 1, "--lang", "en")
    fine(insula(*command, "--out", folder, science=small_science, cache=cache))
    return folder


def test_the_results_are_those_of_a_run_that_draws_them(run, finished):
    assert hashes(run) == hashes(finished.folder)


def test_the_manifest_and_the_report_tell_the_hash(run, user):
    digest = json.loads((user / "populations/people/population.json").read_text(encoding="utf-8"))["sha256"]
    assert manifest(run)["saved_population"] == digest
    assert digest in (run / "report.html").read_text(encoding="utf-8")


def test_it_is_reported_and_repeated_without_the_originals(run, user, run_insula, tmp_path):
    told_without(user, run, run_insula, tmp_path / "again")
    assert manifest(tmp_path / "again")["saved_population"] == manifest(run)["saved_population"]


def test_a_changed_file_is_refused_with_what_to_do(user, run_insula, tmp_path):
    shutil.copytree(user, tmp_path / "user")
    table = tmp_path / "user/populations/people/spare.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("1", "2", 1), encoding="utf-8")
    answer = run_insula("run", "user/mine.yaml", "--patients", 1, "--out", "run")
    words = "not as it was when the population was saved"
    refused(answer, "people/spare.csv", words, f"insula population tiny --size 4 --seed {SEED}")
    assert not (tmp_path / "run").exists()
    answer = run_insula("check", "user/mine.yaml")
    assert answer.returncode == 2
    assert "people/spare.csv" in answer.stdout + answer.stderr


def test_more_patients_than_were_saved_are_refused(user, run_insula, tmp_path):
    refused(
        run_insula("run", user / "mine.yaml", "--out", "run"), "4 patients", "200", "--patients", "--size"
    )
    assert not (tmp_path / "run").exists()


def test_people_of_another_science_are_refused(user, cache, tmp_path):
    science = tiny_science(tmp_path / "science")
    change(science / "populations/tiny.yaml", ensemble_members=4)
    answer = insula("run", user / "mine.yaml", "--patients", 1, science=science, cache=cache, cwd=tmp_path)
    refused(answer, "people/population.json", "another science text", "insula population tiny --size 4")


def test_what_varies_people_refuses_saved_ones(user, run_insula, tmp_path):
    for command in (("sensitivity",), ("optimise", "--therapy", "stem_cell_islets", "--benefit", "tir")):
        answer = run_insula(command[0], user / "mine.yaml", *command[1:])
        refused(answer, '"people" are saved ones', "tiny")
