"""Which rows of a study are an effect between two of its arms."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

Row = TypeVar("Row")


class Side(NamedTuple):
    """The arm that a row is of: a treated arm has a smaller `place` than a control."""

    place: tuple[int, int]
    arm_id: str
    analysis: str


def arm_pairs(
    rows: Iterable[Row], moment: Callable[[Row], Hashable], side: Callable[[Row], Side]
) -> Iterator[tuple[Row, Row]]:
    """Yield the pairs of rows that compare two arms: a treated arm comes before a control.

    Where an arm has several rows of one moment, only those of one and the same analysis make a pair; of several of
    one analysis the first counts.

    Parameters
    ----------
    rows
        What was published, in any form.
    moment
        What two rows must have in common: study, outcome, statistic and time.
    side
        The arm of a row.
    """
    groups: dict[Hashable, dict[tuple[str, str], Row]] = {}
    for row in rows:
        _, arm_id, analysis = side(row)
        groups.setdefault(moment(row), {}).setdefault((arm_id, analysis), row)
    for group in groups.values():
        ordered = sorted(((side(row), row) for row in group.values()), key=lambda pair: pair[0].place)
        double = len({one.arm_id for one, _ in ordered}) < len(ordered)
        for (one, first), (other, second) in combinations(ordered, 2):
            if one.arm_id != other.arm_id and (not double or one.analysis == other.analysis):
                yield first, second
