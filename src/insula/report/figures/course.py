"""A quantity over the days of the study: the patients as bands, the published points on top."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from insula.report.figures.style import BLUE, INK, INNER_ALPHA, ORANGE, OUTER_ALPHA, drawing, panel
from insula.report.writing import Writer, convert_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DAYS_PER_MONTH = 365.25 / 12
_LEVELS = ("mean", "median", "proportion")


def course_figure(
    bands: dict[str, Any], published: Sequence[dict[str, Any]], quantity: str, unit: str, writer: Writer
) -> Figure:
    """Draw one quantity of one arm."""
    with drawing():
        figure, axes = panel()
        draw_course(axes, bands, published, quantity, unit, writer)
    return figure


def draw_course(
    axes: Axes, bands: dict[str, Any], published: Sequence[dict[str, Any]], quantity: str, unit: str, writer: Writer
) -> None:
    """Draw into given axes: bands 5-95 and 25-75, median, mean, published points with their error bars."""
    shown, *_ = writer.units(unit, quantity)
    if bands.get("share"):
        draw_line(axes, bands, quantity, "fraction", "fraction", BLUE)
    else:
        draw_bands(axes, "day", bands, quantity, unit, shown, BLUE)
    draw_published(axes, published, quantity, shown)
    finish_days(axes, writer)
    finish_value(axes, quantity, "fraction" if bands.get("share") else unit, writer)


def draw_bands(
    axes: Axes, position: str, bands: dict[str, Any], quantity: str, unit: str, shown: str, colour: str
) -> None:
    """Draw the spread of the patients over a position (day or minute)."""
    x = np.array(bands[position])
    y = {key: in_unit(bands[key], unit, shown, quantity) for key in ("p5", "p25", "p50", "p75", "p95", "mean")}
    axes.fill_between(x, y["p5"], y["p95"], color=colour, alpha=OUTER_ALPHA, linewidth=0)
    axes.fill_between(x, y["p25"], y["p75"], color=colour, alpha=INNER_ALPHA, linewidth=0)
    axes.plot(x, y["p50"], color=colour, linewidth=1.8)
    axes.plot(x, y["mean"], color=INK, linewidth=1.0, linestyle=(0, (4, 2)))


def draw_line(axes: Axes, bands: dict[str, Any], quantity: str, unit: str, shown: str, colour: str) -> None:
    """Draw the mean only, with a dot where it was measured: for what a patient either has or has not."""
    axes.plot(bands["day"], in_unit(bands["mean"], unit, shown, quantity), color=colour, linewidth=1.8, marker="o", ms=3.5)


def draw_published(axes: Axes, rows: Sequence[dict[str, Any]], quantity: str, shown: str) -> None:
    """Draw published levels as hollow diamonds, with error bars where a spread was given."""
    for row in rows:
        day = row["time_months"] * DAYS_PER_MONTH
        value, low, high = (
            None if row[key] is None else float(in_unit(row[key], row["unit"], _own(row, shown), quantity))
            for key in ("published", "published_low", "published_high")
        )
        if low is not None and high is not None:
            axes.vlines(day, low, high, color=INK, linewidth=1.1, zorder=4)
        axes.plot(day, value, "D", color="white", markeredgecolor=ORANGE, markeredgewidth=1.6, ms=6, zorder=5, clip_on=False)


def published_levels(comparison: Sequence[dict[str, Any]], arm: str, quantity: str) -> list[dict[str, Any]]:
    """Return the published rows of an arm that are a level of this quantity (no changes, no counts)."""
    return [
        row
        for row in comparison
        if row["arm"] == arm and row["outcome"] == quantity and row["statistic"] in _LEVELS and row["published"] is not None
    ]


def finish_days(axes: Axes, writer: Writer) -> None:
    """Label the axis of days; a line marks the therapy."""
    axes.set_xlabel(writer._("Days since the therapy"))
    axes.margins(x=0.02)
    axes.axvline(0, color=INK, linewidth=0.6, linestyle=":")


def finish_value(axes: Axes, quantity: str, unit: str, writer: Writer) -> None:
    """Start at zero where that does not squeeze the data, and show the second unit system on the right."""
    low, high = axes.get_ylim()
    axes.set_ylim(0 if low < high / 3 else low, high)
    first, *others = writer.units(unit, quantity)
    axes.set_ylabel(writer.unit(first) or writer._("dimensionless"))
    for other in others:
        right = axes.secondary_yaxis("right", functions=(_to(first, other, quantity), _to(other, first, quantity)))
        right.set_ylabel(writer.unit(other))


def in_unit(values: Any, unit: str, shown: str, quantity: str) -> np.ndarray:
    """Return values in the unit shown; shares are shown in per cent."""
    numbers = np.asarray(values, dtype=float)
    return numbers * 100 if unit == "fraction" else np.asarray(convert_for(numbers, unit, shown, quantity))


def _own(row: dict[str, Any], shown: str) -> str:
    return row["unit"] if row["unit"] == "fraction" else shown


def _to(start: str, end: str, quantity: str) -> Any:
    return lambda values: convert_for(np.asarray(values, dtype=float), start, end, quantity)
