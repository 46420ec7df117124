"""What a search of dose and schedule found: page, tables to save, and the front for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from rich.console import Group
from rich.text import Text

from insula.core.tables import write_csv
from insula.report.answer_files import save_answer
from insula.report.figures.style import BLUE, INK, ORANGE, PANEL_INCHES, QUIET, drawing, to_svg
from insula.report.html import fill, markup
from insula.report.plain_table import plain_table
from insula.report.writing import MISSING, Writer

if TYPE_CHECKING:
    from pathlib import Path

Rows = list[list[str]]

_LABEL = 0.05  # share of the axis that a number takes


def write_search(answer: dict[str, Any], out: Path, lang: str) -> Path:
    """Write trials.csv, design.csv, optimise.json and report.html; return the path of the page."""
    page = render_search(answer, lang)
    write_csv(out / "trials.csv", _columns(answer))
    if answer["design"] and answer["design"]["sizes"]:
        rows = answer["design"]["sizes"]
        write_csv(out / "design.csv", {name: [row[name] for row in rows] for name in rows[0]})
    return save_answer(answer, page, out, "optimise")


def render_search(answer: dict[str, Any], lang: str) -> str:
    """Return the page as text; the same answer gives the same bytes."""
    w = Writer(lang)
    title = w._("Benefit against what is given")
    return fill(
        "optimise.html.j2",
        w,
        s=answer,
        figure={"title": title, "svg": markup(to_svg(front_figure(answer, w), "front", title))},
        front={"heads": _heads(w), "rows": front_rows(answer, w)},
        design={"heads": _design_heads(answer, w), "rows": _design_rows(answer, w)},
        design_notes=_design_notes(answer, w),
    )


def terminal_search(answer: dict[str, Any], lang: str) -> Group:
    """Return the front and how many patients the chosen schedule needs."""
    w = Writer(lang)
    table = plain_table(w._("{endpoint}: trade-off front").format(endpoint=_benefit(answer, w)), _heads(w))
    for row in front_rows(answer, w):
        table.add_row(*row)
    return Group(table, *(Text(note) for note in _design_notes(answer, w)))


def front_figure(answer: dict[str, Any], w: Writer) -> Figure:
    """Draw every schedule that was tried, the front with its intervals, and the control as a dashed line."""
    with drawing():
        figure = Figure(figsize=(PANEL_INCHES[0] * 1.5, PANEL_INCHES[1] * 1.3), layout="constrained")
        axes = figure.add_subplot()
        for one in answer["trials"]:
            if not one["front"]:
                axes.plot(one["cost"], one["benefit"]["mean"], "o", color=QUIET, ms=3.5, alpha=0.6)
        _draw_front(axes, _front(answer), answer["chosen"])
        if answer["control"]:
            axes.axhline(answer["control"]["mean"], color=INK, linestyle="--", linewidth=1)
        axes.set_xlim(left=0)
        axes.set_xlabel(w._("All that is given (multiple of the protocol)"))
        axes.set_title(_benefit(answer, w), loc="left", fontsize="medium")
    return figure


def _draw_front(axes: Any, front: list[dict[str, Any]], chosen: int) -> None:
    """Draw means and intervals; a number stands where the one before leaves room, and at the chosen schedule."""
    room, free = _LABEL * max(one["cost"] for one in front), 0.0
    for one in front:
        found, cost = one["benefit"], one["cost"]
        colour, mark = (ORANGE, "D") if one["trial"] == chosen else (BLUE, "o")
        axes.plot([cost] * 2, (found["low"], found["high"]), color=colour, alpha=0.35, linewidth=2.5)
        axes.plot(cost, found["mean"], mark, color=colour, ms=5)
        if cost >= free or one["trial"] == chosen:
            axes.annotate(str(one["trial"]), (cost, found["mean"]), (4, 5), textcoords="offset points")
            free = cost + room


def _benefit(answer: dict[str, Any], w: Writer) -> str:
    unit = w.unit(answer["benefit"]["unit"])
    return w.title(answer["benefit"]["title"]) + (f" [{unit}]" if unit else "")


def front_rows(answer: dict[str, Any], w: Writer) -> Rows:
    """Return a row of texts for each schedule of the front, the cheapest first."""
    return [
        [
            str(one["trial"]),
            w.number(one["dose"]),
            w.number(one["infusions"]),
            MISSING if one["spacing"] is None else w.number(one["spacing"]),
            w.number(one["cost"]),
            f"{w.number(one['total'])} {w.unit(answer['dose_unit'])}",
            _estimate(one["benefit"], w),
            MISSING if one["effect"] is None else _estimate(one["effect"], w),
            MISSING if one["effect"] is None else w.number(one["effect"]["size"]),
        ]
        for one in _front(answer)
    ]


def _heads(w: Writer) -> list[str]:
    _ = w._
    return [
        _("Trial"),
        _("Dose (multiple)"),
        _("Infusions"),
        _("Days between"),
        _("Cost (multiple)"),
        _("In all"),
        _("Benefit (90 % interval)"),
        _("Against control"),
        _("Patients in each arm"),
    ]


def _front(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return sorted((one for one in answer["trials"] if one["front"]), key=lambda one: one["cost"])


def _estimate(found: dict[str, Any], w: Writer) -> str:
    between = w._("{low} to {high}").format(low=w.number(found["low"]), high=w.number(found["high"]))
    return w._("{first} ({second})").format(first=w.number(found["mean"]), second=between)


def _design_heads(answer: dict[str, Any], w: Writer) -> list[str]:
    _ = w._
    heads = [_("Patients in each arm"), _("Power"), _("Assurance")]
    return [*heads, _("Power of Fisher's exact test")] if _exact(answer) else heads


def _design_rows(answer: dict[str, Any], w: Writer) -> Rows:
    names = ["power", "assurance", *(["fisher"] if _exact(answer) else [])]
    sizes = answer["design"]["sizes"] if answer["design"] else []
    return [
        [w.number(row["size"]), *(MISSING if row[name] is None else w.percent(row[name]) for name in names)]
        for row in sizes
    ]


def _exact(answer: dict[str, Any]) -> bool:
    return bool(answer["design"] and answer["design"]["yes_or_no"])


def _not_better(answer: dict[str, Any], w: Writer) -> str:
    if answer["lower_is_better"]:
        told = w._("Trial {trial} is not better than the control, so no trial is planned.")
    else:
        told = w._(
            "Trial {trial} does not raise {endpoint} above the control, so no trial is planned. "
            "Where less is better, say so: --lower-is-better."
        )
    return told.format(trial=answer["chosen"], endpoint=w.title(answer["benefit"]["title"]))


def _usual_care(answer: dict[str, Any], w: Writer) -> list[str]:
    """Say that the study has no control of its own, if so."""
    if answer["control"]["of_study"]:
        return []
    told = w._(
        "No arm of the study goes without the therapy. The control is usual care ({control}), which the same virtual "
        "patients lived through: it was no part of the trial."
    )
    return [told.format(control=w.title(answer["control"]["title"]))]


def _design_notes(answer: dict[str, Any], w: Writer) -> list[str]:
    """Say what the planned trial assumes, or why there is none."""
    _, design = w._, answer["design"]
    if design is None:
        return [
            _("No arm of the study is given nothing, and no protocol gives nothing: no trial is planned.")
        ]
    if design["size"] is None:
        return [*_usual_care(answer, w), _not_better(answer, w)]
    size = _(
        "Trial {trial} against {control}: {size} patients in each arm for a power of {power} "
        "at a two-sided alpha of {alpha}."
    )
    spread = _(
        "Difference {effect}; standard deviation between patients {treated} and {control}; "
        "the difference itself is uncertain by {doubt} (standard deviation)."
    )
    return [
        *_usual_care(answer, w),
        size.format(
            trial=answer["chosen"],
            control=w.title(answer["control"]["title"]),
            size=w.number(design["size"]),
            power=w.percent(design["power"]),
            alpha=w.number(design["alpha"]),
        ),
        spread.format(
            effect=_estimate(design["effect"], w),
            treated=w.number(design["spread_treated"]),
            control=w.number(design["spread_control"]),
            doubt=w.number(design["doubt"]),
        ),
    ]


def _columns(answer: dict[str, Any]) -> dict[str, list[Any]]:
    trials = answer["trials"]
    plain = ("trial", "front", "dose", "infusions", "spacing", "cost", "total")
    columns = {name: [one[name] for one in trials] for name in plain}
    for part in ("benefit", "effect"):
        for name in ("mean", "low", "high", "size")[: 3 + (part == "effect")]:
            columns[f"{part}_{name}"] = [one[part] and one[part][name] for one in trials]
    return columns
