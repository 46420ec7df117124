"""Quantities of the text as plain numbers in a stated unit."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from insula.core.errors import UnitMismatch
from insula.core.spoken import _
from insula.core.units import convert

if TYPE_CHECKING:
    from insula.catalog.base import Quantity


def number(quantity: Quantity | None, unit: str) -> float:
    """Return a quantity of the text in a stated unit.

    Raises
    ------
    UnitMismatch
        When there is no value (a derived quantity cannot stand here) or the unit is of another kind.
    """
    if quantity is None or quantity.value is None:
        raise UnitMismatch(_("A number in {unit} is needed where the text has none.").format(unit=unit))
    return converted(quantity.value, quantity.unit, unit)


@cache
def converted(value: float, unit: str, to: str) -> float:
    """Return a number in another unit; kept, because every simulated day asks for the same few hundred of the text."""
    return float(convert(value, unit, to))
