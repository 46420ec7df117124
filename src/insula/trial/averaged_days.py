"""Days on the averaged map: no day is simulated, the map says what a clinic would see.

The price: what only a glucose sensor can tell has no value, and how a patient's real days differ from the map is
known only from a run on both clocks (a `Trail`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from insula.endpoints.visit import Visit
from insula.trial.known import known
from insula.trial.two_clocks import change_doses, prescribed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insula.trial.clinic import Clinic
    from insula.trial.cohort import Cohort
    from insula.trial.map_sights import MapSights

    Floats = NDArray[np.float64]

_DIARY_DAYS = 14  # days of the dose record that a visit shows; on the map they are alike


@dataclass
class Trail:
    """How far each patient's days lay from the map at every meeting of the clocks.

    Parameters
    ----------
    of_map : per day (P, outputs of the map)
        Corrections of the averaged map, on the scales of its outputs; they hold from that day on.
    of_review : per day (P, quantities of a review)
        The same for what the clinic saw last.
    of_test : per visit and measured quantity (P, samples)
        The same for the meal test.
    """

    of_map: dict[float, Floats] = field(default_factory=dict)
    of_review: dict[float, Floats] = field(default_factory=dict)
    of_test: dict[float, dict[str, Floats]] = field(default_factory=dict)

    def tiled(self, times: int) -> Trail:
        """Return the trail of the patients repeated so often, one group after the other."""

        def several(values: Floats) -> Floats:
            return np.tile(values, (times, 1))

        return Trail(
            {day: several(away) for day, away in self.of_map.items()},
            {day: several(away) for day, away in self.of_review.items()},
            {day: {k: several(away) for k, away in found.items()} for day, found in self.of_test.items()},
        )


@dataclass(frozen=True)
class AveragedDays:
    """Everybody lives on the map, or as far from it as a trail says."""

    sights: MapSights
    trail: Trail | None = None

    def begin(self, clinic: Clinic, cohort: Cohort, day: float) -> None:
        """Inject what is prescribed and, with a trail, give the disease clock each patient's own corrections."""
        cohort.daily_dose = prescribed(cohort)
        if self.trail is not None:
            cohort.disease_parameters[:, offset_columns(clinic)] = self.trail.of_map[day]

    def review(
        self, clinic: Clinic, cohort: Cohort, who: NDArray[np.intp], handed: Floats, day: float
    ) -> tuple[()]:
        """Titrate the chosen patients by what the map shows."""
        own = 0.0 if self.trail is None else self.trail.of_review[day]
        seen = self.sights.review(clinic, cohort, own)
        cohort.last_sampled[who], cohort.last_handed[who] = day, handed[who]
        change_doses(clinic, cohort, who, seen.take(who))
        self.begin(clinic, cohort, day)
        return ()

    def visit(
        self,
        clinic: Clinic,
        cohort: Cohort,
        day: float,
        measured: frozenset[str],  # noqa: ARG002 (of what depends on it, the sensor, nothing is known)
        since: float,
    ) -> Visit:
        """What the map can tell of a visit; the sensor's trace is missing."""
        own = {} if self.trail is None else self.trail.of_test[day]
        test = self.sights.meal_test(clinic, cohort, own)
        alive = np.where(cohort.alive, 1.0, np.nan)[:, None]
        return Visit(
            day=day,
            cgm_time=np.empty(0),
            cgm_glucose=np.empty((cohort.size, 0)),
            meal_test_time=test.time,
            meal_test_glucose=test.glucose * alive,
            meal_test_c_peptide=test.c_peptide * alive,
            insulin_dose=np.repeat(cohort.daily_dose[:, None] * alive, _DIARY_DAYS, axis=1),
            **known(clinic, cohort, np.flatnonzero(cohort.alive), day, since),
        )


def offset_columns(clinic: Clinic) -> list[int]:
    """Disease parameters that hold a patient's own corrections, in the order of the map's outputs."""
    averaged = clinic.averaged_map
    return [clinic.disease.parameter(averaged.offset(output)) for output in clinic.map_outputs.values()]
