"""The ambulatory glucose profile: a day's glucose of all patients, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.core.calendar import MINUTES_PER_DAY
from insula.report.figures.course import draw_bands, finish_value, in_unit
from insula.report.figures.style import BLUE, GREEN, drawing, panel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from insula.report.writing import Writer

GLUCOSE = {"unit": "mg_per_dL", "measured": "glucose"}
_HOURS = (0, 6, 12, 18, 24)


def profile_figures(
    profiles: Sequence[dict[str, Any]], target: tuple[float, float] | None, writer: Writer
) -> list[Figure]:
    """Draw one figure per profile with the same glucose axis; `target` (mg/dL) is that of the endpoint."""
    top = max((max(profile["p95"]) for profile in profiles), default=0)
    figures = []
    for profile in profiles:
        with drawing():
            figure, axes = panel()
            draw_profile(axes, profile, target, top, writer)
            figures.append(figure)
    return figures


def draw_profile(
    axes: Axes, profile: dict[str, Any], target: tuple[float, float] | None, top: float, writer: Writer
) -> None:
    """Draw the bands over the time of day, with the target range between two lines."""
    shown, *_ = writer.units(**GLUCOSE)
    draw_bands(axes, {**profile, **GLUCOSE}, "minute", shown, BLUE)
    for edge in in_unit(target or (), GLUCOSE, shown):
        axes.axhline(float(edge), color=GREEN, linewidth=1.2, linestyle=(0, (6, 2)))
    axes.set_ylim(0, float(in_unit(top, GLUCOSE, shown)) * 1.05)
    axes.set_xlim(0, MINUTES_PER_DAY)
    axes.set_xticks([hour * 60 for hour in _HOURS], [f"{hour:02d}:00" for hour in _HOURS])
    axes.set_xlabel(writer._("Time of day"))
    finish_value(axes, **GLUCOSE, writer=writer)
