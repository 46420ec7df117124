"""What a protocol exposes people to: the harms of its therapies, with the days on which each can come."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from insula.core.calendar import DAYS_PER_YEAR
from insula.core.random_streams import uniform
from insula.statistics.event_rates import EventRate, event_rate
from insula.trial.quantities import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from insula.catalog.records import Protocol
    from insula.catalog.records.harms import Counted, Harm, Harms

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

Span = tuple[float, float]


@dataclass(frozen=True)
class Risk:
    """A harm as an arm meets it; times in days.

    Parameters
    ----------
    brought
        From each day on which the therapy is given to the last on which that brings the event.
    days, within
        When a chance is taken, and how long after it the event may come; no days where it is a rate.
    ends
        When the last dose or level of the therapy ends.
    """

    therapy: str
    event: str
    serious: bool
    harm: Harm
    brought: tuple[Span, ...]
    days: tuple[float, ...] = ()
    within: float = 0.0
    ends: float = 0.0

    @cached_property
    def exposed(self) -> tuple[Span, ...]:
        """When a rate holds, in order and apart; nothing where it is a chance."""
        return () if self.days else _joined(self.brought)

    @property
    def address(self) -> str:
        """What the random numbers of this harm are drawn for."""
        return f"harm.{self.therapy}.{self.event}"

    @cached_property
    def _known(self) -> tuple[EventRate, EventRate | None]:
        """What is known of the treated, and of the controls of those trials that had some."""
        controls = [one.control for one in self.harm.observed if one.control]
        return self._rate(self.harm.observed), self._rate(controls) if controls else None

    def _rate(self, counted: Iterable[Counted]) -> EventRate:
        found = list(counted)
        share = self.harm.per != "year"
        return event_rate([one.events for one in found], [one.of for one in found], share=share)

    def rates(self, seed: int, members: Whole) -> Floats:
        """Return what each ensemble member believes, (M,): a chance, or a rate per year, beyond that of controls."""
        treated, controls = self._known
        drawn = uniform(seed, f"{self.address}.evidence", members, size=2)
        found = treated.quantile(drawn[:, 0])
        return found if controls is None else np.maximum(0.0, found - controls.quantile(drawn[:, 1]))

    def known(self, until: float) -> bool:
        """Whether anybody counted the event by a day: nobody did while a drug that is waited for is held."""
        return not self.harm.after or not self.brought[0][0] < until <= self.days[0]

    def counted_in_part(self, until: float) -> bool:
        """Whether the therapy is given for longer, by a day, than its trials counted an event that goes on."""
        return bool(self.harm.goes_on) and self.days[0] + self.within < min(self.ends, until)

    def years(self, until: float) -> float:
        """Return the years of exposure up to a day."""
        return sum(max(0.0, min(end, until) - start) for start, end in self.exposed) / DAYS_PER_YEAR

    def shares(self, rates: Floats, until: float) -> Floats:
        """Return the share of people who have the event by a day, at rates (M,)."""
        free = np.exp(-rates * self.years(until))
        for day in self.days:
            passed = min(1.0, (until - day) / self.within) if self.within else 1.0
            free = free * (1 - rates * passed if until > day else 1.0)
        return 1 - free


def risks_of(protocol: Protocol, harms: Mapping[str, Harms]) -> tuple[Risk, ...]:
    """Return the known harms of what a protocol gives, therapy by therapy; doses and levels of 0 bring none."""
    found = [
        _risk(protocol, therapy, event, harm)
        for therapy, event, harm in harms_of(protocol, harms)
        if harm.per is not None
    ]
    return tuple(risk for risk in found if risk.days or risk.exposed)


def harms_of(protocol: Protocol, harms: Mapping[str, Harms]) -> list[tuple[str, str, Harm]]:
    """Return therapy, event and harm, known or not, but for those that something else that is given stands in for."""
    given = therapies_of(protocol)
    return [
        (therapy, event, harm)
        for therapy in given
        if therapy in harms
        for event, harm in harms[therapy].harms.items()
        if not set(given) & set(harm.unless)
    ]


def therapies_of(protocol: Protocol) -> tuple[str, ...]:
    """Return each therapy of which more than nothing is given, once."""
    named = dict.fromkeys(entry.therapy for entry in protocol.give)
    return tuple(name for name in named if _times(protocol, name))


def _risk(protocol: Protocol, therapy: str, event: str, harm: Harm) -> Risk:
    times, common = _times(protocol, therapy), (therapy, event, harm.serious, harm)
    if harm.per == "administration":
        return Risk(*common, brought=tuple((day, day) for day in times), days=times)
    if harm.per == "patient":
        begins = _after(protocol, harm.after, times[0])
        ever = tuple((day, np.inf) for day in times)
        ends = max([*_doses(protocol, therapy), *(end for _, end in _held(protocol, therapy))])
        return Risk(*common, brought=ever, days=(begins,), within=number(harm.within, "day"), ends=ends)
    lasts = 0.0 if harm.lasts is None else number(harm.lasts, "day")
    lasting = [(day, day + lasts) for day in _doses(protocol, therapy)] if lasts else []
    return Risk(*common, brought=(*_held(protocol, therapy), *lasting))


def _times(protocol: Protocol, therapy: str) -> tuple[float, ...]:
    """Return the days on which more than nothing is given or begins to be held, in order."""
    begun = [start for start, _ in _joined(_held(protocol, therapy))]
    return tuple(sorted([*_doses(protocol, therapy), *begun]))


def _doses(protocol: Protocol, therapy: str) -> list[float]:
    """Return the days on which more than nothing is given."""
    mine = (entry for entry in protocol.given if entry.therapy == therapy and entry.dose is not None)
    return sorted(number(entry.at, "day") for entry in mine if entry.dose and entry.dose.value > 0)


def _held(protocol: Protocol, therapy: str) -> list[Span]:
    """Return when a level above 0 is held."""
    mine = (entry for entry in protocol.give if entry.therapy == therapy and entry.target is not None)
    return [
        (number(entry.from_, "day"), number(entry.to, "day"))
        for entry in mine
        if entry.target and entry.target.value > 0
    ]


def _after(protocol: Protocol, therapies: Iterable[str], day: float) -> float:
    """Return the day on which, from a day on, none of these therapies is held any more."""
    for start, end in _joined([span for name in therapies for span in _held(protocol, name)]):
        if start <= day < end:
            return end
    return day


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans in order, those that touch joined."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)
