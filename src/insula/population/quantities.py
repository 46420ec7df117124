"""Gather what can be drawn: rows of the modules, a population's overrides and traits, people's habits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from insula.core.errors import UnknownName
from insula.core.spoken import _
from insula.population.tabled import with_ensemble

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from insula.catalog import Catalog
    from insula.catalog.records import ParameterRow
    from insula.population.records import Sourced


WAIT = "history.wait"


@dataclass(frozen=True)
class Share:
    """A yes (1) or no (0) that a share of the patients has; reads like a row of parameters.csv."""

    value: float
    source: str | None
    unit: str = "dimensionless"
    spread_type: str | None = None
    spread_low: float | None = None
    spread_high: float | None = None
    distribution: str | None = "bernoulli"
    varies_by: str | None = "patient"


def module_rows(catalog: Catalog) -> dict[str, ParameterRow]:
    """Every parameter row of every module by dotted symbol."""
    return {
        f"{name}.{row.symbol}": row for name, module in catalog.modules.items() for row in module.parameters
    }


def quantities_of(
    population: Any, module_rows: Mapping[str, Sourced], habits: Any, ensemble: Any = None
) -> dict[str, Sourced]:
    """Return everything that `sample` draws or copies for a candidate, by dotted symbol.

    Parameters
    ----------
    population
        Record of populations/<id>.yaml: ``traits`` and ``parameters`` are read.
    module_rows
        Rows of the composed models by dotted symbol.
    habits
        Record of habits/<id>.yaml; every quantity but those of the single meals is taken.
    ensemble
        Record of ensembles/<id>.csv, or None; its members replace the module rows that it holds, but not what the
        population itself states.

    Returns
    -------
    Module rows, ``trait.<id>`` and ``habits.<path>``, overridden where the population's `parameters` say so; at last
    the wait of a history, ``history.wait``. ``trait.female`` (1 or 0) stands for the trait ``sex``.

    Raises
    ------
    UnknownName
        The population overrides a parameter that no module has, or its ensemble holds one.
    """
    fitted, numbers = (ensemble.values, ensemble.numbers) if ensemble is not None else ({}, ())
    own_habits = dict(_nested("habits", habits))
    for symbol in (*population.parameters, *fitted):
        if symbol not in module_rows and symbol not in own_habits:
            kind = _("parameter (overridden by the population {id}) called").format(id=population.id)
            raise UnknownName(kind, symbol, module_rows)
    traits = dict(_trait(name, trait) for name, trait in population.traits.items())
    rows = {**module_rows, **traits, **own_habits} | dict(population.parameters)
    if population.history is not None and population.history.wait is not None:
        rows[WAIT] = population.history.wait
    taken = {name: fitted[name] for name in fitted if name not in population.parameters}
    return with_ensemble(rows, taken, numbers)


def _trait(name: str, trait: Any) -> tuple[str, Sourced]:
    share = getattr(trait, "share_female", None)
    return (f"trait.{name}", trait) if share is None else ("trait.female", Share(share.value, share.source))


def _nested(path: str, record: Any) -> Iterator[tuple[str, Sourced]]:
    """Walk through the fields of a record; lists are left out, they hold what happens at occasions."""
    if hasattr(record, "varies_by"):
        yield path, record
    elif hasattr(record, "__dict__"):
        for name, part in vars(record).items():
            yield from _nested(f"{path}.{name}", part)
