"""The rule by which a pooled number agrees with what was published; it is stated here and nowhere tuned.

Four questions, each asked only where the publication answers it:

direction
    The point estimate lies on the published side of no effect.
significance
    The interval of this review excludes no effect exactly where the published finding is significant at 5 %.
interval
    The 95 % interval of this review and that of a published pooled number overlap.
no event
    Nobody who was treated had the event, in the trials that counted it.

A cell agrees when every question that was asked is answered alike; it disagrees when one is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from insula.statistics.meta.effect_sizes import back_transform

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from insula.analysis.review.events import EventCount
    from insula.analysis.review.virtual import Predicted
    from insula.catalog.records.reviews import Claim
    from insula.evidence.pooled import PooledEffect
    from insula.statistics.meta.pooling import Pooled

    Estimate: TypeAlias = Pooled | Predicted

AGREES, DISAGREES, NOT_COMPARED, NOTHING_PUBLISHED = (
    "agrees",
    "disagrees",
    "cannot be compared",
    "nothing published",
)
DIRECTION, SIGNIFICANCE, OVERLAP, NO_EVENT = "direction", "significance", "interval", "no event"
NOT_POOLED = "no study of the review has a usable number here"
NOT_ASKED = "the publication answers no question of the rule"


@dataclass(frozen=True)
class Judgement:
    """The answer to one question, and which publication asked it."""

    question: str
    source: str
    agrees: bool


@dataclass(frozen=True)
class Verdict:
    """One of the four words, the answers it rests on, and why there is none."""

    word: str
    judgements: tuple[Judgement, ...] = ()
    reason: str = ""


def verdict(
    measure: str,
    pooled: Estimate | None,
    claims: Sequence[tuple[str, Claim]],
    published: Sequence[PooledEffect],
    counted: Sequence[EventCount] = (),
    significant: bool | None = None,
) -> Verdict:
    """Hold a pooled number, or counted events, against claims and published numbers of the same cell.

    Parameters
    ----------
    significant
        Whether the pooled number is; None: where its interval excludes no effect.
    """
    if not claims and not published:
        return Verdict(NOTHING_PUBLISHED)
    judged = list(_by_counts(counted, claims))
    if pooled is not None:
        if significant is None:  # no effect is 0 on the scale on which effects are pooled
            significant = not pooled.low <= 0 <= pooled.high
        judged += [*_by_claims(pooled, significant, claims), *_by_numbers(measure, pooled, published)]
    if not judged:
        return Verdict(NOT_COMPARED, reason=NOT_POOLED if pooled is None else NOT_ASKED)
    return Verdict(AGREES if all(one.agrees for one in judged) else DISAGREES, tuple(judged))


def _by_claims(
    pooled: Estimate, significant: bool, claims: Sequence[tuple[str, Claim]]
) -> Iterable[Judgement]:
    for source, claim in claims:
        if claim.direction is not None:
            same = pooled.estimate > 0 if claim.direction == "up" else pooled.estimate < 0
            yield Judgement(DIRECTION, source, same)
        if claim.significant is not None:
            yield Judgement(SIGNIFICANCE, source, significant == claim.significant)


def _by_counts(counted: Sequence[EventCount], claims: Sequence[tuple[str, Claim]]) -> Iterable[Judgement]:
    for source, claim in claims:
        if claim.no_events and counted:
            yield Judgement(NO_EVENT, source, sum(one.events for one in counted) == 0)


def _by_numbers(measure: str, pooled: Estimate, published: Sequence[PooledEffect]) -> Iterable[Judgement]:
    low, high = readable(measure, pooled.low), readable(measure, pooled.high)
    for effect in published:
        if effect.low == effect.low and effect.high == effect.high:
            overlap = low <= effect.high and effect.low <= high
            yield Judgement(OVERLAP, effect.meta_analysis_id, overlap)


def readable(measure: str, value: float) -> float:
    """Return a number as it is printed: ratios themselves, not their logarithms."""
    return float(back_transform(measure, value))
