"""What a libSBML unit definition amounts to, so that two of them can be compared whatever they are called."""

import math
from typing import Any, NamedTuple

import libsbml

Definition = Any
"""A libSBML UnitDefinition."""


class Size(NamedTuple):
    """Dimensions (SI base unit and exponent, sorted) and the number of SI units that one unit is."""

    dimensions: tuple[tuple[str, float], ...]
    factor: float


def size_of(definition: Definition) -> Size:
    """Size of a unit, e.g. of mg_per_dL: kilogram 1, metre -3, 0.01."""
    exponents: dict[str, float] = {}
    factor = 1.0
    in_si = libsbml.UnitDefinition.convertToSI(
        definition
    )  # named: libSBML frees it with its last Python name
    for unit in in_si.getListOfUnits():
        power = unit.getExponentAsDouble()
        factor *= (unit.getMultiplier() * 10.0 ** unit.getScale()) ** power
        kind = libsbml.UnitKind_toString(unit.getKind())
        exponents[kind] = exponents.get(kind, 0.0) + power
    exponents.pop("dimensionless", None)
    return Size(tuple(sorted((k, p) for k, p in exponents.items() if p)), factor)


def same_unit(one: Definition, other: Definition) -> bool:
    """Whether two units are one, to rounding."""
    a, b = size_of(one), size_of(other)
    return a.dimensions == b.dimensions and math.isclose(a.factor, b.factor, rel_tol=1e-9)


def described(definition: Definition) -> str:
    """Text of a unit for people."""
    text = str(libsbml.UnitDefinition.printUnits(definition, True))
    return "no unit" if text == "indeterminable" else text
