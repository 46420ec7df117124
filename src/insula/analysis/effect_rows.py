"""Which rows that can be judged are an effect between two arms of a study."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insula.statistics.arm_pairs import Side, arm_pairs

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


def effect_rows(rows: Sequence[KnownRow]) -> Iterator[tuple[KnownRow, KnownRow]]:
    """Yield the pairs of rows of one study that compare two arms: a treated arm comes before a control.

    A pair has one outcome, statistic (`COMPARED`) and printed time; of a share printed both as a number and in percent,
    the latter counts.
    """
    compared = [row for row in rows if row.statistic in COMPARED]
    return arm_pairs(
        sorted(compared, key=lambda row: row.source.statistic != row.statistic),
        moment=lambda row: (row.outcome, row.statistic, row.time_months),
        side=lambda row: Side(row.arm_place, row.arm_id, row.analysis),
    )
