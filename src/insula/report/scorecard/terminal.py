"""The scorecard as tables for the terminal: the counts, then every judged row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from insula.report.plain_table import plain_table
from insula.report.writing import MISSING

if TYPE_CHECKING:
    from rich.table import Table

    from insula.report.scorecard.names import Names


def terminal_scorecard(answer: dict[str, Any], names: Names) -> Group:
    """Return summary, judged rows and the reasons of what is not scorable."""
    return Group(
        _summary(answer["summary"], names), Text(), _rows(answer, names), Text(), _reasons(answer, names)
    )


def group_titles(names: Names) -> dict[str, Any]:
    """Return what each grouping of the summary is called, and how its groups are named."""
    _ = names.writer._
    return {
        "by_kind": (_("Kind"), _),
        "by_role": (_("Role"), _),
        "by_therapy": (_("Therapy"), names.therapy),
        "by_outcome": (_("Outcome"), names.outcome),
    }


def group_cells(group: dict[str, Any], names: Names) -> tuple[str, ...]:
    """Return the numbers of one group: rows, inside, share, median and mean square distance, skill."""
    w = names.writer
    return (
        w.number(group["rows"]),
        w.number(group["inside"]),
        w.share(group["inside"], group["rows"]),
        w.number(group["median_abs_z"], "z"),
        w.number(group["mean_z_squared"], "z"),
        f"{group['better_than_naive']}/{group['with_skill']}" if group["with_skill"] else MISSING,
        w.number(group["median_skill"], "z"),
    )


def group_heads(names: Names) -> tuple[str, ...]:
    """Return the heads above `group_cells`."""
    _ = names.writer._
    return (
        _("Rows"),
        _("inside"),
        "%",
        _("median |z|"),
        _("mean z²"),
        _("better than naive"),
        _("median skill"),
    )


def _summary(summary: dict[str, Any], names: Names) -> Table:
    _ = names.writer._
    table = plain_table(_("Scorecard: primary rows"), ("", *group_heads(names)))
    table.add_row(Text(_("All"), style="bold"), *group_cells(summary["total"], names))
    for key, (title, name) in group_titles(names).items():
        table.add_row(Text(title, style="bold"))
        for group in summary[key]:
            table.add_row(f"  {name(group['group'])}", *group_cells(group, names))
    return table


def _rows(answer: dict[str, Any], names: Names) -> Table:
    _, w = names.writer._, names.writer
    interval = _("{level} interval").format(level=w.percent(answer["summary"]["level"]))
    heads = (
        _("Study, arm"),
        _("Row"),
        "n",
        _("Predicted"),
        interval,
        _("Published"),
        "z",
        _("Verdict"),
        _("Skill"),
    )
    table = plain_table(_("Predicted against published"), heads)
    for row in answer["rows"]:
        word = _("inside") if row["inside"] else _("outside")
        about = word if row["primary"] else f"{word} ({_('not counted')}: {names.note(row['note'])})"
        table.add_row(
            f"{row['study_id']}\n{names.arm(row)}",
            names.what(row),
            w.number(row["n_published"]),
            names.value(row, "predicted"),
            names.interval(row),
            names.value(row, "observed"),
            w.number(row["z"], "z"),
            Text(about, style="green" if row["inside"] else "bold yellow"),
            names.skill(row),
        )
    return table


def _reasons(answer: dict[str, Any], names: Names) -> Table:
    _ = names.writer._
    table = plain_table(_("Not scorable"), (_("Rows"), _("Reason")))
    for reason, count in answer["summary"]["reasons"].items():
        table.add_row(names.writer.number(count), _(reason))
    return table
