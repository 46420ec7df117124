"""``insula forecast``: written once, refused afterwards; every registered forecast can be read and repeated."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cli_runs import fine, refused
from insula.catalog import Catalog
from insula.core.yaml_lines import read_yaml
from tiny_study import STUDY

REGISTERED = sorted((Path(__file__).parents[2] / "forecasts").glob("*.yaml"))
CATALOG = Catalog.open()
ASK = ("forecast", STUDY, "--patients", 4, "--workers", 1, "--out", "said.yaml")
CHOSEN = ("--endpoint", "hba1c", "--endpoint", "insulin_independent")


def test_a_forecast_is_written_once(run_insula, tmp_path):
    fine(run_insula(*ASK, *CHOSEN))
    said = (tmp_path / "said.yaml").read_bytes()
    forecast = read_yaml(tmp_path / "said.yaml").data
    assert forecast["registered"] == datetime.now(UTC).date().isoformat()
    assert forecast["command"].startswith(f"insula forecast {STUDY} --patients 4 --endpoint hba1c")
    lines = {(line["arm"], line["endpoint"], line["day"]): line for line in forecast["forecasts"]}
    assert {endpoint for _, endpoint, _ in lines} <= {"hba1c", "insulin_independent"}
    later = lines["treated", "hba1c", 56.0]
    assert later["low"] < later["predicted"] < later["high"]
    assert later["unit"] == "percent"
    refused(run_insula(*ASK), "said.yaml exists")
    assert (tmp_path / "said.yaml").read_bytes() == said


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--endpoint", "hba2c"), 'There is no endpoint "hba2c"'),
        (("--patients", "0"), "0 is not in the range"),
    ],
)
def test_what_cannot_be_forecast_is_refused(run_insula, tmp_path, arguments, text):
    refused(run_insula(*ASK, *arguments), text)
    assert not (tmp_path / "said.yaml").exists()


@pytest.mark.parametrize("path", REGISTERED, ids=lambda path: path.stem)
def test_a_registered_forecast_says_what_was_predicted_when_and_from_what(path):
    forecast = read_yaml(path).data
    study = CATALOG.studies[forecast["study"]]
    assert forecast["command"].startswith("insula forecast ")
    assert date.fromisoformat(forecast["registered"]) <= datetime.now(UTC).date()
    assert {"science", "commit", "seed", "patients"} <= forecast["made_from"].keys()
    assert len(forecast["made_from"]["science"]) == 64
    assert not forecast["made_from"]["commit"].endswith("+changed"), "no commit tells what it was made from"
    assert forecast["forecasts"]
    for line in forecast["forecasts"]:
        assert line["arm"] in study.arms
        assert line["patients"] == study.arms[line["arm"]].size
        assert line["endpoint"] in CATALOG.endpoints
        assert line["low"] <= line["high"]
        assert 0 <= line["without_value"] <= 1
        if line["statistic"] == "proportion":  # its mean may lie beyond an interval that is one point
            assert 0 <= line["low"] <= line["high"] <= 1
            assert 0 < line["predicted"] < 1, "no forecast is certain"
        else:
            assert line["low"] <= line["predicted"] <= line["high"]


def test_there_is_a_registered_forecast():
    assert REGISTERED
