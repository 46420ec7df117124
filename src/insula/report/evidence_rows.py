"""Predicted against published: each row in its own unit, scored or with the reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.analysis.compare_with_published import LEVEL
from insula.evidence import rows_of_study
from insula.evidence.reported_interval import reported_interval
from insula.evidence.vocabulary import DIFFERENCES
from insula.report.run_folder import Run, rows_of

if TYPE_CHECKING:
    from insula.evidence import PublishedRow
    from insula.report.science_text import ScienceText


_WIDTHS = ("sd", "se")


def comparison_rows(run: Run, science: ScienceText) -> list[dict[str, Any]]:
    """Return the rows of the comparison table with what the unit measures, the published spread, and its interval."""
    rows = rows_of(run.table("comparison"))
    published = _published(science)
    printed = published if len(published) == len(rows) else [None] * len(rows)
    return [_row(row, source, science) for row, source in zip(rows, printed, strict=True)]


def verdict(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Return how many rows there are, how many could be scored, how many of these lie inside."""
    scored = [row for row in rows if row["scored"]]
    return {"rows": len(rows), "scored": len(scored), "inside": sum(bool(row["inside"]) for row in scored)}


def key_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the last scored row of every arm and outcome: what the study ends with."""
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        key = (row["arm"], row["outcome"])
        if (
            row["scored"]
            and (row["time_months"] or 0) > 0
            and row["time_months"] >= last.get(key, row)["time_months"]
        ):
            last[key] = row
    return list(last.values())


def _published(science: ScienceText) -> tuple[PublishedRow, ...]:
    evidence = science.study.get("evidence")
    return rows_of_study(science.catalog, evidence) if evidence else ()


def _ends(row: PublishedRow | None) -> tuple[float | None, float | None]:
    """Return where the error bar of a published row begins and ends."""
    if row is None:
        return None, None
    ends = (row.spread_low, row.spread_high)
    if row.spread_type in _WIDTHS:
        ends = (row.value - row.spread_low, row.value + row.spread_low)
    return ends if all(end == end for end in ends) else (None, None)


def _row(row: dict[str, Any], source: PublishedRow | None, science: ScienceText) -> dict[str, Any]:
    ends = _ends(source)
    reported = (source and reported_interval(source, LEVEL)) or (None, None)
    outcome = str(row["outcome"])
    own = row["unit"] == science.unit(outcome)
    return {
        **row,
        "published_low": ends[0],
        "published_high": ends[1],
        "reported_low": reported[0],
        "reported_high": reported[1],
        "measured": science.measured(outcome) if own else "",
        "difference": row["statistic"] in DIFFERENCES,
    }
