"""Which harms a protocol brings by when, straight from what trials counted: no virtual patient is needed for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from insula.trial.risks import risks_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from insula.catalog import Catalog
    from insula.catalog.records import Protocol
    from insula.trial.risks import Risk

    Floats = NDArray[np.float64]

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
    likeliest first; ``serious``: the shares who have any serious one of these, None where none of them is serious:
    then nobody counted, which is not that nothing happens; ``unknown``: events without numbers,
    with the reason; ``unlisted``: therapies whose harms nobody wrote down.
    """
    risks = risks_of(protocol, catalog.harms)
    members = np.arange(_DRAWS)
    shares = {risk: _by_day(risk, risk.rates(seed, members), days) for risk in risks}
    found = sorted(risks, key=lambda risk: -float(shares[risk][-1].mean()))
    given = list(dict.fromkeys(entry.therapy for entry in protocol.give))
    return {
        "known": [_known(catalog, risk, shares[risk], days, level) for risk in found],
        "serious": [_serious(shares, k, day, level) for k, day in enumerate(days)],
        "unknown": [row for therapy in given for row in _unknown(catalog, therapy)],
        "unlisted": [
            catalog.therapies[name].title.model_dump() for name in given if name not in catalog.harms
        ],
    }


def _by_day(risk: Risk, rates: Floats, days: Sequence[float]) -> list[Floats]:
    return [risk.shares(rates, day) for day in days]


def _serious(
    shares: dict[Risk, list[Floats]], place: int, day: float, level: float
) -> dict[str, float | None]:
    if not any(risk.serious for risk in shares):
        return {"day": day, "share": None, "low": None, "high": None}
    return {**_told(_any_serious(shares, place), day, level)}


def _any_serious(shares: dict[Risk, list[Floats]], place: int) -> Floats:
    free = np.ones(_DRAWS)
    for risk, by_day in shares.items():
        free = free * (1 - by_day[place] * risk.serious)
    return 1 - free


def _known(
    catalog: Catalog, risk: Risk, shares: Sequence[Floats], days: Sequence[float], level: float
) -> dict[str, Any]:
    consequence = catalog.adverse_events[risk.event].consequence
    return {
        **_names(catalog, risk.therapy, risk.event),
        "serious": risk.serious,
        "per": risk.harm.per,
        "consequence": None if consequence is None else consequence.model_dump(),
        "shares": [_told(share, day, level) for share, day in zip(shares, days, strict=True)],
        "observed": [one.model_dump() for one in risk.harm.observed],
    }


def _unknown(catalog: Catalog, therapy: str) -> list[dict[str, Any]]:
    if therapy not in catalog.harms:
        return []
    return [
        {**_names(catalog, therapy, event), "serious": harm.serious, "reason": harm.unknown.model_dump()}
        for event, harm in catalog.harms[therapy].harms.items()
        if harm.unknown is not None
    ]


def _names(catalog: Catalog, therapy: str, event: str) -> dict[str, Any]:
    return {
        "event": event,
        "title": catalog.adverse_events[event].title.model_dump(),
        "therapy": therapy,
        "therapy_title": catalog.therapies[therapy].title.model_dump(),
    }


def _told(share: Floats, day: float, level: float) -> dict[str, float]:
    low, high = np.quantile(share, [(1 - level) / 2, (1 + level) / 2])
    return {"day": day, "share": float(share.mean()), "low": float(low), "high": float(high)}
