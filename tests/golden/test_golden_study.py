"""The endpoints of the tiny trial are those of the last ``make golden``."""

import json

import pytest
from golden_study import COMMAND, GOLDEN, table_of

from cli_runs import fine
from insula.endpoints.definitions import load_definitions
from tiny_study import insula, tiny_science
from tolerances import GOLDEN_ABSOLUTE, GOLDEN_RELATIVE, close


@pytest.fixture(scope="module")
def science(tmp_path_factory):
    return tiny_science(tmp_path_factory.mktemp("golden") / "science", endpoints=None)


@pytest.fixture(scope="module")
def found(science, cache, tmp_path_factory):
    run = tmp_path_factory.mktemp("golden") / "run"
    fine(insula(*COMMAND, "--out", run, science=science, cache=cache))
    return table_of(run)


def test_the_golden_file_says_where_it_comes_from():
    source = json.loads(GOLDEN.read_text(encoding="utf-8"))["source"]
    assert {"command", "versions", "date"} <= set(source)


def test_the_tiny_trial_ends_as_it_did(found, science):
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))["endpoints"]
    families = {name: one.family for name, one in load_definitions(science / "endpoints.yaml").items()}
    moved = {
        key: {"golden": golden.get(key), "now": found.get(key)}
        for key in golden.keys() | found.keys()
        if not as_close_as_it_should(families.get(key.partition(",")[0], ""), found.get(key), golden.get(key))
    }
    hint = "If the science text was changed on purpose: `make golden`, and read the difference."
    assert not moved, f"{len(moved)} of {len(golden)} rows moved. {hint}"


def as_close_as_it_should(family, now, before):
    absolute = GOLDEN_ABSOLUTE if family.startswith("time_") else 0.0
    return close(numbers(now), numbers(before), relative=GOLDEN_RELATIVE, absolute=absolute)


def numbers(row):
    return [float("nan") if value is None else value for value in row or ()]
