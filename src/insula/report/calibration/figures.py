"""Prior against posterior, one line for each parameter; predictions against rows reuse the figure of intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from insula.report.calibration.words import row_name
from insula.report.figures.intervals import interval_figure
from insula.report.figures.style import BLUE, INK, PANEL_INCHES, QUIET, drawing, to_svg
from insula.report.html import markup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from insula.report.writing import Writer

_ROW_INCHES, _FRAME_INCHES = 0.4, 0.75
_REACH = 3.0  # sd of the prior to either side
_PRIOR_END = 1.645  # 90 % of a standard normal


def figures(answer: dict[str, Any], writer: Writer) -> list[dict[str, Any]]:
    """Draw parameters, fitted rows, and rows of studies that were left out where there are any."""
    _ = writer._
    drawn = [
        ("parameters", _("Prior and posterior of each parameter"), _parameters(answer["parameters"], writer)),
        ("rows", _("Published rows in the interval of the fit"), _rows(answer["rows"], "posterior", writer)),
    ]
    left_out = [row for row in answer["rows"] if row["left_out"]]
    if left_out:
        title = _("Published rows in the interval of a fit without their study")
        drawn.append(("left-out", title, _rows(left_out, "left_out", writer)))
    effects = [one for one in answer["effects"] if one["left_out"]]
    if effects:
        title = _("Treated less control in a fit without their study")
        drawn.append(("effects-left-out", title, _rows(effects, "left_out", writer)))
    return [
        {"name": name, "title": title, "svg": markup(to_svg(figure, name, title))}
        for name, title, figure in drawn
    ]


def _rows(rows: Sequence[dict[str, Any]], which: str, writer: Writer) -> Figure:
    labels = [f"{row_name(row, writer)} · {row['study']}, {_arms(row)}" for row in rows]
    return interval_figure([{**row, **row[which]} for row in rows], labels, writer)


def _arms(row: dict[str, Any]) -> str:
    return row["arm"] if "arm" in row else f"{row['treated']} – {row['control']}"


def _parameters(parameters: Sequence[dict[str, Any]], writer: Writer) -> Figure:
    """Bars on the scores of the priors, where every prior is a standard normal: grey before, blue after the fit."""
    with drawing():
        size = PANEL_INCHES[0] * 1.25, _FRAME_INCHES + _ROW_INCHES * len(parameters)
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.add_subplot()
        for place, one in enumerate(parameters):
            low, middle, high = one["scores"]
            height = -place
            prior = (-_PRIOR_END, _PRIOR_END)
            axes.plot(prior, (height, height), color=QUIET, linewidth=9, alpha=0.3, solid_capstyle="butt")
            axes.plot((low, high), (height, height), color=BLUE, linewidth=4, solid_capstyle="butt")
            axes.plot(middle, height, "o", color="white", markeredgecolor=BLUE, ms=5)
            axes.text(-_REACH, height + 0.36, one["symbol"], ha="left", va="center", fontsize=8, color=INK)
        axes.set_xlim(-_REACH - 0.1, _REACH + 0.1)
        axes.set_ylim(-len(parameters) + 0.5, 0.75)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(writer._("standard deviations of the prior"), color=INK)
    return figure
