"""Studies that are lived on the averaged map from the start: a replay is the study itself with other numbers.

Other numbers may let other people fall ill, so every replay begins with the same candidates, not with the same
patients. What happens to a candidate by chance is the same each time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from insula.core.errors import ProtocolError
from insula.endpoints.measure import measure
from insula.population.fixed import held
from insula.trial.block import SIZE, enrol_block, simulate_candidates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from insula.endpoints.visit import Visit
    from insula.population.records import Sourced
    from insula.trial.clinic import Clinic

    Floats = NDArray[np.float64]

Measured = dict[str, dict[float, dict[str, "NDArray[np.float64]"]]]  # arm -> day -> endpoint -> (P,)

_HOPELESS = 20  # blocks without a single patient


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
        When nobody reaches the stage and is eligible.
    """
    blocks, found = 0, 0
    while found < n_patients:
        found += enrol_block(clinic, blocks).cohort.size
        blocks += 1
        if blocks >= _HOPELESS and found == 0:
            told = f"None of {blocks * SIZE} candidates was eligible for population {clinic.population.id}"
            raise ProtocolError(f"{told} with every uncertain number at its median. Look at its criteria.")
    return Lives(n_patients, blocks * SIZE, _measured(clinic, blocks * SIZE, n_patients))


def live_again(
    clinic: Clinic, lives: Lives, quantities: Mapping[str, Sourced], values: Mapping[str, Floats]
) -> Measured:
    """Simulate the study once for each vector of values.

    Parameters
    ----------
    quantities
        What a candidate is drawn from, the uncertain numbers with their spread.
    values
        Numbers that are tried, by dotted symbol, (J,) each; every other uncertain number stays at its median.

    Returns
    -------
    Endpoints, (J, P) each; NaN for patients that a vector has not, when fewer people of the same candidates fall ill.
    """
    found = []
    for k in range(len(next(iter(values.values())))):
        numbers = held(quantities, {symbol: float(column[k]) for symbol, column in values.items()})
        found.append(_measured(replace(clinic, quantities=numbers), lives.candidates, lives.size))
    return {
        arm: {
            day: {name: np.stack([one[arm][day][name] for one in found]) for name in endpoints}
            for day, endpoints in days.items()
        }
        for arm, days in lives.measured.items()
    }


def _measured(clinic: Clinic, n_candidates: int, n_patients: int) -> Measured:
    """Endpoints of exactly so many patients, the first of the candidates; NaN where there are fewer."""
    block = simulate_candidates(clinic, np.arange(n_candidates))

    def whole(values: Floats) -> Floats:
        first = values[:n_patients]
        return np.concatenate([first, np.full(n_patients - len(first), np.nan)])

    def endpoints(seen: Visit) -> dict[str, Floats]:
        found = measure(seen, clinic.endpoints, block.baseline)
        return {name: whole(values) for name, values in found.items()}

    return {
        arm: {seen.day: endpoints(seen) for seen in record.visits} for arm, (_, record) in block.arms.items()
    }
