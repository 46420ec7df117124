"""What a scorecard says in all: over its primary rows, by outcome, therapy, role and kind of row."""

from __future__ import annotations

from statistics import fmean, median
from typing import TYPE_CHECKING, Any

from insula.analysis.compare_with_published import LEVEL
from insula.analysis.scorecard import BETWEEN
from insula.statistics.arm_statistics import RELATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from insula.analysis.scorecard import Card

BASELINE, COURSE, EFFECT = "baseline", "after therapy", "effect between arms"
RELATION = "relation across people"
Row = dict[str, Any]


def summarise_card(card: Card) -> dict[str, Any]:
    """Count and judge the primary rows, together and in groups, and count the reasons of what is not scorable.

    Returns
    -------
    dict
        ``level`` of the intervals; ``total``; ``by_outcome``, ``by_therapy``, ``by_role``, ``by_kind``: one entry for
        each group, in alphabetical order; ``reasons``: rows that are not scorable, by reason, most frequent first.
    """
    counted = [row for row in card.rows if row["primary"]]
    groups: dict[str, Callable[[Row], str]] = {
        "by_outcome": lambda row: row["outcome"],
        "by_therapy": lambda row: row["therapy"],
        "by_role": lambda row: row["role"],
        "by_kind": kind_of,
    }
    reasons: dict[str, int] = {}
    for row in card.not_scorable:
        reasons[row["reason"]] = reasons.get(row["reason"], 0) + 1
    shown = len(card.rows) - len(counted)
    return {
        "level": LEVEL,
        "total": _score(counted) | {"not_primary": shown, "not_scorable": len(card.not_scorable)},
        **{name: _grouped(counted, key) for name, key in groups.items()},
        "reasons": dict(sorted(reasons.items(), key=lambda item: -item[1])),
    }


def kind_of(row: Row) -> str:
    """Return whether a row is a baseline, an arm after therapy, an effect between arms or a relation across people."""
    if BETWEEN in row["arm_id"]:
        return EFFECT
    if row["statistic"] in RELATIONS:
        return RELATION
    return BASELINE if row["time_months"] == 0 else COURSE


def _grouped(rows: Iterable[Row], key: Callable[[Row], str]) -> list[dict[str, Any]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return [{"group": name, **_score(groups[name])} for name in sorted(groups)]


def _score(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the number of rows, how many lie inside, distance and skill, and how many beat the naive."""
    skills = [row["skill"] for row in rows if row["skill"] is not None]
    inside = sum(row["inside"] for row in rows)
    return {
        "rows": len(rows),
        "inside": inside,
        "share_inside": inside / len(rows) if rows else None,
        "median_abs_z": median(abs(row["z"]) for row in rows) if rows else None,
        "mean_z_squared": fmean(row["z"] ** 2 for row in rows) if rows else None,
        "with_skill": len(skills),
        "better_than_naive": sum(skill > 0 for skill in skills),
        "median_skill": median(skills) if skills else None,
    }
