"""The axis of a forest plot: its limits, and the marks on its lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Polygon
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from insula.report.figures.style import INK, QUIET
from insula.report.meta_figures.kinds import area, line, mark

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from insula.report.meta_figures.forest import Forest, ForestRow, ForestSummary

_HALF = 0.065  # inches: half the height of a diamond
_MARK = (3.0, 8.5)  # points: side of the mark of the lightest and of the heaviest study
_USUAL = 0.1  # share of a study whose weight is unknown
_ROOM = 1.0  # how far beyond the effects, in their own range, an interval is drawn before it ends in an arrow


def limits(forest: Forest) -> tuple[float, float]:
    """Return the ends of the axis: all effects, the first interval over all, and the others as far as they are sane."""
    to = np.log if forest.log else np.asarray
    lines: list[ForestRow | ForestSummary] = [*forest.rows, *forest.summaries]
    inner = [line.effect for line in lines] + [forest.null if forest.null is not None else np.nan]
    inner += [end for pooled in _over_all(forest)[:1] for end in (pooled.low, pooled.high)]
    outer = [end for line in lines for end in (line.low, line.high)]
    outer += [end for pooled in forest.summaries for end in pooled.prediction or ()]
    inside, whole = (np.array(to(np.array(values, dtype=float))) for values in (inner, inner + outer))
    if not np.isfinite(inside).any():
        return (0.1, 10.0) if forest.log else (-1.0, 1.0)
    low, high = float(np.nanmin(inside)), float(np.nanmax(inside))
    widths = to(np.array([row.high for row in forest.rows])) - to(np.array([row.low for row in forest.rows]))
    known = widths[np.isfinite(widths)]
    reach = max(_ROOM * (high - low), float(np.median(known)) if known.size else 0.0, 1e-9)
    low, high = max(low - reach, float(np.nanmin(whole))), min(high + reach, float(np.nanmax(whole)))
    pad = 0.04 * (high - low) or 0.5
    ends = np.array([low - pad, high + pad])
    return (
        (float(np.exp(ends[0])), float(np.exp(ends[1]))) if forest.log else (float(ends[0]), float(ends[1]))
    )


def draw_line(axes: Axes, role: str, drawn: ForestRow | ForestSummary | None, y: float, name: str) -> None:
    """Draw the mark of one line, if it has one; `name` makes it findable in an SVG."""
    if drawn is None or drawn.effect != drawn.effect:
        return
    if role == "study":
        _study(axes, drawn, y, name)
    elif role == "pooled":
        ends = [(drawn.low, y), (drawn.effect, y - _HALF), (drawn.high, y), (drawn.effect, y + _HALF)]
        axes.add_patch(Polygon(ends, closed=True, zorder=3, gid=name, **area(drawn.kind)))
        _arrows(axes, drawn.low, drawn.high, y, INK)
    else:
        low, high = getattr(drawn, "prediction", None) or (np.nan, np.nan)
        axes.plot((low, high), (y, y), color=INK, linewidth=2.2, solid_capstyle="butt", gid=name, zorder=3)
        axes.plot((low, high), (y, y), "|", color=INK, markersize=6, zorder=3)
        _arrows(axes, low, high, y, INK)


def finish_axis(axes: Axes, forest: Forest, ends: tuple[float, float]) -> None:
    """Scale, ticks, the line of no effect and the line of the first effect over all."""
    if forest.log:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(_few_ratios(ends))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    axes.set_xlim(*ends)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False)
    axes.set_xlabel(forest.axis_label)
    for text, x, side in zip(forest.favours, (0.0, 1.0), ("left", "right"), strict=True):
        arrow = f"← {text}" if side == "left" else f"{text} →"
        axes.annotate(
            arrow if text else "",
            (x, 0),
            (0, -32),
            "axes fraction",
            "offset points",
            ha=side,
            va="top",
            fontsize=8,
        )
    if forest.null is not None:
        axes.axvline(forest.null, color=QUIET, linewidth=0.8, zorder=1)
    over_all = _over_all(forest)
    if over_all:
        axes.axvline(over_all[0].effect, color=INK, linewidth=0.7, linestyle=(0, (1.5, 2)), zorder=1)


def _over_all(forest: Forest) -> list[ForestSummary]:
    return [summary for summary in forest.summaries if not summary.subgroup]


def _study(axes: Axes, row: ForestRow | ForestSummary, y: float, name: str) -> None:
    left, right = axes.get_xlim()
    ends = (max(row.low, left), min(row.high, right))
    axes.plot(ends, (y, y), linewidth=1.1, zorder=2, **line(row.kind))
    _arrows(axes, row.low, row.high, y, line(row.kind)["color"])
    weight = getattr(row, "weight", None)
    share = _USUAL if weight is None else weight / 100
    side = _MARK[0] + (_MARK[1] - _MARK[0]) * min(1.0, 2 * share) ** 0.5
    axes.plot(row.effect, y, linestyle="none", markersize=side, zorder=4, gid=name, **mark(row.kind))


def _arrows(axes: Axes, low: float, high: float, y: float, colour: str) -> None:
    """Say where an interval goes on beyond the axis."""
    left, right = axes.get_xlim()
    for end, beyond, arrow in ((left, low < left, "<"), (right, high > right, ">")):
        if beyond:
            axes.plot(end, y, arrow, color=colour, markersize=4.5, clip_on=False, zorder=2)


def _few_ratios(ends: tuple[float, float]) -> LogLocator | MaxNLocator:
    decades = np.log10(ends[1] / ends[0])
    if decades < 1:
        return MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10])
    return LogLocator(subs=(1.0, 2.0, 5.0) if decades < 3 else (1.0,), numticks=8)
