"""Candidates of a population, and who of them is left before anything is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from insula.population.sample import ParameterTable, sample
from insula.population.screening import Screening, screen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from insula.catalog.records import Population
    from insula.population.records import Sourced
    from insula.trial.past import Past

    Judged = tuple[NDArray[np.int64], Screening]
    Live = Callable[[ParameterTable], tuple[ParameterTable, Past, Judged]]


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
