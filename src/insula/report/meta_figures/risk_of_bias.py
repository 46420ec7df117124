"""Risk of bias as a traffic light: a sign in every mark says the same as its colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from insula.report.figures.style import INK, QUIET, drawing
from insula.report.meta_figures.lettering import text_inches, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from insula.report.writing import Writer

    Answer = dict[str, Any]

SIGNS = {"low": "+", "some concerns": "?", "high": "−", "": ""}
_COLOURS = {"low": "#7fd1b2", "some concerns": "#f5dc6b", "high": "#e8936a", "": "white"}
_ROUND, _LINE, _POINTS, _COLUMN, _MARGIN, _LABEL_MOST = 0.24, 0.155, 8.5, 0.5, 0.12, 3.2


def risk_of_bias_figure(judged: Answer, writer: Writer) -> Figure:
    """Draw a mark for each study and domain; a dashed empty one where nobody judged."""
    columns = [*judged["domains"], "overall"]
    heads = [*judged["domains"], writer._("Overall")]
    names = [wrap(row["study"], _POINTS, _LABEL_MOST) for row in judged["studies"]]
    left = _MARGIN + 0.1 + max(text_inches(name, _POINTS) for name in [*names, writer._("Study")])
    heights = [max(_ROUND, _LINE * (name.count("\n") + 1) + 0.08) for name in names]
    widths = [max(_COLUMN, text_inches(head, _POINTS, bold=True) + 0.14) for head in heads]
    notes = _notes(judged["domains"], writer)
    foot = 0.42 + _LINE * len(notes)
    width, height = max(left + sum(widths) + _MARGIN, 4.2), 0.34 + sum(heights) + foot
    with drawing():
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        axes.axis("off")
        centres = [left + sum(widths[:n]) + widths[n] / 2 for n in range(len(widths))]
        _head(axes, [writer._("Study"), *heads], [_MARGIN, *centres], width)
        y = 0.34
        for i, (row, name, own) in enumerate(zip(judged["studies"], names, heights, strict=True)):
            axes.text(_MARGIN, y + own / 2, name, va="center", fontsize=_POINTS)
            for n, column in enumerate(columns):
                _mark(axes, centres[n], y + own / 2, row["judgements"].get(column, ""), f"mark-{i}-{n}")
            y += own
        for n, note in enumerate(notes):
            axes.text(_MARGIN, y + 0.16 + _LINE * n, note, va="center", fontsize=7.5)
        axes.legend(
            handles=_legend(writer), loc="lower left", ncols=4, frameon=False, fontsize=7.5, columnspacing=1.0
        )
    return figure


def risk_of_bias_columns(judged: Answer) -> dict[str, list[str]]:
    """Return the judgements as they are drawn; empty where nobody judged."""
    columns = (*judged["domains"], "overall")
    found = {"study": [row["study"] for row in judged["studies"]]}
    return found | {name: [row["judgements"].get(name, "") for row in judged["studies"]] for name in columns}


def _head(axes: Axes, texts: list[str], places: list[float], width: float) -> None:
    for n, (text, x) in enumerate(zip(texts, places, strict=True)):
        axes.text(x, 0.2, text, ha="center" if n else "left", fontsize=_POINTS, fontweight="bold")
    axes.plot((_MARGIN, width - _MARGIN), (0.29, 0.29), color=INK, linewidth=0.7)


def _mark(axes: Axes, x: float, y: float, judgement: str, name: str) -> None:
    axes.plot(x, y, "o", markersize=13, gid=name, **_look(judgement))
    axes.text(x, y + 0.045, SIGNS[judgement], ha="center", fontsize=9.5, fontweight="bold")


def _look(judgement: str) -> dict[str, Any]:
    edge = INK if judgement else QUIET
    return {
        "markerfacecolor": _COLOURS[judgement],
        "markeredgecolor": edge,
        "markeredgewidth": 0.8 if judgement else 0.5,
    }


def _legend(writer: Writer) -> list[Line2D]:
    _ = writer._
    words = {
        "low": _("low risk"),
        "some concerns": _("some concerns"),
        "high": _("high risk"),
        "": _("not judged"),
    }
    return [
        Line2D(
            [],
            [],
            marker="o",
            linestyle="none",
            markersize=9,
            label=f"{SIGNS[key]} {word}".strip(),
            **_look(key),
        )
        for key, word in words.items()
    ]


def _notes(domains: list[str], writer: Writer) -> list[str]:
    """Return what the short names of RoB 2 stand for (Sterne et al. 2019, BMJ 366:l4898)."""
    _ = writer._
    names = {
        "D1": _("D1 randomisation process"),
        "D2": _("D2 deviations from the intended interventions"),
        "D3": _("D3 missing outcome data"),
        "D4": _("D4 measurement of the outcome"),
        "D5": _("D5 selection of the reported result"),
    }
    return [names[domain] for domain in domains if domain in names]
