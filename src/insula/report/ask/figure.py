"""The chance of the goal with its interval, for each therapy at each horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from insula.report.ask import words
from insula.report.figures.style import BLUE, INK, PANEL_INCHES, drawing

if TYPE_CHECKING:
    from insula.report.writing import Writer

_ROW_INCHES, _HEAD_INCHES, _FRAME_INCHES = 0.3, 0.36, 0.6


def chance_figure(s: dict[str, Any], writer: Writer) -> Figure:
    """Draw one line for each horizon below the name of its therapy; the axis is the chance in per cent."""
    compared = [one for one in s["therapies"] if one["compared"]]
    rows, heads = len(compared) * len(s["horizons"]), len(compared)
    with drawing():
        size = PANEL_INCHES[0] * 1.5, _FRAME_INCHES + rows * _ROW_INCHES + heads * _HEAD_INCHES
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.add_subplot()
        height, ticks = 0.0, {}
        for therapy in compared:
            height -= _HEAD_INCHES / _ROW_INCHES
            axes.text(0, height, writer.title(therapy["title"]), va="center", fontsize=9, fontweight="bold")
            for horizon in s["horizons"]:
                height -= 1.0
                ticks[height] = words.after(horizon, writer)
                _draw(axes, height, _of(s, therapy, horizon), writer)
        axes.set_xlim(-2, 118)
        axes.set_ylim(height - 0.7, 0)
        axes.set_xticks(range(0, 101, 20), [writer.percent(share / 100) for share in range(0, 101, 20)])
        axes.set_yticks(list(ticks), list(ticks.values()))
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(visible=False, axis="y")
    return figure


def _of(s: dict[str, Any], therapy: dict[str, Any], horizon: dict[str, Any]) -> dict[str, Any] | None:
    """Return the chance of the goal at a horizon."""
    found = [
        one["chance"]
        for one in therapy["chances"]
        if (one["endpoint"], one["day"]) == (s["goal"], horizon["day"])
    ]
    return found[0] if found else None


def _draw(axes: Any, height: float, found: dict[str, Any] | None, writer: Writer) -> None:
    if found is None:
        return
    ends = (100 * found["low"], 100 * found["high"])
    axes.plot(ends, (height, height), color=BLUE, linewidth=5, alpha=0.35, solid_capstyle="butt")
    axes.plot(100 * found["share"], height, "o", color=BLUE, ms=6)
    axes.text(103, height, writer.percent(found["share"]), va="center", fontsize=8.5, color=INK)
