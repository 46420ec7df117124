"""A quantity over the days of the study: the patients as bands, the published points on top."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from insula.core.calendar import DAYS_PER_MONTH
from insula.core.units import convert
from insula.report.figures.style import BLUE, INK, INNER_ALPHA, ORANGE, OUTER_ALPHA, drawing, panel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from insula.report.writing import Writer

_FEW = 12
_LEVELS = ("mean", "median", "proportion")


def course_figure(bands: dict[str, Any], published: Sequence[dict[str, Any]], writer: Writer) -> Figure:
    """Draw one quantity of one arm."""
    with drawing():
        figure, axes = panel()
        draw_course(axes, bands, published, writer)
    return figure


def draw_course(
    axes: Axes, bands: dict[str, Any], published: Sequence[dict[str, Any]], writer: Writer
) -> None:
    """Draw into given axes: bands 5-95 and 25-75, median, mean, published points with their error bars."""
    unit, measured = bands["unit"], bands["measured"]
    shown, *_ = writer.units(unit, measured)
    if bands["share"]:
        draw_line(axes, bands, shown, BLUE)
    else:
        draw_bands(axes, bands, "day", shown, BLUE)
    draw_published(axes, published, measured, shown)
    finish_days(axes, writer)
    finish_value(axes, unit, measured, writer)


def draw_bands(axes: Axes, bands: dict[str, Any], position: str, shown: str, colour: str) -> None:
    """Draw the spread of the patients over day or minute; a dot where only visits were measured."""
    x = np.array(bands[position])
    y = {key: in_unit(bands[key], bands, shown) for key in ("p5", "p25", "p50", "p75", "p95", "mean")}
    axes.fill_between(x, y["p5"], y["p95"], color=colour, alpha=OUTER_ALPHA, linewidth=0)
    axes.fill_between(x, y["p25"], y["p75"], color=colour, alpha=INNER_ALPHA, linewidth=0)
    axes.plot(x, y["p50"], color=colour, linewidth=1.8, marker=_marker(x), ms=3.5)
    axes.plot(x, y["mean"], color=INK, linewidth=1.0, linestyle=(0, (4, 2)))


def draw_line(axes: Axes, bands: dict[str, Any], shown: str, colour: str, style: Any = "-") -> None:
    """Draw the mean only: for what a patient either has or has not."""
    x, y = np.array(bands["day"]), in_unit(bands["mean"], bands, shown)
    axes.plot(x, y, color=colour, linewidth=1.8, linestyle=style, marker=_marker(x), ms=3.5)


def draw_published(axes: Axes, rows: Sequence[dict[str, Any]], measured: str, shown: str) -> None:
    """Draw published levels as hollow diamonds, with error bars where a spread was given."""
    look: dict[str, Any] = {
        "color": "white",
        "markeredgecolor": ORANGE,
        "markeredgewidth": 1.6,
        "ms": 6,
        "zorder": 5,
        "clip_on": False,
    }
    for row in rows:
        day = row["time_months"] * DAYS_PER_MONTH
        own = {"unit": row["unit"], "measured": measured}
        axes.plot(day, in_unit(row["published"], own, shown), "D", **look)
        if None not in (row["published_low"], row["published_high"]):
            low, high = in_unit([row["published_low"], row["published_high"]], own, shown)
            axes.vlines(day, low, high, color=INK, linewidth=1.1, zorder=4)


def published_levels(comparison: Sequence[dict[str, Any]], arm: str, outcome: str) -> list[dict[str, Any]]:
    """Return the published rows of an arm that are a level of this outcome at a known time; counts are shares."""
    mine = [row for row in comparison if (row["arm"], row["outcome"]) == (arm, outcome)]
    known = [row for row in mine if None not in (row["published"], row["time_months"])]
    return [found for row in known if (found := _level(row))]


def _level(row: dict[str, Any]) -> dict[str, Any] | None:
    if row["statistic"] == "count" and row["n"]:
        return {**row, "published": row["published"] / row["n"], "unit": "fraction"}
    return row if row["statistic"] in _LEVELS else None


def finish_days(axes: Axes, writer: Writer) -> None:
    """Label the axis of days; a line marks the therapy."""
    axes.set_xlabel(writer._("Days since the start"))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 3, 6, 9, 10]))
    axes.margins(x=0.02)
    axes.axvline(0, color=INK, linewidth=0.6, linestyle=":")


def finish_value(axes: Axes, unit: str, measured: str, writer: Writer) -> None:
    """Start at zero where that does not squeeze the data, and show the second unit system on the right."""
    low, high = axes.get_ylim()
    axes.set_ylim(0 if low < high / 3 else low, high)
    first, *others = writer.units(unit, measured)
    axes.set_ylabel(_axis_label(first, writer))
    for other in others:
        right = axes.secondary_yaxis(
            "right", functions=(_to(first, other, measured), _to(other, first, measured))
        )
        right.set_ylabel(writer.unit(other))


def in_unit(values: Any, own: dict[str, Any], shown: str) -> np.ndarray:
    """Return values of `own` unit and measured quantity in the unit shown; shares become per cent."""
    numbers = np.asarray(values, dtype=float)
    if own["unit"] == "fraction":
        return numbers * 100
    return np.asarray(convert(numbers, own["unit"], shown, quantity=own["measured"] or None))


def _axis_label(unit: str, writer: Writer) -> str:
    return writer._("% of patients") if unit == "fraction" else writer.unit(unit)


def _marker(x: np.ndarray) -> str:
    return "o" if len(x) <= _FEW else ""


def _to(start: str, end: str, measured: str) -> Any:
    return lambda values: convert(np.asarray(values, dtype=float), start, end, quantity=measured)
