"""A plan on the tiny study, whose published rows are made up in a copy of the science text."""

import csv
import shutil

import pytest

from insula.catalog import Catalog
from tiny_study import FOLLOW_UP, STUDY, THERAPY_ARM, study, write

SYMBOL = "stem_cell_islets.potency"
DAYS_PER_MONTH = 365.25 / 12


def published(folder, rows):
    """Give the tiny study published rows: (outcome, value, unit, statistic, sd)."""
    topic = folder / "evidence" / "made_up"
    source = folder / "evidence" / "beta_replacement"
    for name in ("studies", "arms", "outcomes"):
        with (source / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            header, first = list(csv.reader(file))[:2]
        mine = dict(zip(header, first, strict=True)) | {"study_id": STUDY}
        lines = [mine]
        if name == "studies":
            unique = dict.fromkeys(
                ("doi", "pmid", "registration"), ""
            )  # else it were the publication that is copied
            mine |= {"role": "calibration", "n_total": "40", "short_name": "made up"} | unique
        if name == "arms":
            mine |= {"arm_id": THERAPY_ARM, "n": "40"}
        if name == "outcomes":
            months = f"{FOLLOW_UP / DAYS_PER_MONTH:.4f}"
            blank = dict.fromkeys(mine, "")
            kept = {key: mine[key] for key in ("source", "place") if key in mine}
            lines = [
                blank
                | kept
                | {
                    "study_id": STUDY,
                    "arm_id": THERAPY_ARM,
                    "outcome": outcome,
                    "time_months": months,
                    "n": "40",
                }
                | {"statistic": statistic, "value": repr(value), "unit": unit, "spread_type": "sd"}
                | {"spread_low": repr(sd), "analysis": "all patients"}
                for outcome, value, unit, statistic, sd in rows
            ]
        topic.mkdir(exist_ok=True)
        with (topic / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header)
            writer.writeheader()
            writer.writerows(lines)


def plan(**changes):
    title = {"en": "Tiny", "zh": "小型"}
    return {
        "id": "plan",
        "title": title,
        "parameters": [SYMBOL],
        "studies": {STUDY: {}},
        "patients": 4,
        "members": 12,
        "iterations": 3,
        "seed": 5,
    } | changes


@pytest.fixture(scope="session")
def fitted_science(validation_science, tmp_path_factory):
    """The tiny science with a dose and an HbA1c published for its treated arm."""
    folder = tmp_path_factory.mktemp("fitted") / "science"
    shutil.copytree(validation_science, folder)
    write(folder / "studies" / f"{STUDY}.yaml", study(evidence=STUDY))
    published(folder, [("hba1c", 7.0, "percent", "mean", 0.8)])
    return folder


@pytest.fixture
def catalog(fitted_science, cache, monkeypatch):
    monkeypatch.setenv("INSULA_CACHE", str(cache))
    monkeypatch.setenv("INSULA_SCIENCE", str(fitted_science))
    return Catalog.open(fitted_science)


@pytest.fixture
def plan_file(tmp_path):
    """Write a plan, some of its keys changed."""
    return lambda **changes: write(tmp_path / "plan.yaml", plan(**changes))
