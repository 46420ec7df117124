"""Where nets run up and down between two columns: each on a track of its own, and never on another net's row."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from insula.report.manual.diagram.rows import Rows

_APART = 5.0  # rows that are nearer would be taken for one line


def tracks(rows: Rows, gap: int) -> dict[int, int]:
    """Return the track (0 is the leftmost) of every net that runs through the gap before a column.

    A net that comes in on the left at the height at which another leaves on the right must turn before that one.
    """
    ends = {number: rows.ends(number, gap) for number in range(len(rows.network.nets))}
    ends = {number: both for number, both in ends.items() if both[0] or both[1]}
    before = {
        number: {
            other
            for other, (left, _) in ends.items()
            if other != number and any(abs(a - b) < _APART for a in left for b in ends[number][1])
        }
        for number in ends
    }
    span = {number: (min(left + right), max(left + right)) for number, (left, right) in ends.items()}
    found: dict[int, int] = {}
    waiting = sorted(ends, key=lambda number: span[number])
    while waiting:
        free = [number for number in waiting if not before[number] & set(waiting)]
        number = (free or waiting)[0]
        waiting.remove(number)
        found[number] = _first_free(number, found, span, min_track=_after(before[number], found))
    return found


def _after(others: set[int], found: dict[int, int]) -> int:
    return max((found[other] + 1 for other in others if other in found), default=0)


def _first_free(
    number: int, found: dict[int, int], span: dict[int, tuple[float, float]], min_track: int
) -> int:
    low, high = span[number]
    taken = {
        track
        for other, track in found.items()
        if span[other][0] < high + _APART and low - _APART < span[other][1]
    }
    return next(track for track in range(min_track, min_track + len(found) + 1) if track not in taken)
