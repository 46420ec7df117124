"""Patients of a population as they enter a study, before anything is measured: to be looked at, and to be shared."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from insula.catalog.records import Amount, Arm, Protocol, Study, Visit
from insula.core.errors import InsulaError, ProtocolError
from insula.core.spoken import _
from insula.population.quantities import module_rows, quantities_of
from insula.population.sample import joined, varying
from insula.trial.block import SIZE, candidates_of
from insula.trial.candidates import draw, judged_by, look_over
from insula.trial.history import live_until_entry
from insula.trial.matching import Weights, weigh
from insula.trial.open_clinic import open_clinic
from insula.trial.past import Past
from insula.trial.saved_lives import life_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from insula.catalog import Catalog
    from insula.catalog.records import Population
    from insula.population.records import Sourced
    from insula.population.sample import ParameterTable
    from insula.trial.candidates import Candidates, Judged
    from insula.trial.clinic import Clinic
    from insula.trial.matching import Matched

_HOPELESS = 50  # blocks without a single patient
_NOTHING = "nothing"


@dataclass(frozen=True)
class Step:
    """One criterion: how many candidates came to it, and how many of them were lost there."""

    criterion: str
    judged: int
    lost: int


@dataclass(frozen=True)
class Patients:
    """Patients of a population.

    Parameters
    ----------
    quantities
        What a candidate is drawn from, by dotted symbol.
    candidates
        Everybody who was looked at, as drawn: (C, n) values of what can differ between people, NaN where only a life
        tells it.
    judged
        Everybody who was looked at, with what they were judged by (`insula.trial.candidates.judged_by`).
    people
        The first of them who are patients: the same symbols, NaN for what has not happened in a life (diagnosis).
    spare
        Those of the last block who came after them: a study of these people screens them too.
    lives
        Where people, then spare, stand at the end of their life (`insula.trial.saved_lives`); empty without a history.
    weights : (P,)
        With mean 1: how many people every patient stands for, so that what the population matches comes out; all 1
        where it matches nothing that is known before a visit.
    matched
        What the weights do: rows of `insula.trial.matching.Weights`.
    steps
        Criteria in the order in which they are judged, over all candidates.
    """

    population: Population
    seed: int
    quantities: Mapping[str, Sourced]
    candidates: ParameterTable
    judged: ParameterTable
    people: ParameterTable
    spare: ParameterTable
    lives: Mapping[str, NDArray[np.float64]]
    weights: NDArray[np.float64]
    steps: tuple[Step, ...]
    matched: Matched = ()


def draw_patients(
    catalog: Catalog,
    population: Population,
    size: int,
    seed: int,
    progress: Callable[[str, float], None] = lambda *_: None,
) -> Patients:
    """Look over blocks of candidates until there are so many patients.

    Candidate k has the same numbers as in a study of the population with this seed.

    Parameters
    ----------
    size : at least 1
    progress : called with the name of the stage and the share of it that is done

    Raises
    ------
    ProtocolError
        Hardly anybody meets the criteria, or the patients cannot be weighted to what the population matches.
    InsulaError
        Wrong text, wrong size.
    """
    if size < 1:
        raise InsulaError(_("A population needs at least one patient, not {size}.").format(size=size))
    progress("prepare", 0.0)
    habits, ensemble = catalog.habits[population.habits], catalog.ensemble_of(population)
    quantities = quantities_of(population, module_rows(catalog), habits, ensemble)
    clinic = _clinic_of_lives(catalog, population, seed)
    live = None if clinic is None else partial(live_until_entry, clinic)
    looked: list[Candidates] = []
    n = 0
    while n < size:
        if len(looked) >= _HOPELESS and not n:
            raise ProtocolError(
                _(
                    "None of {count} candidates meets the criteria of population {id} that are known before "
                    "anything is measured. Look at history, plausible and eligible in its text."
                ).format(count=len(looked) * SIZE, id=population.id)
            )
        drawn = draw(population, quantities, seed, candidates_of(len(looked)))
        looked.append(look_over(population, drawn, live))
        n += len(looked[-1].people.candidates)
        progress("simulate", min(1.0, n / size))
    return _patients(population, seed, size, quantities, looked, clinic)


def _patients(
    population: Population,
    seed: int,
    size: int,
    quantities: Mapping[str, Sourced],
    looked: Sequence[Candidates],
    clinic: Clinic | None,
) -> Patients:
    """Put the blocks together; of those who are left the first are the patients."""
    symbols = varying(quantities)
    found = joined([block.people.only(symbols) for block in looked])
    first = np.arange(len(found.candidates)) < size
    people = found.rows(first)
    weighed = _weighed(population, people)
    pasts = [block.past for block in looked if block.past is not None]
    return Patients(
        population=population,
        seed=seed,
        quantities=quantities,
        candidates=joined([block.drawn.only(symbols) for block in looked]),
        judged=joined([judged_by(population, block, quantities) for block in looked]),
        people=people,
        spare=found.rows(~first),
        lives=life_columns(clinic, Past.joined(pasts)) if clinic is not None else {},
        weights=weighed.weights,
        steps=_steps([block.screenings for block in looked]),
        matched=weighed.rows,
    )


def _weighed(population: Population, people: ParameterTable) -> Weights:
    """Weigh people by what they match that is known before anything is measured."""
    marginals = population.matches.known if population.matches else ()
    if not marginals:
        return Weights(np.ones(len(people.candidates)))
    values = {symbol: people.column(symbol) for symbol in people.symbols}
    return weigh(population, marginals, values, dict(zip(people.symbols, people.units, strict=True)))


def _clinic_of_lives(catalog: Catalog, population: Population, seed: int) -> Clinic | None:
    """Return where candidates live until they enter, None without a history; nobody is treated or visited then."""
    if population.history is None:
        return None
    title, day = population.title, Amount(value=1.0, unit="day")
    study = Study(
        id=population.id,
        title=title,
        question=title,
        population=population.id,
        arms={_NOTHING: Arm(protocol=_NOTHING, size=1, title=title)},
        protocols={_NOTHING: Protocol(id=_NOTHING, title=title, give=())},
        follow_up=day,
        days="averaged",
        visits=(Visit(at=day, measure=("hba1c",)),),
        failure_limit=1.0,
        seed=seed,
    )
    return open_clinic(catalog, study)


def _steps(judged: Sequence[Sequence[Judged]]) -> tuple[Step, ...]:
    """Count over all blocks who came to each criterion and who was lost there; the blocks have the same criteria."""
    steps = []
    for parts in zip(*judged, strict=True):
        screenings = [screening for _, screening in parts]
        passed = np.concatenate([screening.passed for screening in screenings])
        left = np.ones(len(passed), dtype=bool)
        for k, criterion in enumerate(screenings[0].names):
            lost = left & ~passed[:, k]
            steps.append(Step(criterion, int(left.sum()), int(lost.sum())))
            left &= passed[:, k]
    return tuple(steps)
