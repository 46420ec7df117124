"""What the command-line tests ask of every run."""

import json


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
