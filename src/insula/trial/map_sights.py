"""What a review and a meal test would show on the averaged day, learnt on the design of the averaged map.

The averaged map hands the disease clock three daily averages. A replay that never simulates a day of its own also
needs what the clinic titrates by and what the meal test reads: polynomials through the same design points. C-peptide is
learnt per secretory capacity, which it is proportional to, so that the little that is left after years is not lost in
the error of a polynomial, and per what a person holds of what is secreted, so that children and those who need more
insulin than the nominal patient have their own level.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.trial.growth import size
from insula.trial.scales import from_scale, to_scale
from insula.trial.surrogate import Surrogate, evaluate, fit
from insula.trial.titration import Review, review
from insula.trial.two_clocks import prescribed
from insula.trial.visits import MealTest, meal_test

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from insula.catalog.records import AveragedMapText
    from insula.endpoints.visit import Visit
    from insula.trial.clinic import Clinic
    from insula.trial.cohort import Cohort
    from insula.trial.learn_map import DesignDays

    Floats = NDArray[np.float64]

_REVIEW = {"fasting": "log", "after_meal": "log", "share_low": "logit", "share_high": "logit"}
_TEST = {"glucose": "log", "c_peptide": "sqrt"}  # C-peptide per secretory capacity and what a person holds


@dataclass(frozen=True)
class MapSights:
    """Polynomials over the inputs of the map; ``sources`` are disease symbols that add up, none for the dose."""

    text: AveragedMapText
    sources: tuple[tuple[str, ...], ...]
    time: Floats
    surrogates: dict[str, Surrogate]

    def review(self, clinic: Clinic, cohort: Cohort, own: Floats | float) -> Review:
        """Return what the clinic would see of everybody's days, (P,) each; NaN where a patient failed.

        `own` (P, quantities of a review) is each patient's correction, from `away_from_map`; 0 for the map itself.
        """
        scaled = self._review(clinic, cohort) + own
        return Review(*(from_scale(scale, scaled[:, k]) for k, scale in enumerate(_REVIEW.values())))

    def away_from_map(self, clinic: Clinic, cohort: Cohort, seen: Floats) -> Floats:
        """Return how far what the clinic saw lies from what the map shows, (P, quantities of a review).

        `seen` is `Cohort.reviewed`; 0 where nothing was seen yet.
        """
        real = [to_scale(scale, seen[:, k]) for k, scale in enumerate(_REVIEW.values())]
        away = np.stack(real, axis=1) - self._review(clinic, cohort)
        return np.where(np.isfinite(away), away, 0.0)

    def _review(self, clinic: Clinic, cohort: Cohort) -> Floats:
        basis = self._basis(clinic, cohort)
        return np.hstack([basis @ self.surrogates[name].coefficients for name in _REVIEW])

    def meal_test(self, clinic: Clinic, cohort: Cohort, own: Mapping[str, Floats]) -> MealTest:
        """Return everybody's meal test; (P, M) glucose in mg/dL and C-peptide in nmol/L.

        `own` is each patient's correction, from `test_away_from_map`; empty for the map itself.
        """
        basis = self._basis(clinic, cohort)
        scaled = {name: basis @ self.surrogates[name].coefficients + own.get(name, 0.0) for name in _TEST}
        scaled["c_peptide"] = np.maximum(scaled["c_peptide"], 0.0)  # of a square root
        found = {name: from_scale(scale, scaled[name]) for name, scale in _TEST.items()}
        return MealTest(self.time, found["glucose"], found["c_peptide"] * self._held(clinic, cohort)[:, None])

    def test_away_from_map(self, clinic: Clinic, cohort: Cohort, visit: Visit) -> dict[str, Floats]:
        """Return how far the meal test of a visit lies from what the map shows, (P, M) each; 0 where it has none."""
        basis = self._basis(clinic, cohort)
        with np.errstate(divide="ignore", invalid="ignore"):  # nothing is secreted: the map says so, too
            c_peptide = visit.meal_test_c_peptide / self._held(clinic, cohort)[:, None]
        real = {"glucose": visit.meal_test_glucose, "c_peptide": c_peptide}
        found = {}
        for name, scale in _TEST.items():
            away = to_scale(scale, real[name]) - basis @ self.surrogates[name].coefficients
            found[name] = np.where(np.isfinite(away), away, 0.0)
        return found

    def _held(self, clinic: Clinic, cohort: Cohort) -> Floats:
        """What everybody's C-peptide is proportional to, (P,): the secretory capacity, times what the person holds."""
        column = clinic.metabolic.column(clinic.symbols.c_peptide_held)
        held = clinic.metabolic.initial(cohort.metabolic_parameters).values[:, column]  # the same at any time
        return self._capacity(clinic, cohort) * held

    def _capacity(self, clinic: Clinic, cohort: Cohort) -> Floats:
        """Everybody's secretory capacity, (P,), inside the design."""
        found = zip(self.text.inputs, self.sources, strict=True)
        item, sources = next((item, sources) for item, sources in found if item.id == self.text.secreting)
        return np.clip(_observed(clinic, cohort, sources), item.low, item.high)

    def _basis(self, clinic: Clinic, cohort: Cohort) -> Floats:
        """Monomials of everybody's place in the design, (P, M); outside it a place is moved to its edge."""
        places = np.empty((cohort.size, len(self.sources)))
        for k, (item, sources) in enumerate(zip(self.text.inputs, self.sources, strict=True)):
            natural = _observed(clinic, cohort, sources) if sources else _dose_per_size(clinic, cohort)
            low, high = to_scale(item.scale, item.low), to_scale(item.scale, item.high)
            scaled = to_scale(item.scale, np.clip(natural, item.low, item.high))
            places[:, k] = 2.0 * (scaled - low) / (high - low) - 1.0
        return evaluate(places, next(iter(self.surrogates.values())).exponents)


def _dose_per_size(clinic: Clinic, cohort: Cohort) -> Floats:
    return prescribed(cohort) / size(clinic, cohort)


def _observed(clinic: Clinic, cohort: Cohort, symbols: tuple[str, ...]) -> Floats:
    columns = [clinic.disease.column(symbol) for symbol in symbols]
    return np.asarray(cohort.observed[:, columns].sum(axis=1))


def learn_sights(clinic: Clinic, days: DesignDays) -> MapSights:
    """Fit what is seen of the simulated design, with a meal test at its end."""
    text = clinic.averaged_map.text
    glucose = days.readings.values[clinic.symbols.glucose]
    reviewed = review(clinic.regimen, clinic.habits, days.readings.time, glucose)
    tested = meal_test(clinic, days.subjects, text.days + 1)
    values = {name: to_scale(scale, getattr(reviewed, name)[:, None]) for name, scale in _REVIEW.items()}
    values["glucose"] = to_scale(_TEST["glucose"], tested.glucose)
    fitted = {name: fit(days.points, column, text.degree) for name, column in values.items()}
    capacity = days.natural[text.secreting]
    some = capacity > 0
    held = capacity[some] * days.readings.values[clinic.symbols.c_peptide_held][some, 0]
    per_held = to_scale(_TEST["c_peptide"], tested.c_peptide[some] / held[:, None])
    fitted["c_peptide"] = fit(days.points[some], per_held, text.degree)
    return MapSights(text, days.sources, tested.time, fitted)
