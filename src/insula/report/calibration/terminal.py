"""A calibration as tables for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from insula.report.calibration.words import combination, interval, row_name, summary, value, verdict
from insula.report.writing import Writer

if TYPE_CHECKING:
    from collections.abc import Sequence

Cells = tuple[tuple[str, ...], list[tuple[str, ...]]]  # heads, rows

_DASH = "–"


def terminal_calibration(answer: dict[str, Any], lang: str) -> Group:
    """Return parameters, combinations, fitted rows and the reasons of the others."""
    writer = Writer(lang)
    tables = [
        _table(writer._("Parameters"), *parameter_table(answer, writer)),
        _table(writer._("Combinations"), *direction_table(answer, writer)),
        _table(writer._("Fitted rows"), *row_table(answer, writer)),
    ]
    if answer["effects"]:
        tables.append(_table(writer._("Treated less control"), *effect_table(answer, writer)))
    if answer["unfitted"]:
        tables.append(_table(writer._("Rows that are not fitted"), *unfitted_table(answer, writer)))
    counts = Text(summary(answer["summary"], writer))
    return Group(*(part for table in tables for part in (table, Text())), counts)


def parameter_table(answer: dict[str, Any], writer: Writer) -> Cells:
    """Return heads and cells: prior and posterior median with interval, share of the prior's variance left."""
    _ = writer._
    heads = (_("Parameter"), _("Unit"), _("Prior"), _("Posterior"), _("Variance left"))
    rows: list[tuple[str, ...]] = []
    for one in answer["parameters"]:
        before = _three(writer, *(one[f"prior_{end}"] for end in ("median", "low", "high")))
        after = _three(writer, *(one[end] for end in ("median", "low", "high")))
        left = writer.percent(one["variance_left"])
        rows.append((one["symbol"], writer.unit(one["unit"]), before, after, left))
    return heads, rows


def direction_table(answer: dict[str, Any], writer: Writer) -> Cells:
    """Return heads and cells: combination, share of its prior variance left, who knows it."""
    _ = writer._
    heads = (_("Combination of scores"), _("Variance left"), _("Known"))
    rows: list[tuple[str, ...]] = [
        (combination(one, writer), writer.percent(one["variance_left"]), verdict(one["identified"], writer))
        for one in answer["directions"]
    ]
    return heads, rows


def row_table(answer: dict[str, Any], writer: Writer) -> Cells:
    """Return heads and cells of the fitted rows; the last column only where studies were left out."""
    _ = writer._
    left_out = any(row["left_out"] for row in answer["rows"])
    heads = (_("Study"), _("Arm"), _("Row"), _("Published"), _("Prior"), _("Posterior"))
    rows: list[tuple[str, ...]] = []
    for row in answer["rows"]:
        fits = [row["prior"], row["posterior"], *([row["left_out"]] if left_out else [])]
        shown = (_DASH if found is None else interval(found, row, writer) for found in fits)
        rows.append(
            (row["study"], row["arm"], row_name(row, writer), value(row["published"], row, writer), *shown)
        )
    return (*heads, *([_("Without its study")] if left_out else [])), rows


def effect_table(answer: dict[str, Any], writer: Writer) -> Cells:
    """Return heads and cells of the differences between arms; the last column only where studies were left out."""
    _ = writer._
    left_out = any(one["left_out"] for one in answer["effects"])
    heads = (_("Study"), _("Arms"), _("Row"), _("Published"), _("Posterior"))
    rows: list[tuple[str, ...]] = []
    for one in answer["effects"]:
        fits = [one["posterior"], *([one["left_out"]] if left_out else [])]
        shown = (_DASH if found is None else interval(found, one, writer) for found in fits)
        arms = f"{one['treated']} {_DASH} {one['control']}"
        rows.append((one["study"], arms, row_name(one, writer), value(one["published"], one, writer), *shown))
    return (*heads, *([_("Without its study")] if left_out else [])), rows


def unfitted_table(answer: dict[str, Any], writer: Writer) -> Cells:
    """Return heads and cells of the rows that are not fitted."""
    _ = writer._
    heads = (_("Study"), _("Arm"), _("Outcome"), _("Reason"))
    rows: list[tuple[str, ...]] = []
    for one in answer["unfitted"]:
        study, arm, outcome, reason = (one[name] for name in ("study", "arm", "outcome", "reason"))
        rows.append((study, arm, outcome, _(reason)))
    return heads, rows


def _three(writer: Writer, middle: float, low: float, high: float) -> str:
    ends = writer._("{low} to {high}").format(low=writer.number(low), high=writer.number(high))
    return writer._("{first} ({second})").format(first=writer.number(middle), second=ends)


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(title=title, title_justify="left")
    for head in heads:
        table.add_column(head)
    for row in rows:
        table.add_row(*row)
    return table
