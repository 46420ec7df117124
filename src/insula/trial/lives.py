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
from insula.trial.block import SIZE, simulate_block

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from insula.population.records import Sourced
    from insula.trial.clinic import Clinic

    Floats = NDArray[np.float64]

Measured = dict[str, dict[float, dict[str, "NDArray[np.float64]"]]]  # arm -> day -> endpoint -> (P,)

_HOPELESS = 20  # blocks without a single patient


@dataclass(frozen=True)
class Lives:
    """The first ``blocks`` blocks of candidates, at most ``size`` patients of them, and what the medians measure."""

    size: int
    blocks: int
    measured: Measured


def look_for(clinic: Clinic, n_patients: int) -> Lives:
    """Simulate blocks until there are enough patients.

    Parameters
    ----------
    clinic
        With every uncertain number at its median.

    Raises
    ------
    ProtocolError
        When nobody reaches the stage and is eligible.
    """
    parts: list[Measured] = []
    while _count(parts) < n_patients:
        parts.append(_measured(clinic, len(parts)))
        if len(parts) >= _HOPELESS and _count(parts) == 0:
            told = (
                f"None of {len(parts) * SIZE} candidates was eligible for population {clinic.population.id}"
            )
            raise ProtocolError(f"{told} with every uncertain number at its median. Look at its criteria.")
    return Lives(n_patients, len(parts), _joined(parts, n_patients))


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
        tried = replace(clinic, quantities=numbers)
        found.append(_joined([_measured(tried, number) for number in range(lives.blocks)], lives.size))
    return {
        arm: {
            day: {name: np.stack([one[arm][day][name] for one in found]) for name in endpoints}
            for day, endpoints in days.items()
        }
        for arm, days in lives.measured.items()
    }


def _measured(clinic: Clinic, number: int) -> Measured:
    """Endpoints of the patients of a block."""
    block = simulate_block(clinic, number)
    return {
        arm: {seen.day: measure(seen, clinic.endpoints, block.baseline) for seen in record.visits}
        for arm, (_, record) in block.arms.items()
    }


def _joined(parts: list[Measured], n_patients: int) -> Measured:
    """One block after the other, exactly so many patients; NaN where there are fewer."""

    def whole(arm: str, day: float, name: str) -> Floats:
        values = np.concatenate([part[arm][day][name] for part in parts])[:n_patients]
        return np.concatenate([values, np.full(n_patients - len(values), np.nan)])

    return {
        arm: {day: {name: whole(arm, day, name) for name in endpoints} for day, endpoints in days.items()}
        for arm, days in parts[0].items()
    }


def _count(parts: list[Measured]) -> int:
    """Patients of all blocks; everybody is measured on day 0 in every arm."""
    baselines = (next(iter(part.values()))[0.0] for part in parts)
    return sum(len(next(iter(endpoints.values()))) for endpoints in baselines)
