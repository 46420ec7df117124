"""Where sources contradict each other and what the model does with it: from text, with the rows and the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from insula.evidence import load_vocabulary
from insula.evidence.contradictions import FoundRow, rows_named
from insula.evidence.disagreements import disagreements
from insula.evidence.harmonise import harmonised_rows
from insula.report.evidence_listing import listed_disagreement
from insula.report.evidence_terminal import disagreement_tables
from insula.report.plain_table import plain_table
from insula.report.writing import Writer

if TYPE_CHECKING:
    from rich.console import RenderableType

    from insula.catalog import Catalog
    from insula.catalog.records import ParameterRow
    from insula.catalog.records.contradictions import CarriedBy, Contradiction

Data = dict[str, Any]
DISPUTED = "disputed"


def contradictions_listing(catalog: Catalog) -> Data:
    """Return every contradiction, the disagreements that none of them names, and disputed numbers, ready for JSON.

    Returns
    -------
    dict
        ``contradictions``: title, says, model, rows as printed, carried_by with values and spreads; ``unexplained``:
        disagreements found among the rows that no text explains; ``disputed``: numbers of modules with that status.
    """
    topics = [catalog.evidence(topic) for topic in catalog.topics]
    found = {
        name: [row for named in one.rows for row in rows_named(topics, named)]
        for name, one in catalog.contradictions.items()
    }
    named = {(row.topic, row.number) for rows in found.values() for row in rows if row.table == "outcomes"}
    rows = harmonised_rows(catalog, load_vocabulary(catalog.root / "evidence"))
    return {
        "contradictions": [
            _listed(catalog, name, one, found[name]) for name, one in catalog.contradictions.items()
        ],
        "unexplained": [
            listed_disagreement(one)
            for one in disagreements(rows)
            if not {(row.topic, row.published.number) for row in one.rows} <= named
        ],
        "disputed": [
            {"symbol": f"{name}.{row.symbol}", **_number(row)}
            for name, module in catalog.modules.items()
            for row in module.parameters
            if row.status == DISPUTED
        ],
    }


def _listed(catalog: Catalog, name: str, one: Contradiction, rows: list[FoundRow]) -> Data:
    return {
        "id": name,
        **{key: getattr(one, key).model_dump() for key in ("title", "says", "model")},
        "rows": [_row(row) for row in rows],
        "carried_by": [_carried(catalog, carried) for carried in one.carried_by],
    }


def _row(row: FoundRow) -> Data:
    return {"topic": row.topic, "table": row.table, "row": row.number, "original": dict(row.cells)}


def _carried(catalog: Catalog, carried: CarriedBy) -> Data:
    if carried.symbol is not None:
        module, _, symbol = carried.symbol.partition(".")
        row = next(row for row in catalog.modules[module].parameters if row.symbol == symbol)
        return {"number": carried.symbol, **_number(row)}
    plan = catalog.calibrations[carried.calibration or ""]
    error = plan.model_error[carried.model_error or ""]
    return {
        "number": f"{plan.id}: model_error.{carried.model_error}", "value": None, "unit": error.unit,
        "spread_type": "sd", "spread_low": error.value, "spread_high": None, "note": error.note or "",
    }  # fmt: skip


def _number(row: ParameterRow) -> Data:
    return {
        "value": row.value,
        "unit": row.unit,
        "spread_type": row.spread_type,
        "spread_low": row.spread_low,
        "spread_high": row.spread_high,
        "note": row.note or "",
    }


def terminal_contradictions(listing: Data, lang: str) -> Group:
    """Return a paragraph for each contradiction, then what is unexplained and disputed as tables."""
    writer = Writer(lang)
    _ = writer._
    parts: list[RenderableType] = [Text(_("Contradictions, and what the model does with each"), style="bold")]
    for one in listing["contradictions"]:
        parts += [Text(), *_paragraph(one, writer)]
    if listing["unexplained"]:
        parts += [Text(), Text(_("Found among the rows, and not yet explained:"))]
        parts += disagreement_tables(listing["unexplained"], writer)
    if listing["disputed"]:
        heads = (_("Number"), _("Value"), _("Spread"), _("Note"))
        table = plain_table(_("Numbers on which sources disagree: their spread holds both sides"), heads)
        for one in listing["disputed"]:
            table.add_row(one["symbol"], *_spelled(one, writer), one["note"])
        parts += [Text(), table]
    return Group(*parts)


def _paragraph(one: Data, writer: Writer) -> list[RenderableType]:
    _ = writer._
    lines: list[RenderableType] = [
        Text(writer.title(one["title"]), style="bold"),
        Text(writer.title(one["says"])),
        Text(_("Model: {what}").format(what=writer.title(one["model"]))),
    ]
    lines += [Text("  " + _printed(row, writer)) for row in one["rows"]]
    for carried in one["carried_by"]:
        told = _(", ").join(filter(None, _spelled(carried, writer)))
        lines.append(
            Text("  " + _("Carried by {number}: {spread}").format(number=carried["number"], spread=told))
        )
    return lines


def _printed(row: Data, writer: Writer) -> str:
    """Return a row as printed: where it stands, what it is of, and its number."""
    cells, _ = row["original"], writer._
    if row["table"] == "outcomes":
        who = f"{cells['study_id']} {cells['arm_id']}"
        number = f"{cells['statistic']} {cells['value']} {cells['unit']} {cells['analysis']}".rstrip()
    else:
        who = f"{cells['meta_analysis_id']}, {cells['subgroup']}"
        number = f"{cells['measure']} {cells['estimate']} ({cells['ci_low']} – {cells['ci_high']})"
    when = _("month {month}").format(month=cells["time_months"]) if cells["time_months"] else ""
    parts = filter(None, (who, cells["outcome"], when, number))
    return f"{row['topic']}/{row['table']}.csv {row['row']}: " + _(", ").join(parts)


def _spelled(number: Data, writer: Writer) -> tuple[str, str]:
    """Return value and spread of a number as a reader sees them; of an error there is a spread alone."""
    _, unit = writer._, writer.unit(number["unit"])
    value = "" if number["value"] is None else f"{writer.number(number['value'])} {unit}".strip()
    low, high = (writer.number(number[f"spread_{end}"]) for end in ("low", "high"))
    if number["spread_type"] == "none":
        return value, _("no spread")
    if number["spread_high"] is None:
        return value, f"{number['spread_type'].upper()} {low} {unit}".strip()
    return value, f"{_('{low} to {high}').format(low=low, high=high)} {unit}".strip()
