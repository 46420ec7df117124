"""A tiny good science folder that a test may break in one place."""

import shutil
from pathlib import Path

import pytest

GOOD = Path(__file__).parents[1] / "fixtures" / "science_good"


class ScienceFolder:
    """A copy of the good folder."""

    def __init__(self, root):
        self.root = root

    def edit(self, file, old, new):
        """Replace one passage, which must be there exactly once."""
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def science(tmp_path, monkeypatch):
    root = tmp_path / "science"
    shutil.copytree(GOOD, root)
    monkeypatch.setenv("INSULA_SCIENCE", str(root))
    return ScienceFolder(root)
