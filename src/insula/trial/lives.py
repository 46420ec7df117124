"""Studies that are lived on the averaged map from the start: a replay is the study itself with other numbers.

Other numbers may let other people fall ill, so every replay begins with the same candidates, not with the same
patients. What happens to a candidate by chance is the same each time. Where the population matches published people,
the patients of a replay are taken by their weights.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from insula.core.errors import ProtocolError
from insula.core.spoken import _
from insula.endpoints.measure import measure
from insula.population.sample import tried_on
from insula.trial.block import (
    SIZE,
    draw_candidates,
    endpoints_by_symbol,
    enrol_block,
    look_over_drawn,
    simulate_candidates,
)
from insula.trial.matching import weigh

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from insula.endpoints.visit import Visit
    from insula.population.sample import ParameterTable
    from insula.trial.block import Block
    from insula.trial.clinic import Clinic

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

# arm -> day -> endpoint -> (P,) or (J, P)
Measured = dict[str, dict[float, dict[str, "NDArray[np.float64]"]]]

_HOPELESS = 20  # blocks without a single patient
_VECTOR = "replay.vector"


@dataclass(frozen=True)
class Lives:
    """So many candidates, at most ``size`` patients of them, and what is measured with the medians."""

    size: int
    candidates: int
    measured: Measured


def look_for(clinic: Clinic, n_patients: int) -> Lives:
    """Simulate blocks of candidates until there are enough patients.

    Parameters
    ----------
    clinic
        With every uncertain number at its median.

    Raises
    ------
    ProtocolError
        When nobody reaches the stage and is eligible, or the patients cannot be weighted to what the population
        matches.
    """
    blocks, found = 0, 0
    while found < n_patients:
        found += enrol_block(clinic, blocks).cohort.size
        blocks += 1
        if blocks >= _HOPELESS and found == 0:
            raise ProtocolError(
                _(
                    "None of {number} candidates was eligible for population {id} with every uncertain "
                    "number at its median. Look at its criteria."
                ).format(number=blocks * SIZE, id=clinic.population.id)
            )
    everybody = _with_vector(draw_candidates(clinic, np.arange(blocks * SIZE)), np.zeros(blocks * SIZE))
    medians = _by_vector(clinic, everybody, 1, n_patients, _taken)
    measured = {
        arm: {day: {name: both[0] for name, both in endpoints.items()} for day, endpoints in days.items()}
        for arm, days in medians.items()
    }
    return Lives(n_patients, blocks * SIZE, measured)


def live_again(clinic: Clinic, lives: Lives, values: Mapping[str, Floats]) -> Measured:
    """Simulate the study once for each vector of values, all at once.

    Parameters
    ----------
    clinic
        With every uncertain number at its median.
    values
        Numbers that are tried, by dotted symbol, (J,) each; every other uncertain number stays at its median.

    Returns
    -------
    Endpoints, (J, P) each; NaN for patients that a vector has not, when fewer people of the same candidates fall ill,
    and for all of a vector whose patients cannot be weighted to what the population matches.
    """
    vectors = len(next(iter(values.values())))
    once = draw_candidates(clinic, np.arange(lives.candidates))
    several = tried_on(once, clinic.quantities, values)
    several = _with_vector(several, np.repeat(np.arange(vectors, dtype=float), lives.candidates))
    return _by_vector(clinic, several, vectors, lives.size, _taken_or_nobody)


def _with_vector(people: ParameterTable, vector: Floats) -> ParameterTable:
    """Return the people with the vector (C,) that each lives with, by which they are told apart at the end."""
    return replace(
        people,
        symbols=(*people.symbols, _VECTOR),
        values=np.column_stack([people.values, vector]),
        units=(*people.units, "dimensionless"),
    )


def _by_vector(
    clinic: Clinic, people: ParameterTable, vectors: int, n_patients: int, take: Callable[..., Whole]
) -> Measured:
    """Endpoints (J, P) of exactly so many patients; NaN where a vector has fewer."""
    block = simulate_candidates(clinic, look_over_drawn(clinic, people))
    vector = block.people.column(_VECTOR)
    rows = [take(clinic, block, np.flatnonzero(vector == j), n_patients) for j in range(vectors)]

    def apart(values: Floats) -> Floats:
        whole = np.full((vectors, n_patients), np.nan)
        for mine, found in zip(whole, rows, strict=True):
            mine[: found.size] = values[found]
        return whole

    def endpoints(seen: Visit) -> dict[str, Floats]:
        found = measure(seen, clinic.endpoints, block.baseline)
        return {name: apart(values) for name, values in found.items()}

    return {
        arm: {seen.day: endpoints(seen) for seen in record.visits} for arm, (_, record) in block.arms.items()
    }


def _taken(clinic: Clinic, block: Block, found: Whole, n_patients: int) -> Whole:
    """Of the patients that were found take the first, or by weight where the population matches published people."""
    matches = clinic.population.matches
    if matches is None:
        return found[:n_patients]
    own = {symbol: block.people.column(symbol) for symbol in block.people.symbols}
    own |= endpoints_by_symbol(clinic, block.baseline)
    values = {symbol: column[found] for symbol, column in own.items()}
    weights = weigh(clinic.population, matches.marginals, values, clinic.units).weights
    return found[_by_weight(weights, min(n_patients, found.size))]


def _taken_or_nobody(clinic: Clinic, block: Block, found: Whole, n_patients: int) -> Whole:
    """Return nobody where the patients cannot be weighted: this vector's people are too unlike the published ones."""
    try:
        return _taken(clinic, block, found, n_patients)
    except ProtocolError:
        return found[:0]


def _by_weight(weights: Floats, count: int) -> Whole:
    """Take places (count,) at equal steps of the added weights: as often as each weight says, but for one."""
    added = np.cumsum(weights) / np.sum(weights)
    return np.searchsorted(added, (np.arange(count) + 0.5) / count)
