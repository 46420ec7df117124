"""One cell of a review: an outcome at a time in a subgroup, what it is pooled of and what was published there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.statistics.meta.pooling import Pooled, pool
from insula.statistics.meta.records import Effects, MetaAnalysisError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from insula.analysis.review.agreement import Verdict
    from insula.analysis.review.effects import StudyEffect
    from insula.analysis.review.events import EventCount
    from insula.catalog.records.reviews import Claim
    from insula.evidence.harmonise import HarmonisedRow
    from insula.evidence.pooled import PooledEffect

METHOD, INTERVAL, OF_ONE, OF_EQUALS = "REML", "hksj", "wald", "modified_hksj"


@dataclass(frozen=True)
class Place:
    """Outcome of the review, months (None: the whole follow-up) and subgroup."""

    outcome: str
    months: float | None
    subgroup: str


@dataclass(frozen=True)
class Cell:
    """One pooled number and what it is held against.

    Parameters
    ----------
    effects
        Of the studies that have one here.
    pooled
        By REML with the Hartung-Knapp interval (modified where the effects agree exactly); of a single study its
        own effect with its Wald interval; None where no study has an effect.
    counted
        Events of the treated, of outcomes that are shares, for the studies that have no effect here.
    claims, published
        What was published of this cell without and with a number, each claim with the key of its source.
    """

    place: Place
    measure: str
    effects: tuple[StudyEffect, ...]
    pooled: Pooled | None
    counted: tuple[EventCount, ...]
    claims: tuple[tuple[str, Claim], ...]
    published: tuple[PooledEffect, ...]
    verdict: Verdict

    @property
    def n(self) -> int:
        """Patients behind the pooled number."""
        return sum(effect.n for effect in self.effects)

    @property
    def rows(self) -> tuple[HarmonisedRow, ...]:
        """Every row that was pooled or counted."""
        sides = [side.rows for effect in self.effects for side in (effect.treated, effect.control)]
        return tuple(row for rows in (*sides, *(one.rows for one in self.counted)) for row in rows)


def pool_effects(measure: str, effects: Sequence[StudyEffect]) -> Pooled | None:
    """Pool the effects of one cell; None where there is none.

    Raises
    ------
    MetaAnalysisError
        As `pool`.
    """
    if not effects:
        return None
    given = Effects(
        measure,
        np.array([effect.estimate for effect in effects]),
        np.array([effect.variance for effect in effects]),
        np.array([float(effect.n) for effect in effects]),
    )
    if len(effects) == 1:
        return pool(given, method=METHOD, interval=OF_ONE)
    try:
        return pool(given, method=METHOD, interval=INTERVAL)
    except MetaAnalysisError:  # of effects that agree exactly, which leave it no width; any other comes again
        return pool(given, method=METHOD, interval=OF_EQUALS)
