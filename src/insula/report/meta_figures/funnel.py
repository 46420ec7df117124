"""Funnel plot: effects against their standard errors, with contours of significance and filled-in studies."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from insula.report.figures.style import INK, QUIET, drawing
from insula.report.meta_figures.from_answer import main_kind
from insula.report.meta_figures.kinds import legend_points, mark
from insula.report.meta_words import null_value, scale_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from insula.report.writing import Writer

    Answer = dict[str, Any]

CONTOURS = (0.1, 0.05, 0.01)
_SHADES = (
    "#ffffff",
    "#b9c1c8",
    "#dbe0e4",
    "#f1f3f5",
)  # from no evidence, between the contours, to p below 0.01
_SIZE, _FRAME = (5.4, 4.7), (0.12, 0.28, 0.84, 0.69)
_FILLED: dict[str, Any] = {
    "marker": "o",
    "markerfacecolor": "white",
    "markeredgecolor": INK,
    "linestyle": "none",
}


def funnel_figure(found: Answer, writer: Writer) -> Figure:
    """Draw on the scale of pooling; the largest standard error lies at the bottom."""
    studies, added = _studies(found), _added(found)
    deepest = 1.06 * max(
        [row["variance"] ** 0.5 for row in studies] + [row["standard_error"] for row in added]
    )
    with drawing():
        figure = Figure(figsize=_SIZE)
        axes = figure.add_axes(_FRAME)
        axes.grid(visible=False)
        shaded = null_value(found["measure"], found["scale"]) is not None
        if shaded:
            _contours(axes, deepest)
        reach = NormalDist().inv_cdf((1 + found["level"]) / 2) * deepest
        centre = found["funnel"]["centre"]
        places = [row["estimate"] for row in (*studies, *added)]
        axes.plot(
            (centre - reach, centre, centre + reach),
            (deepest, 0, deepest),
            color=INK,
            linewidth=0.9,
            linestyle="--",
        )
        axes.plot((centre, centre), (0, deepest), color=INK, linewidth=0.9)
        for i, row in enumerate(studies):
            place = (row["estimate"], row["variance"] ** 0.5)
            axes.plot(*place, markersize=5, linestyle="none", gid=f"point-{i}", zorder=3, **mark(row["kind"]))
        for i, row in enumerate(added):
            axes.plot(
                row["estimate"], row["standard_error"], gid=f"added-{i}", zorder=3, markersize=5.5, **_FILLED
            )
        _finish(axes, found, writer, deepest, [centre - reach, centre + reach, *places])
        figure.legend(
            handles=_legend(studies, bool(added), shaded, writer),
            loc="lower center", ncols=3, frameon=False, fontsize=7.5, columnspacing=1.2,
        )  # fmt: skip
    return figure


def funnel_columns(found: Answer) -> dict[str, list[Any]]:
    """Return the points: studies, filled-in studies, and the top of the funnel."""
    rows = [(row["study"], row["kind"], row["estimate"], row["variance"] ** 0.5) for row in _studies(found)]
    rows += [("", "filled_in", row["estimate"], row["standard_error"]) for row in _added(found)]
    rows.append(("", "centre_of_funnel", found["funnel"]["centre"], 0.0))
    return dict(
        zip(("study", "kind", "estimate", "standard_error"), map(list, zip(*rows, strict=True)), strict=True)
    )


def _studies(found: Answer) -> list[Answer]:
    """Return what the funnel tests were made of: virtual trials beside published studies are left out."""
    rows = (row for row in found["studies"] if row["kind"] == main_kind(found))
    return [row for row in rows if row["estimate"] is not None and row["variance"]]


def _added(found: Answer) -> list[Answer]:
    added: list[Answer] = found["small_study_effects"]["trim_and_fill"].get("added", [])
    return added


def _contours(axes: Axes, deepest: float) -> None:
    """Shade where a study's own p lies between two contours, seen from no effect."""
    ground = Rectangle((0, 0), 1, 1, transform=axes.transAxes, facecolor=_SHADES[-1], linewidth=0, zorder=-1)
    axes.add_patch(ground)  # a figure of a page has no ground of its own
    for p, shade in zip(CONTOURS[::-1], _SHADES[-2::-1], strict=True):
        reach = NormalDist().inv_cdf(1 - p / 2) * deepest
        axes.fill((0, -reach, reach), (0, deepest, deepest), color=shade, linewidth=0, zorder=0)
    axes.axvline(0, color=QUIET, linewidth=0.8, zorder=1)


def _finish(axes: Axes, found: Answer, writer: Writer, deepest: float, places: list[float]) -> None:
    low, high = min(places), max(places)
    axes.set_xlim(low - 0.06 * (high - low), high + 0.06 * (high - low))
    axes.set_ylim(deepest, 0)
    axes.set_xlabel(scale_name(found["measure"], found["scale"], writer._))
    axes.set_ylabel(writer._("Standard error"))


def _legend(studies: list[Answer], added: bool, shaded: bool, writer: Writer) -> list[Line2D | Patch]:
    _ = writer._
    handles: list[Line2D | Patch] = []
    if shaded:
        names = ("p > 0.1", "0.05 < p < 0.1", "0.01 < p < 0.05", "p < 0.01")
        handles += [
            Patch(facecolor=shade, edgecolor=QUIET, linewidth=0.4, label=name)
            for shade, name in zip(_SHADES, names, strict=True)
        ]
    handles.append(
        Line2D([], [], color=INK, linewidth=0.9, linestyle="--", label=_("limits without heterogeneity"))
    )
    handles += legend_points((row["kind"] for row in studies), writer)
    if added:
        handles.append(Line2D([], [], markersize=5.5, label=_("filled in by trim and fill"), **_FILLED))
    return handles
