"""Tables for the terminal, from the same summary."""

import io

import pytest
from rich.console import Console

from insula.report.comparison import compare_summary, terminal_comparison, write_comparison
from insula.report.terminal import terminal_report


def printed(thing, width=160):
    buffer = io.StringIO()
    Console(file=buffer, width=width).print(thing)
    return buffer.getvalue().replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("lang", "texts"),
    [
        ("en", ("7 of 8 scored rows inside, 11 rows in all", "7.6 % (60 mmol/mol)", "not scored: interim look (1)",
                "Full dose: 2 of 60 virtual patients (3.3 %)", "minute 431", "in-silico")),
        ("zh", ("已评分的 8 条中 7 条落在区间内", "7.6% (60 mmol/mol)", "未评分：期中数据 (1)",
                "全剂量组：60 名虚拟患者中有 2 名（3.3%）", "6.5 至 7.8 mmol/L", "不得用于个体治疗决策")),
    ],
)  # fmt: skip
def test_tables_say_what_the_summary_holds(summary, lang, texts):
    shown = printed(terminal_report(summary, lang), width=260)
    assert [text for text in texts if text not in shown] == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_is_cut_off_in_a_narrow_terminal(summary, lang):
    assert "…" not in printed(terminal_report(summary, lang), width=80)


@pytest.fixture
def pair(invented, catalog):
    return compare_summary(invented / "run", invented / "weaker", catalog)


def test_two_runs_stand_side_by_side(pair):
    row = next(
        row
        for row in pair["rows"]
        if (row["endpoint"], row["day"], row["arm_first"]) == ("tir", 365.0, "full_dose")
    )
    assert row["second"] < row["first"]
    assert row["unit"] == "percent"
    shown = printed(terminal_comparison(pair, "en"))
    assert "weaker" in shown
    assert "Time in range" in shown


@pytest.mark.parametrize(("lang", "title"), [("en", "Two runs side by side"), ("zh", "两次模拟对照")])
def test_the_comparison_page_is_written(pair, lang, title, tmp_path):
    text = write_comparison(pair, tmp_path / "compare.html", lang).read_text(encoding="utf-8")
    assert f"<h1>{title}</h1>" in text
    assert text.count("<figcaption>") == 8
