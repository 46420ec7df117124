"""What a sensitivity analysis found: page, table to save, and the largest effects for the terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from rich.console import Group
from rich.table import Table
from rich.text import Text

from insula.core.tables import write_csv
from insula.report.figures.style import BLUE, INK, ORANGE, PANEL_INCHES, drawing, to_svg
from insula.report.html import fill, markup
from insula.report.writing import Writer

if TYPE_CHECKING:
    from pathlib import Path

_SHOWN = 8  # parameters in a figure
_FIRST = 3  # parameters of an endpoint in the terminal
_ROW_INCHES, _FRAME_INCHES = 0.34, 0.75
_COLUMNS = ("mu_star", "mu_star_conf", "mu", "sigma")


def write_sensitivity(answer: dict[str, Any], out: Path, lang: str) -> Path:
    """Write sensitivity.csv, sensitivity.json and report.html; return the path of the page."""
    page = render_sensitivity(answer, lang)
    out.mkdir(parents=True, exist_ok=True)
    write_csv(out / "sensitivity.csv", _columns(answer))
    text = json.dumps(answer, indent=1, ensure_ascii=False, allow_nan=False)
    (out / "sensitivity.json").write_text(text + "\n", encoding="utf-8")
    path = out / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def render_sensitivity(answer: dict[str, Any], lang: str) -> str:
    """Return the page as text; the same answer gives the same bytes."""
    writer = Writer(lang)
    panels = []
    for number, output in enumerate(last_visits(answer)):
        title = _name(output, writer)
        svg = to_svg(effects_figure(output, writer), f"effects-{number}", title)
        panels.append({"title": title, "svg": markup(svg)})
    reasons = sorted({(writer._(reason), name) for name, reason in _reasons(answer)})
    return fill("sensitivity.html.j2", writer, s=answer, figures=panels, reasons=reasons)


def terminal_sensitivity(answer: dict[str, Any], lang: str) -> Group:
    """Return the largest effects on every endpoint at the last visit."""
    writer = Writer(lang)
    _ = writer._
    table = Table(title=_("Effects of uncertain numbers at the last visit"), title_justify="left")
    for head in (_("Arm"), _("Endpoint"), _("Unit"), _("Largest effects")):
        table.add_column(head)
    for output in last_visits(answer):
        first = output["effects"][:_FIRST]
        told = ", ".join(f"{one['symbol']} {writer.number(one['mu_star'])}" for one in first)
        unit = writer.unit(output["unit"])
        table.add_row(writer.title(output["arm_title"]), writer.title(output["title"]), unit, told)
    text = _("{n} uncertain numbers of the metabolic clock cannot be seen on the averaged map.")
    return Group(table, Text(text.format(n=writer.number(len(answer["unseen"])))))


def last_visits(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the outputs of each arm's last visit."""
    last = {output["arm"]: output["day"] for output in sorted(answer["outputs"], key=lambda one: one["day"])}
    return [output for output in answer["outputs"] if output["day"] == last[output["arm"]]]


def effects_figure(output: dict[str, Any], writer: Writer) -> Figure:
    """Draw the largest effects on one endpoint: mean absolute effect with its interval, spread as a diamond."""
    shown = [one for one in output["effects"][:_SHOWN] if one["mu_star"] > 0]
    with drawing():
        figure = Figure(
            figsize=(PANEL_INCHES[0], _FRAME_INCHES + _ROW_INCHES * len(shown)), layout="constrained"
        )
        axes = figure.add_subplot()
        for place, one in enumerate(shown):
            colour = BLUE if one["mu"] >= 0 else ORANGE
            axes.barh(-place, one["mu_star"], height=0.55, color=colour, alpha=0.5)
            ends = (one["mu_star"] - one["mu_star_conf"], one["mu_star"] + one["mu_star_conf"])
            axes.plot(ends, (-place, -place), color=INK, linewidth=1)
            axes.plot(one["sigma"], -place, "D", color="white", markeredgecolor=INK, ms=4)
        axes.set_yticks([-place for place in range(len(shown))], [one["symbol"] for one in shown])
        unit = writer.unit(output["unit"])
        axes.set_xlabel(writer._("effect") + (f" [{unit}]" if unit else ""), color=INK)
        axes.set_xlim(left=0)
        axes.grid(visible=False, axis="y")
    return figure


def _name(output: dict[str, Any], writer: Writer) -> str:
    when = writer._("day {day}").format(day=writer.number(output["day"], "day"))
    return f"{writer.title(output['title'])} · {writer.title(output['arm_title'])}, {when}"


def _reasons(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["endpoint"], one["reason"]) for one in answer["without"]]


def _columns(answer: dict[str, Any]) -> dict[str, list[Any]]:
    rows = [(output, one) for output in answer["outputs"] for one in output["effects"]]
    where = {name: [output[name] for output, _ in rows] for name in ("arm", "day", "endpoint", "unit")}
    return {**where, "parameter": [one["symbol"] for _, one in rows]} | {
        name: [one[name] for _, one in rows] for name in _COLUMNS
    }
