"""Criteria that candidates must meet: plausibility of what was drawn, eligibility as in the trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.core.errors import UnknownName
from insula.core.units import convert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from insula.catalog.records import History
    from insula.population.records import Criterion

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Screening:
    """Who passed what; ``passed_all`` is (C,).

    Parameters
    ----------
    names : (k,)
        The criteria as a person reads them, e.g. ``trait.age from 18 to 65 year``.
    values : (C, k)
        In the unit of the quantity.
    passed : (C, k)
    """

    names: tuple[str, ...]
    values: Floats
    passed: NDArray[np.bool_]

    @property
    def passed_all(self) -> NDArray[np.bool_]:
        """True where every criterion is met; all true when there is none."""
        return np.asarray(self.passed.all(axis=1))


def screen(
    criteria: Sequence[Criterion], values: Mapping[str, Floats], units: Mapping[str, str], n_candidates: int
) -> Screening:
    """Hold candidates against criteria.

    Parameters
    ----------
    values : (C,) by quantity
        NaN (could not be measured) does not pass.
    units
        Unit of each quantity; limits are converted to it.
    n_candidates
        C; needed where there is no criterion.

    Raises
    ------
    UnknownName
        A criterion about something that was neither drawn nor measured.
    UnitMismatch
        A limit in a unit of another kind than the quantity's.
    """
    for criterion in criteria:
        if criterion.quantity not in values:
            raise UnknownName("quantity to screen by, called", criterion.quantity, values)
    seen = np.empty((n_candidates, len(criteria)))
    passed = np.ones((n_candidates, len(criteria)), dtype=bool)
    for k, criterion in enumerate(criteria):
        seen[:, k] = values[criterion.quantity]
        passed[:, k] = _met(criterion, seen[:, k], units[criterion.quantity])
    return Screening(tuple(describe(criterion) for criterion in criteria), seen, passed)


def describe(criterion: Criterion) -> str:
    """Return the criterion as a short text that tells it apart from the others."""
    low, high = criterion.at_least, criterion.at_most
    if low is not None and high is not None:
        return f"{criterion.quantity} from {low.value:g} {low.unit} to {high.value:g} {high.unit}"
    bound, word = (low, "at least") if low is not None else (high, "at most")
    return (
        f"{criterion.quantity} {word} {bound.value:g} {bound.unit}"
        if bound is not None
        else criterion.quantity
    )


def describe_life(history: History) -> str:
    """Return the stage that a life before the study leads to, as a short text."""
    stage = " and ".join(describe(criterion) for criterion in history.reached)
    return f"history: {stage}, by the age of {history.oldest.value:g} {history.oldest.unit}"


def _met(criterion: Criterion, seen: Floats, unit: str) -> NDArray[np.bool_]:
    met = np.isfinite(seen)
    if criterion.at_least is not None:
        met &= seen >= convert(criterion.at_least.value, criterion.at_least.unit, unit)
    if criterion.at_most is not None:
        met &= seen <= convert(criterion.at_most.value, criterion.at_most.unit, unit)
    return met
