"""L'Abbé plot: the share with an event in the treated group against that in the control group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from insula.report.figures.style import INK, QUIET, drawing
from insula.report.meta_figures.kinds import legend_points, mark
from insula.report.meta_figures.points import name_points

if TYPE_CHECKING:
    from collections.abc import Callable

    from insula.report.writing import Writer

    Answer = dict[str, Any]

_SIZE, _FRAME = (5.0, 5.2), (0.14, 0.2, 0.82, 0.7885)
_MARK = (3.5, 11.0)


def labbe_figure(found: Answer, writer: Writer) -> Figure:
    """Draw studies with marks by their size, the line of no effect and the curve of the pooled effect."""
    rows = _rows(found)
    control, treated = [row["control"] for row in rows], [row["treated"] for row in rows]
    largest = max(row["size"] for row in rows)
    end = min(1.0, 1.12 * max([*control, *treated, 0.01]))
    with drawing():
        figure = Figure(figsize=_SIZE)
        axes = figure.add_axes(_FRAME)
        axes.plot((0, end), (0, end), color=QUIET, linewidth=0.9)
        grid = np.linspace(0, end, 200)
        axes.plot(grid, _curve(found)(grid), color=INK, linewidth=1, linestyle="--", gid="pooled")
        for i, row in enumerate(rows):
            side = _MARK[0] + (_MARK[1] - _MARK[0]) * (row["size"] / largest) ** 0.5
            place = (row["control"], row["treated"])
            axes.plot(
                *place,
                markersize=side,
                linestyle="none",
                alpha=0.8,
                gid=f"point-{i}",
                zorder=3,
                **mark(row["kind"]),
            )
        axes.set_xlim(-0.02 * end, end)
        axes.set_ylim(-0.02 * end, end)
        inches = (_SIZE[0] * _FRAME[2], _SIZE[1] * _FRAME[3])
        name_points(
            axes,
            control,
            treated,
            [row["study"] for row in rows],
            inches,
            0.11,
        )
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.3g}"))
        axes.set_xlabel(writer._("Control: events, %"))
        axes.set_ylabel(writer._("Treated: events, %"))
        figure.legend(handles=_legend(rows, writer), loc="lower center", ncols=2, frameon=False, fontsize=7.5)
    return figure


def labbe_columns(found: Answer) -> dict[str, list[Any]]:
    """Return the shares of both groups and the size of each study."""
    rows = _rows(found)
    return {name: [row[name] for row in rows] for name in ("study", "kind", "control", "treated", "size")}


def has_two_shares(found: Answer) -> bool:
    """Return whether the measure compares the shares of two groups, and a study has both."""
    return "ai" in found["studies"][0]["counts"] and bool(_rows(found))


def _rows(found: Answer) -> list[Answer]:
    rows = []
    for row in found["studies"]:
        counts = [row["counts"][name] for name in ("ai", "bi", "ci", "di")]
        if None not in counts and counts[0] + counts[1] > 0 and counts[2] + counts[3] > 0:
            a, b, c, d = counts
            rows.append({**row, "treated": a / (a + b), "control": c / (c + d), "size": sum(counts)})
    return rows


def _curve(found: Answer) -> Callable[[np.ndarray], np.ndarray]:
    """Return the share of the treated that the pooled effect makes of that of the controls."""
    effect, measure = found["pooled"]["estimate"], found["measure"]
    if measure == "RR":
        return lambda share: np.where(share * np.exp(effect) <= 1, share * np.exp(effect), np.nan)
    if measure == "RD":
        return lambda share: np.where(np.abs(share + effect - 0.5) <= 0.5, share + effect, np.nan)
    if measure == "AS":
        return lambda share: np.sin(np.clip(np.arcsin(np.sqrt(share)) + effect, 0, np.pi / 2)) ** 2
    return lambda share: share * np.exp(effect) / (1 - share + share * np.exp(effect))


def _legend(rows: list[Answer], writer: Writer) -> list[Line2D]:
    return [
        Line2D([], [], color=QUIET, linewidth=0.9, label=writer._("no effect")),
        Line2D([], [], color=INK, linewidth=1, linestyle="--", label=writer._("pooled effect")),
        *legend_points((row["kind"] for row in rows), writer),
    ]
