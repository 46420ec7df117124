"""Every row of the topic that was not pooled, with the reason."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from insula.analysis.review.groups import KINDS, OTHER_STATISTIC, why_not
from insula.analysis.review.published import OTHER_OUTCOME
from insula.analysis.review.studies import arms_left_out
from insula.analysis.review.windows import windows_of
from insula.evidence.published import NO_TIME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from insula.analysis.review.studies import ReviewedStudy
    from insula.catalog.base import Title
    from insula.catalog.records import Review
    from insula.evidence.harmonise import HarmonisedRow

BEFORE = "a value before the treatment: shown beside the effect, not pooled"
OUTSIDE = "its time is none of the review"
OTHER_ARM = "this arm is neither treated by a therapy of the review nor a control"
OTHER_SIDE = "the other group has no row to compare it with, or no patient has the event"
ANOTHER_ROW = "another row of this study was taken for this outcome and time"


@dataclass(frozen=True)
class UnusedRow:
    """A harmonised row and why it was not pooled: in English, or as the review words it."""

    row: HarmonisedRow
    outcome: str
    reason: str | Title


def unused_rows(
    review: Review,
    studies: Mapping[str, ReviewedStudy],
    rows: Sequence[HarmonisedRow],
    used: Mapping[int, str],
) -> tuple[UnusedRow, ...]:
    """Return what was neither pooled nor counted, in the order of the rows.

    Parameters
    ----------
    used
        Outcome of the review by number of the row.
    """
    taken = {
        (used[row.published.number], row.published.study_id) for row in rows if row.published.number in used
    }
    found = []
    for row in rows:
        if row.published.number not in used:
            asked = (
                name
                for name, one in review.outcomes.items()
                if one.asks(row.meaning, row.original["outcome"])
            )
            outcome = next(asked, "")
            reason = _reason(review, studies[row.published.study_id], row, outcome)
            last = ANOTHER_ROW if (outcome, row.published.study_id) in taken else OTHER_SIDE
            found.append(UnusedRow(row, outcome, reason or last))
    return tuple(found)


def _reason(review: Review, study: ReviewedStudy, row: HarmonisedRow, outcome: str) -> str | Title:
    """Return why this row alone could not be pooled; empty where it could."""
    arm, months = row.published.arm_id, row.published.time_months
    if study.reason:
        return study.reason
    if arm not in (*study.treated, *study.control):
        return arms_left_out(review).get((study.study_id, arm), OTHER_ARM)
    if row.reason or not outcome:
        return row.reason or OTHER_OUTCOME
    if math.isnan(months):
        return NO_TIME
    if months == 0:
        return BEFORE
    if not any(window.holds(months) for window in windows_of(review, outcome)):
        return OUTSIDE
    reasons = [why_not(row, kind) for kind in KINDS[review.outcomes[outcome].measure]]
    if "" in reasons:
        return ""
    return next((reason for reason in reasons if reason != OTHER_STATISTIC), OTHER_STATISTIC)
