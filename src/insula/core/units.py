"""Units: the only place where a number changes its unit.

Unit names are spelt ``mg_per_kg_min``; their atoms are defined in ``science/biology/units.txt``. What
holds for one quantity only (glucose from mg/dL to mmol/L, HbA1c from per cent to mmol/mol) is a row of
``science/biology/conversions.csv``.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pint

from insula.core.errors import UnitMismatch, UnknownName, close_names, suggest
from insula.core.paths import science_root
from insula.core.spoken import _

if TYPE_CHECKING:
    from pathlib import Path

    from pint.facets.plain import PlainUnit as _Unit

Numbers = TypeVar("Numbers", float, np.ndarray)
Dimensions = tuple[tuple[str, float], ...]

_PART = re.compile(r"^([A-Za-z]+?)([2-9])?$")


@dataclass(frozen=True)
class Conversion:
    """``to = factor * from + offset``, valid for one quantity."""

    quantity: str
    from_unit: str
    to_unit: str
    factor: float
    offset: float
    source: str
    place: str


def convert(
    value: Numbers, from_unit: str, to_unit: str, *, quantity: str | None = None, difference: bool = False
) -> Numbers:
    """Express a value in another unit.

    Parameters
    ----------
    value : float or array
        In `from_unit`; NaN stays NaN.
    from_unit, to_unit
        Names such as ``mg_per_dL``.
    quantity
        What is measured, as in conversions.csv (``glucose``, ``hba1c``); needed where the two units differ in
        dimension or scale for this quantity only.
    difference
        The value is a difference, a spread or a slope: an offset (HbA1c) does not apply.

    Raises
    ------
    UnitMismatch
        The units cannot be converted into each other, not even for this quantity.
    UnknownName
        A unit that units.txt does not allow.
    """
    if from_unit == to_unit:
        return value
    factor, offset = _affine(from_unit, to_unit, quantity)
    return value * factor + (0.0 if difference else offset)


def is_unit(name: str) -> bool:
    """Say whether a name is spelt of known units."""
    try:
        _unit(name)
    except UnknownName:
        return False
    return True


def dimensions(name: str) -> Dimensions:
    """Return the dimensions of a unit, e.g. ``(("[length]", -3.0), ("[mass]", 1.0))``; empty for a number."""
    return tuple(
        sorted((dimension, float(str(power))) for dimension, power in _unit(name).dimensionality.items())
    )


def base_factor(name: str) -> float:
    """Return the size of a unit in base units (second, gram, metre, mole, item, cell, U)."""
    return float((1.0 * _unit(name)).to_base_units().magnitude)


def convertible(from_unit: str, to_unit: str, quantity: str | None = None) -> bool:
    """Say whether `convert` would succeed."""
    try:
        _affine(from_unit, to_unit, quantity)
    except (UnitMismatch, UnknownName):
        return False
    return True


def conversions() -> tuple[Conversion, ...]:
    """Return the rows of conversions.csv."""
    return _conversions(_biology())


def _biology() -> Path:
    return _biology_of(science_root())


@cache
def _biology_of(root: Path) -> Path:
    return root / "biology"


@cache
def _registry(folder: Path) -> pint.UnitRegistry[Any]:
    registry = pint.UnitRegistry[Any](str(folder / "units.txt"), case_sensitive=True, cache_folder=None)
    registry._suffixes = {"": ""}  # pint also reads plurals ("mins"), which would give one unit two names
    return registry


def _unit(name: str) -> _Unit:
    return _parsed(_biology(), name)


@cache
def _parsed(folder: Path, name: str) -> _Unit:
    registry = _registry(folder)
    unit: _Unit = registry.Unit("")
    if name == "dimensionless":
        return unit
    power, parts = 1, name.split("_")
    for part, following in zip(parts, [*parts[1:], "per"], strict=True):
        if part != "per":
            unit = unit * _atom(registry, name, part) ** power
        elif following == "per":
            raise _unknown(registry, name, part)
        else:
            power = -1
    return unit


def _atom(registry: pint.UnitRegistry[Any], name: str, part: str) -> _Unit:
    spelt = _PART.match(part)
    if spelt is None or not registry.parse_unit_name(spelt[1]):
        raise _unknown(registry, name, part)
    atom: _Unit = registry.Unit(spelt[1])
    return atom ** int(spelt[2] or 1)


def _unknown(registry: pint.UnitRegistry[Any], name: str, part: str) -> UnknownName:
    problem = UnknownName("unit", name, ())
    close = suggest(part, close_names(part, registry))
    problem.args = (
        _('There is no unit "{name}": "{part}" is not in biology/units.txt. {close}')
        .format(name=name, part=part, close=close)
        .rstrip(),
    )
    return problem


def _affine(from_unit: str, to_unit: str, quantity: str | None) -> tuple[float, float]:
    return _affine_in(_biology(), from_unit, to_unit, quantity)


@cache
def _affine_in(folder: Path, from_unit: str, to_unit: str, quantity: str | None) -> tuple[float, float]:
    start, end = _parsed(folder, from_unit), _parsed(folder, to_unit)
    for row in _both_ways(folder, quantity):
        if (row.from_unit, row.to_unit) == (from_unit, to_unit):
            return row.factor, row.offset
    if start.dimensionality == end.dimensionality:
        return _ratio(start, end), 0.0
    for row in _both_ways(folder, quantity):
        bridged = start * _parsed(folder, row.to_unit) / _parsed(folder, row.from_unit)
        if row.offset == 0.0 and bridged.dimensionality == end.dimensionality:
            return row.factor * _ratio(bridged, end), 0.0
    what = _(" for {quantity}").format(quantity=quantity) if quantity else ""
    raise UnitMismatch(
        _(
            '"{from_unit}" cannot be converted into "{to_unit}"{what}. Units of different dimension '
            "need a row for the quantity in biology/conversions.csv."
        ).format(from_unit=from_unit, to_unit=to_unit, what=what)
    )


def _both_ways(folder: Path, quantity: str | None) -> tuple[Conversion, ...]:
    rows = [row for row in _conversions(folder) if row.quantity == quantity]
    back = [
        replace(r, from_unit=r.to_unit, to_unit=r.from_unit, factor=1 / r.factor, offset=-r.offset / r.factor)
        for r in rows
    ]
    return (*rows, *back)


def _ratio(start: _Unit, end: _Unit) -> float:
    return float((1.0 * start).to(end).magnitude)


@cache
def _conversions(folder: Path) -> tuple[Conversion, ...]:
    with (folder / "conversions.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Conversion(
                row["quantity"],
                row["from"],
                row["to"],
                float(row["factor"]),
                float(row["offset"]),
                row["source"],
                row["place"],
            )
            for row in csv.DictReader(file)
        )
