"""Dose against effect: what was published and what is predicted, dose by dose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D

from insula.core.units import convert
from insula.report.figures.style import BLUE, ORANGE, drawing, panel

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from insula.report.writing import Writer

_STEP = 0.12  # between arms of one dose, and between published and predicted


def dose_order_figure(order: dict[str, Any], measured: str, writer: Writer, *, difference: bool) -> Figure:
    """Draw one entry of `insula.analysis.dose_order.dose_orders`; doses stand at equal distances."""
    unit = order["unit"]
    shown = writer.units(unit, measured)[0]

    def scaled(value: float) -> float:
        if unit == "fraction":
            return 100 * value
        return float(convert(value, unit, shown, quantity=measured or None, difference=difference))

    doses = list(dict.fromkeys(arm["dose"] for arm in order["arms"]))
    with drawing():
        figure, axes = panel()
        for dose in doses:
            alike = [arm for arm in order["arms"] if arm["dose"] == dose]
            for number, arm in enumerate(alike):
                x = doses.index(dose) + 2 * _STEP * (number - (len(alike) - 1) / 2)
                published, middle, low, high = (
                    scaled(arm[key]) for key in ("observed", "predicted", "pi_low", "pi_high")
                )
                axes.vlines(x, low, high, color=BLUE, linewidth=5, alpha=0.3)
                axes.plot(x, middle, "o", color=BLUE, ms=5)
                axes.plot(
                    x + _STEP,
                    published,
                    "D",
                    color="white",
                    markeredgecolor=ORANGE,
                    markeredgewidth=1.5,
                    ms=6,
                )
        axes.set_xticks(range(len(doses)), [writer.number(dose) for dose in doses])
        axes.set_xlim(-0.6, len(doses) - 0.4)
        axes.set_xlabel(writer._("Dose, {unit}").format(unit=writer.unit(order["dose_unit"])))
        axes.set_ylabel(writer.unit(shown))
        axes.margins(y=0.2)
        axes.legend(handles=_legend(writer), loc="upper left", ncols=2, frameon=False, fontsize=7)
    return figure


def _legend(writer: Writer) -> list[Line2D]:
    hollow: dict[str, Any] = {"markerfacecolor": "white", "markeredgewidth": 1.5}
    return [
        Line2D([], [], color=BLUE, marker="o", linewidth=4, alpha=0.6, ms=5, label=writer._("predicted")),
        Line2D(
            [], [], color=ORANGE, marker="D", linestyle="none", ms=5, label=writer._("published"), **hollow
        ),
    ]
