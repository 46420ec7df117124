"""A protocol as a table of timed changes of the disease clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.core.errors import ProtocolError
from insula.core.units import convert, convertible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from insula.catalog.records import Give, Protocol, Quantity, Therapy

_PER_WEIGHT = "_per_kg"


@dataclass(frozen=True)
class Administration:
    """Something done to every patient of an arm on a day; ``amount`` is in the target's unit, per kg where so stated."""

    day: float
    action: str
    amount: float
    per_kg: bool

    def amounts(self, weight: NDArray[np.float64]) -> NDArray[np.float64]:
        """Amount for patients of the given weight (kg), (P,)."""
        return self.amount * weight if self.per_kg else np.full(len(weight), self.amount)


def lower(protocol: Protocol, therapies: Mapping[str, Therapy]) -> tuple[Administration, ...]:
    """Turn what a protocol gives into administrations in order of time.

    A level that ends returns to 0; on the same day endings come before beginnings, so that a level can follow another.

    Raises
    ------
    ProtocolError
        When a therapy takes no dose or no level, or a unit does not fit.
    """
    ends, starts = [], []
    for entry in protocol.give:
        therapy = therapies[entry.therapy]
        if entry.dose is not None:
            starts.append(_dose(protocol, entry, therapy))
        else:
            start, end = _level(protocol, entry, therapy)
            starts.append(start)
            ends.append(end)
    return tuple(sorted([*ends, *starts], key=lambda given: given.day))


def _dose(protocol: Protocol, entry: Give, therapy: Therapy) -> Administration:
    """A single administration."""
    if therapy.dose is None:
        raise ProtocolError(
            f"protocol {protocol.id}: {therapy.id} is given as a level (from, to, target), not as a dose"
        )
    amount, per_kg = _amount(protocol, entry.dose, therapy.dose.unit)
    return Administration(_day(entry.at), f"{therapy.dose.operation}:{therapy.dose.target}", amount, per_kg)


def _level(protocol: Protocol, entry: Give, therapy: Therapy) -> tuple[Administration, Administration]:
    """A level that is held from one day to another."""
    if therapy.level is None:
        raise ProtocolError(
            f"protocol {protocol.id}: {therapy.id} is given as a dose (at, dose), not as a level"
        )
    amount, per_kg = _amount(protocol, entry.target, therapy.level.unit)
    action = f"set:{therapy.level.target}"
    return Administration(_day(entry.from_), action, amount, per_kg), Administration(
        _day(entry.to), action, 0.0, False
    )


def _amount(protocol: Protocol, quantity: Quantity, unit: str) -> tuple[float, bool]:
    """Amount in the target's unit, and whether it is still to be multiplied by the weight."""
    if convertible(quantity.unit, unit):
        return float(convert(quantity.value, quantity.unit, unit)), False
    if quantity.unit.endswith(_PER_WEIGHT) and convertible(quantity.unit.removesuffix(_PER_WEIGHT), unit):
        return float(convert(quantity.value, quantity.unit.removesuffix(_PER_WEIGHT), unit)), True
    raise ProtocolError(
        f"protocol {protocol.id}: {quantity.value:g} {quantity.unit} cannot be given as {unit}"
    )


def _day(quantity: Quantity) -> float:
    """A time of the text in days."""
    return float(convert(quantity.value, quantity.unit, "day"))
