"""Published time courses: which rows make one, which number of a time is taken, and what is drawn of it."""

import re

import pytest

from insula.report.figures.published_course import published_course_figure
from insula.report.figures.style import to_svg
from insula.report.published_courses import published_courses
from insula.report.writing import Writer


def row(months, published, *, arm="a", statistic="mean", n=10, scored=True, predicted=5.0, outcome="hba1c"):
    return {
        "arm": arm, "outcome": outcome, "statistic": statistic, "time_months": months, "n": n, "scored": scored,
        "unit": "patients" if statistic == "count" else "percent", "measured": "", "published": published,
        "reported_low": None, "reported_high": None,
        "predicted": predicted, "low": 3.0, "high": 6.0,
    }  # fmt: skip


def test_two_times_make_a_course_and_one_does_not():
    found = published_courses([row(0, 8.0), row(12, 7.0), row(12, 9.0, arm="b"), row(3, 1.0, outcome="tir")])
    assert [(one["outcome"], one["kind"], list(one["arms"])) for one in found] == [("hba1c", "level", ["a"])]
    assert [point["published"] for point in found[0]["arms"]["a"]] == [8.0, 7.0]


def test_of_one_time_the_scored_number_of_most_patients_is_taken():
    rows = [
        row(12, 1.0, n=99, scored=False),
        row(12, 2.0, n=6),
        row(12, 3.0, n=10),
        row(24, 4.0, scored=False),
    ]
    (found,) = published_courses(rows)
    assert [(point["published"], point["scored"]) for point in found["arms"]["a"]] == [
        (3.0, True),
        (4.0, False),
    ]


def test_counts_are_shares_and_changes_stand_on_axes_of_their_own():
    counts = [row(6, 9.0, statistic="count", n=12), row(12, 0.5, statistic="proportion", n=10)]
    counts[1] |= {"unit": "dimensionless", "predicted": 0.5, "low": 0.3, "high": 0.6}
    changes = [row(month, -1.0, statistic="percent_change") for month in (12, 24)]
    share, change = published_courses([*counts, *changes])
    assert [(p["published"], p["high"]) for p in share["arms"]["a"]] == [(0.75, 0.5), (0.5, 0.6)]
    assert (share["kind"], change["kind"]) == ("share", "percent change")


def test_a_row_without_a_prediction_is_no_point():
    assert published_courses([row(0, 8.0), row(12, 7.0, predicted=None, scored=False)]) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_figure_has_a_mark_for_each_point_and_names_its_arms(lang):
    rows = [
        row(m, 8.0, arm=arm) | {"reported_low": 7.0, "reported_high": 9.0} for arm in "ab" for m in (0, 6, 12)
    ]
    (course,) = published_courses(rows)
    figure = published_course_figure(course, ["First", "Second"], Writer(lang))
    (axes,) = figure.axes
    marks = [line for line in axes.lines if line.get_linestyle() == "None"]
    assert len(marks) == 6
    svg = to_svg(figure, "x", "y")
    assert re.search("First", svg)
    assert ({"en": "Months since the start", "zh": "开始后的月数"}[lang]) in svg
