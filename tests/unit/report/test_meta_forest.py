"""The forest plot: what is in the record is on the figure and in the table, in both languages."""

import math
import re

import pytest
from matplotlib.colors import to_rgb

from insula.core.tables import read_csv, write_csv
from insula.report.figures.style import to_svg
from insula.report.meta_figures.forest import (
    Forest,
    ForestRow,
    ForestSummary,
    forest_columns,
    forest_figure,
)
from insula.report.meta_figures.forest_axis import limits
from insula.report.writing import Writer

ROWS = (
    ForestRow("Li 2019", "published", -0.81, -1.32, -0.3, weight=61.4, subgroup="A", cells=("12/40",)),
    ForestRow("Twin of Li", "virtual", -0.4, -0.6, -0.2, weight=38.6, subgroup="B", cells=("9/40",)),
    ForestRow("Wu 2020", "published", math.nan, math.nan, math.nan, subgroup="A", cells=("–",)),
)
SUMMARIES = (
    ForestSummary("Pooled A", "published", -0.7, -0.9, -0.5, subgroup="A", heterogeneity="Q 3.1"),
    ForestSummary("Pooled", "", -0.6, -0.8, -0.4, prediction=(-1.3, 0.1)),
)
FOREST = Forest(
    ROWS, SUMMARIES, "MD, %", headings=("Events",), favours=("cells", "control"), notes=("Groups differ",)
)


def texts(figure):
    return re.findall(r"<text[^>]*>([^<]+)</text>", to_svg(figure, "f", "forest"))


def test_every_name_and_number_is_written():
    found = texts(forest_figure(FOREST, Writer("en")))
    for text in (
        "Li 2019",
        "−0.81 [−1.32, −0.30]",
        "61.4",
        "12/40",
        "−0.60 [−0.80, −0.40]",
        "[−1.30, 0.10]",
        "Q 3.1",
        "95 % prediction interval",
        "← cells",
        "control →",
        "Groups differ",
        "virtual trial",
    ):
        assert text in found
    assert found.index("A") < found.index("Wu 2020") < found.index("Pooled A") < found.index("B")


def test_a_study_without_effect_has_a_line_and_no_mark():
    svg = to_svg(forest_figure(FOREST, Writer("en")), "f", "forest")
    assert len(re.findall(r'id="f-study-\d+"', svg)) == 2
    assert len(re.findall(r'id="f-pooled-\d+"', svg)) == 2
    assert len(re.findall(r'id="f-prediction-\d+"', svg)) == 1


def test_the_kinds_differ_in_more_than_colour():
    axes = forest_figure(FOREST, Writer("en")).axes[0]
    marks = [line for line in axes.lines if str(line.get_gid()).startswith("study")]
    assert len({line.get_marker() for line in marks}) == 2
    filled = {to_rgb(line.get_markerfacecolor()) == (1.0, 1.0, 1.0) for line in marks}
    assert filled == {True, False}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_speaks_both_languages(lang):
    found = texts(forest_figure(FOREST, Writer(lang)))
    assert ("已发表研究" in found) is (lang == "zh")
    assert ("published study" in found) is (lang == "en")


def test_the_table_holds_every_number(tmp_path):
    columns = forest_columns(FOREST)
    write_csv(tmp_path / "forest.csv", columns)
    rows, problems = read_csv(tmp_path / "forest.csv", list(columns))
    assert not problems
    assert [row.cells["label"] for row in rows] == ["Li 2019", "Twin of Li", "Wu 2020", "Pooled A", "Pooled"]
    assert [float(rows[0].cells[name]) for name in ("effect", "low", "high", "weight_percent")] == [
        -0.81,
        -1.32,
        -0.3,
        61.4,
    ]
    assert rows[2].cells["effect"] == ""
    assert (rows[4].cells["prediction_low"], rows[4].cells["prediction_high"]) == ("-1.3", "0.1")


def test_one_huge_interval_does_not_squeeze_the_others():
    wide = ForestRow("Wide", "published", 0.0, -500.0, 500.0)
    low, high = limits(Forest((*ROWS, wide), SUMMARIES, "MD"))
    assert -10 < low < -1.32
    assert 0.1 < high < 10


def test_a_logarithmic_axis_wants_positive_numbers():
    with pytest.raises(ValueError, match="above 0"):
        forest_figure(Forest(ROWS, (), "RR", log=True, headings=("Events",)), Writer("en"))
    ratio = ForestRow("Li", "published", 0.5, 0.25, 1.0)
    assert forest_figure(Forest((ratio,), (), "RR", null=1.0, log=True), Writer("en")).axes[
        0
    ].get_xscale() == ("log")


def test_no_study_with_an_effect_still_draws():
    nothing = ForestRow("Wu", "published", math.nan, math.nan, math.nan)
    assert "Wu" in texts(forest_figure(Forest((nothing,), (), "MD"), Writer("en")))


def test_long_names_are_broken_into_lines():
    name = "北京协和医院与上海交通大学医学院附属瑞金医院联合随机对照试验二零一九"
    row = ForestRow(name, "published", 0.1, 0.0, 0.2)
    found = texts(forest_figure(Forest((row,), (), "MD"), Writer("zh")))
    assert name not in found
    assert name in "".join(found)
