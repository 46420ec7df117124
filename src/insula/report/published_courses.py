"""Published time courses beside what trials of the same size would report: one for each outcome and way of telling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.evidence.reported_interval import SHARES

if TYPE_CHECKING:
    from collections.abc import Iterable

Data = dict[str, Any]
# Statistics that may stand on one axis, by what the axis tells.
LEVEL, CHANGE, PERCENT, SHARE = "level", "change", "percent change", "share"
_KINDS = {
    "mean": LEVEL,
    "median": LEVEL,
    "change_from_baseline": CHANGE,
    "percent_change": PERCENT,
    **dict.fromkeys(SHARES, SHARE),
}
FEWEST = 2  # times that make a course


def published_courses(rows: Iterable[Data]) -> list[Data]:
    """Return every published course of a study, ready for JSON.

    Parameters
    ----------
    rows
        Of `insula.report.evidence_rows.comparison_rows`; those that have a prediction. Of several numbers of an arm at
        one time one that is scored is taken, then the one of most patients, then the first.

    Returns
    -------
    list
        outcome, kind, unit, measured and arms: by arm a list of points in order of time, with time_months, n,
        scored, published, published_low, published_high (the interval of the published number, None where not known),
        predicted, low, high (the interval of an arm of that size). Counts are shares.
    """
    groups: dict[tuple[str, str, str], dict[str, dict[float, Data]]] = {}
    for row in rows:
        kind = _KINDS.get(row["statistic"])
        if row["predicted"] is not None and kind:
            unit = "fraction" if kind == SHARE else row["unit"]
            arm = groups.setdefault((row["outcome"], kind, unit), {}).setdefault(row["arm"], {})
            there = arm.get(row["time_months"])
            if there is None or (row["scored"], row["n"]) > (there["scored"], there["n"]):
                arm[row["time_months"]] = _point(row)
    found = []
    for (outcome, kind, unit), arms in groups.items():
        courses = {arm: _in_time(points) for arm, points in arms.items() if len(points) >= FEWEST}
        if courses:
            measured = next(row["measured"] for points in courses.values() for row in points)
            found.append(
                {"outcome": outcome, "kind": kind, "unit": unit, "measured": measured, "arms": courses}
            )
    return found


def _point(row: Data) -> Data:
    scale = row["n"] if row["statistic"] == "count" else 1
    return {
        "time_months": row["time_months"],
        "n": row["n"],
        "scored": row["scored"],
        "measured": row["measured"],
        "published": row["published"] / scale,
        "published_low": row["reported_low"],
        "published_high": row["reported_high"],
        "predicted": row["predicted"] / scale,
        "low": row["low"] / scale,
        "high": row["high"] / scale,
    }


def _in_time(points: dict[float, Data]) -> list[Data]:
    return [points[month] for month in sorted(points)]
