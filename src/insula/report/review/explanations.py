"""Why a cell of a review disagrees with what was published, as its text says, and how many of them have no reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.analysis.review.agreement import AGREES, DISAGREES, NOTHING_PUBLISHED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from insula.analysis.review.cells import Place
    from insula.catalog.records import Review

Data = dict[str, Any]

TABLES, VIRTUAL = "tables", "virtual"
EXPLAINED, ADMITTED, NOT_EXPLAINED = "explained", "admitted", "not explained yet"


def explanation(review: Review, place: Place, side: str, word: str) -> Data | None:
    """Return kind and reason of a verdict that disagrees, by the first explanation that fits; None for any other.

    Parameters
    ----------
    side
        `TABLES` or `VIRTUAL`: what was held against the publication.
    word
        Of the verdict.
    """
    if word != DISAGREES:
        return None
    for one in review.explanations:
        if one.side == side and one.fits(place.outcome, place.months, place.subgroup):
            return {"kind": one.kind, "why": {"en": one.why.en, "zh": one.why.zh}}
    return {"kind": NOT_EXPLAINED, "why": ""}


def tally(answers: Iterable[Data]) -> dict[str, int]:
    """Count the cells of which something was published by verdict, and those that disagree by explanation.

    Parameters
    ----------
    answers
        Cells, or their virtual counterparts: ``verdict`` and ``explanation`` of each.
    """
    published = [one for one in answers if one["verdict"] != NOTHING_PUBLISHED]
    words = [one["verdict"] for one in published]
    kinds = [one["explanation"]["kind"] for one in published if one["explanation"]]
    return {
        "cells_published": len(words),
        "cells_reached": words.count(AGREES) + words.count(DISAGREES),
        "cells_agreeing": words.count(AGREES),
        "cells_disagreeing": words.count(DISAGREES),
        "cells_explained": kinds.count(EXPLAINED),
        "cells_admitted": kinds.count(ADMITTED),
        "cells_not_explained": kinds.count(NOT_EXPLAINED),
    }
