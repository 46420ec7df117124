"""From the text of a study to a clinic: names resolved, models compiled, the averaged day learnt."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from insula.endpoints.definitions import load_definitions, symbols_read
from insula.population.quantities import module_rows, quantities_of
from insula.trial.administrations import lower
from insula.trial.averaged_days import AveragedDays
from insula.trial.biography import biography_of
from insula.trial.build_clock import build_clock
from insula.trial.clinic import ArmPlan, Clinic
from insula.trial.days import SimulatedDays
from insula.trial.handover import ToFast, ToSlow, split
from insula.trial.learn_map import learn, simulate_design
from insula.trial.map_sights import learn_sights
from insula.trial.meetings import days_between
from insula.trial.metabolic_clock import OrdinaryLife
from insula.trial.quantities import number
from insula.trial.risks import risks_of
from insula.trial.saved_people import with_saved_people
from insula.trial.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from insula.catalog import Catalog
    from insula.catalog.records import ParameterRow, Population, Study
    from insula.trial.administrations import Administration
    from insula.trial.averaged_map import AveragedMap
    from insula.trial.clock import Clock
    from insula.trial.learn_map import DesignDays

SIMULATED = "simulated"


def open_clinic(catalog: Catalog, study: Study, seed: int | None = None, *, on_map: bool = False) -> Clinic:
    """Resolve all names of a study and compile its models.

    Parameters
    ----------
    on_map
        Also learn what a clinic sees on the averaged map; always done where the study or a history needs it.

    Raises
    ------
    UnknownName, InvalidText, ProtocolError, CompileError
        Whatever is wrong with the text, naming the place.
    """
    population = catalog.populations[study.population]
    settings = Settings.from_record(catalog.clocks)
    to_fast, to_slow = split(catalog.handover)
    life = _ordinary_life(catalog, population, to_slow, study.seed if seed is None else seed)
    design = simulate_design(catalog, life, settings, to_fast)
    averaged = learn(catalog.averaged_map, design, to_slow)
    end = number(study.follow_up, "day")
    visit_days = {number(visit.at, "day"): frozenset(visit.measure) for visit in study.visits}
    arms = _arms(catalog, study, partial(_meetings, _step(study, settings), end, visit_days))
    definitions = load_definitions(catalog.root / "endpoints.yaml")
    quantities = quantities_of(population, module_rows(catalog), life.habits, catalog.ensemble_of(population))
    biography = biography_of(catalog, population, life.regimen, quantities)
    watched = (*biography.judged, *symbols_read(definitions))
    clinic = Clinic(
        study=study,
        population=population,
        life=life,
        meal_test=catalog.procedures["mixed_meal_test"],
        settings=settings,
        symbols=catalog.clocks.symbols,
        course=catalog.clocks.course,
        endpoints=definitions,
        quantities=quantities,
        sensor={row.symbol: row.value for row in catalog.modules["cgm"].parameters if row.value is not None},
        disease=_disease_clock(catalog, to_fast, averaged, arms, watched),
        to_fast=to_fast,
        to_slow=to_slow,
        averaged_map=averaged,
        arms=arms,
        visit_days=visit_days,
        free_from=definitions["severe_hypoglycaemia_free"].limits["start"],
        run_in=number(population.run_in, "day"),
        end=end,
        biography=biography,
        days=SimulatedDays(),
        sights=None,
    )
    seen = on_map or _lives_on_map(study, population)
    return with_saved_people(catalog, _with_sights(clinic, design) if seen else clinic)


def _step(study: Study, settings: Settings) -> float:
    """Days between two meetings of the clocks."""
    return settings.grid if study.days == SIMULATED else settings.review


def _lives_on_map(study: Study, population: Population) -> bool:
    """Whether somebody lives on the averaged map, in the study or before it."""
    return study.days != SIMULATED or population.history is not None


def _with_sights(clinic: Clinic, design: DesignDays) -> Clinic:
    """Return the clinic with what the averaged map shows; a study on the map is lived there."""
    sights = learn_sights(clinic, design)
    days = clinic.days if clinic.study.days == SIMULATED else AveragedDays(sights)
    return replace(clinic, sights=sights, days=days)


def _ordinary_life(
    catalog: Catalog, population: Population, to_slow: tuple[ToSlow, ...], seed: int
) -> OrdinaryLife:
    """Compile the minute clock and join it to the habits and the regimen of the people."""
    symbols = catalog.clocks.symbols
    return OrdinaryLife(
        clock=_as_in(population, _metabolic_clock(catalog, to_slow), module_rows(catalog)),
        habits=catalog.habits[population.habits],
        regimen=catalog.regimens[population.regimen],
        seed=seed,
        sensitivity_now=symbols.sensitivity_now,
        absorbed_now=symbols.absorbed_now,
    )


def _as_in(population: Population, clock: Clock, rows: Mapping[str, ParameterRow]) -> Clock:
    """Return the clock with the numbers that the population states for all of its people: its nominal patient."""
    stated = {
        symbol: np.array(number(told, rows[symbol].unit))
        for symbol, told in population.parameters.items()
        if symbol in clock.parameters and told.value is not None
    }
    return replace(clock, defaults=clock.table(stated, 1)[0])


def _arms(
    catalog: Catalog, study: Study, meetings: Callable[[tuple[Administration, ...]], list[float]]
) -> dict[str, ArmPlan]:
    """What each arm is given, by a protocol of the study's own, else of the catalog, and what it risks."""
    found = {}
    for name, arm in study.arms.items():
        protocol = study.protocols.get(arm.protocol) or catalog.protocols[arm.protocol]
        given = lower(protocol, catalog.therapies)
        found[name] = ArmPlan(given, tuple(meetings(given)), risks_of(protocol, catalog.harms))
    return found


def _metabolic_clock(catalog: Catalog, to_slow: tuple[ToSlow, ...]) -> Clock:
    """Compile the minute clock with what is read off it and what changes from hour to hour."""
    symbols = catalog.clocks.symbols
    read = [
        symbols.glucose,
        symbols.interstitial,
        symbols.c_peptide,
        symbols.c_peptide_held,
        symbols.delivered,
    ]
    outputs = tuple(dict.fromkeys([*read, *(row.source for row in to_slow)]))
    targets = (symbols.sensitivity_now, symbols.absorbed_now)
    return build_clock(catalog, "metabolic", outputs, targets, precision="mixed")


def _disease_clock(
    catalog: Catalog,
    to_fast: tuple[ToFast, ...],
    averaged: AveragedMap,
    arms: Mapping[str, ArmPlan],
    watched: Sequence[str],
) -> Clock:
    """Compile the day clock with the averaged day in it, what is read off it and what the arms are given."""
    symbols = catalog.clocks.symbols
    read = [*(row.source for row in to_fast), *averaged.outputs, *catalog.clocks.course, *watched]
    eaten = () if symbols.eaten is None else (symbols.eaten,)
    outputs = tuple(dict.fromkeys([*read, symbols.hba1c, symbols.severe_hypoglycaemia_rate, *eaten]))
    targets = sorted({g.action.partition(":")[2] for arm in arms.values() for g in arm.given})
    return build_clock(catalog, "disease", outputs, targets, averaged.module)


def _meetings(
    step: float,
    end: float,
    visit_days: Mapping[float, frozenset[str]],
    given: tuple[Administration, ...],
) -> list[float]:
    """Days on which the clocks of an arm meet: every ``step``, the visits and whenever something is given."""
    return days_between(0.0, end, step, [*visit_days, *(g.day for g in given)])
