"""The listing of the evidence as tables for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from insula.evidence.vocabulary import DIFFERENCES
from insula.report.plain_table import plain_table
from insula.report.writing import MISSING, Writer

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table


def terminal_listing(listing: dict[str, Any], lang: str) -> Group:
    """Return rows, pooled effects and disagreements of a study or an outcome."""
    writer = Writer(lang)
    parts: list[RenderableType] = [*_definition(listing, writer)]
    if listing["rows"]:
        parts += [_rows(listing["rows"], writer), Text()]
    if listing["pooled"]:
        parts += [_pooled(listing["pooled"], writer), Text()]
    if listing["not_replayed_because"]:
        told = writer._("Not replayed: {reason}.")
        parts += [Text(told.format(reason=writer.title(listing["not_replayed_because"]))), Text()]
    return Group(*parts, *disagreement_tables(listing["disagreements"], writer))


def terminal_overview(overview: dict[str, Any], lang: str) -> Group:
    """Return how much of each topic is harmonised, the reasons of what is not, and where sources disagree."""
    writer = Writer(lang)
    _ = writer._
    heads = (
        _("Topic"),
        _("Studies"),
        _("Arms"),
        _("Doses of cells"),
        _("Outcomes"),
        _("with an SD"),
        _("Pooled effects"),
    )
    table = plain_table(_("Published rows, harmonised of all"), heads)
    reasons: dict[str, int] = {}
    for topic, counts in overview["topics"].items():
        arms, outcomes, pooled = counts["arms"], counts["outcomes"], counts["pooled"]
        doses = arms["harmonised"] + sum(arms["reasons"].values())
        table.add_row(
            topic,
            str(counts["studies"]),
            str(arms["rows"]),
            f"{arms['harmonised']}/{doses}",
            f"{outcomes['harmonised']}/{outcomes['rows']}",
            str(outcomes["with_sd"]),
            f"{pooled['harmonised']}/{pooled['rows']}",
        )
        for part in (arms, outcomes, pooled):
            for reason, count in part["reasons"].items():
                reasons[reason] = reasons.get(reason, 0) + count
    why = plain_table(_("Why not"), (_("Rows"), _("Reason")))
    for reason, count in sorted(reasons.items(), key=lambda item: -item[1]):
        why.add_row(str(count), _(reason))
    twice = plain_table(_("One publication under several ids"), (_("Source"), _("Studies")))
    for one in overview["same_source"]:
        twice.add_row(one["source"], ", ".join(one["studies"]))
    tables = (table, why, _not_replayed(overview["not_replayed"], writer), twice)
    apart = [part for one in tables for part in (one, Text())]
    return Group(*apart, *disagreement_tables(overview["disagreements"], writer))


def _not_replayed(found: list[dict[str, Any]], writer: Writer) -> Table:
    _ = writer._
    table = plain_table(_("Published and not replayed"), (_("Reason"), _("Studies")))
    for one in found:
        table.add_row(writer.title(one["reason"]), ", ".join(one["studies"]))
    return table


def _definition(listing: dict[str, Any], writer: Writer) -> list[RenderableType]:
    found = listing["definition"]
    if found is None:
        return []
    title = (
        f"{writer.title(found['title'])} [{writer.unit(found['unit'])}]"
        if writer.unit(found["unit"])
        else writer.title(found["title"])
    )
    text = writer.title(found["definition"]) if found["definition"] else ""
    return [Text(title, style="bold"), *([Text(text)] if text else []), Text()]


def _rows(rows: list[dict[str, Any]], writer: Writer) -> Table:
    _ = writer._
    heads = (
        _("Study, arm"),
        _("Outcome"),
        _("Month"),
        _("Value"),
        _("Mean ± SD"),
        "n",
        _("As printed"),
        _("Remark"),
    )
    table = plain_table(_("Published rows"), heads)
    for row in rows:
        role = row["role"]
        where = f"{row['study']}\n{row['arm']}" + ("" if role == "calibration" else f"\n({_(role)})")
        table.add_row(
            where,
            writer.title(row["title"]) if row["title"] else row["original"]["outcome"],
            writer.number(row["time_months"]),
            _value(row, row["value"], writer),
            _moments(row, writer),
            str(row["n"] or MISSING),
            _printed(row["original"]),
            _remark(row, writer),
        )
    return table


def _value(row: dict[str, Any], value: float | None, writer: Writer) -> str:
    difference = row["statistic"] in DIFFERENCES
    if row["scale"] in ("share", "count") and value is not None:
        return f"{writer._('share')} {writer.percent(value)}"
    text = writer.value(value, row["unit"], row["quantity"] or "", difference=difference)
    statistic = row["statistic"].replace("_", " ")
    return text if value is None else f"{writer._(statistic)} {text}"


def _moments(row: dict[str, Any], writer: Writer) -> str:
    if row["sd"] is None:
        return MISSING
    return f"{writer.number(row['mean'], row['unit'])} ± {writer.number(row['sd'], row['unit'])}"


def _printed(cells: dict[str, str]) -> str:
    """Return outcome, statistic, number, unit and spread exactly as they stand in the table."""
    kind, low, high = (cells[name] for name in ("spread_type", "spread_low", "spread_high"))
    spread = f" {kind} {low}" + (f" – {high}" if high else "") if kind not in ("none", "") else ""
    return f"{cells['outcome']}: {cells['value'] or MISSING} {cells['unit']}{spread}"


def _remark(row: dict[str, Any], writer: Writer) -> str:
    """Return what a reader must know: why not, how the SD was found, how the row was made."""
    texts = (row["not_harmonised_because"], row["derived"], row["sd_method"] if row["sd"] is not None else "")
    return "; ".join(writer._(text) for text in texts if text)


def _pooled(effects: list[dict[str, Any]], writer: Writer) -> Table:
    _ = writer._
    heads = (
        _("Meta-analysis"),
        _("Outcome"),
        _("Subgroup"),
        _("Month"),
        _("Effect"),
        _("95 % CI"),
        _("As printed"),
        _("Remark"),
    )
    table = plain_table(_("Pooled effects"), heads)
    for effect in effects:
        cells = effect["original"]
        unit, measured = effect["unit"], effect["quantity"] or ""
        difference = effect["scale"] == "own"
        measured = measured if difference else ""
        presumed = _("unit presumed by the reader of the source") if effect["unit_presumed"] else ""
        why = str(effect["not_harmonised_because"])
        table.add_row(
            effect["meta_analysis"],
            writer.title(effect["title"]) if effect["title"] else cells["outcome"],
            cells["subgroup"],
            cells["time_months"] or MISSING,
            writer.value(effect["estimate"], unit, measured, difference=difference),
            writer.interval(effect["low"], effect["high"], unit, measured, difference=difference),
            f"{cells['measure']} {cells['estimate'] or MISSING} ({cells['ci_low']} – {cells['ci_high']})",
            _(why) if why else presumed,
        )
    return table


def disagreement_tables(found: list[dict[str, Any]], writer: Writer) -> list[RenderableType]:
    """Return a table of disagreements with their rows; no table where there is none."""
    _ = writer._
    if not found:
        return []
    table = plain_table(
        _("Where sources disagree; nothing is chosen"),
        (_("Study, arm"), _("Outcome"), _("Month"), _("What"), _("Rows")),
    )
    for one in found:
        where, kind = f"{one['study']} {one['arm']}".strip(), str(one["kind"])
        rows = "\n".join(_told(row, writer) for row in one["rows"])
        table.add_row(where, one["outcome"], writer.number(one["time_months"]), _(kind), rows)
    return [table]


def _told(row: dict[str, Any], writer: Writer) -> str:
    value = f"{writer.number(row['value'])} {writer.unit(row['unit'])}"
    return f"{row['topic']} {row['row']}: {value} {row['analysis']}".rstrip()
