"""Names beside points: only where there is room for them, the outermost points first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from insula.report.meta_figures.lettering import POINTS_PER_INCH, shorten, text_inches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    Box = tuple[float, float, float, float]  # left, bottom, right, top in inches

_POINTS, _LETTERS, _MOST = 7.5, 26, 12


def name_points(
    axes: Axes,
    x: Sequence[float],
    y: Sequence[float],
    names: Sequence[str],
    inches: tuple[float, float],
    away: float,
) -> int:
    """Write names beside points, right of them or left, and leave out those that would lie on another.

    Parameters
    ----------
    axes
        With their limits set.
    x, y, names : (k,)
    inches
        Width and height of the axes.
    away
        Inches from the middle of a point to its name.

    Returns
    -------
    How many names were written.
    """
    places = axes.transLimits.transform(np.column_stack([x, y])) * np.array(inches)
    middle = np.median(places, axis=0)
    taken = [(px - away, py - away, px + away, py + away) for px, py in places.tolist()]
    written = 0
    for i in np.argsort(-np.hypot(*(places - middle).T), kind="stable").tolist():
        text = shorten(names[i], _LETTERS)
        found = _room(text, i, places[i].tolist(), away, taken, inches)
        if found is None or written == _MOST:
            continue
        side, box = found
        shift = (away if side == "left" else -away) * POINTS_PER_INCH
        look: dict[str, Any] = {"ha": side, "va": "center", "fontsize": _POINTS}
        axes.annotate(text, (x[i], y[i]), (shift, 0), textcoords="offset points", **look)
        taken.append(box)
        written += 1
    return written


def _room(
    text: str, i: int, place: tuple[float, float], away: float, taken: list[Box], inches: tuple[float, float]
) -> tuple[str, Box] | None:
    """Return on which side of a point its name has room, and the room it takes."""
    (px, py), width, half = place, text_inches(text, _POINTS), _POINTS / POINTS_PER_INCH / 2
    for side, left in (("left", px + away), ("right", px - away - width)):
        box = (left, py - half, left + width, py + half)
        free = not any(_overlap(box, other) for n, other in enumerate(taken) if n != i)
        if free and left >= 0 and left + width <= inches[0]:
            return side, box
    return None


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
