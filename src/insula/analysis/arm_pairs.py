"""Which published rows of a study are an effect between two of its arms."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from insula.analysis.known_rows import KnownRow

COMPARED = frozenset({"mean", "change_from_baseline", "proportion"})
_HALF_A_MONTH = 0.5


def same_moment(one: KnownRow, other: KnownRow) -> bool:
    """Whether two rows have one outcome and statistic, at most half a month apart, both before or both after."""
    return (
        (one.outcome, one.statistic) == (other.outcome, other.statistic)
        and abs(one.time_months - other.time_months) <= _HALF_A_MONTH
        and (one.time_months == 0) == (other.time_months == 0)
    )


def arm_pairs(rows: Sequence[KnownRow]) -> Iterator[tuple[KnownRow, KnownRow]]:
    """Yield the pairs of rows of one study that compare two arms: a treated arm comes before a control.

    A pair has one outcome, statistic (`COMPARED`) and printed time. Where an arm has several such rows, only those of
    one and the same analysis make a pair; of a share printed both as a number and in percent, the latter.
    """
    groups: dict[tuple[str, str, float], dict[tuple[str, str], KnownRow]] = {}
    for row in sorted(rows, key=lambda row: row.source.statistic != row.statistic):
        if row.statistic in COMPARED:
            group = groups.setdefault((row.outcome, row.statistic, row.time_months), {})
            group.setdefault((row.arm_id, row.analysis), row)
    for group in groups.values():
        ordered = sorted(group.values(), key=lambda row: row.arm_place)
        double = len({row.arm_id for row in ordered}) < len(ordered)
        for one, other in combinations(ordered, 2):
            if one.arm_id != other.arm_id and (not double or one.analysis == other.analysis):
                yield one, other
