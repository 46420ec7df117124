"""One picture of a run, for the page of the project or a slide: the courses of the first arm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from insula.report.figures.course import draw_course, published_levels
from insula.report.figures.style import BLUE, INK, INNER_ALPHA, ORANGE, OUTER_ALPHA, drawing, save_png
from insula.report.html import LEADING
from insula.report.labels import Labels
from insula.report.writing import Writer

if TYPE_CHECKING:
    from pathlib import Path


def write_picture(summary: dict[str, Any], out: Path) -> Path:
    """Write the leading courses as a PNG in English: a picture carries its letters, and few machines have CJK fonts."""
    writer = Writer("en")
    labels = Labels(summary, writer)
    arm = summary["arms"][0]["id"]
    bands = summary["course"][arm]
    shown = [name for name in LEADING if name in bands]
    with drawing():
        figure = Figure(figsize=(9.6, 3.0 * -(-len(shown) // 2) + 0.5), layout="constrained")
        for place, name in enumerate(shown, start=1):
            axes = figure.add_subplot(-(-len(shown) // 2), 2, place)
            draw_course(axes, bands[name], published_levels(summary["comparison"], arm, name), writer)
            axes.set_title(labels.endpoint(name), loc="left", fontsize=10, fontweight="bold")
        figure.legend(handles=_legend(writer), loc="outside lower center", ncols=5, frameon=False)
        save_png(figure, out)
    return out


def _legend(writer: Writer) -> list[Patch | Line2D]:
    _ = writer._
    diamond: dict[str, Any] = {
        "marker": "D",
        "color": "white",
        "markeredgecolor": ORANGE,
        "markeredgewidth": 1.6,
    }
    return [
        Patch(color=BLUE, alpha=OUTER_ALPHA, label=_("5th to 95th percentile")),
        Patch(color=BLUE, alpha=INNER_ALPHA, label=_("25th to 75th percentile")),
        Line2D([], [], color=BLUE, linewidth=1.8, label=_("median")),
        Line2D([], [], color=INK, linewidth=1, linestyle=(0, (4, 2)), label=_("mean")),
        Line2D([], [], linestyle="none", label=_("published"), **diamond),
    ]
