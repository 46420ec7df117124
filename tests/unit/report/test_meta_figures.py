"""Figures of a meta-analysis: as many marks as studies, told apart without colour, words in both languages."""

import html
import math
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from insula.report.figures.style import to_svg
from insula.report.meta_figures.baujat import baujat_figure
from insula.report.meta_figures.funnel import funnel_figure
from insula.report.meta_figures.influence import DIAGNOSTICS, influence_figure
from insula.report.meta_figures.kinds import flagged, mark
from insula.report.meta_figures.labbe import labbe_figure
from insula.report.meta_figures.lettering import fixed, ratio, shorten, text_inches, wrap
from insula.report.meta_figures.risk_of_bias import SIGNS, risk_of_bias_figure
from insula.report.writing import Writer

EN, ZH = Writer("en"), Writer("zh")


def study(name, kind, estimate, counts):
    return {
        "study": name, "kind": kind, "estimate": estimate, "variance": 0.1,
        "counts": dict(zip(("ai", "bi", "ci", "di"), counts, strict=True)),
    }  # fmt: skip


def single(name, influential):
    numbers = dict.fromkeys((*DIAGNOSTICS, "baujat_x", "baujat_y"), 0.2)
    return {"study": name, "influential": influential, **numbers}


FOUND = {
    "measure": "OR", "scale": "ratio", "level": 0.95, "pooled": {"estimate": -0.5},
    "studies": [
        study("Li", "published", -0.4, (3, 30, 9, 31)), study("Wu", "published", -0.9, (5, 40, 8, 20)),
        study("Twin", "virtual", -0.6, (4, 44, 9, 39)), study("Gap", "published", None, (None, 3, 1, 4)),
    ],
    "funnel": {"centre": -0.5, "largest_error": 0.32},
    "small_study_effects": {"trim_and_fill": {"added": [{"estimate": 0.2, "standard_error": 0.3}]}},
    "influence": [single("Li", True), single("Wu", False)],
}  # fmt: skip


def svg_of(figure):
    return to_svg(figure, "f", "figure")


def marks(svg, name):
    return len(re.findall(rf'id="f-{name}-\d+(?:-\d+)?"', svg))


def texts(svg):
    return {html.unescape(text) for text in re.findall(r"<text[^>]*>([^<]+)</text>", svg)}


def test_the_funnel_shows_every_study_and_the_filled_in_ones():
    svg = svg_of(funnel_figure(FOUND, EN))
    assert (marks(svg, "point"), marks(svg, "added")) == (
        2,
        1,
    )  # the virtual trial has no place among p values
    assert {
        "p > 0.1",
        "0.05 < p < 0.1",
        "0.01 < p < 0.05",
        "p < 0.01",
        "filled in by trim and fill",
    } <= texts(svg)


@pytest.mark.parametrize(
    ("z", "shade"),
    [
        (1.5, "p > 0.1"),
        (1.8, "0.05 < p < 0.1"),
        (2.2, "0.01 < p < 0.05"),
        (-2.5, "0.01 < p < 0.05"),
        (2.7, "p < 0.01"),
    ],
)  # two-sided p of these z: 0.13, 0.07, 0.03, 0.012, 0.007
def test_a_study_stands_on_the_shade_of_its_own_p(z, shade):
    one = study("Li", "published", 0.4 * z, (1, 2, 3, 4)) | {"variance": 0.16}
    figure = funnel_figure({**FOUND, "studies": [one]}, EN)
    axes = figure.axes[0]
    place = axes.transData.transform((0.4 * z, 0.4))
    under = [
        patch for patch in axes.patches if patch.get_window_extent().width and patch.contains_point(place)
    ]
    named = {handle.get_label(): handle.get_facecolor() for handle in figure.legends[0].legend_handles[:4]}
    assert under[-1].get_facecolor() == named[shade]


def test_single_proportions_have_no_contours_of_significance():
    svg = svg_of(funnel_figure({**FOUND, "measure": "PLO", "scale": "share"}, EN))
    assert "p > 0.1" not in texts(svg)


def test_labbe_shows_studies_with_both_shares_and_the_pooled_curve():
    figure = labbe_figure(FOUND, EN)
    svg = svg_of(figure)
    assert marks(svg, "point") == 3
    curve = next(line for line in figure.axes[0].lines if line.get_gid() == "pooled")
    x, y = curve.get_xdata()[100], curve.get_ydata()[100]
    assert math.log(y / (1 - y) / (x / (1 - x))) == pytest.approx(-0.5)


def test_influential_studies_have_another_shape():
    svg = svg_of(baujat_figure(FOUND, EN))
    assert marks(svg, "point") == 2
    assert {"Li", "influential study"} <= texts(svg)
    shapes = {flagged()["marker"], mark("published")["marker"], mark("virtual")["marker"]}
    assert len(shapes) == 3
    assert all(marks(svg_of(influence_figure(FOUND, EN)), name) == 2 for name in DIAGNOSTICS)


def test_traffic_lights_carry_signs():
    judged = {
        "domains": ["D1", "D2"],
        "studies": [
            {"study": "Li", "judgements": {"D1": "low", "D2": "high", "overall": "some concerns"}},
            {"study": "Wu", "judgements": {}},
        ],
    }
    svg = svg_of(risk_of_bias_figure(judged, EN))
    assert marks(svg, "mark") == 6
    assert {"+", "−", "?", "D1 randomisation process", "not judged"} <= texts(svg)
    assert len(set(SIGNS.values())) == len(SIGNS)
    assert {"总体", "D2 偏离既定干预", "未评定"} <= texts(svg_of(risk_of_bias_figure(judged, ZH)))


@pytest.mark.parametrize("draw", [funnel_figure, baujat_figure, labbe_figure, influence_figure])
def test_axes_are_named_in_chinese(draw):
    words = " ".join(texts(svg_of(draw(FOUND, ZH))))
    assert re.search("[\u4e00-\u9fff]{2}", words)
    assert not re.search(r"[Ss]tandard|[Ee]vents|heterogeneity|Leverage", words)


@given(st.text("研究医院 abc-12", max_size=60), st.floats(0.8, 4))
@example("1111111111医", 0.8125)  # a wide letter right after a word
def test_wrapped_lines_fit_and_lose_nothing(text, inches):
    text = " ".join(text.split())
    wrapped = wrap(text, 8.5, inches)
    assert wrapped.replace("\n", "").replace(" ", "") == text.replace(" ", "")
    widest = max(
        max((text_inches(word, 8.5) for word in re.findall("[a-z0-9-]+|.", text)), default=0), inches
    )
    assert all(text_inches(line, 8.5) <= widest + 1e-9 for line in wrapped.split("\n"))


def test_numbers_are_written_as_people_read_them():
    assert [fixed(-0.5, 2), fixed(-0.0001, 2), fixed(None, 2)] == ["−0.50", "0.00", "–"]
    assert [ratio(0.5), ratio(0.021), ratio(1e-9), ratio(869.5), ratio(2e7)] == [
        "0.50",
        "0.021",
        "<0.001",
        "870",
        "2.0e+07",
    ]
    assert shorten("北京协和医院与上海", 10) == "北京协和医院…"
