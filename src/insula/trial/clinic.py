"""Everything that all patients of a study share: compiled clocks, habits, regimen, arms, definitions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from insula.endpoints.definitions import load_definitions
from insula.population.quantities import module_rows, quantities_of
from insula.trial.administrations import Administration, lower
from insula.trial.build_clock import build_clock
from insula.trial.follow_up import days_between
from insula.trial.handover import ToFast, ToSlow, split
from insula.trial.learn_map import learn
from insula.trial.metabolic_clock import OrdinaryLife
from insula.trial.quantities import number
from insula.trial.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insula.catalog import Catalog
    from insula.catalog.records import (
        ClockSymbols,
        Criterion,
        Habits,
        MapOutput,
        Population,
        Procedure,
        Regimen,
        Study,
    )
    from insula.endpoints.definitions import Definition
    from insula.population.records import Sourced
    from insula.trial.averaged_map import AveragedMap
    from insula.trial.clock import Clock

_MEASURED = "endpoint."


@dataclass(frozen=True)
class ArmPlan:
    """What an arm is given, and the days on which the clocks meet."""

    given: tuple[Administration, ...]
    days: tuple[float, ...]


@dataclass(frozen=True)
class Clinic:
    """A study ready to run; nothing in it changes while patients are simulated."""

    study: Study
    seed: int
    population: Population
    habits: Habits
    regimen: Regimen
    meal_test: Procedure
    settings: Settings
    symbols: ClockSymbols
    course: tuple[str, ...]
    endpoints: Mapping[str, Definition]
    quantities: Mapping[str, Sourced]
    sensor: Mapping[str, float]
    metabolic: Clock
    disease: Clock
    to_fast: tuple[ToFast, ...]
    to_slow: tuple[ToSlow, ...]
    averaged_map: AveragedMap
    arms: Mapping[str, ArmPlan]
    visit_days: Mapping[float, frozenset[str]]
    free_from: float
    run_in: float
    end: float

    @property
    def life(self) -> OrdinaryLife:
        """What the metabolic clock needs of the study."""
        return ordinary_life(self.metabolic, self.habits, self.regimen, self.seed, self.symbols)

    @property
    def map_outputs(self) -> Mapping[str, MapOutput]:
        """Outputs of the averaged map by dotted disease symbol."""
        return self.averaged_map.outputs

    @property
    def known_criteria(self) -> tuple[Criterion, ...]:
        """Eligibility that can be judged before anything is measured."""
        return tuple(c for c in self.population.eligible if not c.quantity.startswith(_MEASURED))

    @property
    def measured_criteria(self) -> tuple[Criterion, ...]:
        """Eligibility that is judged on the baseline visit."""
        return tuple(c for c in self.population.eligible if c.quantity.startswith(_MEASURED))


def open_clinic(catalog: Catalog, study: Study, seed: int | None = None) -> Clinic:
    """Resolve all names of a study and compile its models.

    Raises
    ------
    UnknownName, InvalidText, ProtocolError, CompileError
        Whatever is wrong with the text, naming the place.
    """
    population = catalog.populations[study.population]
    habits, regimen = catalog.habits[population.habits], catalog.regimens[population.regimen]
    settings, symbols = Settings.from_record(catalog.clocks), catalog.clocks.symbols
    to_fast, to_slow = split(catalog.handover)
    given = _administrations(catalog, study)
    metabolic = _metabolic_clock(catalog, to_slow)
    life = ordinary_life(metabolic, habits, regimen, study.seed, symbols)
    averaged = learn(catalog, life, settings, to_fast, to_slow)
    end = number(study.follow_up, "day")
    visit_days = {number(visit.at, "day"): frozenset(visit.measure) for visit in study.visits}
    definitions = load_definitions(catalog.root / "endpoints.yaml")
    return Clinic(
        study=study,
        seed=study.seed if seed is None else seed,
        population=population,
        habits=habits,
        regimen=regimen,
        meal_test=catalog.procedures["mixed_meal_test"],
        settings=settings,
        symbols=symbols,
        course=catalog.clocks.course,
        endpoints=definitions,
        quantities=quantities_of(population, module_rows(catalog), habits),
        sensor={row.symbol: row.value for row in catalog.modules["cgm"].parameters if row.value is not None},
        metabolic=metabolic,
        disease=_disease_clock(catalog, to_fast, averaged, given),
        to_fast=to_fast,
        to_slow=to_slow,
        averaged_map=averaged,
        arms={name: ArmPlan(g, tuple(_meetings(settings, end, visit_days, g))) for name, g in given.items()},
        visit_days=visit_days,
        free_from=definitions["severe_hypoglycaemia_free"].limits["start"],
        run_in=number(population.run_in, "day"),
        end=end,
    )


def ordinary_life(
    metabolic: Clock, habits: Habits, regimen: Regimen, seed: int, symbols: ClockSymbols
) -> OrdinaryLife:
    """Return what the metabolic clock needs to let people live ordinary days."""
    return OrdinaryLife(metabolic, habits, regimen, seed, symbols.sensitivity_now, symbols.absorbed_now)


def _administrations(catalog: Catalog, study: Study) -> dict[str, tuple[Administration, ...]]:
    """What each arm is given, by a protocol of the study's own, else of the catalog."""
    protocols = {
        name: study.protocols.get(arm.protocol) or catalog.protocols[arm.protocol]
        for name, arm in study.arms.items()
    }
    return {name: lower(protocol, catalog.therapies) for name, protocol in protocols.items()}


def _metabolic_clock(catalog: Catalog, to_slow: tuple[ToSlow, ...]) -> Clock:
    """Compile the minute clock with what is read off it and what changes from hour to hour."""
    symbols = catalog.clocks.symbols
    read = [symbols.glucose, symbols.interstitial, symbols.c_peptide, symbols.delivered]
    outputs = tuple(dict.fromkeys([*read, *(row.source for row in to_slow)]))
    return build_clock(catalog, "metabolic", outputs, (symbols.sensitivity_now, symbols.absorbed_now))


def _disease_clock(
    catalog: Catalog,
    to_fast: tuple[ToFast, ...],
    averaged: AveragedMap,
    given: Mapping[str, tuple[Administration, ...]],
) -> Clock:
    """Compile the day clock with the averaged day in it, what is read off it and what the arms are given."""
    symbols = catalog.clocks.symbols
    read = [*(row.source for row in to_fast), *averaged.outputs, *catalog.clocks.course]
    outputs = tuple(dict.fromkeys([*read, symbols.hba1c, symbols.severe_hypoglycaemia_rate]))
    targets = sorted({g.action.partition(":")[2] for arm in given.values() for g in arm})
    return build_clock(catalog, "disease", outputs, targets, averaged.module)


def _meetings(
    settings: Settings,
    end: float,
    visit_days: Mapping[float, frozenset[str]],
    given: tuple[Administration, ...],
) -> list[float]:
    """Days on which the clocks of an arm meet: the grid, the visits and whenever something is given."""
    return days_between(0.0, end, settings.grid, [*visit_days, *(g.day for g in given)])
