"""What a flat SBML model declares: its symbols, what each of them is, and where its value comes from.

A symbol in SBML mathematics is a concentration if it is a species (an amount with
``hasOnlySubstanceUnits``), a size if it is a compartment, a rate if it is a reaction.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from insula.compiler.algebraic_rules import match_rules
from insula.compiler.errors import MissingValue
from insula.compiler.sbml_document import Model

Element = Any


class Declared:
    """Symbols of one model, read but not yet translated.

    Parameters
    ----------
    model
        libSBML model, Level 3, without unsupported constructs.
    inputs
        Flat ids of constant symbols that a schedule changes.
    shown : flat id -> name for people and for observables
    """

    def __init__(self, model: Model, inputs: Iterable[str], shown: Mapping[str, str]) -> None:
        self.model = model
        self.elements = _elements(model)
        self.functions = {f.getId(): f.getMath() for f in model.getListOfFunctionDefinitions()}
        self.inputs = tuple(inputs)
        self._shown = shown
        self._starts = {
            a.getSymbol(): a.getMath() for a in model.getListOfInitialAssignments() if a.isSetMath()
        }
        rules = [r for r in model.getListOfRules() if r.isSetMath()]
        self._assigned = {r.getVariable(): r.getMath() for r in rules if r.isAssignment()}
        self._rates = {r.getVariable(): r.getMath() for r in rules if r.isRate()}
        self._stoichiometry = _stoichiometry(model, self.elements)
        set_by_events = {
            a.getVariable() for e in model.getListOfEvents() for a in e.getListOfEventAssignments()
        }
        determined = {*self._assigned, *self._rates, *self._stoichiometry, *set_by_events}
        self._solved = match_rules(model, self.elements, determined)
        self.states = [s for s in self.elements if self.kind(s) == "state"]

    def shown(self, symbol: str) -> str:
        """Name of a symbol for people."""
        return self._shown.get(symbol, symbol)

    def known(self) -> list[str]:
        """Names for people of all symbols."""
        return [self.shown(symbol) for symbol in self.elements]

    def kind(self, symbol: str) -> str:
        """Which part a symbol plays: ``assigned``, ``state``, ``reaction``, ``derived`` or ``constant``."""
        if symbol in self._assigned or symbol in self._solved:
            return "assigned"
        if symbol in self._rates or symbol in self._stoichiometry:
            return "state"
        if is_a(self.elements[symbol], "reaction"):
            return "reaction"
        return "derived" if symbol in self._starts else "constant"

    def number(self, symbol: str, where: str) -> float:
        """Return the number in the text."""
        value = _written_value(self.elements[symbol])
        if math.isnan(value):
            raise MissingValue(self.shown(symbol), where)
        return value

    def means_amount(self, symbol: str) -> bool:
        """Whether a symbol means an amount, or is no species at all."""
        element = self.elements[symbol]
        if not is_a(element, "species") or element.getHasOnlySubstanceUnits():
            return True
        compartment = self.elements[element.getCompartment()]
        point = compartment.isSetSpatialDimensions() and compartment.getSpatialDimensions() == 0
        return bool(
            point and not compartment.isSetSize() and self.kind(element.getCompartment()) == "constant"
        )

    def changes(self, symbol: str) -> bool:
        """Whether a symbol may change during a run."""
        return self.kind(symbol) in ("state", "assigned") or symbol in self.inputs

    def held_as_amount(self, symbol: str) -> bool:
        """Whether the state or input is an amount although the symbol is a concentration."""
        if symbol in self._rates or not (symbol in self._stoichiometry or symbol in self.inputs):
            return False
        home = self.volume_of_concentration(symbol)
        return bool(home) and self.changes(home)

    def volume_of_concentration(self, symbol: str) -> str:
        """Compartment of a symbol that means a concentration; empty for any other."""
        return "" if self.means_amount(symbol) else str(self.elements[symbol].getCompartment())


def is_a(element: Element, kind: str) -> bool:
    """Whether an element is of this kind, e.g. ``species``."""
    return bool(element.getElementName() == kind)


def _elements(model: Model) -> dict[str, Element]:
    """Everything that formulas may name, in the order of the text."""
    lists = (model.getListOfCompartments(), model.getListOfSpecies(), model.getListOfParameters())
    found = {element.getId(): element for elements in lists for element in elements}
    for reaction in model.getListOfReactions():
        found[reaction.getId()] = reaction
        for reference in (*reaction.getListOfReactants(), *reaction.getListOfProducts()):
            if reference.getId():
                found[reference.getId()] = reference
    return found


def _stoichiometry(model: Model, elements: dict[str, Element]) -> dict[str, list[tuple[int, Element, str]]]:
    """Reactions of every species that reactions change: (sign, species reference, reaction)."""
    found: dict[str, list[tuple[int, Element, str]]] = {}
    for reaction in model.getListOfReactions():
        sides = ((-1, reaction.getListOfReactants()), (1, reaction.getListOfProducts()))
        for sign, references in sides:
            for reference in references:
                species = elements[reference.getSpecies()]
                if not species.getBoundaryCondition() and not species.getConstant():
                    found.setdefault(species.getId(), []).append((sign, reference, reaction.getId()))
    return found


def _written_value(element: Element) -> float:
    """Read the number in the text, NaN if there is none."""
    match element.getElementName():
        case "compartment":
            return float(element.getSize()) if element.isSetSize() else math.nan
        case "speciesReference":
            return float(element.getStoichiometry()) if element.isSetStoichiometry() else math.nan
        case _:
            return float(element.getValue()) if element.isSetValue() else math.nan
