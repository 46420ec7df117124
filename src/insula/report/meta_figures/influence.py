"""Diagnostics of single studies side by side, a line per study."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from insula.report.figures.style import INK, drawing
from insula.report.meta_figures.kinds import PUBLISHED, flagged, flagged_legend, mark
from insula.report.meta_figures.lettering import shorten, text_inches

if TYPE_CHECKING:
    from insula.report.writing import Writer

    Answer = dict[str, Any]

DIAGNOSTICS = ("studentised_residual", "dffits", "cook", "hat", "tau2")
_ROW, _TOP, _FOOT, _PANEL, _GAP, _POINTS, _LETTERS = 0.19, 0.32, 0.6, 1.15, 0.24, 8.0, 40


def influence_figure(found: Answer, writer: Writer) -> Figure:
    """Draw five diagnostics; influential studies are triangles and have bold names."""
    rows = found["influence"]
    names = [shorten(row["study"], _LETTERS) for row in rows]
    left = 0.15 + max(text_inches(name, _POINTS, bold=True) for name in names)
    width, height = left + len(DIAGNOSTICS) * (_PANEL + _GAP), _TOP + _FOOT + _ROW * len(rows)
    with drawing():
        figure = Figure(figsize=(width, height))
        for n, (name, title) in enumerate(_titles(writer).items()):
            place = (left + n * (_PANEL + _GAP), _FOOT, _PANEL, _ROW * len(rows))
            frame = (place[0] / width, place[1] / height, place[2] / width, place[3] / height)
            axes = figure.add_axes(frame)
            _panel(axes, name, rows)
            axes.set_title(title, fontsize=_POINTS, fontweight="bold")
            axes.set_yticks(range(len(rows)), names if n == 0 else [""] * len(rows), fontsize=_POINTS)
            if n == 0:
                for label, row in zip(axes.get_yticklabels(), rows, strict=True):
                    label.set_fontweight("bold" if row["influential"] else "normal")
        figure.legend(handles=flagged_legend(writer), loc="lower right", ncols=2, frameon=False, fontsize=7.5)
    return figure


def influence_columns(found: Answer) -> dict[str, list[Any]]:
    """Return all diagnostics of each study, the drawn ones and the others."""
    names = [name for name in found["influence"][0] if not name.startswith("baujat")]
    return {name: [row[name] for row in found["influence"]] for name in names}


def _panel(axes: Any, name: str, rows: list[Answer]) -> None:
    for i, row in enumerate(rows):
        if row[name] is not None:
            look = flagged() if row["influential"] else mark(PUBLISHED)
            axes.plot(row[name], i, markersize=4.5, linestyle="none", gid=f"{name}-{i}", **look)
    if name in ("studentised_residual", "dffits"):
        axes.axvline(0, color=INK, linewidth=0.7)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=3))
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=7.0)
    axes.margins(x=0.12)


def _titles(writer: Writer) -> dict[str, str]:
    _ = writer._
    names = (_("Residual"), "DFFITS", _("Cook"), _("Leverage"), _("τ² without"))
    return dict(zip(DIAGNOSTICS, names, strict=True))
