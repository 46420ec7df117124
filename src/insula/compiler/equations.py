"""The equations of a composed model as they are written: nothing folded, nothing put in, for people to read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import libsbml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from insula.compiler.compose import ComposedModel

_KINDS = {"rateRule": "rate", "assignmentRule": "assignment"}
_CONSTANTS = {libsbml.AST_CONSTANT_E: "e", libsbml.AST_CONSTANT_PI: "pi", libsbml.AST_NAME_TIME: "time"}
_MEANING = re.compile(r"\b(\w+)\s+has\s+\w+\s*;")


class Formula(NamedTuple):
    """A formula: ``number`` with a value, ``name`` with a dotted name, or an operation of its arguments.

    Operations have the names of MathML: plus, minus, times, divide, power, root, ln, exp, min, max, piecewise, lt ...
    """

    op: str
    args: tuple[Formula, ...] = ()
    name: str = ""
    value: float = 0.0


@dataclass(frozen=True)
class Equation:
    """One equation.

    Attributes
    ----------
    kind
        What is on the left: the time derivative of the symbol, the symbol at any time, or the symbol at the start; for
        a reaction the formula is its rate.
    symbol
        Dotted.
    unit
        Name of the symbol's unit in units.ant; that of a time derivative is this per time. Empty for a reaction.
    changes
        What a reaction turns into what, as dotted symbols; empty for the others.
    """

    kind: Literal["rate", "assignment", "initial", "reaction"]
    symbol: str
    formula: Formula
    unit: str
    changes: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


def equations(composed: ComposedModel) -> tuple[Equation, ...]:
    """Return all equations of a composed model in the order of its SBML; a port is the symbol it is joined to."""
    document = libsbml.readSBMLFromString(composed.sbml)
    return tuple(_equations(document.getModel(), composed.names))


def meanings(text: str) -> dict[str, str]:
    """Return what a module's text says of its symbols: the comment behind a line that declares one of them."""
    found = {}
    for line in text.splitlines():
        code, _, comment = line.partition("//")
        declared = _MEANING.findall(code)
        if comment and len(declared) == 1:
            found[declared[0]] = comment.strip()
    return found


def _equations(model: Any, names: Mapping[str, str]) -> Iterator[Equation]:
    for rule in model.getListOfRules():
        symbol = rule.getVariable()
        kind: Any = _KINDS[rule.getElementName()]
        yield Equation(kind, names[symbol], _formula(rule.getMath(), names), _unit(model, symbol))
    for assignment in model.getListOfInitialAssignments():
        symbol = assignment.getSymbol()
        formula = _formula(assignment.getMath(), names)
        yield Equation("initial", names[symbol], formula, _unit(model, symbol))
    for reaction in model.getListOfReactions():
        sides = (reaction.getListOfReactants(), reaction.getListOfProducts())
        before, after = (tuple(names[species.getSpecies()] for species in side) for side in sides)
        law = _formula(reaction.getKineticLaw().getMath(), names)
        yield Equation("reaction", names[reaction.getId()], law, "", (before, after))


def _unit(model: Any, symbol: str) -> str:
    element = model.getElementBySId(symbol)
    return str(element.getUnits()) if hasattr(element, "getUnits") else str(element.getSubstanceUnits())


def _formula(node: Any, names: Mapping[str, str]) -> Formula:
    kind = node.getType()
    if kind in _CONSTANTS:
        return Formula("name", name=_CONSTANTS[kind])
    if kind == libsbml.AST_NAME:
        return Formula("name", name=names.get(node.getName(), node.getName()))
    if node.isNumber():
        return Formula("number", value=node.getValue())
    children = tuple(_formula(node.getChild(i), names) for i in range(node.getNumChildren()))
    return Formula(node.getName() or node.getOperatorName(), children)
