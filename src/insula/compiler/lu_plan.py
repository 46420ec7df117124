"""Which operations factorise a sparse matrix and solve with it, decided once from its pattern.

Pivots stay on the diagonal (the matrix of a Rosenbrock step, 1/(h gamma) I - J, is safe there for small
enough steps) and are ordered by Markowitz count: at each turn the pivot that can cause least fill-in. The
factorisation goes row by row, so that an emitter can keep one row in registers; diagonal slots hold the
reciprocal of the pivot.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

Position = tuple[int, int]


class Scale(NamedTuple):
    """``A[slot] *= A[pivot]``: the factor L; the pivot is already inverted."""

    slot: int
    pivot: int


class Update(NamedTuple):
    """``A[slot] -= A[left] * A[upper]``."""

    slot: int
    left: int
    upper: int


class Invert(NamedTuple):
    """``A[slot] = 1 / A[slot]``: a row is finished."""

    slot: int


class Subtract(NamedTuple):
    """``b[row] -= A[slot] * b[column]``."""

    row: int
    slot: int
    column: int


class Multiply(NamedTuple):
    """``b[row] *= A[slot]``: by the inverted pivot."""

    row: int
    slot: int


@dataclass(frozen=True)
class LuPlan:
    """Elimination plan of one sparsity pattern.

    Attributes
    ----------
    order : (N,) state indices in the order of elimination
    entries : positions (row, column) of the stored matrix, diagonal and fill-in included
        An entry's place in this tuple is its *slot*. Rows follow ``order``, columns within a row too.
    factorise : operations on slots, in order
    solve : operations on the right-hand side ``b`` (indexed by state), in order; ``b`` becomes the solution
    fill : number of entries that the pattern (with diagonal) did not have
    """

    order: tuple[int, ...]
    entries: tuple[Position, ...]
    factorise: tuple[Scale | Update | Invert, ...]
    solve: tuple[Subtract | Multiply, ...]
    fill: int

    @property
    def slots(self) -> dict[Position, int]:
        """Slot of every position."""
        return {position: slot for slot, position in enumerate(self.entries)}


def plan_lu(n: int, pattern: Iterable[Position]) -> LuPlan:
    """Plan the factorisation of an n x n matrix with entries at the pattern and on the whole diagonal."""
    given = set(pattern) | {(i, i) for i in range(n)}
    order, rows = _eliminate_symbolically(n, given)
    rank = {state: place for place, state in enumerate(order)}
    columns = {row: sorted(rows[row], key=rank.__getitem__) for row in order}
    entries = tuple((row, column) for row in order for column in columns[row])
    slots = {position: slot for slot, position in enumerate(entries)}
    factorise = tuple(step for row in order for step in _factorise_row(row, columns, rank, slots))
    solve = (*_solve_lower(order, columns, rank, slots), *_solve_upper(order, columns, rank, slots))
    return LuPlan(order, entries, factorise, solve, len(entries) - len(given))


def _eliminate_symbolically(n: int, given: set[Position]) -> tuple[tuple[int, ...], list[set[int]]]:
    """Order of the pivots, and the columns of every row with fill-in."""
    rows: list[set[int]] = [{i} for i in range(n)]
    columns: list[set[int]] = [{i} for i in range(n)]
    for row, column in given:
        rows[row].add(column)
        columns[column].add(row)
    left, order = set(range(n)), []
    while left:
        pivot = min(left, key=lambda q: (*_markowitz(rows[q] & left, columns[q] & left), q))
        left.discard(pivot)
        order.append(pivot)
        for row in columns[pivot] & left:
            for column in rows[pivot] & left:
                rows[row].add(column)
                columns[column].add(row)
    return tuple(order), rows


def _markowitz(row: set[int], column: set[int]) -> tuple[int, int]:
    return (len(row) - 1) * (len(column) - 1), len(row)


def _factorise_row(
    row: int, columns: dict[int, list[int]], rank: dict[int, int], slots: dict[Position, int]
) -> Iterable[Scale | Update | Invert]:
    for pivot in columns[row]:
        if rank[pivot] >= rank[row]:
            break
        yield Scale(slots[row, pivot], slots[pivot, pivot])
        for column in columns[pivot]:
            if rank[column] > rank[pivot]:
                yield Update(slots[row, column], slots[row, pivot], slots[pivot, column])
    yield Invert(slots[row, row])


def _solve_lower(
    order: tuple[int, ...], columns: dict[int, list[int]], rank: dict[int, int], slots: dict[Position, int]
) -> Iterable[Subtract]:
    for row in order:
        for column in columns[row]:
            if rank[column] < rank[row]:
                yield Subtract(row, slots[row, column], column)


def _solve_upper(
    order: tuple[int, ...], columns: dict[int, list[int]], rank: dict[int, int], slots: dict[Position, int]
) -> Iterable[Subtract | Multiply]:
    for row in reversed(order):
        for column in columns[row]:
            if rank[column] > rank[row]:
                yield Subtract(row, slots[row, column], column)
        yield Multiply(row, slots[row, row])
