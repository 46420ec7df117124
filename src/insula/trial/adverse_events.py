"""Adverse events of the people of an arm, drawn from what its therapies expose them to.

An event changes nobody's course: who dies of a harm in life is followed here as if alive, and counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.core.calendar import DAYS_PER_YEAR
from insula.core.random_streams import uniform

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from insula.trial.risks import Risk

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

ANY, SERIOUS = "any", "serious"  # stand for every event, and for every serious one
_AT_ONCE = 8  # events of a rate that are drawn together


@dataclass(frozen=True)
class AdverseEvents:
    """E events in order of risk and patient.

    Parameters
    ----------
    patient : (E,)
        Place among the P people of the arm.
    day : (E,)
    risk : (E,)
        Place among `risks`.
    """

    risks: tuple[Risk, ...]
    people: int
    patient: NDArray[np.intp]
    day: Floats
    risk: NDArray[np.intp]

    def before(self, day: float) -> dict[str, Floats]:
        """Return how many each person had before a day, (P,): by event, and under `ANY` and `SERIOUS`.

        NaN where nobody counted the event by then; it is in neither of the two.
        """
        earlier = self.day < day
        found = {ANY: self._count(earlier), SERIOUS: np.zeros(self.people)}
        for place, risk in enumerate(self.risks):
            mine = self._count(earlier & (self.risk == place))
            known = mine if risk.known(day) else np.full(self.people, np.nan)
            found[risk.event] = found.get(risk.event, 0.0) + known
            found[SERIOUS] = found[SERIOUS] + mine * risk.serious
        return found

    def _count(self, chosen: NDArray[np.bool_]) -> Floats:
        return np.bincount(self.patient[chosen], minlength=self.people).astype(float)


def adverse_events(
    risks: Sequence[Risk],
    seed: int,
    candidates: Whole,
    members: Whole,
    until: float,
    passed_over: Mapping[tuple[str, float], NDArray[np.bool_]],
) -> AdverseEvents:
    """Draw the adverse events of P people up to a day.

    A person's numbers have the address (harm, candidate), so that the same person in another arm that gives the same
    therapy for longer has the same events and then more.

    Parameters
    ----------
    candidates, members : (P,)
        Who they are, and what each is told of the rates: one draw from the evidence for each ensemble member.
    passed_over
        By therapy and day (P,): who did not get what was given then.
    """
    patients, days, places = [np.empty(0, dtype=np.intp)], [np.empty(0)], [np.empty(0, dtype=np.intp)]
    for place, risk in enumerate(risks):
        rates = risk.rates(seed, members)
        draw = _of_a_rate if risk.exposed else _of_chances
        patient, day = draw(risk, rates, seed, candidates)
        kept = (day < until) & _exposed(risk, patient, day, passed_over)
        patients.append(patient[kept])
        days.append(day[kept])
        places.append(np.full(np.count_nonzero(kept), place))
    who, when, what = np.concatenate(patients), np.concatenate(days), np.concatenate(places)
    return AdverseEvents(tuple(risks), len(candidates), who, when, what)


def _exposed(
    risk: Risk,
    patient: NDArray[np.intp],
    day: Floats,
    passed_over: Mapping[tuple[str, float], NDArray[np.bool_]],
) -> NDArray[np.bool_]:
    """Return which events, (E,), something brings that the patient really got."""
    if not any(therapy == risk.therapy for therapy, _ in passed_over):
        return np.ones(len(patient), dtype=bool)
    found = np.zeros(len(patient), dtype=bool)
    for start, end in risk.brought:
        missed = passed_over.get((risk.therapy, start))
        got = True if missed is None else ~missed[patient]
        found |= got & (start <= day) & (day <= end)
    return found


def _of_chances(risk: Risk, rates: Floats, seed: int, candidates: Whole) -> tuple[NDArray[np.intp], Floats]:
    """Return patient and day of the events of a chance that is taken on some days."""
    drawn = uniform(seed, risk.address, candidates, np.arange(len(risk.days)), size=2)
    patient, taken = np.nonzero(drawn[..., 0] < rates[:, None])
    return patient, np.array(risk.days)[taken] + drawn[patient, taken, 1] * risk.within


def _of_a_rate(risk: Risk, rates: Floats, seed: int, candidates: Whole) -> tuple[NDArray[np.intp], Floats]:
    """Return patient and day of the events of a Poisson process that runs while people are exposed."""
    total = risk.years(np.inf)
    reached, batch = np.zeros(len(candidates)), 0
    patients, years = [np.empty(0, dtype=np.intp)], [np.empty(0)]
    while (open_ := np.flatnonzero(reached < rates * total)).size:
        numbers = np.arange(batch, batch + _AT_ONCE)
        gaps = -np.log(uniform(seed, risk.address, candidates[open_], numbers)[..., 0])
        at = reached[open_, None] + np.cumsum(gaps, axis=1)
        who, which = np.nonzero(at < rates[open_, None] * total)
        patients.append(open_[who])
        years.append(at[who, which] / rates[open_[who]])
        reached[open_] = at[:, -1]
        batch += _AT_ONCE
    patient, passed = np.concatenate(patients), np.concatenate(years)
    order = np.argsort(patient, kind="stable")
    return patient[order], _day_of(risk, passed[order])


def _day_of(risk: Risk, years: Floats) -> Floats:
    """Return the days on which so many years of exposure have passed, (E,)."""
    starts, ends = np.array(risk.exposed).T
    passed = np.concatenate([[0.0], np.cumsum(ends - starts)])
    days = years * DAYS_PER_YEAR
    span = np.clip(np.searchsorted(passed, days, side="right") - 1, 0, len(starts) - 1)
    return np.asarray(starts[span] + days - passed[span], dtype=np.float64)
