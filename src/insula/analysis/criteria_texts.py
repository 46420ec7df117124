"""The criteria of a population as their parts, so that a reader sees titles and units instead of symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.core.units import convert
from insula.endpoints.definitions import is_yes_or_no
from insula.population.screening import describe, describe_life

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insula.catalog import Catalog
    from insula.catalog.records import Criterion, Endpoint, Population

    Part = dict[str, Any]


def criteria_texts(catalog: Catalog, population: Population) -> dict[str, dict[str, Any]]:
    """Return what each criterion of a population says, by the name that it has in tables of screening.

    Returns
    -------
    A dictionary for each: ``parts``, and ``oldest`` ({value, unit}; None but for a life before the study). A part has
    ``symbol``, ``title`` (None where no text has one), ``low``, ``high`` (None: no limit) in ``unit``, ``quantity`` (as
    in conversions.csv, empty for most) and ``yes_or_no``.
    """
    endpoints = catalog.endpoints.readable()
    criteria = (*population.plausible, *population.eligible)
    told: dict[str, dict[str, Any]] = {
        describe(one): {"parts": [_part(one, population, endpoints)], "oldest": None} for one in criteria
    }
    if population.history is not None:
        parts = [_part(one, population, endpoints) for one in population.history.reached]
        oldest = {"value": population.history.oldest.value, "unit": population.history.oldest.unit}
        told[describe_life(population.history)] = {"parts": parts, "oldest": oldest}
    return told


def _part(criterion: Criterion, population: Population, endpoints: Mapping[str, Endpoint]) -> Part:
    symbol, low, high = criterion.quantity, criterion.at_least, criterion.at_most
    stated = low or high
    assert stated is not None  # a criterion has a limit
    name = symbol.rpartition(".")[2]  # the endpoint autoantibodies is that of immunity.autoantibodies
    endpoint = endpoints.get(name)
    title = endpoint.title if endpoint else _title_of_trait(symbol, population)
    return {
        "symbol": symbol,
        "title": title.model_dump() if title else None,
        "unit": stated.unit,
        "quantity": (endpoint.quantity if endpoint else None) or "",
        "low": low.value if low else None,
        "high": convert(high.value, high.unit, stated.unit) if high else None,
        "yes_or_no": endpoint is not None and is_yes_or_no(endpoint.family),
    }


def _title_of_trait(symbol: str, population: Population) -> Any:
    owner, _, name = symbol.partition(".")
    return getattr(population.traits.get(name), "title", None) if owner == "trait" else None
