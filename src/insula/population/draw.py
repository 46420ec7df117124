"""Candidates of a population of the catalog, ready to be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from insula.catalog import Catalog
from insula.population.quantities import module_rows, quantities_of
from insula.population.sample import ParameterTable, sample

if TYPE_CHECKING:
    from insula.catalog.records import Population


def draw(
    population: str | Population, n: int, *, seed: int, catalog: Catalog | None = None
) -> ParameterTable:
    """Draw the first ``n`` candidates of a population, before any of them is screened.

    Parameters
    ----------
    population
        An id of the catalog, or a record.
    n : at least 1
    seed
        Candidate k is the same in any draw with this seed.

    Returns
    -------
    ParameterTable
        Values (n, symbols) by dotted symbol, in the units beside them.

    Examples
    --------
    >>> people = draw("t1d_impaired_awareness", 3, seed=1)
    >>> people.column("trait.age").shape
    (3,)
    """
    catalog = catalog or Catalog.open()
    record = catalog.populations[population] if isinstance(population, str) else population
    return sample(
        quantities_of(
            record, module_rows(catalog), catalog.habits[record.habits], catalog.ensemble_of(record)
        ),
        seed=seed,
        candidates=np.arange(n),
        ensemble_members=record.ensemble_members,
        correlations=record.correlations,
    )
