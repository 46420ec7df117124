"""What was drawn beside what was published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insula.population.records import Sourced
    from insula.population.sample import ParameterTable

PROBABILITIES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Marginal:
    """A quantity that varies: drawn (mean, sd, quantiles at PROBABILITIES) and published (as printed)."""

    symbol: str
    unit: str
    mean: float
    sd: float
    quantiles: tuple[float, ...]
    published: float | None
    spread_type: str | None
    spread_low: float | None
    spread_high: float | None
    source: str | None


def marginals(table: ParameterTable, quantities: Mapping[str, Sourced]) -> list[Marginal]:
    """Describe every quantity of the table that is not the same for all.

    Parameters
    ----------
    table
        At least one candidate; NaN is left out of the figures.
    quantities
        The same mapping from which the table was drawn.
    """
    varying = [symbol for symbol in table.symbols if np.ptp(table.column(symbol)) > 0]
    return [_marginal(symbol, table, quantities[symbol]) for symbol in varying]


def _marginal(symbol: str, table: ParameterTable, row: Sourced) -> Marginal:
    drawn = table.column(symbol)
    return Marginal(
        symbol=symbol,
        unit=row.unit,
        mean=float(np.nanmean(drawn)),
        sd=float(np.nanstd(drawn, ddof=1)),
        quantiles=tuple(float(q) for q in np.nanquantile(drawn, PROBABILITIES)),
        published=row.value,
        spread_type=row.spread_type,
        spread_low=row.spread_low,
        spread_high=row.spread_high,
        source=row.source,
    )
