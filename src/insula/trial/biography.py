"""What the text says of lives: by what people are diagnosed and enter a study, and what follows from their age."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from insula.checks.survey import Survey
from insula.population.derived import consequences, formula_of
from insula.population.sample import lived

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insula.catalog import Catalog
    from insula.catalog.records import Population, Regimen
    from insula.population.records import Sourced

DIAGNOSED_FOR = "history.diagnosed_for"  # days since the diagnosis; a criterion for entry may name it


@dataclass(frozen=True)
class Biography:
    """Names of a population's lives, resolved.

    Parameters
    ----------
    judged
        Disease symbols by which people are diagnosed and enter the study.
    units
        Unit of everything that such criteria may name.
    lived
        Quantities that the life before the study fills, and what each asks of it.
    grown
        Formulas of what is derived from these, each after those it uses.
    """

    judged: tuple[str, ...]
    units: Mapping[str, str]
    lived: Mapping[str, str]
    grown: Mapping[str, str]


def biography_of(
    catalog: Catalog, population: Population, regimen: Regimen, quantities: Mapping[str, Sourced]
) -> Biography:
    """Resolve what the text says; without a history only the criteria of the diagnosis are judged by."""
    filled = lived(quantities)
    entry = population.history.reached if population.history is not None else ()
    named = [criterion.quantity for criterion in (*regimen.diagnosis, *entry)]
    judged = tuple(dict.fromkeys(name for name in named if name not in {*filled, DIAGNOSED_FOR}))
    survey = Survey(catalog)
    units = {symbol: survey.unit_of(symbol, "disease") or "dimensionless" for symbol in judged}
    formulas = {s: f for s, row in quantities.items() if (f := formula_of(row.source)) is not None}
    return Biography(
        judged=judged,
        units=units | {symbol: quantities[symbol].unit for symbol in filled} | {DIAGNOSED_FOR: "day"},
        lived=filled,
        grown={symbol: formulas[symbol] for symbol in consequences(formulas, filled)} if filled else {},
    )
