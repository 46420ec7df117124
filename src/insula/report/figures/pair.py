"""The same quantity in two runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from insula.report.figures.course import draw_line, finish_days, finish_value, in_unit
from insula.report.figures.style import OUTER_ALPHA, SERIES, drawing, panel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from insula.report.writing import Writer

STYLES = ("-", (0, (5, 2)))


def pair_figure(bands: Sequence[dict[str, Any]], writer: Writer) -> Figure:
    """Draw mean and 25-75 band of both runs: the first blue and solid, the second orange and dashed."""
    unit, measured = bands[0]["unit"], bands[0]["measured"]
    shown, *_ = writer.units(unit, measured)
    with drawing():
        figure, axes = panel()
        for own, colour, style in zip(bands, SERIES, STYLES, strict=True):
            if not own["share"]:
                low, high = (in_unit(own[name], own, shown) for name in ("p25", "p75"))
                axes.fill_between(
                    np.array(own["day"]), low, high, color=colour, alpha=OUTER_ALPHA, linewidth=0
                )
            draw_line(axes, own, shown, colour, style)
        finish_days(axes, writer)
        finish_value(axes, unit, measured, writer)
    return figure
