"""The people of a replay on the averaged map: enrolled and followed once as in the trial, on both clocks.

Every uncertain number is at its median in that run. What its sampled days taught about each patient and day, how far
real days lie from the map, stays with the patient in every replay, so that a replay with the medians comes near the
trial itself and a replay with other numbers says what these change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from insula.core.errors import ProtocolError
from insula.core.spoken import _
from insula.endpoints.measure import measure
from insula.population.fixed import between_patients, held
from insula.population.sample import sample
from insula.trial.averaged_days import Trail, offset_columns
from insula.trial.block import SIZE, enrol_block, ordinary_days
from insula.trial.cohort import YEAR
from insula.trial.enrol import enrol
from insula.trial.follow_up import Record, follow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from insula.population.sample import ParameterTable
    from insula.trial.administrations import Administration
    from insula.trial.clinic import Clinic
    from insula.trial.cohort import Cohort

    Floats = NDArray[np.float64]

_HOPELESS = 20  # blocks without a single patient

Measured = dict[float, dict[str, "NDArray[np.float64]"]]  # day -> endpoint -> (P,)


@dataclass(frozen=True)
class MapPeople:
    """P patients: what was drawn, their trail before the therapy and in every arm, and what was measured."""

    table: ParameterTable
    before: Trail
    arms: dict[str, Trail]
    measured: dict[str, Measured]

    @property
    def size(self) -> int:
        """Number of patients P."""
        return int(self.table.candidates.size)


def with_medians(clinic: Clinic) -> Clinic:
    """Return the clinic in which every uncertain number of the population stays at its median."""
    quantities = clinic.quantities
    pairs = tuple(between_patients(clinic.population.correlations, quantities))
    people = clinic.population.model_copy(update={"correlations": pairs})
    return replace(clinic, quantities=held(quantities, {}), population=people)


def follow_people(clinic: Clinic, n_patients: int) -> MapPeople:
    """Enrol the first eligible candidates and follow them through every arm on both clocks.

    Parameters
    ----------
    clinic
        Of `with_medians`.

    Raises
    ------
    ProtocolError
        When nobody is eligible.
    """
    candidates = _eligible(clinic, n_patients)
    people = sample(
        clinic.quantities,
        seed=clinic.seed,
        candidates=candidates,
        ensemble_members=clinic.population.ensemble_members,
        correlations=clinic.population.correlations,
    )
    cohort, days = enrol(clinic, people), ordinary_days(clinic)
    before = _follow(clinic, cohort, days, (), Record())
    baseline = clinic.days.visit(clinic, cohort, 0.0, clinic.visit_days.get(0.0, frozenset()), since=-YEAR)
    before.of_test[0.0] = clinic.known_sights.test_away_from_map(clinic, cohort, baseline)
    trails, measured = {}, {}
    for name, plan in clinic.arms.items():
        record = Record(visits=[baseline])
        trails[name] = _follow(clinic, cohort.copy(), [0.0, *plan.days], plan.given, record)
        measured[name] = {seen.day: measure(seen, clinic.endpoints, baseline) for seen in record.visits}
    return MapPeople(people, before, trails, measured)


def _eligible(clinic: Clinic, n_patients: int) -> NDArray[np.int64]:
    """Candidate numbers of the first patients whom the trial would take."""
    found: list[int] = []
    number = 0
    while len(found) < n_patients:
        found += enrol_block(clinic, number).cohort.people.candidates.tolist()
        number += 1
        if number >= _HOPELESS and not found:
            raise ProtocolError(
                _(
                    "None of {number} candidates was eligible for population {id} with every uncertain "
                    "number at its median. Look at its criteria."
                ).format(number=number * SIZE, id=clinic.population.id)
            )
    return np.array(found[:n_patients], dtype=np.int64)


def _follow(
    clinic: Clinic,
    cohort: Cohort,
    days: Sequence[float],
    given: Sequence[Administration],
    record: Record,
) -> Trail:
    """Follow the cohort from the first to the last day and note how far it is from the map at each."""
    trail, columns, sights = Trail(), offset_columns(clinic), clinic.known_sights

    def note(day: float) -> None:
        trail.of_map[day] = cohort.disease_parameters[:, columns].copy()
        trail.of_review[day] = sights.away_from_map(clinic, cohort, cohort.reviewed)
        if record.visits and record.visits[-1].day == day:
            trail.of_test[day] = sights.test_away_from_map(clinic, cohort, record.visits[-1])

    note(days[0])
    follow(clinic, cohort, days[0], days[1:], given, record, note)
    return trail
