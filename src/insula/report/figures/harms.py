"""Share of the people of an arm who have each adverse event: simulated, and expected from the counts of the trials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from insula.report.figures.style import BLUE, INK, ORANGE, PANEL_INCHES, drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from insula.report.writing import Writer

_ROW_INCHES, _FRAME_INCHES = 0.4, 0.6


def harms_figure(arm: dict[str, Any], writer: Writer) -> Figure:
    """Draw one line for each event, its name above the line; serious ones are orange. The axis is per cent of people.

    The bar is the interval of the expected share, the tick the share itself; the dot is the simulated share.
    What nobody counted has none.
    """
    rows = arm["known"]
    with drawing():
        size = PANEL_INCHES[0] * 1.25, _FRAME_INCHES + _ROW_INCHES * len(rows)
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.add_subplot()
        for place, row in enumerate(rows):
            _draw(axes, -place, row)
            label = f"{writer.title(row['title'])} · {writer.title(row['therapy_title'])}"
            if row["shares"][0]["share"] is None:
                label = writer._("{label}: {text}").format(label=label, text=writer._("not known"))
            axes.text(0, -place + 0.36, label, ha="left", va="center", fontsize=8)
        axes.set_xlim(-2, 102)
        axes.set_ylim(-len(rows) + 0.5, 0.75)
        axes.set_xticks(range(0, 101, 20), [writer.percent(share / 100) for share in range(0, 101, 20)])
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.grid(visible=False, axis="y")
    return figure


def _draw(axes: Axes, height: float, row: dict[str, Any]) -> None:
    share, colour = row["shares"][0], ORANGE if row["serious"] else BLUE
    if share["share"] is None:
        return
    ends = 100 * share["low"], 100 * share["high"]
    axes.plot(ends, (height, height), color=colour, linewidth=5, alpha=0.35, solid_capstyle="butt")
    axes.plot(100 * share["share"], height, "|", color=colour, ms=9, markeredgewidth=2)
    if row["patients"] is not None and row["of"]:
        axes.plot(100 * row["patients"] / row["of"], height, "o", color=INK, ms=5)
