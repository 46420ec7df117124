"""The virtual patients of a search: enrolled once, followed through every schedule with the same chance events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from insula.analysis.ask.courses import Start, follow_arms
from insula.core.errors import InsulaError, ProtocolError
from insula.core.spoken import _
from insula.trial.administrations import lower
from insula.trial.block import draw_candidates, enrol_candidates, look_over_drawn
from insula.trial.clinic import ArmPlan
from insula.trial.meetings import days_between
from insula.trial.open_clinic import SIMULATED
from insula.trial.saved_people import refuse_saved_people

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from insula.catalog import Catalog
    from insula.catalog.records import Protocol
    from insula.trial.clinic import Clinic

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

_AT_ONCE = 192  # candidates that are enrolled together
_HOPELESS = 40  # such groups without enough patients
_TRIED = "tried"


@dataclass(frozen=True)
class People:
    """P patients of a clinic on the day of the therapy, in groups, and the ensemble member of each, (P,)."""

    clinic: Clinic
    groups: tuple[Start, ...]
    members: Whole

    def benefit(
        self,
        catalog: Catalog,
        protocol: Protocol,
        endpoint: str,
        workers: int,
        progress: Callable[[float], None],
    ) -> Floats:
        """Return the endpoint of each patient at the last visit, (P,), NaN for who failed.

        Raises
        ------
        InsulaError
            When too few have a value, more than the study allows to fail.
        """
        plan = _plan(self.clinic, protocol, catalog)
        clinic = replace(self.clinic, arms={_TRIED: plan})
        last = max(clinic.visit_days)
        parts = []
        for k, group in enumerate(self.groups):
            share = lambda done, k=k: progress((k + done) / len(self.groups))  # noqa: E731
            parts.append(follow_arms(clinic, group, [_TRIED], workers, share)[_TRIED][last][endpoint])
        values = np.concatenate(parts)
        missing = float(np.mean(np.isnan(values)))
        if missing > clinic.study.failure_limit:
            raise InsulaError(
                _(
                    "{endpoint} has no value on day {last:g} for {missing:.0%} of the patients with {id}: "
                    "averaged days show no sensor, and patients may fail. Choose another --benefit."
                ).format(endpoint=endpoint, last=last, missing=missing, id=protocol.id)
            )
        return values


def enrol_people(clinic: Clinic, patients: int, members: int, progress: Callable[[float], None]) -> People:
    """Enrol the first eligible candidates of the first members of the ensemble.

    Raises
    ------
    ProtocolError
        When there are not enough of them, or too few in one member to tell patients from members.
    InsulaError
        The study names a saved population.
    """
    refuse_saved_people(clinic)
    groups: list[Start] = []
    found = 0
    every = clinic.population.ensemble_members
    for numbers in _candidates(every, min(members, every)):
        progress(found / patients)
        enrolled = enrol_candidates(clinic, look_over_drawn(clinic, draw_candidates(clinic, numbers)))
        start = Start(enrolled.cohort, enrolled.baseline)
        wanted = np.arange(start.cohort.size) < patients - found
        if wanted.any():
            groups.append(start.take(wanted))
            found += int(wanted.sum())
        if found == patients:
            break
    drawn = np.concatenate([group.cohort.members for group in groups]) if groups else np.empty(0, np.int64)
    if found < patients:
        raise ProtocolError(
            _(
                "{found} of {looked} candidates are eligible for {id}, not {patients}. Ask for fewer "
                "--patients or more --members."
            ).format(found=found, looked=_HOPELESS * _AT_ONCE, id=clinic.population.id, patients=patients)
        )
    if len(np.unique(drawn)) in (1, found):
        raise ProtocolError(
            _(
                "The first {found} eligible patients do not stand for two members of the ensemble, two "
                "in one of them: the interval over members needs that. Ask for more --patients."
            ).format(found=found)
        )
    return People(clinic, tuple(groups), drawn)


def _candidates(every: int, members: int) -> list[Whole]:
    """Return the numbers of the candidates of some members, in groups."""
    rounds = -(-_AT_ONCE * _HOPELESS // members)
    numbers = (np.arange(rounds)[:, None] * every + np.arange(members)).ravel()
    return np.array_split(numbers, _HOPELESS)


def _plan(clinic: Clinic, protocol: Protocol, catalog: Catalog) -> ArmPlan:
    """Return what is given when, and the days on which the clocks meet."""
    given = lower(protocol, catalog.therapies)
    step = clinic.settings.grid if clinic.study.days == SIMULATED else clinic.settings.review
    days = days_between(0.0, clinic.end, step, [*clinic.visit_days, *(one.day for one in given)])
    return ArmPlan(given, tuple(days))
