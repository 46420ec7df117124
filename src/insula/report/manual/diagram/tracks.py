"""Where nets run up and down between two columns: each on a track of its own, and never on another net's row."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from insula.report.manual.diagram.rows import Rows

_APART = 5.0  # rows that are nearer would be taken for one line
_SHIFTS = (0.0, *(sign * 3.0 * step for step in range(1, 20) for sign in (1, -1)))

Ends = dict[int, tuple[list[float], list[float]]]


def make_room(rows: Rows) -> None:
    """Move whole columns up or down, by as little as will do, until every gap between two of them has an order."""
    for gap in range(1, len(rows.order)):
        resting = {item: rows.top[item] for item in rows.order[gap]}
        for shift in _SHIFTS:
            rows.top.update({item: top + shift for item, top in resting.items()})
            if _order(_ends(rows, gap)) is not None:
                break
    highest = min(rows.top.values(), default=0.0)
    rows.top = {item: top - highest for item, top in rows.top.items()}


def tracks(rows: Rows, gap: int) -> dict[int, int]:
    """Return the track (0 is the leftmost) of every net that runs through the gap before a column."""
    ends = _ends(rows, gap)
    before = _before(ends)
    span = {number: (min(left + right), max(left + right)) for number, (left, right) in ends.items()}
    found: dict[int, int] = {}
    for number in _order(ends) or sorted(ends):
        low, high = span[number]
        taken = {
            track
            for other, track in found.items()
            if span[other][0] < high + _APART and low - _APART < span[other][1]
        }
        first = max((found[other] + 1 for other in before[number] if other in found), default=0)
        found[number] = next(track for track in range(first, first + len(found) + 1) if track not in taken)
    return found


def _ends(rows: Rows, gap: int) -> Ends:
    ends = {number: rows.ends(number, gap) for number in range(len(rows.network.nets))}
    return {number: both for number, both in ends.items() if both[0] or both[1]}


def _before(ends: Ends) -> dict[int, set[int]]:
    """Return who must turn before a net: those that come in where it leaves."""
    return {
        number: {
            other
            for other, (left, _) in ends.items()
            if other != number and any(abs(a - b) < _APART for a in left for b in right)
        }
        for number, (_, right) in ends.items()
    }


def _order(ends: Ends) -> list[int] | None:
    """Return the nets in an order in which all turn in time, from the top down where they are free; or None."""
    before = _before(ends)
    nets = sorted(ends, key=lambda number: (min(sum(ends[number], [])), number))
    sorter = TopologicalSorter({number: before[number] for number in nets})
    try:
        return list(sorter.static_order())
    except CycleError:
        return None
