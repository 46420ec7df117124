"""Events among the treated, where no control was counted: too little to pool, enough to hold "no event" against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from insula.analysis.review.studies import ReviewedStudy
    from insula.analysis.review.windows import Window
    from insula.evidence.harmonise import HarmonisedRow

SHARES = ("RR", "OR", "RD")  # measures of what a patient has or has not
_OF_PATIENTS = ("share", "count")
_COUNTS = (*_OF_PATIENTS, "events")


@dataclass(frozen=True)
class EventCount:
    """What was counted in the treated arms of a study.

    Parameters
    ----------
    events
        Of all rows; a printed share is rounded to whole patients.
    patients
        Of the arms that have a row.
    """

    study: ReviewedStudy
    events: int
    patients: int
    rows: tuple[HarmonisedRow, ...]


def treated_events(study: ReviewedStudy, rows: Iterable[HarmonisedRow], window: Window) -> EventCount | None:
    """Return the events in the treated arms of a study; None where none of them has a count and a size."""
    counted = [row for row in rows if row.published.arm_id in study.treated and _is_count(row, window)]
    if not counted:
        return None
    sizes = {row.published.arm_id: row.published.n for row in counted}
    return EventCount(study, sum(map(_events, counted)), sum(sizes.values()), tuple(counted))


def _is_count(row: HarmonisedRow, window: Window) -> bool:
    timely = window.holds(row.published.time_months)
    return timely and row.scale in _COUNTS and not row.reason and row.published.n > 0


def _events(row: HarmonisedRow) -> int:
    return round(row.value * row.published.n if row.scale in _OF_PATIENTS else row.value)
