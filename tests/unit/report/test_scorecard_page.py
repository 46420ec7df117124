"""The page of a scorecard, from a made-up answer: both languages, both unit systems, nothing left out."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from insula.analysis.naive import NO_NAIVE
from insula.analysis.scorecard import Card
from insula.analysis.validate import Scorecard, StudyRun
from insula.catalog import Catalog
from insula.report.figures.predicted_observed import predicted_observed
from insula.report.figures.style import BLUE, ORANGE
from insula.report.scorecard.names import Names
from insula.report.scorecard.page import render_scorecard, write_scorecard
from insula.report.writing import Writer

SCIENCE = Path(__file__).parents[3] / "science"
STUDY, ARM = "reichman_2025_zimislecel", "full_dose"


def row(**changes):
    return {
        "study_id": STUDY, "arm_id": ARM, "outcome": "hba1c", "outcome_word": "hba1c", "time_months": 12.0,
        "statistic": "mean", "unit": "percent", "role": "validation", "n_published": 12, "therapy": "stem_cell_islets",
        "predicted": 6.5, "pi_low": 6.0, "pi_high": 7.0, "observed": 6.2, "z": -1.0, "inside": True, "crps": 0.2,
        "skill": 0.8, "skill_against": "no change", "skill_reason": "", "primary": True, "n_patients": 200,
        "n_failed": 0, "note": "",
    } | changes  # fmt: skip


ROWS = [
    row(),
    row(observed=8.2, z=5.0, inside=False, skill=None, skill_against="", skill_reason=NO_NAIVE),
    row(outcome="insulin_independent", unit="fraction", statistic="proportion", observed=0.83, predicted=0.5,
        pi_low=0.2, pi_high=0.9, primary=False, note="interim look; some virtual patients have no value"),
    row(arm_id="full_dose - <b>other</b>", therapy="stem_cell_islets - placebo", observed=-1.5, predicted=-1.0,
        pi_low=-2.0, pi_high=0.0),
]  # fmt: skip
LEFT_OUT = {
    "study_id": STUDY, "arm_id": ARM, "outcome": "insulin_independent_ever", "time_months": None, "observed": None,
    "reason": "no time is given", "unit": "patients", "statistic": "count", "role": "validation", "n_published": None,
}  # fmt: skip

DOSES = {
    "study_id": STUDY, "therapy": "stem_cell_islets", "dose_unit": "cell", "outcome": "hba1c", "statistic": "mean",
    "unit": "percent", "time_months": 12.0, "pairs": 3, "pairs_alike": 2,
    "arms": [
        {"arm_id": arm, "dose": dose, "observed": 7.0, "predicted": 6.8, "pi_low": 6.0, "pi_high": 7.5}
        for arm, dose in (("half", 1e8), ("full", 2e8))
    ],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _science(monkeypatch):
    """The real text, not the invented one of the other tests here: classes and words of the evidence."""
    monkeypatch.setenv("INSULA_SCIENCE", str(SCIENCE))


@pytest.fixture
def answer():
    run = StudyRun(STUDY, STUDY, "validation", 200, 12, 0.06, 0.05, 8, reused=False)
    return Scorecard(Card(ROWS, [LEFT_OUT]), (run,), (DOSES,)).answer()


def names(language, *files):
    catalog = Catalog(SCIENCE)
    planned = tuple(SimpleNamespace(study=catalog.studies[name]) for name in (STUDY, *files))
    return Names(SimpleNamespace(catalog=catalog, replays=planned), language)


@pytest.fixture(params=["en", "zh"])
def page(request, answer):
    return request.param, render_scorecard(answer, names(request.param))


def test_every_row_every_reason_and_every_warning_is_on_the_page(page):
    language, text = page
    expected = {
        "en": ("2 of 3 counted rows", "6.5 % (48", "interim look; some virtual patients have no value",
               "no time is given", "neither a baseline of the arm", "(more than the study allows)",
               "only 8 ensemble members", "Full dose", "2 of 3 pairs of doses",
               "Islets made of stem cells – Placebo or sham"),
        "zh": ("计入统计的 3 行中有 2 行", "6.5%", "期中数据；部分虚拟患者缺少该数值",
               "既无该组已发表基线", "超过该研究允许的上限",
               "仅 8 个集合成员", "全剂量", "3 对剂量中 2 对", "干细胞来源胰岛 – 安慰剂或假手术"),
    }  # fmt: skip
    plain = text.replace("\u00a0", " ")
    assert [part for part in expected[language] if part not in plain] == []
    assert text.count("<svg role=") == 3 + 1  # a panel for each outcome and scale, one for the doses
    assert len(re.findall(r'class="verdict (?:in|out)"', text)) == len(ROWS)


def test_study_files_of_one_published_study_each_keep_their_title_and_their_arms():
    held = names("en", "ziegler_2013_single", "ziegler_2013_several")
    one, several = (held.study_file(f"ziegler_2013_{which}") for which in ("single", "several"))
    assert one != several
    assert held.study("ziegler_2013_jama") == f"{one}; {several}"
    arms = [held.arm(row(study_id="ziegler_2013_jama", arm_id=arm)) for arm in ("single", "multi")]
    assert "single" not in arms
    assert "multi" not in arms


def test_the_page_needs_nothing_else_and_escapes_what_a_user_wrote(page):
    _, text = page
    assert "<script" not in text
    assert "src=" not in text
    assert "<b>other</b>" not in text
    assert "&lt;b&gt;other" in text


def test_the_english_page_holds_no_chinese(answer):
    assert not re.search(r"[\u4e00-\u9fff]", render_scorecard(answer, names("en")))


def test_outside_differs_from_inside_in_marker_as_well_as_colour():
    figure = predicted_observed(ROWS[:2], "hba1c", Writer("en"), difference=False)
    points = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 1]
    assert [(p.get_marker(), p.get_markeredgecolor(), p.get_markerfacecolor()) for p in points] == [
        ("o", BLUE, BLUE),
        ("D", ORANGE, "white"),
    ]
    assert [float(p.get_xdata()[0]) for p in points] == [6.2, 8.2]


def test_shares_are_drawn_in_percent():
    figure = predicted_observed(ROWS[2:3], "", Writer("en"), difference=False)
    (point,) = (line for line in figure.axes[0].lines if len(line.get_xdata()) == 1)
    assert (float(point.get_xdata()[0]), float(point.get_ydata()[0])) == (83, 50)


def test_an_empty_scorecard_is_a_page_and_tables_of_the_same_columns(tmp_path):
    write_scorecard(Scorecard(Card([], []), (), ()).answer(), names("en"), tmp_path)
    heads = (tmp_path / "scorecard.csv").read_text(encoding="utf-8")
    assert heads.count("\n") == 1
    assert heads.startswith(
        "study_id,arm_id,outcome,time_months,predicted,pi_low,pi_high,observed,z,inside,skill"
    )
    assert "0 of 0 counted rows" in (tmp_path / "report.html").read_text(encoding="utf-8")
