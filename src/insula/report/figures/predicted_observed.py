"""Predicted against published values of one outcome, with their intervals and the line of equality."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.core.units import convert
from insula.report.figures.style import BLUE, INK, ORANGE, QUIET, drawing, panel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from insula.report.writing import Writer

_ROOM = 0.06  # of the range, beyond the outermost end
_FAINT = 0.45  # rows that are shown and not counted


def predicted_observed(
    rows: Sequence[dict[str, Any]], measured: str, writer: Writer, *, difference: bool
) -> Figure:
    """Draw rows that have one unit: published across, predicted upwards.

    Parameters
    ----------
    measured
        What the unit measures (``glucose``, ``hba1c``), so that the unit usual in the language can be shown.
    """
    unit = rows[0]["unit"]
    shown = writer.units(unit, measured)[0]

    def scaled(value: float) -> float:
        if unit == "fraction":
            return 100 * value
        return float(convert(value, unit, shown, quantity=measured or None, difference=difference))

    with drawing():
        figure, axes = panel()
        for row in rows:
            _draw(axes, row, *(scaled(row[key]) for key in ("observed", "predicted", "pi_low", "pi_high")))
        _finish(axes, rows, scaled, writer.unit(shown), writer)
    return figure


def _draw(
    axes: Axes, row: dict[str, Any], observed: float, predicted: float, low: float, high: float
) -> None:
    """A dot for inside, a hollow diamond for outside."""
    colour = BLUE if row["inside"] else ORANGE
    look: dict[str, Any] = (
        {"color": colour} if row["inside"] else {"color": "white", "markeredgecolor": colour}
    )
    faint = 1.0 if row["primary"] else _FAINT
    axes.plot((observed, observed), (low, high), color=colour, linewidth=1.2, alpha=faint)
    marker = "o" if row["inside"] else "D"
    axes.plot(observed, predicted, marker, ms=6, markeredgewidth=1.5, alpha=faint, zorder=3, **look)


def _finish(axes: Axes, rows: Sequence[dict[str, Any]], scaled: Any, unit: str, writer: Writer) -> None:
    ends = [scaled(row[key]) for row in rows for key in ("observed", "pi_low", "pi_high", "predicted")]
    room = _ROOM * (max(ends) - min(ends)) or 1.0
    low, high = min(ends) - room, max(ends) + room
    axes.plot((low, high), (low, high), color=QUIET, linewidth=1, linestyle=(0, (4, 2)), zorder=1)
    axes.set_xlim(low, high)
    axes.set_ylim(low, high)
    name = f" [{unit}]" if unit else ""
    axes.set_xlabel(writer._("published") + name, color=INK)
    axes.set_ylabel(writer._("predicted") + name, color=INK)
