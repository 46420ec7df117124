"""``insula forecast``: written once, refused afterwards; every registered forecast can be read and repeated."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
import yaml

from cli_runs import fine, refused
from insula.analysis.forecast import forecast_lines
from insula.analysis.forecast_check import compare_lines, read_forecast
from insula.analysis.visit_values import VisitValues
from insula.catalog import Catalog
from insula.catalog.records.forecasts import ForecastLine
from insula.core.errors import InvalidText
from insula.core.yaml_lines import read_yaml
from insula.endpoints.definitions import load_definitions
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
    assert read_forecast(path).forecasts, "--check can read it"
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


def test_a_forecast_is_checked_and_an_altered_one_is_told(run_insula, tmp_path):
    fine(run_insula(*ASK, *CHOSEN))
    check = ("forecast", "--check", "said.yaml", "--workers", 1)
    answer = json.loads(fine(run_insula(*check, "--format", "json")).stdout)
    assert answer["changed_texts"] == []
    assert answer["same"] == answer["predictions"] == len(read_yaml(tmp_path / "said.yaml").data["forecasts"])

    said = yaml.safe_load((tmp_path / "said.yaml").read_text(encoding="utf-8"))
    (line,) = [
        one
        for one in said["forecasts"]
        if (one["arm"], one["endpoint"], one["day"]) == ("treated", "hba1c", 56)
    ]
    line["predicted"] += 1.0
    (tmp_path / "said.yaml").write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    for lang, texts in (
        ("en", ("The texts are those that it was made from", "the file was changed")),
        ("zh", ("文本与登记时所用的一致", "该文件被改动过")),
    ):
        told = run_insula(*check, "--lang", lang)
        assert told.returncode == 1, told.stderr
        printed = " ".join(told.stdout.split())
        assert all(text in printed for text in texts), printed


def test_a_date_that_is_none_is_told_with_its_line(tmp_path):
    text = REGISTERED[0].read_text(encoding="utf-8").replace("registered: '2026", "registered: 'May 2026", 1)
    (tmp_path / "said.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidText, match="registered"):
        read_forecast(tmp_path / "said.yaml")


def test_another_study_or_what_is_no_forecast_is_refused(run_insula, tmp_path):
    (tmp_path / "said.yaml").write_text("study: nobody\nforecasts: []\n", encoding="utf-8")
    refused(run_insula("forecast", "--check", "said.yaml"), "said.yaml", 'key "made_from" is missing')
    refused(run_insula("forecast", "--check", "said.yaml", "--patients", 3), "from the file")
    refused(run_insula("forecast", STUDY), "--out")


def line_of(predicted, low=0.0, high=2.0, day=0.0):
    return ForecastLine(
        arm="a", patients=3, endpoint="hba1c", day=day, statistic="mean", unit="percent", predicted=predicted,
        low=low, high=high, without_value=0.0,
    )  # fmt: skip


def test_lines_are_compared_by_arm_endpoint_and_day():
    rows = compare_lines(
        [line_of(1.0), line_of(1.0, day=1.0), line_of(1.0, day=2.0), line_of(1.0, day=3.0)],
        [line_of(1.0, day=1.0), line_of(1.5), line_of(2.5, day=2.0), line_of(1.0, day=4.0)],
    )
    assert [(row["day"], row["same"], row["within"]) for row in rows] == [
        (0.0, False, True),
        (1.0, True, True),
        (2.0, False, False),
        (3.0, False, None),
        (4.0, False, None),
    ]
    assert rows[3]["today"] is None
    assert rows[4]["registered"] is None


def test_the_error_of_the_model_widens_a_forecast_and_a_share_stays_a_share():
    patients = {
        "arm": np.array(["a"] * 8),
        **{n: np.arange(8) for n in ("patient", "candidate", "ensemble_member")},
    }
    found = {}
    for name, values in (("hba1c", np.linspace(6, 8, 8)), ("insulin_independent", np.arange(8) % 2.0)):
        definition = load_definitions(CATALOG.root / "endpoints.yaml")[name]
        table = {
            "arm": patients["arm"], "patient": np.arange(8), "day": np.zeros(8),
            "endpoint": np.array([name] * 8), "value": values,
        }  # fmt: skip
        for error in ({}, {name: (3.0, definition.unit)}):
            run = VisitValues(patients, table, model_error=error)
            (found[name, bool(error)],) = forecast_lines({"a": 5}, {name: definition}, run, 1)
    plain, wide = (found["hba1c", error] for error in (False, True))
    assert wide["high"] - wide["low"] > 3 * (plain["high"] - plain["low"])
    share = found["insulin_independent", True]
    assert (share["low"], share["high"]) == (0.0, 1.0)
