"""Which harms a protocol brings by when, straight from what trials counted: no virtual patient is needed for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from insula.trial.risks import harms_of, risks_of, therapies_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from insula.catalog import Catalog
    from insula.catalog.base import Title
    from insula.catalog.records import Protocol
    from insula.catalog.records.harms import Harm
    from insula.trial.risks import Risk

    Floats = NDArray[np.float64]
    Shares = dict[Risk, list[Floats | None]]

_DRAWS = 2000  # from the evidence; the ends of an interval are then known to about a hundredth of its width


def expected_harms(
    catalog: Catalog, protocol: Protocol, days: Sequence[float], seed: int, level: float
) -> dict[str, Any]:
    """Return the harms of everything that a protocol gives, as plain data.

    Parameters
    ----------
    days
        By when the events are counted.
    seed
        Of the draws from the evidence.
    level
        Probability inside the intervals: over what the counts of the trials leave open.

    Returns
    -------
    ``known``: one entry for each event of each therapy, with the ``shares`` of people who have it by each day, the
    likeliest first. A share is None where nobody counted the event by that day, as while drugs hold it off;
    ``counted_for`` are the days that trials counted where the therapy is given for longer by then, else None.
    ``serious``: the shares who have any serious one of these, None where nobody counted one, which is not that nothing
    happens; ``in_part`` says that some of them were counted for part of the time alone. ``unknown``: events without
    numbers, with the reason; ``unlisted``: therapies whose harms nobody wrote down.
    """
    risks = risks_of(protocol, catalog.harms)
    shares = {risk: _by_day(risk, seed, days) for risk in risks}
    found = sorted(risks, key=lambda risk: -max(_mean(share) for share in shares[risk]))
    late = [risk for risk in found if not all(risk.known(day) for day in days)]
    unknown = [_unknown(catalog, one.therapy, one.event, one.harm, one.harm.until_then) for one in late]
    unknown += [_unknown(catalog, *one, one[-1].unknown) for one in harms_of(protocol, catalog.harms)]
    return {
        "known": [_known(catalog, risk, shares[risk], days, level) for risk in found],
        "serious": [_serious(shares, k, day, level) for k, day in enumerate(days)],
        "unknown": [row for row in unknown if row["reason"]],
        "unlisted": [
            catalog.therapies[name].title.model_dump()
            for name in therapies_of(protocol)
            if name not in catalog.harms
        ],
    }


def _by_day(risk: Risk, seed: int, days: Sequence[float]) -> list[Floats | None]:
    rates = risk.rates(seed, np.arange(_DRAWS))
    return [risk.shares(rates, day) if risk.known(day) else None for day in days]


def _mean(share: Floats | None) -> float:
    return -1.0 if share is None else float(share.mean())


def _serious(shares: Shares, place: int, day: float, level: float) -> dict[str, Any]:
    mine = {risk: by_day[place] for risk, by_day in shares.items() if risk.serious}
    free, counted = np.ones(_DRAWS), [share for share in mine.values() if share is not None]
    for share in counted:
        free = free * (1 - share)
    in_part = any(risk.counted_in_part(day) for risk in mine)
    return {**_told(1 - free if counted else None, day, level), "in_part": in_part}


def _known(
    catalog: Catalog, risk: Risk, shares: Sequence[Floats | None], days: Sequence[float], level: float
) -> dict[str, Any]:
    consequence = catalog.adverse_events[risk.event].consequence
    return {
        **_names(catalog, risk.therapy, risk.event),
        "serious": risk.serious,
        "per": risk.harm.per,
        "consequence": None if consequence is None else consequence.model_dump(),
        "shares": [
            _told(share, day, level) | {"counted_for": risk.within if risk.counted_in_part(day) else None}
            for share, day in zip(shares, days, strict=True)
        ],
        "observed": [one.model_dump() for one in risk.harm.observed],
    }


def _unknown(catalog: Catalog, therapy: str, event: str, harm: Harm, reason: Title | None) -> dict[str, Any]:
    return {
        **_names(catalog, therapy, event),
        "serious": harm.serious,
        "reason": reason and reason.model_dump(),
    }


def _names(catalog: Catalog, therapy: str, event: str) -> dict[str, Any]:
    return {
        "event": event,
        "title": catalog.adverse_events[event].title.model_dump(),
        "therapy": therapy,
        "therapy_title": catalog.therapies[therapy].title.model_dump(),
    }


def _told(share: Floats | None, day: float, level: float) -> dict[str, Any]:
    if share is None:
        return {"day": day, "share": None, "low": None, "high": None}
    low, high = np.quantile(share, [(1 - level) / 2, (1 + level) / 2])
    return {"day": day, "share": float(share.mean()), "low": float(low), "high": float(high)}
