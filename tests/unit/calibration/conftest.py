"""The tiny study with a published row, and plans that fit it."""

import pytest

import small_plan
from insula.catalog import Catalog
from tiny_study import write


@pytest.fixture(scope="session")
def fitted_science(validation_science, tmp_path_factory):
    """The tiny science with a published row; read only."""
    return small_plan.fitted_science(tmp_path_factory.mktemp("fitted") / "science", validation_science)


@pytest.fixture
def catalog(fitted_science, cache, monkeypatch):
    monkeypatch.setenv("INSULA_CACHE", str(cache))
    monkeypatch.setenv("INSULA_SCIENCE", str(fitted_science))
    return Catalog.open(fitted_science)


@pytest.fixture
def plan_file(tmp_path):
    """Write a plan, some of its keys changed."""
    return lambda **changes: str(write(tmp_path / "plan.yaml", small_plan.plan(**changes)))
