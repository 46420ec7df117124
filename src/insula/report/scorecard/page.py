"""The scorecard on disk: a page that needs nothing else, and every number of it in tables to save."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from insula.analysis.scorecard import BETWEEN, COLUMNS, NOT_SCORABLE
from insula.core.tables import write_csv, write_parquet
from insula.evidence.vocabulary import DIFFERENCES
from insula.report.figures.dose_order import dose_order_figure
from insula.report.figures.predicted_observed import predicted_observed
from insula.report.figures.style import to_svg
from insula.report.html import fill, markup
from insula.report.scorecard.names import is_difference
from insula.report.scorecard.terminal import group_cells, group_heads, group_titles

if TYPE_CHECKING:
    from pathlib import Path

    from insula.report.scorecard.names import Names

Row = dict[str, Any]
_TEXTS = (
    "study_id", "arm_id", "outcome", "unit", "statistic", "role", "therapy", "skill_against", "skill_reason", "note",
    "outcome_word", "reason",
)  # fmt: skip
_WHOLE = ("n_patients", "n_failed", "n_published")
_YES_NO = ("inside", "primary")


def write_scorecard(answer: dict[str, Any], names: Names, out: Path) -> Path:
    """Write report.html, scorecard.csv, scorecard.parquet and not_scorable.csv; return the path of the page."""
    rows = _columns(answer["rows"], COLUMNS)
    write_csv(out / "scorecard.csv", rows)
    write_parquet(out / "scorecard.parquet", {name: pa.array(rows[name], _type(name)) for name in rows})
    write_csv(out / "not_scorable.csv", _columns(answer["not_scorable"], NOT_SCORABLE))
    page = out / "report.html"
    page.write_text(render_scorecard(answer, names), encoding="utf-8")
    return page


def render_scorecard(answer: dict[str, Any], names: Names) -> str:
    """Return the page as text; the same answer gives the same bytes."""
    return fill(
        "scorecard.html.j2",
        names.writer,
        s=answer,
        names=names,
        figures=_figures(answer["rows"], names),
        doses=_doses(answer["summary"]["dose_order"], names),
        groups=_groups(answer["summary"], names),
        group_heads=group_heads(names),
    )


def _figures(rows: list[Row], names: Names) -> list[dict[str, Any]]:
    """One panel for what shares a scale: outcome, unit, levels or differences."""
    panels: dict[tuple[str, str, bool, bool], list[Row]] = {}
    for row in rows:
        key = (row["outcome"], row["unit"], is_difference(row), BETWEEN in row["arm_id"])
        panels.setdefault(key, []).append(row)
    found = []
    for number, ((outcome, _, difference, effect), held) in enumerate(panels.items()):
        about = names.writer._("effect between arms") if effect else names.statistics(held)
        title = f"{names.outcome(outcome)} · {about}"
        figure = predicted_observed(held, names.measured(held[0]), names.writer, difference=difference)
        found.append({"title": title, "svg": markup(to_svg(figure, f"panel-{number}", title))})
    return found


def _doses(orders: list[Row], names: Names) -> list[dict[str, Any]]:
    """One panel for each outcome and time at which doses of one therapy were compared."""
    found = []
    for number, order in enumerate(orders):
        title = f"{names.study(order['study_id'])} · {names.what(order)}"
        difference = order["statistic"] in DIFFERENCES
        figure = dose_order_figure(order, names.measured(order), names.writer, difference=difference)
        told = names.writer._("{alike} of {pairs} pairs of doses in the published order")
        text = told.format(alike=order["pairs_alike"], pairs=order["pairs"])
        found.append({"title": title, "svg": markup(to_svg(figure, f"dose-{number}", title)), "text": text})
    return found


def _groups(summary: dict[str, Any], names: Names) -> list[dict[str, Any]]:
    found = [{"title": names.writer._("All"), "cells": group_cells(summary["total"], names)}]
    for key, (title, name) in group_titles(names).items():
        found += [
            {"title": f"{title} · {name(group['group'])}", "cells": group_cells(group, names)}
            for group in summary[key]
        ]
    return found


def _columns(rows: list[Row], names: tuple[str, ...]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in names}


def _type(name: str) -> pa.DataType:
    """Return the type of a column, so that an empty scorecard has the same schema."""
    if name in _TEXTS:
        return pa.string()
    return pa.int64() if name in _WHOLE else pa.bool_() if name in _YES_NO else pa.float64()
