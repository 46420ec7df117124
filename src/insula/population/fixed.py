"""What is uncertain: its draws, and quantities held at a number (the median, or a value that is tried)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.population.derived import formula_of
from insula.population.sample import sample
from insula.population.spread import distribution_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from insula.population.records import Correlation, Sourced

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Fixed:
    """A number that does not vary; reads like a row of parameters.csv."""

    value: float
    unit: str
    source: str | None
    spread_type: str | None = None
    spread_low: float | None = None
    spread_high: float | None = None
    distribution: str | None = None
    varies_by: str | None = "none"


def uncertain(quantities: Mapping[str, Sourced]) -> dict[str, Sourced]:
    """Return the quantities that are uncertain: drawn once for each ensemble member, not derived."""
    return {
        symbol: row
        for symbol, row in quantities.items()
        if row.varies_by == "ensemble" and formula_of(row.source) is None
    }


def drawn(
    quantities: Mapping[str, Sourced], seed: int, members: Whole, correlations: Iterable[Correlation]
) -> dict[str, Floats]:
    """Return every uncertain number of ensemble members (J,): what their candidates share when they are drawn.

    Raises
    ------
    SpreadError, CorrelationError, FormulaError, UnknownName
        As `insula.population.sample.sample`.
    """
    one_of_each = sample(
        quantities,
        seed=seed,
        candidates=members,
        ensemble_members=int(members.max()) + 1,
        correlations=correlations,
    )
    return {symbol: one_of_each.column(symbol) for symbol in uncertain(quantities)}


def held(quantities: Mapping[str, Sourced], values: Mapping[str, float]) -> dict[str, Sourced]:
    """Return the quantities with the given ones at their values and every other uncertain one at its median."""
    fixed = {
        symbol: Fixed(values[symbol] if symbol in values else _median(symbol, row), row.unit, row.source)
        for symbol, row in uncertain(quantities).items()
    }
    return {**quantities, **fixed}


def between_patients(
    correlations: Iterable[Correlation], quantities: Mapping[str, Sourced]
) -> list[Correlation]:
    """Return the correlations that are left when nothing uncertain is drawn."""
    known = uncertain(quantities)
    return [pair for pair in correlations if not any(symbol in known for symbol in pair.between)]


def _median(symbol: str, row: Sourced) -> float:
    return float(distribution_of(symbol, row).quantile(np.array(0.5)))
