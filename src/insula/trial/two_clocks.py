"""The handshake of the two clocks: hand over, sample a day when it is due, correct the averaged map, titrate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from insula.trial.growth import EATEN
from insula.trial.handover import average
from insula.trial.metabolic_clock import Readings, live
from insula.trial.quantities import number
from insula.trial.scales import to_scale
from insula.trial.titration import OwnLimits, Review, review, titrate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from insula.trial.clinic import Clinic
    from insula.trial.cohort import Cohort

MapError = tuple[str, "NDArray[np.intp]", "NDArray[np.float64]", "NDArray[np.float64]"]


def hand_over(clinic: Clinic, cohort: Cohort) -> NDArray[np.float64]:
    """Write what the disease clock hands over into the metabolic parameters; return it, (P, H).

    What people eat follows the disease clock, too, where the text names a symbol for it.
    """
    handed = np.stack(
        [cohort.observed[:, clinic.disease.column(row.source)] for row in clinic.to_fast], axis=1
    )
    columns = [clinic.metabolic.parameter(row.target) for row in clinic.to_fast]
    cohort.metabolic_parameters[:, columns] = handed
    if clinic.symbols.eaten is not None:
        share = cohort.observed[:, clinic.disease.column(clinic.symbols.eaten)]
        cohort.people = replace(cohort.people, carbohydrate=share * cohort.drawn[EATEN])
    return handed


def due(clinic: Clinic, cohort: Cohort, handed: NDArray[np.float64], day: float) -> NDArray[np.intp]:
    """Patients whose day has to be sampled now: long ago, moved, or treated recently."""
    settings = clinic.settings
    scale = np.maximum(np.abs(cohort.last_handed), settings.moved)
    moved = (np.abs(handed - cohort.last_handed) > settings.moved * scale).any(axis=1)
    old = day - cohort.last_sampled >= settings.review
    recent = any(0 <= day - given <= settings.after_therapy for given in cohort.given_on)
    return np.flatnonzero(cohort.alive & (moved | old | recent))


def sample_days(
    clinic: Clinic, cohort: Cohort, who: NDArray[np.intp], handed: NDArray[np.float64], day: float
) -> Iterator[MapError]:
    """Sample ordinary days of the chosen patients, correct their map, titrate their insulin.

    Yields, for every quantity that goes back to the disease clock, what the map said and what was sampled.
    """
    if not len(who):
        return
    warm_up, sampled = round(clinic.settings.warm_up), round(clinic.settings.sampled)
    first = round(day) - warm_up - sampled
    subjects = cohort.subjects(who)
    readings = live(clinic.life, subjects, first, warm_up + sampled, clinic.settings.every, unread=warm_up)
    cohort.note_failures(who, readings.solution, "metabolic", day)
    cohort.carry_on(who, readings.solution)
    cohort.last_sampled[who], cohort.last_handed[who] = day, handed[who]
    yield from correct_map(clinic, cohort, who, readings)
    _titrate(clinic, cohort, who, readings)


def correct_map(
    clinic: Clinic, cohort: Cohort, who: NDArray[np.intp], readings: Readings
) -> Iterator[MapError]:
    """Move each patient's offset of the averaged map towards what was sampled."""
    for row in clinic.to_slow:
        sampled = average(row, readings)
        if row.target not in clinic.map_outputs:
            cohort.disease_parameters[who, clinic.disease.parameter(row.target)] = sampled
            continue
        predicted = cohort.observed[who, clinic.disease.column(row.target)]
        output = clinic.map_outputs[row.target]
        step = clinic.settings.smoothing * (
            to_scale(output.scale, sampled) - to_scale(output.scale, predicted)
        )
        column = clinic.disease.parameter(clinic.averaged_map.offset(output))
        cohort.disease_parameters[who, column] += np.where(np.isfinite(step), step, 0.0)
        yield row.target, who, predicted, sampled


def _titrate(
    clinic: Clinic,
    cohort: Cohort,
    who: NDArray[np.intp],
    readings: Readings,
) -> None:
    """Let the clinic review the sampled days and change the doses."""
    days = clinic.settings.sampled
    delivered = readings.values[clinic.symbols.delivered]
    cohort.daily_dose[who] = (delivered[:, -1] - delivered[:, 0]) / days
    seen = review(clinic.regimen, clinic.habits, readings.time, readings.values[clinic.symbols.glucose])
    cohort.reviewed[who] = np.stack([seen.fasting, seen.after_meal, seen.share_low, seen.share_high], axis=1)
    change_doses(clinic, cohort, who, seen)


def change_doses(clinic: Clinic, cohort: Cohort, who: NDArray[np.intp], seen: Review) -> None:
    """Let the clinic change the doses of those of the chosen patients who are diagnosed, by what it sees."""
    ill = cohort.diagnosed[who]
    who, seen = who[ill], seen.take(ill)
    doses = titrate(
        clinic.regimen,
        cohort.doses.take(who),
        seen,
        own_limits(clinic, cohort, who),
        cohort.drawn[clinic.symbols.weight][who],
        cohort.daily_dose[who],
        weaned=cohort.weaned,
        after_therapy=cohort.after_therapy,
    )
    cohort.doses.put(who, doses)
    prescribe(clinic, cohort)


def own_limits(clinic: Clinic, cohort: Cohort, who: NDArray[np.intp] | slice) -> OwnLimits:
    """Return how the patients' own limits differ from the clinic's; once insulin is weaned they no longer do."""
    strict = number(clinic.regimen.titration.hypoglycaemia.share, "dimensionless")
    nothing = np.zeros(cohort.size)[who]
    if cohort.weaned:
        return OwnLimits(nothing, nothing, nothing + strict)

    def own(name: str, otherwise: NDArray[np.float64]) -> NDArray[np.float64]:
        drawn = cohort.drawn.get(f"habits.{name}")
        return otherwise if drawn is None else drawn[who]

    shift = own("target_shift", nothing)
    return OwnLimits(own("target_shift_low", shift), shift, own("tolerated_lows", nothing + strict))


def prescribed(cohort: Cohort) -> NDArray[np.float64]:
    """Basal insulin and that for the usual meals, (P,) U/day; what corrections add is inside the averaged map."""
    doses = cohort.doses
    total = doses.basal + cohort.people.carbohydrate / doses.carbohydrate_ratio
    return np.where(doses.on_insulin, total, 0.0)


def prescribe(clinic: Clinic, cohort: Cohort) -> None:
    """Write the doses into the parameters of both clocks.

    The disease clock is told what is prescribed, not what was injected on the sampled days: that lags behind a change,
    and with few boluses missed by chance it would count their glucose twice, in the dose and in the patient's offset.
    """
    doses = cohort.doses
    cohort.disease_parameters[:, clinic.disease.parameter(clinic.symbols.prescribed)] = prescribed(cohort)
    aim = (
        number(clinic.regimen.correction.target, "mg_per_dL") + own_limits(clinic, cohort, slice(None)).shift
    )
    for name, values in (
        (clinic.symbols.carbohydrate_ratio, doses.carbohydrate_ratio),
        (clinic.symbols.correction_factor, doses.correction_factor),
        (clinic.symbols.correction_target, aim),
    ):
        cohort.metabolic_parameters[:, clinic.metabolic.parameter(name)] = values
