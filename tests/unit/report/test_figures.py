"""Figures: text stays text, the same bytes each time, points where the numbers say."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from insula.report.figures.course import course_figure, published_levels
from insula.report.figures.intervals import interval_figure, relative_place
from insula.report.figures.style import drawing, to_svg
from insula.report.picture import write_picture
from insula.report.writing import Writer

width = st.floats(1e-3, 1e6)


@given(width, width, st.floats(-5, 5))
def test_a_point_lies_beyond_one_exactly_when_it_is_outside(below, above, shift):
    low, high, published = -below, above, shift * (above if shift > 0 else below)
    assume(abs(abs(shift) - 1) > 1e-6)
    place = relative_place({"low": low, "predicted": 0.0, "high": high, "published": published})
    assert (abs(place) > 1) is (not low <= published <= high)
    assert (place > 0) is (published > 0)


def test_an_interval_without_width_still_tells_where_the_point_is():
    assert relative_place({"low": 1, "predicted": 1, "high": 1, "published": 1}) == 0
    assert relative_place({"low": 1, "predicted": 1, "high": 1, "published": 0}) == float("-inf")


def test_chinese_stays_text_and_needs_no_font_here(summary, recwarn):
    figure = course_figure(summary["course"]["full_dose"]["hba1c"], [], Writer("zh"))
    svg = to_svg(figure, "x", "标签")
    assert ">开始后天数</text>" in svg
    assert "DejaVu" not in svg
    assert 'aria-label="标签"' in svg
    assert not [warning for warning in recwarn if "Glyph" in str(warning.message)]


def test_a_figure_is_the_same_each_time(summary):
    bands = summary["course"]["full_dose"]["tir"]
    rows = published_levels(summary["comparison"], "full_dose", "tir")
    first, second = (to_svg(course_figure(bands, rows, Writer("en")), "x", "t") for _ in range(2))
    assert first == second
    assert "date" not in first


def test_only_levels_are_drawn_on_a_course(summary):
    rows = published_levels(summary["comparison"], "full_dose", "hba1c")
    assert [row["time_months"] for row in rows] == [0.0]
    assert published_levels(summary["comparison"], "usual_care", "hba1c") == []


def test_a_published_count_is_drawn_as_a_share():
    row = {
        "arm": "a",
        "outcome": "insulin_independent",
        "statistic": "count",
        "published": 3.0,
        "time_months": 12.0,
    }
    row |= {"n": 4, "unit": "patients", "published_low": None, "published_high": None}
    (found,) = published_levels([row], "a", "insulin_independent")
    assert (found["published"], found["unit"]) == (0.75, "fraction")
    bands = {"unit": "fraction", "measured": "", "share": True, "day": [0, 365], "mean": [0.0, 0.5]}
    (axes,) = course_figure(bands, [found], Writer("en")).axes
    marks = [line for line in axes.lines if line.get_marker() == "D"]
    assert [mark.get_ydata()[0] for mark in marks] == [75]


def test_a_published_row_that_tells_no_time_has_no_place_on_the_axis_of_days(summary):
    """`csa_children_1990` says how many were ever off insulin: the report of its run could not be drawn."""
    rows = published_levels(summary["comparison"], "full_dose", "tir")
    timeless = [{**row, "time_months": None} for row in rows]
    assert rows
    assert published_levels([*timeless, *rows], "full_dose", "tir") == rows


@pytest.mark.parametrize("count", [1, 8])
def test_the_interval_figure_grows_with_its_rows(summary, count):
    rows = [row for row in summary["comparison"] if row["scored"]][:count]
    svg = to_svg(interval_figure(rows, [f"row {k}" for k in range(count)], Writer("en")), "i", "t")
    assert all(f">row {k}</text>" in svg for k in range(count))


@pytest.mark.parametrize(
    "label",
    [
        "C-peptide in the mixed-meal test, mean over 4 h, change from baseline, month 24 · herold_2013_abate, treated",
        "混合餐试验四小时碳肽曲线下面积均值，较基线变化，第二十四个月，接受治疗的受试者减去对照组的受试者，全部人群"
        * 2,
    ],
)
def test_a_long_label_is_folded_inside_the_figure_and_the_axes_keep_their_width(summary, label):
    (row,) = [row for row in summary["comparison"] if row["scored"]][:1]
    short, long = (interval_figure([row], [text], Writer("en")) for text in ("short", label))
    for figure in (short, long):
        with drawing():
            figure.draw_without_rendering()
    (text,) = long.axes[0].texts
    assert text.get_text().count("\n") >= 1
    assert text.get_text().replace("\n", " ").replace(" ", "") == label.replace(" ", "")
    assert text.get_window_extent().x1 <= long.bbox.x1
    assert long.axes[0].bbox.width == pytest.approx(short.axes[0].bbox.width)
    assert long.bbox.height > short.bbox.height


def test_the_picture_is_a_png(summary, tmp_path):
    path = write_picture(summary, tmp_path / "picture.png")
    assert path.read_bytes().startswith(b"\x89PNG")
