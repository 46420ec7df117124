"""What the command-line tests ask of every run."""

import json
import shutil


def refused(answer, *texts, folder=None):
    """Exit code 2, every text on standard error, no traceback, nothing on standard output, nothing half-written."""
    assert answer.returncode == 2, answer.stderr
    for text in texts:
        assert text in answer.stderr, answer.stderr
    assert "Traceback" not in answer.stderr
    assert answer.stdout == ""
    if folder is not None:
        assert_nothing_written(folder)


def assert_nothing_written(folder):
    left = [name for name in ("manifest.json", "results", "report.html") if (folder / name).exists()]
    assert not left, f"{folder} holds {left}"


def fine(answer):
    """Exit code 0 and no traceback."""
    assert answer.returncode == 0, answer.stderr
    assert "Traceback" not in answer.stderr
    return answer


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def told_without(folder, run, run_insula, again):
    """Report a run in Chinese and repeat it into `again`, with a folder that it was made from moved away."""
    away = again.parent / "away"
    shutil.move(folder, away)
    try:
        fine(run_insula("report", run, "--lang", "zh"))
        fine(run_insula("rerun", run / "manifest.json", "--out", again))
    finally:
        shutil.move(away, folder)
    assert manifest(again)["results"] == manifest(run)["results"]
