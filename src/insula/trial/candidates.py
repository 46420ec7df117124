"""Candidates of a population, and who of them is left before anything is measured."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from insula.population.sample import ParameterTable, sample
from insula.population.screening import Screening, screen

ENTERED = "history.entered"  # age in years at which somebody reached the stage; NaN for never

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from insula.catalog.records import Population
    from insula.population.records import Sourced
    from insula.trial.past import Past

    Judged = tuple[NDArray[np.int64], Screening]
    Live = Callable[[ParameterTable], tuple[ParameterTable, Past | None, Judged]]


@dataclass(frozen=True)
class Candidates:
    """Who was looked at, and who is left.

    Parameters
    ----------
    drawn
        Everybody, as drawn.
    people, past
        Those who are left, with what their life filled, and where they stand on the day of entry (None without a
        history).
    screenings
        Candidate numbers and how these were judged, in turn: by their life (with a history), plausibility, and the
        eligibility that is known before anything is measured.
    """

    drawn: ParameterTable
    people: ParameterTable
    past: Past | None
    screenings: list[Judged]


def draw(
    population: Population, quantities: Mapping[str, Sourced], seed: int, numbers: NDArray[np.int64]
) -> ParameterTable:
    """Draw the candidates of these numbers (C,)."""
    return sample(
        quantities,
        seed=seed,
        candidates=numbers,
        ensemble_members=population.ensemble_members,
        correlations=population.correlations,
    )


def look_over(population: Population, drawn: ParameterTable, live: Live | None) -> Candidates:
    """Of drawn candidates keep those who reach the stage, the plausible ones, those with eligible traits.

    Parameters
    ----------
    live
        Lets candidates live until they enter (`insula.trial.history.live_until_entry`); None for people without a
        history.
    """
    people, past, screenings = drawn, None, []
    if live is not None:
        people, past, reached = live(people)
        screenings.append(reached)
    for criteria in (population.plausible, population.known_criteria):
        values = {symbol: people.column(symbol) for symbol in people.symbols}
        units = dict(zip(people.symbols, people.units, strict=True))
        result = screen(criteria, values, units, len(people.candidates))
        screenings.append((people.candidates, result))
        people = people.rows(result.passed_all)
        past = None if past is None else past.take(result.passed_all)
    return Candidates(drawn, people, past, screenings)


def judged_by(
    population: Population, looked: Candidates, quantities: Mapping[str, Sourced]
) -> ParameterTable:
    """Return everybody who was looked at with what they were judged by, NaN where it did not come to that."""
    units = units_judged(population, quantities)
    columns = {name: np.full(len(looked.drawn.candidates), np.nan) for name in units}
    for names, (candidates, screening) in zip(_groups(population), looked.screenings, strict=True):
        rows = np.isin(looked.drawn.candidates, candidates)
        for k, name in enumerate(names):
            columns[name][rows] = screening.values[:, k]
    values = np.column_stack([np.empty((len(looked.drawn.candidates), 0)), *columns.values()])
    return replace(looked.drawn, symbols=tuple(units), values=values, units=tuple(units.values()))


def units_judged(population: Population, quantities: Mapping[str, Sourced]) -> dict[str, str]:
    """Return what candidates are judged by before anything is measured, each once, and its unit."""
    names = dict.fromkeys(name for group in _groups(population) for name in group)
    return {name: "year" if name == ENTERED else quantities[name].unit for name in names}


def _groups(population: Population) -> list[tuple[str, ...]]:
    """What candidates are judged by, in the order of the screenings of `look_over`."""
    life = [(ENTERED,)] if population.history is not None else []
    criteria = (population.plausible, population.known_criteria)
    return [*life, *(tuple(one.quantity for one in group) for group in criteria)]
