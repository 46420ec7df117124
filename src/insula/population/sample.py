"""Draw virtual patients: every number has the address (seed, symbol, candidate)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from insula.core.errors import UnknownName
from insula.core.random_streams import normal
from insula.core.spoken import _
from insula.population.correlation import correlate
from insula.population.derived import consequences, evaluate, formula_of, in_order, lived_of
from insula.population.spread import SpreadError, distribution_of
from insula.population.tabled import Tabled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from insula.population.records import Correlation, Sourced

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

_LEVELS = ("patient", "ensemble")


@dataclass(frozen=True)
class ParameterTable:
    """What was drawn.

    Parameters
    ----------
    candidates : (C,)
        Numbers of the candidates: their addresses in the random streams.
    members : (C,)
        Ensemble member of each candidate.
    symbols : (n,)
        Dotted names, e.g. ``glucose.k_p1`` or ``trait.age``.
    values : (C, n)
        In the units of `units`; never NaN unless a derived quantity is undefined, or a life has not filled it.
    units : (n,)
    """

    candidates: Whole
    members: Whole
    symbols: tuple[str, ...]
    values: Floats
    units: tuple[str, ...]

    def column(self, symbol: str) -> Floats:
        """Return the (C,) values of one symbol; raises UnknownName with a suggestion."""
        if symbol not in self._places:
            raise UnknownName("sampled quantity", symbol, self.symbols)
        return self.values[:, self._places[symbol]]

    def rows(self, kept: NDArray[np.bool_]) -> ParameterTable:
        """Return the table of the candidates where `kept` (C,) is true."""
        return ParameterTable(
            self.candidates[kept], self.members[kept], self.symbols, self.values[kept], self.units
        )

    def only(self, symbols: Sequence[str]) -> ParameterTable:
        """Return the table of some of the symbols, in their order."""
        places = [self._places[symbol] for symbol in symbols]
        units = tuple(self.units[place] for place in places)
        return ParameterTable(self.candidates, self.members, tuple(symbols), self.values[:, places], units)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {symbol: place for place, symbol in enumerate(self.symbols)}


def sample(
    quantities: Mapping[str, Sourced],
    *,
    seed: int,
    candidates: Whole,
    ensemble_members: int,
    correlations: Iterable[Correlation] = (),
) -> ParameterTable:
    """Draw every quantity for every candidate.

    ``varies_by: patient`` is drawn for each candidate, ``ensemble`` once for each ensemble member
    (candidate modulo `ensemble_members`) and shared by its candidates, or taken from a fitted ensemble;
    ``none`` and ``occasion`` keep their value. What a life before the study fills is NaN until then
    (`with_values`). What is derived is computed last. A candidate's numbers depend on
    seed, symbol and candidate alone: not on the other candidates of the call, and not on quantities with which it is
    not correlated.

    Parameters
    ----------
    quantities
        By dotted symbol, as `insula.population.quantities.quantities_of` gathers them.
    candidates : (C,) not negative

    Raises
    ------
    SpreadError, CorrelationError, FormulaError, UnknownName
        Naming the quantity and what to change.
    """
    members = np.asarray(candidates) % ensemble_members
    columns = {
        symbol: _constant(symbol, row, len(members)) for symbol, row in quantities.items() if _is_fixed(row)
    }
    pairs = list(correlations)
    for level, addresses in zip(
        _LEVELS, (np.asarray(candidates), _numbers(quantities, members)), strict=True
    ):
        rows = {
            symbol: row for symbol, row in quantities.items() if row.varies_by == level and not _is_fixed(row)
        }
        rows = {symbol: row for symbol, row in rows.items() if _is_drawn(row)}
        columns |= _draw(rows, seed, addresses, _pairs_of(level, pairs, quantities))
    columns |= {
        symbol: _of_members(row, members) for symbol, row in quantities.items() if isinstance(row, Tabled)
    }
    columns |= {symbol: np.full(len(members), np.nan) for symbol in lived(quantities)}
    _derive(quantities, columns)
    return ParameterTable(
        np.asarray(candidates, dtype=np.int64),
        members.astype(np.int64),
        tuple(quantities),
        np.stack([columns[symbol] for symbol in quantities], axis=1)
        if columns
        else np.empty((len(members), 0)),
        tuple(row.unit for row in quantities.values()),
    )


def draw_anew(symbol: str, row: Sourced, seed: int, candidates: Whole, occasion: int) -> Floats:
    """Draw a quantity that varies by occasion; where a population holds it at a value, that is returned.

    Parameters
    ----------
    candidates : (C,) not negative
    occasion
        Which of the occasions, not negative: the same one always gives a candidate the same value.

    Returns
    -------
    (C,), in the unit of the row.

    Raises
    ------
    SpreadError
        Nothing can be drawn from the row.
    """
    if row.varies_by != "occasion":
        return _constant(symbol, row, len(candidates))
    scores = normal(seed, symbol, candidates, np.array([occasion]))[:, 0, 0]
    return distribution_of(symbol, row).quantile(ndtr(scores))


def with_values(
    people: ParameterTable, quantities: Mapping[str, Sourced], values: Mapping[str, Floats]
) -> ParameterTable:
    """Return the people with some quantities at other values, (C,) each, and what is derived of them anew."""
    columns = {symbol: people.column(symbol) for symbol in people.symbols} | dict(values)
    _derive(quantities, columns)
    return replace(people, values=np.stack([columns[symbol] for symbol in people.symbols], axis=1))


def tried_on(
    people: ParameterTable, quantities: Mapping[str, Sourced], values: Mapping[str, Floats]
) -> ParameterTable:
    """Return the people once for each vector of values, (J,) by symbol; only what derives from these differs."""
    vectors = len(next(iter(values.values())))
    several = replace(
        people,
        candidates=np.tile(people.candidates, vectors),
        members=np.tile(people.members, vectors),
        values=np.tile(people.values, (vectors, 1)),
    )
    each = {symbol: np.repeat(column, people.candidates.size) for symbol, column in values.items()}
    return with_values(several, quantities, each)


def completed(people: ParameterTable, quantities: Mapping[str, Sourced]) -> ParameterTable:
    """Return people of whom only that in which they differ is known (`varying`) with all that is the same for them."""
    known = {symbol: people.column(symbol) for symbol in people.symbols}
    rest = {symbol: row for symbol, row in quantities.items() if symbol not in known}
    n = len(people.candidates)
    columns = known | {symbol: _constant(symbol, row, n) for symbol, row in rest.items() if _is_fixed(row)}
    _derive(rest, columns)
    return replace(
        people,
        symbols=tuple(quantities),
        values=np.stack([columns[symbol] for symbol in quantities], axis=1),
        units=tuple(row.unit for row in quantities.values()),
    )


def joined(tables: Sequence[ParameterTable]) -> ParameterTable:
    """Return the candidates of tables of the same symbols, one after the other."""
    return replace(
        tables[0],
        candidates=np.concatenate([table.candidates for table in tables]),
        members=np.concatenate([table.members for table in tables]),
        values=np.concatenate([table.values for table in tables]),
    )


def varying(quantities: Mapping[str, Sourced]) -> tuple[str, ...]:
    """Return the quantities in which candidates can differ: drawn, filled by a life, or derived from such."""
    formulas = {s: f for s, row in quantities.items() if (f := formula_of(row.source)) is not None}
    drawn = {s for s, row in quantities.items() if row.varies_by in _LEVELS and s not in formulas}
    causes = drawn | set(lived(quantities))
    moved = causes | set(consequences(formulas, causes))
    return tuple(symbol for symbol in quantities if symbol in moved)


def lived(quantities: Mapping[str, Sourced]) -> dict[str, str]:
    """Return the quantities that a life before the study fills, and what each asks of it."""
    asked = {symbol: lived_of(row.source) for symbol, row in quantities.items()}
    return {symbol: what for symbol, what in asked.items() if what is not None}


def _is_fixed(row: Sourced) -> bool:
    return formula_of(row.source) is None and lived_of(row.source) is None and row.varies_by not in _LEVELS


def _is_drawn(row: Sourced) -> bool:
    return not isinstance(row, Tabled) and formula_of(row.source) is None


def _numbers(quantities: Mapping[str, Sourced], members: Whole) -> Whole:
    """What is drawn for each member goes by this number: its own, or that of the fit which its values come from.

    Members beyond those of the fit have the values of its first again, but draws of their own.
    """
    fitted = next((row.numbers for row in quantities.values() if isinstance(row, Tabled)), ())
    if not fitted:
        return members
    beyond = fitted[-1] + 1 + members - len(fitted)
    return np.where(members < len(fitted), np.array(fitted)[members % len(fitted)], beyond)


def _of_members(row: Tabled, members: Whole) -> Floats:
    """Values of the members; a population of more members than the ensemble begins with the first again."""
    return np.array(row.members)[members % len(row.members)]


def _constant(symbol: str, row: Sourced, n_candidates: int) -> Floats:
    if row.value is None:
        raise SpreadError(
            _(
                "{symbol} has neither a value nor a formula. Fill in value, or source: derived:<formula>."
            ).format(symbol=symbol)
        )
    return np.full(n_candidates, float(row.value))


def _draw(
    rows: Mapping[str, Sourced], seed: int, addresses: Whole, pairs: list[Correlation]
) -> dict[str, Floats]:
    distributions = {symbol: distribution_of(symbol, row) for symbol, row in rows.items()}
    scores = {symbol: normal(seed, symbol, addresses)[:, 0] for symbol in rows}
    together = correlate(scores, pairs)
    return {symbol: found.quantile(ndtr(together[symbol])) for symbol, found in distributions.items()}


def _pairs_of(level: str, pairs: list[Correlation], quantities: Mapping[str, Sourced]) -> list[Correlation]:
    """Return the pairs whose first partner varies at this level; `correlate` refuses mixed pairs."""
    for pair in pairs:
        for symbol in pair.between:
            if symbol not in quantities:
                raise UnknownName("quantity to be correlated, called", symbol, quantities)
            if quantities[symbol].varies_by not in _LEVELS:
                raise SpreadError(
                    _("{symbol} is correlated with something but does not vary between patients.").format(
                        symbol=symbol
                    )
                )
    return [pair for pair in pairs if quantities[pair.between[0]].varies_by == level]


def _derive(quantities: Mapping[str, Sourced], columns: dict[str, Floats]) -> None:
    formulas = {symbol: formula_of(row.source) for symbol, row in quantities.items()}
    derived = {symbol: formula for symbol, formula in formulas.items() if formula is not None}
    n_candidates = len(next(iter(columns.values()))) if columns else 0
    for symbol in in_order(derived):
        columns[symbol] = np.broadcast_to(evaluate(symbol, derived[symbol], columns), (n_candidates,)).copy()
