"""The unit of a formula, worked out from the units of its symbols."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import libsbml

from insula.core.spoken import _
from insula.core.units import base_factor, dimensions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

DOT = "__"  # libSBML reads no dotted names; no symbol has a double underscore
_SAME = {libsbml.AST_FUNCTION_ABS, libsbml.AST_FUNCTION_FLOOR, libsbml.AST_FUNCTION_CEILING}
_SAME |= {libsbml.AST_FUNCTION_MIN, libsbml.AST_FUNCTION_MAX, libsbml.AST_PLUS, libsbml.AST_MINUS}
_SAME_WITHIN = 1e-9  # sizes are products of a few exact factors


class Inconsistent(Exception):
    """Two parts of a formula do not fit; the message says which."""


@dataclass(frozen=True)
class Unit:
    """Powers of base dimensions and the size in base units; `open` fits anything (the number 0)."""

    powers: tuple[tuple[str, float], ...] = ()
    size: float = 1.0
    open: bool = False

    def times(self, other: Unit, power: float = 1.0) -> Unit:
        """Return this unit times a power of the other."""
        total = dict(self.powers)
        for name, exponent in other.powers:
            total[name] = total.get(name, 0.0) + exponent * power
        kept = tuple(sorted((name, exponent) for name, exponent in total.items() if abs(exponent) > 1e-9))
        return Unit(kept, self.size * other.size**power, self.open or other.open)

    def fits(self, other: Unit) -> bool:
        """Say whether two units are the same in dimension and size."""
        if self.open or other.open:
            return True
        return self.powers == other.powers and math.isclose(self.size, other.size, rel_tol=_SAME_WITHIN)

    def __str__(self) -> str:
        parts = [
            f"{name.strip('[]')}^{power:g}" if power != 1 else name.strip("[]") for name, power in self.powers
        ]
        text = " ".join(parts) or _("a pure number")
        if math.isclose(self.size, 1.0):
            return text
        return _("{text} (times {size:.4g})").format(text=text, size=self.size)


NUMBER = Unit()
ANY = Unit(open=True)


def unit_named(name: str) -> Unit:
    """Return the unit of a name such as ``mg_per_dL``."""
    return Unit(dimensions(name), base_factor(name))


def unit_of_formula(formula: str, unit_of: Callable[[str], Unit]) -> Unit:
    """Return the unit of a formula over plain or dotted symbols.

    Raises
    ------
    Inconsistent
        Sums, comparisons or arguments that do not fit, or a text that is no formula.
    """
    tree = libsbml.parseL3Formula(_undotted(formula))
    if tree is None:
        raise Inconsistent(_('"{formula}" is no formula').format(formula=formula))
    return _unit(tree, unit_of)


def _undotted(formula: str) -> str:
    characters = list(formula)
    for index, character in enumerate(characters[1:-1], start=1):
        if character == "." and not characters[index - 1].isdigit() and not characters[index + 1].isdigit():
            characters[index] = DOT
    return "".join(characters)


def _unit(node: Any, unit_of: Callable[[str], Unit]) -> Unit:
    kind = node.getType()
    parts = [node.getChild(index) for index in range(node.getNumChildren())]
    if not parts:
        return _leaf(node, unit_of)
    if kind in (libsbml.AST_TIMES, libsbml.AST_DIVIDE):
        return _product(parts, unit_of, -1.0 if kind == libsbml.AST_DIVIDE else 1.0)
    if kind in (libsbml.AST_POWER, libsbml.AST_FUNCTION_POWER):
        return _power(parts, unit_of)
    if kind == libsbml.AST_FUNCTION_ROOT:
        return NUMBER.times(_unit(parts[-1], unit_of), 0.5)
    if kind in _SAME:
        return _common(parts, unit_of)
    return (
        _piecewise(parts, unit_of)
        if kind == libsbml.AST_FUNCTION_PIECEWISE
        else _a_number(node, parts, unit_of)
    )


def _leaf(node: Any, unit_of: Callable[[str], Unit]) -> Unit:
    if node.isNumber():
        return ANY if node.getValue() == 0 else NUMBER
    if node.getType() == libsbml.AST_NAME_TIME:
        return unit_of("time")
    return unit_of(node.getName().replace(DOT, ".")) if node.getType() == libsbml.AST_NAME else NUMBER


def _a_number(node: Any, parts: list[Any], unit_of: Callable[[str], Unit]) -> Unit:
    """Comparisons take parts of one unit; exp, ln, not and the like take numbers; all give a number."""
    if node.isRelational():
        _common(parts, unit_of)
    else:
        for part in parts:
            _pure(part, unit_of)
    return NUMBER


def _piecewise(parts: list[Any], unit_of: Callable[[str], Unit]) -> Unit:
    for condition in parts[1::2]:
        _unit(condition, unit_of)
    return _common(parts[0::2], unit_of)


def _product(parts: list[Any], unit_of: Callable[[str], Unit], power: float) -> Unit:
    total = _unit(parts[0], unit_of)
    for part in parts[1:]:
        total = total.times(_unit(part, unit_of), power)
    return total


def _power(parts: list[Any], unit_of: Callable[[str], Unit]) -> Unit:
    base, exponent = parts
    if exponent.isNumber():
        return NUMBER.times(_unit(base, unit_of), exponent.getValue())
    _pure(exponent, unit_of)
    _pure(base, unit_of)
    return NUMBER


def _common(parts: Iterable[Any], unit_of: Callable[[str], Unit]) -> Unit:
    """Return the unit that all parts share; the number 0 fits any."""
    first, shown = ANY, ""
    for part in parts:
        unit = _unit(part, unit_of)
        if not unit.fits(first):
            raise Inconsistent(
                _("{shown} is {first}, {part} is {unit}").format(
                    shown=shown, first=first, part=_text(part), unit=unit
                )
            )
        if first.open:
            first, shown = unit, _text(part)
    return first


def _pure(part: Any, unit_of: Callable[[str], Unit]) -> None:
    unit = _unit(part, unit_of)
    if not unit.fits(NUMBER):
        raise Inconsistent(
            _("{part} must be a pure number, it is {unit}").format(part=_text(part), unit=unit)
        )


def _text(node: Any) -> str:
    return str(libsbml.formulaToL3String(node)).replace(DOT, ".")
