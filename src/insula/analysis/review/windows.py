"""The times at which a review pools: which published months count as of which time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from insula.core.units import convert

if TYPE_CHECKING:
    from insula.catalog.records import Review
    from insula.catalog.records.reviews import TimeWindow


@dataclass(frozen=True)
class Window:
    """A time in months and the months that count as of it, both ends included; None: over the whole follow-up."""

    months: float | None
    low: float
    high: float

    def holds(self, months: float) -> bool:
        """Say whether a published time counts as of this one; a missing time never does."""
        return self.low <= months <= self.high

    def distance(self, months: float) -> float:
        """Return how far a time is from the one meant; over the whole follow-up the latest is meant."""
        return -months if self.months is None else abs(months - self.months)


BASELINE = Window(0.0, 0.0, 0.0)
FOLLOW_UP = Window(None, math.nextafter(0.0, 1.0), math.inf)


def windows_of(review: Review, outcome: str) -> tuple[Window, ...]:
    """Return the times at which a review pools an outcome."""
    if review.outcomes[outcome].when == "follow_up":
        return (FOLLOW_UP,)
    return tuple(_window(time) for time in review.times)


def _window(time: TimeWindow) -> Window:
    middle, reach = (float(convert(float(q.value or 0), q.unit, "month")) for q in (time.at, time.tolerance))
    return Window(middle, middle - reach, middle + reach)
