"""Where published pooled numbers belong in a review, and why some belong nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from insula.analysis.review.cells import Place
from insula.analysis.review.windows import windows_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from insula.analysis.review.windows import Window
    from insula.catalog.records import Review
    from insula.evidence.pooled import PooledEffect

NOT_NAMED = "the review does not name this meta-analysis"
NOT_BETWEEN_ARMS = "the review does not take this measure for a comparison of arms"
OTHER_SUBGROUP = "this subgroup is none of the review"
OTHER_OUTCOME = "this outcome is none of the review"
OTHER_SCALE = "this scale of effects is not that of the review"
OTHER_TIME = "this time is none of the review, or is not given"
_SCALES = {"MD": "own", "SMD": "standardised", "RR": "ratio", "OR": "ratio", "RD": "share"}


@dataclass(frozen=True)
class Unplaced:
    """A published pooled number that has no cell, with the reason."""

    effect: PooledEffect
    reason: str


def place_published(
    review: Review, effects: Iterable[PooledEffect]
) -> tuple[dict[Place, list[PooledEffect]], tuple[Unplaced, ...]]:
    """Sort the pooled numbers of the review's topic into its cells; the others keep the reason."""
    placed: dict[Place, list[PooledEffect]] = {}
    unplaced = []
    for effect in effects:
        found = _place(review, effect)
        if isinstance(found, Place):
            placed.setdefault(found, []).append(effect)
        else:
            unplaced.append(Unplaced(effect, found))
    return placed, tuple(unplaced)


def _place(review: Review, effect: PooledEffect) -> Place | str:
    """Return the cell of a pooled number, or why it has none."""
    cells = effect.original
    named = next((one for one in review.meta_analyses if one.id == effect.meta_analysis_id), None)
    if named is None:
        return NOT_NAMED
    if effect.reason:
        return effect.reason
    if cells["measure"] not in named.measures:
        return NOT_BETWEEN_ARMS
    if cells["subgroup"] not in named.subgroups:
        return OTHER_SUBGROUP
    outcome = next(
        (name for name, one in review.outcomes.items() if one.asks(effect.meaning, cells["outcome"])), None
    )
    if outcome is None:
        return OTHER_OUTCOME
    if effect.scale != _SCALES[review.outcomes[outcome].measure]:
        return OTHER_SCALE
    window = _window(review, outcome, cells["time_months"])
    return Place(outcome, window.months, named.subgroups[cells["subgroup"]]) if window else OTHER_TIME


def _window(review: Review, outcome: str, printed: str) -> Window | None:
    """Return the time that a printed one counts as; over the whole follow-up none needs to be printed."""
    months = float(printed or "nan")
    windows = windows_of(review, outcome)
    return next((one for one in windows if one.months is None or one.holds(months)), None)
