"""The real science text, of which a test may break one file."""

import shutil

import pytest

from insula.catalog import Catalog
from insula.checks.survey import Survey
from insula.core.paths import science_root


@pytest.fixture(scope="session")
def science_copy(tmp_path_factory):
    """A copy of the science text; whoever changes a file puts it back."""
    root = tmp_path_factory.mktemp("copied") / "science"
    shutil.copytree(science_root(), root)
    return root


@pytest.fixture
def with_change(science_copy):
    """A function: replace one passage of a file and return the survey of everything; the file is put back after."""
    before = {}

    def with_change(file, old, new):
        path = science_copy / file
        text = before.setdefault(path, path.read_text(encoding="utf-8"))
        assert old in text, old
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return Survey(Catalog(science_copy))

    yield with_change
    for path, text in before.items():
        path.write_text(text, encoding="utf-8")
