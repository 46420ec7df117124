"""Predicted against published, all scorable rows in one figure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

import numpy as np
from matplotlib.figure import Figure

from insula.report.figures.style import BLUE, INK, ORANGE, PANEL_INCHES, drawing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from insula.report.writing import Writer

_ROW_INCHES, _FRAME_INCHES = 0.4, 0.75
_FARTHEST = 3.0
_LINE = 0.36  # height of one more line of a label, in rows
_ROOM = 86  # Latin letters of a label that have room in a line
_PIECES = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]\s*|[^\s\u2e80-\u9fff\uff00-\uffef]+\s*|\s+")


def interval_figure(rows: Sequence[dict[str, Any]], labels: Sequence[str], writer: Writer) -> Figure:
    """Draw one line per scorable row, its label above the line, folded where it is longer than the figure is wide."""
    with drawing():
        folded = [folded_label(label) for label in labels]
        depths = np.cumsum([0.0, *(1.0 + _LINE * label.count("\n") for label in folded)])
        size = PANEL_INCHES[0] * 1.25, _FRAME_INCHES + _ROW_INCHES * float(depths[-1])
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.add_subplot()
        for depth, row, label in zip(depths[1:], rows, folded, strict=True):
            _draw_row(axes, 1.0 - depth, row, label)
        _finish(axes, float(depths[-1]), writer)
    return figure


def folded_label(label: str, room: int = _ROOM) -> str:
    """Break a label into lines of at most `room` Latin letters: at spaces, or between wide (Chinese) letters.

    A wide letter takes the room of two. A word that is longer than a line keeps a line of its own.
    """
    lines, line = [], ""
    for piece in _PIECES.findall(label):
        if line and _room_of((line + piece).rstrip()) > room:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return "\n".join([*lines, line.rstrip()])


def _room_of(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


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
    text = axes.text(
        -_FARTHEST - 0.1, height + 0.2, label, ha="left", va="bottom", fontsize=8, linespacing=1.1
    )
    text.set_in_layout(False)  # a label has the room of the axes, and takes none from them


def _look(row: dict[str, Any], place: float) -> dict[str, Any]:
    """Return a dot for inside, a hollow diamond for outside, an arrow for outside the figure."""
    if row["inside"]:
        return {"marker": "o", "color": INK}
    marker = "D" if abs(place) <= _FARTHEST else ">" if place > 0 else "<"
    return {"marker": marker, "color": "white", "markeredgecolor": ORANGE}


def _finish(axes: Axes, depth: float, writer: Writer) -> None:
    axes.set_xlim(-_FARTHEST - 0.1, _FARTHEST + 0.1)
    axes.set_ylim(0.5 - depth, 0.75)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=False)
    names = (writer._("published is lower"), writer._("prediction"), writer._("published is higher"))
    axes.set_xticks((-2, 0, 2), names)
    axes.tick_params(axis="x", length=0)
