"""The coverage study says today what its committed table says; the page says it too."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[4]
REPLICATES = 1000
STANDARD_ERRORS = 4.5  # of a difference: 150 such numbers all lie within it in 99.9 % of studies


@pytest.fixture(scope="module")
def study():
    spec = importlib.util.spec_from_file_location(
        "coverage_study", ROOT / "reference" / "coverage" / "study.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["coverage_study"] = module
    spec.loader.exec_module(module)
    return module


def test_the_table_is_whole(study):
    cells = study.read()
    wanted = {(k, i2, *rule) for k in study.STUDIES for i2 in study.I2 for rule in study.RULES}
    assert {(c.studies, c.i2, c.method, c.interval) for c in cells} == wanted
    assert min(c.replicates for c in cells) >= 10_000


def test_other_tables_of_the_study_give_the_same(study):
    """Tables that the committed study did not draw."""
    committed = {(c.studies, c.i2, c.method, c.interval): c for c in study.read()}
    apart = []
    for studies in study.STUDIES:
        for i2 in study.I2:
            for cell in study.simulate(studies, i2, first=study.REPLICATES, replicates=REPLICATES):
                old = committed[studies, i2, cell.method, cell.interval]
                # The committed coverage has the better standard error, also where this one is 100 %.
                error = np.hypot(1, np.sqrt(study.REPLICATES / REPLICATES)) * np.maximum(
                    old.coverage_error, 0.01
                )
                apart.append((cell.coverage - old.coverage) / error)
                apart.append((cell.width - old.width) / np.hypot(old.width_error, cell.width_error))
    assert len(apart) == 150
    assert np.abs(apart).max() < STANDARD_ERRORS
    assert np.abs(apart).mean() > 0.5  # they are other tables: the normal distribution has 0.8


@pytest.mark.parametrize("page", ["coverage_of_intervals.md", "coverage_of_intervals.zh.md"])
def test_the_page_shows_the_table(study, page):
    lines = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8").splitlines()
    shown = [line for line in lines if line.startswith("| ") and line[2].isdigit()]
    assert shown == list(study.page_rows(study.read()))
    picture = "coverage_of_intervals" + (".zh.svg" if ".zh." in page else ".svg")
    assert any(f"../pictures/{picture})" in line for line in lines)
    assert (ROOT / "docs" / "pictures" / picture).is_file()
