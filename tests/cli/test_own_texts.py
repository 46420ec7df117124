"""A study with a population and a protocol of its user's own beside it: run, reported, repeated, moved away."""

import json
import shutil

import pytest
import yaml

from cli_runs import fine, manifest, refused, told_without
from tiny_study import CONTROL_ARM, THERAPY_ARM, insula, study

pytestmark = pytest.mark.slow

TITLE = {"en": "My people", "zh": "我的人群"}


@pytest.fixture(scope="module")
def user(small_science, tmp_path_factory):
    """A user's folder, outside the science text; the tiny study with other people and another control."""
    folder = tmp_path_factory.mktemp("user")
    people = {"id": "my_people", "like": "tiny", "title": TITLE}
    care = {"id": "my_care", "like": "usual_care", "title": {"en": "My care", "zh": "我的治疗"}}
    for kind, text in (("populations", people), ("protocols", care)):
        (folder / kind).mkdir()
        _write(folder / kind / f"{text['id']}.yaml", text)
    told = study(id="mine", population="my_people")
    told["arms"][CONTROL_ARM]["protocol"] = "my_care"
    _write(folder / "mine.yaml", told)
    return folder


def _write(path, text):
    path.write_text(yaml.safe_dump(text, allow_unicode=True), encoding="utf-8")


@pytest.fixture(scope="module")
def run(user, small_science, cache, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "mine"
    command = ("run", user / "mine.yaml", "--patients", 3, "--workers", 1, "--format", "json", "--lang", "en")
    answer = fine(insula(*command, "--out", folder, science=small_science, cache=cache))
    return folder, json.loads(answer.stdout)


def test_own_people_and_protocols_are_found_beside_the_study(run):
    folder, answer = run
    assert answer["study"]["population"] == TITLE
    assert set(manifest(folder)["failures"]) == {THERAPY_ARM, CONTROL_ARM}


def test_a_run_keeps_the_texts_so_that_it_can_be_reported_and_repeated_without_them(
    run, user, run_insula, tmp_path
):
    folder, _ = run
    told_without(user, folder, run_insula, tmp_path / "again")
    assert TITLE["zh"] in (folder / "report.html").read_text(encoding="utf-8")
    assert manifest(tmp_path / "again")["beside"] == manifest(folder)["beside"]


def test_a_run_that_is_repeated_in_its_own_folder_still_has_the_texts(run, run_insula, tmp_path):
    shutil.copytree(run[0], tmp_path / "mine")
    before = manifest(run[0])
    fine(
        run_insula("rerun", tmp_path / "mine" / "manifest.json", "--out", "mine")
    )  # relative to the same folder
    assert manifest(tmp_path / "mine")["beside"] == before["beside"]
    assert sorted(p.name for p in (tmp_path / "mine" / "own").rglob("*.yaml")) == [
        "my_care.yaml",
        "my_people.yaml",
    ]


def test_what_is_wrong_with_own_people_is_told_before_anything_runs(user, run_insula, tmp_path):
    shutil.copytree(user, tmp_path / "user")
    people = tmp_path / "user" / "populations" / "my_people.yaml"
    _write(people, {"id": "my_people", "like": "tiny", "title": TITLE, "regimen": "none_such"})
    for command in (("check",), ("run", "--patients", 1, "--out", tmp_path / "run")):
        answer = run_insula(command[0], tmp_path / "user" / "mine.yaml", *command[1:])
        assert answer.returncode == 2
        assert "my_people.yaml" in answer.stdout + answer.stderr
        assert "none_such" in answer.stdout + answer.stderr
    people.unlink()
    refused(run_insula("run", tmp_path / "user" / "mine.yaml"), "my_people")
