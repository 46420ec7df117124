"""Uncertain numbers that a fitted ensemble holds: member k of the population has the values of its row k."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from insula.population.records import Sourced

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Tabled:
    """Values of all members; reads like a row of parameters.csv whose value is the median.

    `numbers` are the members' in the fit: what is drawn beside the values goes with them.
    """

    members: tuple[float, ...]
    numbers: tuple[int, ...]
    unit: str
    source: str | None
    spread_type: str | None = None
    spread_low: float | None = None
    spread_high: float | None = None
    distribution: str | None = None
    varies_by: str | None = "ensemble"

    @property
    def value(self) -> float:
        """Median of the members."""
        return float(np.median(self.members))

    def quantile(self, probability: Floats) -> Floats:
        """Inverse of the members' distribution, linear between them (any shape)."""
        return np.asarray(np.quantile(self.members, probability), dtype=np.float64)


def with_ensemble(
    quantities: Mapping[str, Sourced], values: Mapping[str, tuple[float, ...]], numbers: tuple[int, ...]
) -> dict[str, Sourced]:
    """Return the quantities with those of an ensemble at the values of its members."""
    tabled = {
        symbol: Tabled(members, numbers, quantities[symbol].unit, quantities[symbol].source)
        for symbol, members in values.items()
    }
    return {**quantities, **tabled}
