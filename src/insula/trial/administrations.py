"""A protocol as a table of timed changes of the disease clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.core.errors import ProtocolError
from insula.core.spoken import _
from insula.core.units import convertible
from insula.trial.quantities import number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from insula.catalog.base import Quantity
    from insula.catalog.records import Give, Protocol, Therapy

_PER_WEIGHT = "_per_kg"


@dataclass(frozen=True)
class Administration:
    """Something done to the patients of an arm on a day; ``amount`` in the target's unit, per kg where so stated.

    ``weans_insulin`` is the therapy's: insulin is weaned from then on. Where ``drawn`` names a quantity, each patient
    has a value of it of their own on this ``occasion`` (0, 1, ... days on which the therapy is dosed), and no amount.
    With ``if_on_insulin`` it is done only to those who take insulin on that day.
    """

    therapy: str
    day: float
    action: str
    amount: float
    per_kg: bool
    weans_insulin: bool = False
    drawn: str | None = None
    occasion: int = 0
    if_on_insulin: bool = False

    def gets(self, on_insulin: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return to whom it is done, (P,), of patients who take insulin or not."""
        return on_insulin | (not self.if_on_insulin)

    def amounts(self, weight: NDArray[np.float64]) -> NDArray[np.float64]:
        """Amount for patients of the given weight (kg), (P,)."""
        return self.amount * weight if self.per_kg else np.full(len(weight), self.amount)


def lower(protocol: Protocol, therapies: Mapping[str, Therapy]) -> tuple[Administration, ...]:
    """Turn what a protocol gives into administrations in order of time.

    A level that ends returns to 0; on the same day endings come before beginnings, so that a level can follow another.
    What a therapy draws anew is drawn before its dose, once for all its doses of a day: they are one preparation.

    Raises
    ------
    ProtocolError
        When a therapy takes no dose or no level, or a unit does not fit.
    """
    ends, starts = [], []
    for entry in protocol.given:
        therapy = therapies[entry.therapy]
        if entry.dose is not None:
            starts.append(_dose(protocol, entry, therapy))
        else:
            start, end = _level(protocol, entry, therapy)
            starts.append(start)
            ends.append(end)
    return tuple(sorted([*ends, *_drawn_anew(protocol, therapies), *starts], key=lambda given: given.day))


def _drawn_anew(protocol: Protocol, therapies: Mapping[str, Therapy]) -> list[Administration]:
    """What is drawn for every patient on each day on which something is dosed."""
    days: dict[str, dict[float, bool]] = {}  # whether all doses of the day are only for those on insulin
    for entry in protocol.given:
        if entry.dose is not None:
            dosed, day = days.setdefault(entry.therapy, {}), number(entry.at, "day")
            dosed[day] = dosed.get(day, True) and entry.if_on_insulin
    return [
        Administration(
            name, day, f"set:{symbol}", 0.0, per_kg=False, drawn=symbol, occasion=k, if_on_insulin=dosed[day]
        )
        for name, dosed in days.items()
        if (target := therapies[name].dose) is not None
        for symbol in target.drawn_anew
        for k, day in enumerate(sorted(dosed))
    ]


def _dose(protocol: Protocol, entry: Give, therapy: Therapy) -> Administration:
    """A single administration."""
    if therapy.dose is None:
        raise ProtocolError(
            _("protocol {id}: {therapy} is given as a level (from, to, target), not as a dose").format(
                id=protocol.id, therapy=therapy.id
            )
        )
    amount, per_kg = _amount(protocol, entry.dose, therapy.dose.unit)
    action = f"{therapy.dose.operation}:{therapy.dose.target}"
    return Administration(
        therapy.id,
        number(entry.at, "day"),
        action,
        amount,
        per_kg,
        therapy.weans_insulin,
        if_on_insulin=entry.if_on_insulin,
    )


def _level(protocol: Protocol, entry: Give, therapy: Therapy) -> tuple[Administration, Administration]:
    """A level that is held from one day to another."""
    if therapy.level is None:
        raise ProtocolError(
            _("protocol {id}: {therapy} is given as a dose (at, dose), not as a level").format(
                id=protocol.id, therapy=therapy.id
            )
        )
    amount, per_kg = _amount(protocol, entry.target, therapy.level.unit)
    action = f"set:{therapy.level.target}"
    begun, ended = number(entry.from_, "day"), number(entry.to, "day")
    start = Administration(
        therapy.id, begun, action, amount, per_kg, therapy.weans_insulin, if_on_insulin=entry.if_on_insulin
    )
    return start, Administration(therapy.id, ended, action, 0.0, per_kg=False)


def _amount(protocol: Protocol, quantity: Quantity | None, unit: str) -> tuple[float, bool]:
    """Amount in the target's unit, and whether it is still to be multiplied by the weight."""
    if quantity is None:
        raise ProtocolError(_("protocol {id}: an administration has no amount").format(id=protocol.id))
    per_kg = quantity.unit.removesuffix(_PER_WEIGHT)
    if convertible(quantity.unit, unit):
        return number(quantity, unit), False
    if quantity.unit.endswith(_PER_WEIGHT) and convertible(quantity.unit.removesuffix(_PER_WEIGHT), unit):
        return number(quantity.model_copy(update={"unit": per_kg}), unit), True
    raise ProtocolError(
        _("protocol {id}: {value:g} {unit} cannot be given as {wanted}").format(
            id=protocol.id, value=quantity.value, unit=quantity.unit, wanted=unit
        )
    )
