"""An invented finished run, its science text, and its summary."""

import sys
from pathlib import Path

import pytest

from insula.catalog import Catalog
from insula.report.summary import summarise

sys.path.insert(0, str(Path(__file__).parents[2] / "fixtures"))
from fake_run import write_run, write_science  # noqa: E402


@pytest.fixture(scope="session")
def invented(tmp_path_factory):
    """Folder that holds the science text and two runs, the second with half the effect."""
    folder = tmp_path_factory.mktemp("invented")
    write_science(folder / "science")
    write_run(folder / "run")
    write_run(folder / "weaker", effect=0.5)
    return folder


@pytest.fixture(autouse=True)
def _science(invented, monkeypatch):
    monkeypatch.setenv("INSULA_SCIENCE", str(invented / "science"))


@pytest.fixture
def catalog(invented):
    return Catalog.open(invented / "science")


@pytest.fixture(scope="session")
def summary(invented):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSULA_SCIENCE", str(invented / "science"))
        return summarise(invented / "run", Catalog.open(invented / "science"))
