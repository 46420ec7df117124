"""The figure of harms: what nobody counted has a line that says so, and neither bar nor mark."""

import pytest

from insula.report.figures.harms import harms_figure
from insula.report.figures.style import to_svg
from insula.report.writing import Writer


def row(title, share):
    known = {"share": share, "low": share, "high": share}
    return {
        "title": {"en": title, "zh": title}, "therapy_title": {"en": "cells", "zh": "cells"}, "serious": True,
        "shares": [known], "patients": None if share is None else 3, "of": 10,
    }  # fmt: skip


@pytest.mark.parametrize(("lang", "words"), [("en", "not known"), ("zh", "未知")])
def test_what_nobody_counted_is_drawn_as_not_known(lang, words):
    figure = harms_figure({"known": [row("Bleeding", 0.25), row("Antibodies", None)]}, Writer(lang))
    (axes,) = figure.axes
    assert len(axes.lines) == 3, "bar, tick and dot of the one that was counted"
    assert words in to_svg(figure, "x", "y")
