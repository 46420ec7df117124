"""A study replayed on the disease clock alone: between its meetings every patient lives on the averaged map.

No day is simulated minute by minute, so a replay takes seconds where the trial takes minutes. The price: how the days
of a patient differ from the map is what it is with every uncertain number at its median, and what only a sensor can
tell has no value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from insula.core.errors import ProtocolError
from insula.core.spoken import _
from insula.endpoints.measure import measure
from insula.population.fixed import drawn
from insula.population.sample import tried_on
from insula.trial.averaged_days import AveragedDays
from insula.trial.block import ordinary_days
from insula.trial.cohort import YEAR, Cohort
from insula.trial.enrol import enrol
from insula.trial.follow_up import Record, follow
from insula.trial.lives import Lives, live_again, look_for
from insula.trial.map_people import MapPeople, follow_people, with_medians
from insula.trial.open_clinic import SIMULATED, open_clinic
from insula.trial.saved_people import refuse_saved_people

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from insula.catalog import Catalog
    from insula.catalog.records import Population, Study
    from insula.endpoints.visit import Visit
    from insula.population.records import Correlation, Sourced
    from insula.population.sample import ParameterTable
    from insula.trial.averaged_days import Trail
    from insula.trial.clinic import Clinic

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

Replayed = dict[str, dict[float, dict[str, "NDArray[np.float64]"]]]  # arm -> day -> endpoint -> (J, P)

_AT_ONCE = 4096  # people times vectors


@dataclass(frozen=True)
class MapClinic:
    """A study ready to be replayed on the averaged map, with the people who are replayed.

    Parameters
    ----------
    quantities, correlations
        What a candidate is drawn from, the uncertain numbers with their spread; `clinic` has them at their medians.
    """

    clinic: Clinic
    people: MapPeople | Lives
    quantities: Mapping[str, Sourced]
    correlations: tuple[Correlation, ...]

    @property
    def at_once(self) -> int:
        """How many vectors are replayed together, at least 1, so that memory does not grow with their number."""
        people = self.people
        return max(1, _AT_ONCE // (people.candidates if isinstance(people, Lives) else people.size))

    def uncertain_of(self, members: Whole) -> dict[str, Floats]:
        """Return every uncertain number of ensemble members (J,), as a run of the study draws it."""
        return drawn(self.quantities, self.clinic.seed, members, self.correlations)


def open_map_clinic(catalog: Catalog, study: Study, patients: int, seed: int | None = None) -> MapClinic:
    """Compile the study's models, learn the averaged day and what is seen of it, and enrol the people.

    Raises
    ------
    UnknownName, InvalidText, ProtocolError, CompileError
        As `open_clinic`; also when nobody is eligible, and for simulated days of people with a history.
    """
    clinic = open_clinic(catalog, study, seed, on_map=True)
    refuse_saved_people(clinic)
    medians = with_medians(clinic)
    if study.days == SIMULATED:
        _refuse_other_people(study, clinic.population)
        people: MapPeople | Lives = follow_people(medians, patients)
    else:
        people = look_for(medians, patients)
    return MapClinic(medians, people, clinic.quantities, clinic.population.correlations)


def _refuse_other_people(study: Study, population: Population) -> None:
    """Refuse simulated days of people who are not the same whatever numbers are tried."""
    if population.history is not None:
        told = _(
            "The people of {id} have a history, and other numbers let other people fall ill. Write "
            "`days: averaged` in the study, so that it can be replayed."
        ).format(id=study.id)
    elif population.matches is not None:
        told = _(
            "The people of {id} are weighted to published ones, with other numbers by other weights. "
            "Write `days: averaged` in the study, so that it can be replayed."
        ).format(id=study.id)
    else:
        return
    raise ProtocolError(told)


def replay(place: MapClinic, values: Mapping[str, Floats]) -> Replayed:
    """Follow the people through every arm once for each vector of values, all at once.

    Parameters
    ----------
    values
        Numbers that are tried, by dotted symbol, (J,) each; every other uncertain number stays at its median. What
        happens to a patient by chance is the same with every vector.

    Returns
    -------
    Endpoints by arm, day of the visit and name, (J, P) each; NaN for a patient that could not be integrated, and for
    all where the averaged map does not tell the endpoint.
    """
    if isinstance(place.people, Lives):
        return live_again(place.clinic, place.people, values)
    return _replay(place.clinic, place.people, values)


def _replay(place: Clinic, followed: MapPeople, values: Mapping[str, Floats]) -> Replayed:
    vectors = len(next(iter(values.values())))
    people = tried_on(followed.table, place.quantities, values)
    start, baseline = _before_therapy(_on_map(place, followed.before, vectors), people)
    found: Replayed = {}
    for name, plan in place.arms.items():
        clinic = _on_map(place, followed.arms[name], vectors)
        record = Record(visits=[baseline])
        follow(clinic, start.copy(), 0.0, plan.days, plan.given, record)
        found[name] = {
            v.day: _by_vector(measure(v, clinic.endpoints, baseline), vectors) for v in record.visits
        }
    return found


def _on_map(clinic: Clinic, trail: Trail, vectors: int) -> Clinic:
    """Return the clinic whose people live as far from the averaged map as they did on both clocks."""
    return replace(clinic, days=AveragedDays(clinic.known_sights, trail.tiled(vectors)))


def _before_therapy(clinic: Clinic, people: ParameterTable) -> tuple[Cohort, Visit]:
    """Let people live ordinary life for the run-in and a year, and examine them on the day of the therapy."""
    cohort, days = enrol(clinic, people), ordinary_days(clinic)
    follow(clinic, cohort, days[0], days[1:], (), Record())
    return cohort, clinic.days.visit(clinic, cohort, 0.0, clinic.visit_days.get(0.0, frozenset()), -YEAR)


def _by_vector(endpoints: Mapping[str, Floats], vectors: int) -> dict[str, Floats]:
    return {name: column.reshape(vectors, -1) for name, column in endpoints.items()}
