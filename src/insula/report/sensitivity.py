"""What a sensitivity analysis found: page, table to save, and the largest effects for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from rich.console import Group
from rich.text import Text

from insula.core.tables import write_csv
from insula.report.answer_files import save_answer
from insula.report.expected_results import ASKED_FIRST
from insula.report.figures.style import BLUE, INK, ORANGE, PANEL_INCHES, drawing, to_svg
from insula.report.html import fill, markup
from insula.report.plain_table import plain_table
from insula.report.writing import Writer

if TYPE_CHECKING:
    from pathlib import Path

_SHOWN = 8  # parameters in a figure
_FIRST = 3  # parameters of an endpoint in the terminal
_ROW_INCHES, _FRAME_INCHES = 0.34, 0.75
_DRAWN = {"morris": ("mu_star", "mu_star_conf", "sigma"), "sobol": ("total", "total_conf", "first")}


def write_sensitivity(answer: dict[str, Any], out: Path, lang: str) -> Path:
    """Write sensitivity.csv, sensitivity.json and report.html; return the path of the page."""
    page = render_sensitivity(answer, lang)
    write_csv(out / "sensitivity.csv", _columns(answer))
    return save_answer(answer, page, out, "sensitivity")


def render_sensitivity(answer: dict[str, Any], lang: str) -> str:
    """Return the page as text; the same answer gives the same bytes."""
    writer = Writer(lang)
    panels = []
    for number, output in enumerate(last_visits(answer)):
        title = _name(output, writer)
        svg = to_svg(effects_figure(answer["method"], output, writer), f"effects-{number}", title)
        panels.append({"title": title, "svg": markup(svg)})
    reasons = sorted({(writer._(reason), name) for name, reason in _reasons(answer)})
    return fill("sensitivity.html.j2", writer, s=answer, figures=panels, reasons=reasons)


def terminal_sensitivity(answer: dict[str, Any], lang: str) -> Group:
    """Return the largest effects on what is asked first at the last visit, on everything where none of it has any."""
    writer = Writer(lang)
    _ = writer._
    heads = (_("Arm"), _("Endpoint"), _("Unit"), _("Largest effects"))
    table = plain_table(_("Effects of uncertain numbers at the last visit"), heads)
    bar = _DRAWN[answer["method"]][0]
    last = last_visits(answer)
    shown = [output for output in last if output["endpoint"] in ASKED_FIRST] or last
    for output in shown:
        first = output["effects"][:_FIRST]
        told = ", ".join(f"{one['symbol']} {writer.number(one[bar])}" for one in first)
        unit = _unit(answer["method"], output, writer)
        table.add_row(writer.title(output["arm_title"]), writer.title(output["title"]), unit, told)
    text = _("{n} uncertain numbers of the metabolic clock cannot be seen on the averaged map.")
    below = [Text(text.format(n=writer.number(len(answer["unseen"]))))]
    if len(last) > len(shown):
        more = _("{n} more lines, of other endpoints, stand in sensitivity.csv and in the report.")
        below.append(Text(more.format(n=writer.number(len(last) - len(shown)))))
    return Group(table, *below)


def last_visits(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the outputs of each arm's last visit."""
    last = {output["arm"]: output["day"] for output in sorted(answer["outputs"], key=lambda one: one["day"])}
    return [output for output in answer["outputs"] if output["day"] == last[output["arm"]]]


def effects_figure(method: str, output: dict[str, Any], writer: Writer) -> Figure:
    """Draw the largest effects on one endpoint: bars with their intervals; spread or first index as a diamond."""
    bar, half, diamond = _DRAWN[method]
    shown = [one for one in output["effects"][:_SHOWN] if one[bar] > 0]
    with drawing():
        figure = Figure(
            figsize=(PANEL_INCHES[0], _FRAME_INCHES + _ROW_INCHES * len(shown)), layout="constrained"
        )
        axes = figure.add_subplot()
        for place, one in enumerate(shown):
            colour = BLUE if one.get("mu", 0.0) >= 0 else ORANGE  # shares of variance have no sign
            axes.barh(-place, one[bar], height=0.55, color=colour, alpha=0.5)
            ends = (one[bar] - one[half], one[bar] + one[half])
            axes.plot(ends, (-place, -place), color=INK, linewidth=1)
            axes.plot(one[diamond], -place, "D", color="white", markeredgecolor=INK, ms=4)
        axes.set_yticks([-place for place in range(len(shown))], [one["symbol"] for one in shown])
        unit = _unit(method, output, writer)
        label = writer._("effect") if method == "morris" else writer._("share of variance")
        axes.set_xlabel(label + (f" [{unit}]" if unit else ""), color=INK)
        axes.set_xlim(left=0)
        axes.grid(visible=False, axis="y")
    return figure


def _unit(method: str, output: dict[str, Any], writer: Writer) -> str:
    """Unit of an effect; a share of variance has none."""
    return writer.unit(output["unit"]) if method == "morris" else ""


def _name(output: dict[str, Any], writer: Writer) -> str:
    when = writer._("day {day}").format(day=writer.number(output["day"], "day"))
    return f"{writer.title(output['title'])} · {writer.title(output['arm_title'])}, {when}"


def _reasons(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["endpoint"], one["reason"]) for one in answer["without"]]


def _columns(answer: dict[str, Any]) -> dict[str, list[Any]]:
    rows = [(output, one) for output in answer["outputs"] for one in output["effects"]]
    names = [name for name in rows[0][1] if name != "symbol"] if rows else []
    where = {name: [output[name] for output, _ in rows] for name in ("arm", "day", "endpoint", "unit")}
    return {**where, "parameter": [one["symbol"] for _, one in rows]} | {
        name: [one[name] for _, one in rows] for name in names
    }
