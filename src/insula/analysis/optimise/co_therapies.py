"""What a protocol gives beside each dose of a therapy, where that is given oftener, less often or at other times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insula.catalog.records import Amount
from insula.trial.quantities import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from insula.catalog.records import Give

Span = tuple[float, float]


def beside(given: Sequence[Give], own: Sequence[float], days: Sequence[float]) -> list[Give]:
    """Return what goes with the doses of a therapy, for doses on other days.

    Parameters
    ----------
    given
        What the protocol gives with them.
    own, days
        Days of the protocol's doses, and of the new ones, in order.

    Returns
    -------
    Whatever lies nearest to the protocol's first dose, anew at every new one; where courses of one level meet they
    become one. A level that the protocol holds through several doses is held through all the new ones, and ends as
    long after the last of them.
    """
    first = [entry for entry in given if _nearest(_start(entry), own) == 0]
    return [again for entry in first for again in _again(entry, own, days)]


def _again(entry: Give, own: Sequence[float], days: Sequence[float]) -> list[Give]:
    lead = _start(entry) - own[0]
    if entry.to is None:
        return [entry.model_copy(update={"at": _day(day + lead)}) for day in days]
    end = number(entry.to, "day")
    last = max((day for day in own if day <= end), default=own[0])
    if last > own[0]:
        spans = [(days[0] + lead, days[-1] + end - last)]
    else:
        spans = _joined([(day + lead, day + end - last) for day in days])
    return [entry.model_copy(update={"from_": _day(start), "to": _day(end)}) for start, end in spans]


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Join spans in order of time that overlap or touch."""
    found = [spans[0]]
    for start, end in spans[1:]:
        if start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _start(entry: Give) -> float:
    when = entry.at or entry.from_
    assert when is not None
    return number(when, "day")


def _nearest(day: float, doses: Sequence[float]) -> int:
    return min(range(len(doses)), key=lambda k: abs(doses[k] - day))


def _day(day: float) -> Amount:
    return Amount(value=day, unit="day")
