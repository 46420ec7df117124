"""Baujat plot: which studies make the heterogeneity, and which move the pooled effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from insula.report.figures.style import drawing
from insula.report.meta_figures.kinds import PUBLISHED, flagged, flagged_legend, mark
from insula.report.meta_figures.points import name_points

if TYPE_CHECKING:
    from insula.report.writing import Writer

    Answer = dict[str, Any]

_SIZE, _FRAME = (5.4, 4.5), (0.14, 0.19, 0.82, 0.78)


def baujat_figure(found: Answer, writer: Writer) -> Figure:
    """Draw the studies; those that are influential are triangles."""
    rows = _rows(found)
    x, y = [row["baujat_x"] for row in rows], [row["baujat_y"] for row in rows]
    with drawing():
        figure = Figure(figsize=_SIZE)
        axes = figure.add_axes(_FRAME)
        for i, row in enumerate(rows):
            look = flagged() if row["influential"] else mark(PUBLISHED)
            axes.plot(x[i], y[i], markersize=5, linestyle="none", gid=f"point-{i}", zorder=3, **look)
        for values, set_limits in ((x, axes.set_xlim), (y, axes.set_ylim)):
            top = max([*values, 1e-9])
            set_limits(-0.03 * top, 1.08 * top)
        inches = (_SIZE[0] * _FRAME[2], _SIZE[1] * _FRAME[3])
        name_points(axes, x, y, [row["study"] for row in rows], inches, 0.07)
        axes.set_xlabel(writer._("Contribution to the heterogeneity (squared Pearson residual)"))
        axes.set_ylabel(writer._("Influence on the pooled effect"))
        figure.legend(
            handles=flagged_legend(writer), loc="lower center", ncols=2, frameon=False, fontsize=7.5
        )
    return figure


def baujat_columns(found: Answer) -> dict[str, list[Any]]:
    """Return the places of the points."""
    return {
        name: [row[name] for row in _rows(found)] for name in ("study", "baujat_x", "baujat_y", "influential")
    }


def _rows(found: Answer) -> list[Answer]:
    return [row for row in found["influence"] if row["baujat_x"] is not None and row["baujat_y"] is not None]
