"""What several rooms' tests share: a small science folder, a cache of compiled models, the command line."""

from functools import partial

import pytest

from tiny_study import insula, tiny_science


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    """Compiled models of this test process, thrown away with its other files."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def small_science(tmp_path_factory):
    """The real science, quick to simulate; read only: a test that changes it copies it."""
    return tiny_science(tmp_path_factory.mktemp("small") / "science")


@pytest.fixture(scope="session")
def validation_science(tmp_path_factory):
    """The same with all endpoints, which the vocabulary of the evidence names; read only."""
    return tiny_science(tmp_path_factory.mktemp("validation") / "science", endpoints=None)


@pytest.fixture
def run_insula(small_science, cache, tmp_path):
    """The command in an empty folder: call it with its arguments."""
    return partial(insula, science=small_science, cache=cache, cwd=tmp_path)
