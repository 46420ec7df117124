"""A published time course with its intervals on the axes of the predicted one, an arm in a colour and a shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D

from insula.core.units import convert
from insula.report.figures.style import BLUE, GREEN, INK, ORANGE, OUTER_ALPHA, QUIET, drawing, panel
from insula.report.published_courses import CHANGE, SHARE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from insula.report.writing import Writer

_LOOKS = ((BLUE, "o", "-"), (ORANGE, "D", "--"), (GREEN, "s", "-."), (INK, "^", ":"), (QUIET, "v", "-"))
_AS_THEY_ARE = {"month": "time_months", "scored": "scored"}
_FAINT = 0.4  # of what is shown and not scored: interim looks, subgroups
_APART = 0.012  # of the width, so that the bars of two arms do not hide each other


def published_course_figure(course: dict[str, Any], titles: Sequence[str], writer: Writer) -> Figure:
    """Draw a course of `published_courses`; `titles` are those of its arms."""
    shown, *_ = writer.units(course["unit"], course["measured"])
    months = [point["time_months"] for points in course["arms"].values() for point in points]
    step = _APART * (max(months) - min(months))
    with drawing():
        figure, axes = panel()
        handles = []
        for number, (points, title) in enumerate(zip(course["arms"].values(), titles, strict=True)):
            look = _LOOKS[number % len(_LOOKS)]
            _draw_arm(axes, _columns(points, course, shown), look, step * (number - (len(titles) - 1) / 2))
            handles.append(_legend_entry(look, title))
        axes.set_xlabel(writer._("Months since the start"))
        axes.set_ylabel(writer._("% of patients") if course["kind"] == SHARE else writer.unit(shown))
        if len(handles) > 1:
            axes.legend(handles=handles, edgecolor="none", framealpha=0.85, fontsize=7)
    return figure


def _legend_entry(look: Any, title: str) -> Line2D:
    colour, marker, dashes = look
    return Line2D([], [], color=colour, marker=marker, linestyle=dashes, ms=4, label=title)


def _columns(points: list[dict[str, Any]], course: dict[str, Any], shown: str) -> dict[str, np.ndarray]:
    """Return the columns of an arm in the unit shown; a missing end is NaN."""
    names = ("published", "published_low", "published_high", "predicted", "low", "high")
    found = {name: np.array([point[key] for point in points]) for name, key in _AS_THEY_ARE.items()}
    for name in names:
        values = np.array([np.nan if point[name] is None else point[name] for point in points])
        found[name] = _shown(values, course, shown)
    return found


def _shown(values: np.ndarray, course: dict[str, Any], shown: str) -> np.ndarray:
    if course["kind"] == SHARE:
        return values * 100
    quantity, difference = course["measured"] or None, course["kind"] == CHANGE
    return np.asarray(convert(values, course["unit"], shown, quantity=quantity, difference=difference))


def _draw_arm(axes: Axes, arm: dict[str, np.ndarray], look: tuple[str, str, str], apart: float) -> None:
    """Draw what is predicted as a line in its band, what was published as marks with bars."""
    colour, marker, dashes = look
    axes.fill_between(arm["month"], arm["low"], arm["high"], color=colour, alpha=OUTER_ALPHA, linewidth=0)
    axes.plot(arm["month"], arm["predicted"], color=colour, linestyle=dashes, linewidth=1.4)
    hollow: dict[str, Any] = {"markerfacecolor": "white", "markeredgewidth": 1.5, "ms": 5, "clip_on": False}
    for month, low, high, value, scored in zip(
        *(arm[name] for name in ("month", "published_low", "published_high", "published", "scored")),
        strict=True,
    ):
        alpha = 1.0 if scored else _FAINT
        axes.vlines(month + apart, low, high, color=colour, linewidth=1.1, zorder=4, alpha=alpha)
        axes.plot(
            month + apart, value, marker, color=colour, linestyle="none", alpha=alpha, zorder=5, **hollow
        )
