"""`insula meta` says in Chinese what is wrong with a table; what it answers as data is the same in both languages."""

import json

import pytest

from cli_runs import refused
from languages import english_in
from meta_runs import run_meta

GOOD = "study,m1i,sd1i,n1i,m2i,sd2i,n2i\nLi,7.1,1,40,7.9,1.1,38\nWu,6.8,0.9,25,7.2,1,27\nMa,7.4,1.2,60,7.5,1,61\n"


@pytest.fixture
def meta(tmp_path, capsys, monkeypatch):
    """Write a table and pool it in Chinese."""

    def run(text, *options):
        path = tmp_path / "trials.csv"
        path.write_text(text, encoding="utf-8")
        return run_meta(capsys, monkeypatch, path, "--measure", "MD", "--lang", "zh", *options)

    return run


@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        (
            GOOD.replace("sd1i", "sd1"),
            (),
            ["错误 ", "第 1 行  效应量 MD 需要列“sd1i”。", "所需的列：m1i sd1i n1i m2i sd2i n2i。"],
        ),
        (GOOD.replace("7.1", "much"), (), ["第 2 行 (Li)  m1i：“much”不是数值。", "缺失时单元格请留空。"]),
        (GOOD.replace("Wu", "Li"), (), ["第 3 行 (Li)  该研究出现两次，首次在第 2 行。"]),
        (GOOD.replace(",40,", ",0,"), (), ["第 2 行 (Li)  n1i：必须大于 0。"]),
        (GOOD.replace(",40,", ",40.5,"), (), ["n1i：“40.5”不是整数。", "请给出实际计数的患者数与事件数。"]),
        (GOOD, ("--by", "sort"), ["没有列“sort”。"]),
        (GOOD, ("--level", "95"), ["置信水平须在 0 与 1 之间（0.95 即 95%），而不是 95.0。"]),
        (GOOD, ("--method", "MH"), ["--method MH 只用于效应量"]),
        (GOOD.split("Li")[0], (), ["表格只有表头，没有研究。", "每项研究一行。"]),
        (GOOD.split("Wu")[0], (), ["区间 hksj 需要研究数多于系数，而二者均为 1。请选区间 wald。"]),
    ],
)
def test_what_is_wrong_is_told_in_chinese(meta, text, options, told):
    answer = meta(text, *options)
    refused(answer, *told)
    assert english_in(answer.stderr) == []


def test_why_an_analysis_is_missing_is_data_and_stays_english(meta):
    found = json.loads(meta(GOOD.split("Ma")[0], "--format", "json").stdout)
    detail = found["small_study_effects"]["egger"]["detail"]
    assert detail == "2 studies have an effect; the funnel needs 3."
