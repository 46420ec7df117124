"""Predicted against published, all scorable rows in one figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from insula.report.figures.style import BLUE, INK, ORANGE, PANEL_INCHES, drawing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from insula.report.writing import Writer

_ROW_INCHES, _FRAME_INCHES = 0.4, 0.75
_FARTHEST = 3.0


def interval_figure(rows: Sequence[dict[str, Any]], labels: Sequence[str], writer: Writer) -> Figure:
    """Draw one line per scorable row, its label above the line."""
    with drawing():
        size = PANEL_INCHES[0] * 1.25, _FRAME_INCHES + _ROW_INCHES * len(rows)
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.add_subplot()
        for place, (row, label) in enumerate(zip(rows, labels, strict=True)):
            _draw_row(axes, -place, row, label)
        _finish(axes, len(rows), writer)
    return figure


def relative_place(row: dict[str, Any]) -> float:
    """Return where the published value lies: 0 = the prediction, -1 and 1 = the ends of its interval.

    So rows of any unit share one axis, and a point lies beyond 1 exactly when it is outside its interval.
    """
    distance = row["published"] - row["predicted"]
    half = row["high"] - row["predicted"] if distance > 0 else row["predicted"] - row["low"]
    if distance == 0:
        return 0.0
    return float(distance / half) if half > 0 else float("inf") * (1 if distance > 0 else -1)


def _draw_row(axes: Axes, height: float, row: dict[str, Any], label: str) -> None:
    axes.plot((-1, 1), (height, height), color=BLUE, linewidth=5, alpha=0.35, solid_capstyle="butt")
    axes.plot(0, height, "|", color=BLUE, ms=9, markeredgewidth=2)
    place = relative_place(row)
    shown = max(-_FARTHEST, min(_FARTHEST, place))
    axes.plot(shown, height, ms=6, markeredgewidth=1.6, linestyle="none", clip_on=False, **_look(row, place))
    axes.text(-_FARTHEST - 0.1, height + 0.36, label, ha="left", va="center", fontsize=8)


def _look(row: dict[str, Any], place: float) -> dict[str, Any]:
    """Return a dot for inside, a hollow diamond for outside, an arrow for outside the figure."""
    if row["inside"]:
        return {"marker": "o", "color": INK}
    marker = "D" if abs(place) <= _FARTHEST else ">" if place > 0 else "<"
    return {"marker": marker, "color": "white", "markeredgecolor": ORANGE}


def _finish(axes: Axes, rows: int, writer: Writer) -> None:
    axes.set_xlim(-_FARTHEST - 0.1, _FARTHEST + 0.1)
    axes.set_ylim(-rows + 0.5, 0.75)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False)
    names = (writer._("published is lower"), writer._("prediction"), writer._("published is higher"))
    axes.set_xticks((-2, 0, 2), names)
    axes.tick_params(axis="x", length=0)
