"""``insula meta`` says when an HKSJ interval is narrower than Wald's, and when modified HKSJ stands in for it."""

import json

import pytest

from meta_runs import run_meta

NARROW, STANDS_IN = "narrower than the Wald interval", "modified HKSJ stands in"


@pytest.mark.parametrize(
    ("effects", "options", "interval", "remarks"),
    [
        ((0.30, 0.31, 0.29), (), "hksj", [NARROW]),
        ((0.30, 0.31, 0.29), ("--interval", "modified_hksj"), "modified_hksj", []),
        ((0.30, 0.31, 0.29), ("--interval", "wald"), "wald", []),
        ((0.3, 0.3, 0.3), (), "modified_hksj", [STANDS_IN]),
        ((0.1, 0.9, 0.3), (), "hksj", []),
    ],
)
def test_the_interval_that_was_taken_and_why(
    capsys, monkeypatch, tmp_path, effects, options, interval, remarks
):
    table = tmp_path / "trials.csv"
    rows = "\n".join(f"trial {i},{y},0.05" for i, y in enumerate(effects))
    table.write_text(f"study,yi,vi\n{rows}\n", encoding="utf-8")
    answer = run_meta(capsys, monkeypatch, table, "--measure", "GEN", "--format", "json", *options)
    found = json.loads(answer.stdout)
    messages = [note["message"] for note in found["notes"]]
    assert found["pooled"]["interval"] == interval
    assert found["pooled"]["low"] < found["pooled"]["high"]
    assert [remark for remark in (NARROW, STANDS_IN) if any(remark in m for m in messages)] == remarks
