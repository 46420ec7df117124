"""Published outcomes that are no endpoint, but are made of endpoints: a relation across people, or what visits tell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from insula.core.errors import UnknownName
from insula.core.spoken import _
from insula.core.units import convert, convertible
from insula.statistics.arm_statistics import ON_LINE, SLOPE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from insula.catalog.evidence_schema import AcrossPeople, Outcome, OverVisits
    from insula.catalog.records import Endpoint

    Floats = NDArray[np.float64]

_PRINTED_AS = frozenset({"mean", SLOPE, "mean_difference"})


@dataclass(frozen=True)
class Relation:
    """A number of the least-squares line of two endpoints across the people of an arm at a visit.

    Parameters
    ----------
    of, on
        Endpoints; `before`: `on` is that of the baseline; `averaged`: `of` is the mean over the visits after the start.
    statistic
        ``slope`` of `of` on `scaled` values of `on`, or the ``value_on_line`` where these are 0.
    origin, step
        In the unit of `on`. With `logarithm` the step is a factor.
    """

    of: str
    on: str
    before: bool
    statistic: str
    averaged: bool = False
    origin: float = 0.0
    step: float = 1.0
    logarithm: bool = False

    def scaled(self, values: Floats) -> Floats:
        """Return `on` in steps from the origin; NaN where a logarithm has no value."""
        if not self.logarithm:
            return np.asarray((values - self.origin) / self.step)
        known = np.where(values > 0, values, np.nan)
        return np.asarray(np.log(known) / np.log(self.step))

    @property
    def level(self) -> str:
        """The endpoint that the number is a level of; empty for a slope."""
        return self.of if self.statistic == ON_LINE else ""

    def brought(self, statistic: str) -> str:
        """Return the statistic that a printed one stands for."""
        return self.statistic if statistic in _PRINTED_AS else statistic

    def predicts(self, statistic: str) -> bool:
        """Say whether the people of an arm have this statistic."""
        return statistic == self.statistic


@dataclass(frozen=True)
class Course:
    """What the visits of each patient tell of an endpoint.

    A change of a yes or no between two visits counts as halfway between them.

    Parameters
    ----------
    of
        Endpoint; 1 or 0 for each patient, but for a mean.
    tell
        ``length``: time with yes, of those who ever had it; ``ever``: whether; ``start``: time of the first yes;
        ``mean``: mean of the visits after the first one.
    unit
        Of the times, or of the endpoint.
    """

    of: str
    tell: str
    unit: str

    @property
    def level(self) -> str:
        """The endpoint that a mean is a level of; else empty."""
        return self.of if self.tell == "mean" else ""

    @property
    def of_some(self) -> bool:
        """Whether the number is of those alone who ever had what it is about."""
        return self.tell in ("length", "start")

    def told(self, days: Floats, states: Floats) -> Floats:
        """Return the number of each patient.

        Parameters
        ----------
        days : (V,), in order
        states : (V, P)
            1, 0, for a mean any number, or NaN for a visit without value.

        Returns
        -------
        (P,): 1 or 0 for ``ever``, a mean, else time in `unit`, NaN for who never had it. NaN where a visit lacks.
        """
        if self.tell == "mean":
            return np.asarray(states[min(1, len(states) - 1) :].mean(axis=0))
        ever = np.where(np.isnan(states).any(axis=0), np.nan, (states == 1).any(axis=0))
        if self.tell == "ever":
            return np.asarray(ever, dtype=np.float64)
        found = np.trapezoid(states, days, axis=0) if self.tell == "length" else _start(days, states)
        return np.asarray(convert(np.where(ever == 1, found, np.nan), "day", self.unit))

    def brought(self, statistic: str) -> str:
        """Return the statistic as printed."""
        return statistic

    def predicts(self, statistic: str) -> bool:
        """Say whether the people of an arm have this statistic."""
        return statistic in (("proportion", "count") if self.tell == "ever" else ("mean", "median"))


MadeOf = Relation | Course


def made_of(outcome: Outcome, endpoints: Mapping[str, Endpoint]) -> MadeOf | None:
    """Return how an outcome is made of endpoints; None for one that is not, or whose text is faulty."""
    if any(faults_of(outcome, endpoints)):
        return None
    if outcome.over_visits:
        return Course(outcome.over_visits.of, outcome.over_visits.tell, outcome.unit)
    return _relation(outcome.across_people, endpoints) if outcome.across_people else None


def faults_of(outcome: Outcome, endpoints: Mapping[str, Endpoint]) -> Iterator[str]:
    """Tell what is wrong with how an outcome is made: an endpoint or a unit that does not fit."""
    across, over = outcome.across_people, outcome.over_visits
    names = (across.of, across.on) if across else (over.of,) if over else ()
    unknown = [name for name in names if name not in endpoints]
    yield from (str(UnknownName("endpoint", name, endpoints)) for name in unknown)
    if across and not unknown:
        yield from _faults_of_relation(outcome, across, endpoints)
    if over and not unknown and not convertible(_unit_told(over, endpoints), outcome.unit):
        yield _('the unit "{unit}" does not fit "{tell}".').format(unit=outcome.unit, tell=over.tell)


def _unit_told(over: OverVisits, endpoints: Mapping[str, Endpoint]) -> str:
    return {"ever": "dimensionless", "mean": endpoints[over.of].unit}.get(over.tell, "day")


def _faults_of_relation(
    outcome: Outcome, across: AcrossPeople, endpoints: Mapping[str, Endpoint]
) -> Iterator[str]:
    wanted, on = endpoints[across.of].unit, endpoints[across.on]
    if outcome.unit != wanted:
        yield _('the unit must be "{wanted}", not "{unit}".').format(wanted=wanted, unit=outcome.unit)
    steps = ((across.per, on.unit), (across.at, on.unit), (across.times, "dimensionless"))
    for amount, unit in steps:
        if amount and not convertible(amount.unit, unit, on.quantity):
            yield _('"{unit}" cannot be converted into "{wanted}".').format(unit=amount.unit, wanted=unit)


def _relation(across: AcrossPeople, endpoints: Mapping[str, Endpoint]) -> Relation:
    unit, quantity = endpoints[across.on].unit, endpoints[across.on].quantity
    ends = partial(Relation, across.of, across.on, across.before, averaged=across.averaged)
    if across.times:
        return ends(SLOPE, step=across.times.value, logarithm=True)
    if across.per:
        per = convert(across.per.value, across.per.unit, unit, quantity=quantity, difference=True)
        return ends(SLOPE, step=float(per))
    assert across.at is not None
    return ends(ON_LINE, origin=float(convert(across.at.value, across.at.unit, unit, quantity=quantity)))


def _start(days: Floats, states: Floats) -> Floats:
    """Return the day of the first 1, halfway from the visit before it; of no meaning where there is none."""
    first = np.argmax(states == 1, axis=0)
    return np.asarray((days[first] + days[np.maximum(first - 1, 0)]) / 2)
