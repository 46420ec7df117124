"""Predicted against published: each row in its own unit, scorable or with the reason why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.report.run_folder import Run, rows_of

if TYPE_CHECKING:
    from insula.report.science_text import ScienceText

INTERVAL_LEVEL = 0.9
_DIFFERENCES = ("change_from_baseline", "mean_difference", "slope")
_UNIT_OF = {"percent_change": "percent", "proportion": "fraction", "count": "patients"}
_NEEDED = ("predicted", "low", "high", "z", "inside")
_SPREAD = ("published_low", "published_high")


def comparison_rows(run: Run, science: ScienceText) -> list[dict[str, Any]]:
    """Return the rows of the comparison table with unit, kind and whether the row could be scored."""
    return [_row(row, science) for row in rows_of(run.table("comparison"))]


def verdict(rows: list[dict[str, Any]]) -> dict[str, int]:
    """Return how many rows there are, how many could be scored, and how many of these lie inside their interval."""
    scored = [row for row in rows if row["scorable"]]
    return {"rows": len(rows), "scorable": len(scored), "inside": sum(bool(row["inside"]) for row in scored)}


def key_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the last scorable row of every arm and outcome: what the study ends with."""
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        key = (row["arm"], row["outcome"])
        if row["scorable"] and row["time_months"] > 0 and row["time_months"] >= last.get(key, row)["time_months"]:
            last[key] = row
    return list(last.values())


def _row(row: dict[str, Any], science: ScienceText) -> dict[str, Any]:
    statistic = str(row["statistic"])
    outcome = str(row["outcome"])
    return {
        **dict.fromkeys(_SPREAD),
        **row,
        "unit": row.get("unit") or _UNIT_OF.get(statistic, science.unit(outcome)),
        "measured": "" if statistic in _UNIT_OF else science.measured(outcome),
        "difference": statistic in _DIFFERENCES,
        "scorable": all(row.get(name) is not None for name in _NEEDED),
    }
