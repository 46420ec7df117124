"""Runs that many tests look at, made once."""

from types import SimpleNamespace

import pytest

from cli_runs import fine
from tiny_study import STUDY, insula

PATIENTS = 4


@pytest.fixture(scope="session")
def finished(small_science, cache, tmp_path_factory):
    """An undisturbed run with one worker: folder, answer of the command."""
    folder = tmp_path_factory.mktemp("finished") / "run"
    arguments = ("run", STUDY, "--patients", PATIENTS, "--workers", 1, "--format", "json", "--lang", "en")
    answer = fine(insula(*arguments, "--out", folder, science=small_science, cache=cache))
    return SimpleNamespace(folder=folder, answer=answer, patients=PATIENTS)
