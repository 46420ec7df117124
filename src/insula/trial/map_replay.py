"""A study replayed on the disease clock alone: between its meetings every patient lives on the averaged map.

No day is simulated minute by minute, so a replay takes seconds where the trial takes minutes. The price: how the days
of a patient differ from the map is what it is with every uncertain number at its median, and what only a sensor can
tell has no value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from insula.endpoints.measure import measure
from insula.endpoints.visit import Visit
from insula.population.sample import with_values
from insula.trial.block import ordinary_days
from insula.trial.cohort import YEAR, Cohort
from insula.trial.disease_clock import advance
from insula.trial.enrol import enrol
from insula.trial.follow_up import keep_diary
from insula.trial.map_people import MapPeople, Trail, follow_people, offset_columns, with_medians
from insula.trial.map_sights import MapSights, learn_sights
from insula.trial.open_clinic import open_clinic
from insula.trial.two_clocks import change_doses, due, hand_over

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from insula.catalog import Catalog
    from insula.catalog.records import Study
    from insula.population.records import Sourced
    from insula.population.sample import ParameterTable
    from insula.trial.administrations import Administration
    from insula.trial.clinic import Clinic

    Floats = NDArray[np.float64]

Replayed = dict[str, dict[float, dict[str, "NDArray[np.float64]"]]]  # arm -> day -> endpoint -> (J, P)

_AT_ONCE = 4096  # patients times vectors
_DIARY_DAYS = 14  # days of the dose record that a visit shows; on the map they are alike


@dataclass(frozen=True)
class MapClinic:
    """A study ready to be replayed on the averaged map, with the people who are replayed.

    Parameters
    ----------
    quantities
        What a candidate is drawn from, the uncertain numbers with their spread; `clinic` has them at their medians.
    """

    clinic: Clinic
    sights: MapSights
    people: MapPeople
    quantities: Mapping[str, Sourced]

    @property
    def at_once(self) -> int:
        """How many vectors are replayed together, at least 1, so that memory does not grow with their number."""
        return max(1, _AT_ONCE // self.people.size)

    @property
    def dose_column(self) -> int:
        """Disease parameter that holds the injected dose."""
        rows = [row for row in self.clinic.to_slow if row.source == self.clinic.symbols.delivered]
        return self.clinic.disease.parameter(rows[0].target)


def open_map_clinic(catalog: Catalog, study: Study, patients: int, seed: int | None = None) -> MapClinic:
    """Compile the study's models, learn the averaged day and what is seen of it, and enrol the people.

    Raises
    ------
    UnknownName, InvalidText, ProtocolError, CompileError
        As `open_clinic`; also when nobody is eligible.
    """
    clinic = open_clinic(catalog, study, seed)
    medians, sights = with_medians(clinic), learn_sights(catalog, clinic)
    return MapClinic(medians, sights, follow_people(medians, sights, patients), clinic.quantities)


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
    clinic, people = place.clinic, _people(place, values)
    vectors = people.candidates.size // place.people.size
    start, baseline = _before_therapy(place, people)
    found: Replayed = {}
    for name, plan in clinic.arms.items():
        cohort, visits, since = start.copy(), [baseline], 0.0
        for day in sorted(when for when in clinic.visit_days if when > 0):
            between = [when for when in plan.days if since < when <= day]
            _live(place, cohort, place.people.arms[name], since, between, plan.given)
            visits.append(_visit(place, cohort, place.people.arms[name], day, since))
            since = day
        found[name] = {v.day: _by_vector(measure(v, clinic.endpoints, baseline), vectors) for v in visits}
    return found


def _people(place: MapClinic, values: Mapping[str, Floats]) -> ParameterTable:
    """Return the people once for every vector; only what is tried, and what derives from it, is not the same."""
    vectors, people = len(next(iter(values.values()))), place.people.table
    several = replace(
        people,
        candidates=np.tile(people.candidates, vectors),
        members=np.tile(people.members, vectors),
        values=np.tile(people.values, (vectors, 1)),
    )
    tried = {symbol: np.repeat(column, people.candidates.size) for symbol, column in values.items()}
    return with_values(several, place.clinic.quantities, tried)


def _before_therapy(place: MapClinic, people: ParameterTable) -> tuple[Cohort, Visit]:
    """Let people live ordinary life for the run-in and a year, and examine them on the day of the therapy."""
    cohort = enrol(place.clinic, people)
    _note_dose(cohort)
    days = ordinary_days(place.clinic)
    _live(place, cohort, place.people.before, days[0], days[1:], ())
    return cohort, _visit(place, cohort, place.people.before, 0.0, -YEAR)


def _by_vector(endpoints: Mapping[str, Floats], vectors: int) -> dict[str, Floats]:
    return {name: column.reshape(vectors, -1) for name, column in endpoints.items()}


def _live(
    place: MapClinic,
    cohort: Cohort,
    trail: Trail,
    start: float,
    days: Sequence[float],
    given: Sequence[Administration],
) -> None:
    """Take the cohort through the meetings of the clocks; insulin is reviewed when the trial would sample a day."""
    clinic, offsets = place.clinic, offset_columns(place.clinic)
    vectors = cohort.size // place.people.size
    for day in days:
        cohort.disease_parameters[:, place.dose_column] = cohort.daily_dose
        cohort.disease_parameters[:, offsets] = np.tile(trail.of_map[start], (vectors, 1))
        advance(clinic, cohort, start, day, given)
        cohort.given_on.extend(g.day for g in given if start <= g.day < day and g.amount > 0)
        handed = hand_over(clinic, cohort)
        who = due(clinic, cohort, handed, day)
        seen = place.sights.review(clinic, cohort, np.tile(trail.of_review[day], (vectors, 1)))
        cohort.last_sampled[who], cohort.last_handed[who] = day, handed[who]
        change_doses(clinic, cohort, who, seen.take(who))
        _note_dose(cohort)
        keep_diary(clinic, cohort, start, day)
        start = day


def _note_dose(cohort: Cohort) -> None:
    """Basal insulin and that for the usual meals; corrections are inside what the design points injected."""
    doses = cohort.doses
    total = doses.basal + cohort.people.carbohydrate / doses.carbohydrate_ratio
    cohort.daily_dose = np.where(doses.on_insulin, total, 0.0)


def _visit(place: MapClinic, cohort: Cohort, trail: Trail, day: float, since: float) -> Visit:
    """What the averaged map can tell of a visit; the sensor's trace is missing."""
    clinic, n = place.clinic, cohort.size
    own = {name: np.tile(away, (n // place.people.size, 1)) for name, away in trail.of_test[day].items()}
    test = place.sights.meal_test(clinic, cohort, own)
    alive = np.where(cohort.alive, 1.0, np.nan)
    return Visit(
        day=day,
        cgm_time=np.zeros(1),
        cgm_glucose=np.full((n, 1), np.nan),
        meal_test_time=test.time,
        meal_test_glucose=test.glucose * alive[:, None],
        meal_test_c_peptide=test.c_peptide * alive[:, None],
        hba1c=cohort.observed[:, clinic.disease.column(clinic.symbols.hba1c)] * alive,
        insulin_dose=np.repeat((cohort.daily_dose * alive)[:, None], _DIARY_DAYS, axis=1),
        weight=cohort.drawn[clinic.symbols.weight],
        **cohort.severe_hypoglycaemia(day, since, clinic.free_from),
    )
