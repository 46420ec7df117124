"""Everything that all patients of a study share: compiled clocks, habits, regimen, arms, definitions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from insula.endpoints.definitions import symbols_read

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from insula.catalog.records import (
        ClockSymbols,
        Habits,
        MapOutput,
        Population,
        Procedure,
        Regimen,
        Study,
    )
    from insula.endpoints.definitions import Definition
    from insula.population.records import Sourced
    from insula.trial.administrations import Administration
    from insula.trial.averaged_map import AveragedMap
    from insula.trial.biography import Biography
    from insula.trial.clock import Clock
    from insula.trial.cohort import Cohort
    from insula.trial.days import Days
    from insula.trial.handover import ToFast, ToSlow
    from insula.trial.map_sights import MapSights
    from insula.trial.metabolic_clock import OrdinaryLife
    from insula.trial.risks import Risk
    from insula.trial.saved_people import SavedPeople
    from insula.trial.settings import Settings


@dataclass(frozen=True)
class ArmPlan:
    """What an arm is given, the days on which the clocks meet, and the harms that people are exposed to."""

    given: tuple[Administration, ...]
    days: tuple[float, ...]
    risks: tuple[Risk, ...] = ()


@dataclass(frozen=True)
class Clinic:
    """A study ready to run; nothing in it changes while patients are simulated. Times are in days.

    Attributes
    ----------
    days, sights
        How days are lived, and what the averaged map shows of them (None where nobody lives on it).
    saved
        The people of a saved population; None where they are drawn.
    """

    study: Study
    population: Population
    life: OrdinaryLife
    meal_test: Procedure
    settings: Settings
    symbols: ClockSymbols
    course: tuple[str, ...]
    endpoints: Mapping[str, Definition]
    quantities: Mapping[str, Sourced]
    sensor: Mapping[str, float]
    disease: Clock
    to_fast: tuple[ToFast, ...]
    to_slow: tuple[ToSlow, ...]
    averaged_map: AveragedMap
    arms: Mapping[str, ArmPlan]
    visit_days: Mapping[float, frozenset[str]]
    free_from: float
    run_in: float
    end: float
    biography: Biography
    days: Days
    sights: MapSights | None
    saved: SavedPeople | None = None

    @property
    def seed(self) -> int:
        """Seed of all randomness."""
        return self.life.seed

    @property
    def seed_of_people(self) -> int:
        """Seed of what a person is, not of what happens to him or her: saved people keep theirs."""
        return self.seed if self.saved is None else self.saved.seed

    @property
    def habits(self) -> Habits:
        """How people eat and treat lows."""
        return self.life.habits

    @property
    def regimen(self) -> Regimen:
        """Insulin and its titration."""
        return self.life.regimen

    @property
    def metabolic(self) -> Clock:
        """The minute clock."""
        return self.life.clock

    @property
    def units(self) -> dict[str, str]:
        """Unit of everything that a text can ask of people: what they are drawn from, and their endpoints."""
        drawn = {symbol: row.unit for symbol, row in self.quantities.items()}
        return drawn | {f"endpoint.{name}": found.unit for name, found in self.endpoints.items()}

    @property
    def map_outputs(self) -> Mapping[str, MapOutput]:
        """Outputs of the averaged map by dotted disease symbol."""
        return self.averaged_map.outputs

    @cached_property
    def read(self) -> tuple[str, ...]:
        """Disease symbols that endpoints ask for."""
        return symbols_read(self.endpoints)

    @property
    def known_sights(self) -> MapSights:
        """What the averaged map shows; only asked for where somebody lives on it."""
        assert self.sights is not None
        return self.sights

    def seen(self, cohort: Cohort) -> dict[str, NDArray[np.float64]]:
        """Return what people are judged by, (P,) each, as it was last read."""
        return {symbol: cohort.observed[:, self.disease.column(symbol)] for symbol in self.biography.judged}
