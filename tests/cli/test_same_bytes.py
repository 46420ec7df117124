"""The same command gives the same bytes: repeated, with more workers, and after having been killed on the way."""

import contextlib
import os
import shutil
import signal
import subprocess
import time

import pytest

from cli_runs import fine, manifest
from insula.trial.block import SIZE
from tiny_study import STUDY, change, command, environment, hashes, insula

pytestmark = pytest.mark.slow

BLOCKS = 3  # of candidates that the patients below need; asserted
MANY = 20


@pytest.fixture(scope="module")
def undisturbed(small_science, cache, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed") / "run"
    fine(insula(*_run(folder, workers=1), science=small_science, cache=cache))
    assert manifest(folder)["candidates"] >= BLOCKS * SIZE, "the study must need several blocks of candidates"
    return folder


def _run(folder, workers):
    return "run", STUDY, "--patients", MANY, "--workers", workers, "--out", folder


def test_two_workers_and_a_repeated_run_give_the_same_bytes(undisturbed, run_insula, tmp_path):
    for _ in range(2):  # the second time over the finished run
        fine(run_insula(*_run(tmp_path / "run", workers=2)))
        assert hashes(tmp_path / "run") == hashes(undisturbed)
    assert manifest(tmp_path / "run")["results"] == manifest(undisturbed)["results"]
    assert not (tmp_path / "run" / "parts").exists()


def killed_after_the_first_part(arguments, folder, science, cache):
    """Start the command, kill it without warning when the first part is there; return the parts left."""
    process = subprocess.Popen(
        command(*arguments),
        env=environment(science, cache),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 200
    while not list(folder.glob("parts/block_*")):
        assert process.poll() is None, "the command ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    _wait_until_workers_have_gone(process.pid)
    left = sorted(folder.glob("parts/block_*"))
    assert 1 <= len(left) < BLOCKS
    assert not (folder / "manifest.json").exists()
    return left


def _wait_until_workers_have_gone(group):
    deadline = time.monotonic() + 20
    while True:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        assert time.monotonic() < deadline, "a worker outlives the run that started it"
        time.sleep(0.05)


@pytest.mark.skipif(os.name != "posix", reason="kills process groups")
def test_a_run_killed_half_way_goes_on_and_ends_with_the_same_bytes(
    undisturbed, small_science, cache, tmp_path
):
    folder = tmp_path / "run"
    (first, *_) = killed_after_the_first_part(_run(folder, workers=1), folder, small_science, cache)
    unfinished = first.with_name(".unfinished_000001")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(first, unfinished)
    (unfinished / "course.parquet").write_bytes((first / "course.parquet").read_bytes()[:100])
    written = (first / "course.parquet").stat().st_mtime_ns

    process = subprocess.Popen(
        command(*_run(folder, workers=1)),
        env=environment(small_science, cache),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    reused = False
    while process.poll() is None:
        with contextlib.suppress(FileNotFoundError):  # once the run is complete its parts are gone
            unchanged = (first / "course.parquet").stat().st_mtime_ns == written
            reused |= unchanged and first.with_name("block_000001").is_dir()
        time.sleep(0.01)
    assert process.returncode == 0, process.stderr.read()
    assert reused, "the finished part was computed again"
    assert hashes(folder) == hashes(undisturbed)


def test_parts_of_another_seed_or_science_text_are_not_used(undisturbed, small_science, cache, tmp_path):
    folder, science = tmp_path / "run", tmp_path / "science"
    shutil.copytree(small_science, science)
    change(science / "biology/models/clocks.yaml", smoothing={"value": 0.25, "unit": "dimensionless"})
    asked = _run(folder, workers=1)
    killed_after_the_first_part((*asked, "--seed", "8"), folder, small_science, cache)
    other_seed = identity(folder)
    shutil.rmtree(folder)
    killed_after_the_first_part(asked, folder, science, cache)
    assert identity(folder) != other_seed
    fine(insula(*asked, science=small_science, cache=cache))
    assert hashes(folder) == hashes(undisturbed)


def identity(folder):
    return (folder / "parts" / "identity.json").read_text()
