"""One module's text to SBML with the shared units, and with the numbers of its table."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import libsbml

from insula.compiler.antimony_text import to_sbml
from insula.compiler.errors import SyntaxProblem, UnknownSymbol
from insula.core.spoken import _

_UNIT = re.compile(r"^\s*unit\s+(\w+)\s*=\s*([^;]+);")
_MODEL_LINE = re.compile(r"^(\s*model\s+\*?(\w+)\s*\([^)]*\)\s*;?)", re.MULTILINE)
DOTTED = re.compile(r"\b([A-Za-z_]\w*)\.([A-Za-z_]\w*)")
#: Stands for the dot of another module's symbol in a formula; forbidden in symbols.
ELSEWHERE = "__"
_COMMENT = re.compile(r"//.*")


@dataclass(frozen=True)
class ModuleText:
    """What is needed of a module.

    Attributes
    ----------
    path
        Its ``.ant`` file, for messages.
    text
        Antimony, without units block and without numbers.
    values : symbol -> number, in the symbol's unit
    formulas : symbol -> formula over symbols of the module, or dotted ones of others
        For rows that are derived from others and have no number of their own; evaluated at the start.
    """

    path: Path
    text: str
    values: Mapping[str, float] = field(default_factory=dict)
    formulas: Mapping[str, str] = field(default_factory=dict)


def read_units(text: str) -> dict[str, str]:
    """Definitions of a units.ant by name."""
    return {found[1]: found[2].strip() for line in text.splitlines() if (found := _UNIT.match(line))}


def unit_statements(units: Mapping[str, str], time_unit: str) -> str:
    """All unit definitions on one line, with the model's time, substance and volume.

    Raises
    ------
    SyntaxProblem
        If the time unit is not defined.
    """
    if time_unit not in units:
        raise SyntaxProblem(
            _('units.ant does not define the time unit "{time_unit}". Add `unit {time_unit} = ...;`.').format(
                time_unit=time_unit
            )
        )
    defaults = {"time_unit": units[time_unit], "substance": "mole", "extent": "mole", "volume": "litre"}
    return " ".join(f"unit {name} = {definition};" for name, definition in {**defaults, **units}.items())


def with_units(text: str, statements: str) -> str:
    """Put the unit statements on the model line, so that line numbers stay."""
    return _MODEL_LINE.sub(lambda found: f"{found[0]} {statements}", text)


def module_document(module: ModuleText, units: Mapping[str, str], time_unit: str) -> Any:
    """LibSBML document of one module, with units and with the values of its table.

    Raises
    ------
    SyntaxProblem
        With file and line.
    UnknownSymbol
        If a row has a value for a symbol that the text does not have.
    """
    found = _MODEL_LINE.search(_COMMENT.sub("", module.text))
    if not found:
        raise SyntaxProblem(
            _("{path}  has no line `model {stem}_module()`.").format(path=module.path, stem=module.path.stem)
        )
    text = with_units(module.text, unit_statements(units, time_unit))
    document = libsbml.readSBMLFromString(to_sbml(text, str(module.path), module.path.parent, found[2]))
    model = document.getModel()
    for symbol, value in module.values.items():
        _set_value(model, symbol, value, module.path)
    for symbol, formula in module.formulas.items():
        _set_formula(model, symbol, formula, module.path)
    return document


def _set_value(model: Any, symbol: str, value: float, path: Path) -> None:
    element = _element(model, symbol, path)
    match element.getElementName():
        case "compartment":
            element.setSize(value)
        case "species" if element.getHasOnlySubstanceUnits():
            element.setInitialAmount(value)
        case "species":
            element.setInitialConcentration(value)
        case _:
            element.setValue(value)


def _set_formula(model: Any, symbol: str, formula: str, path: Path) -> None:
    _element(model, symbol, path)
    assignment = model.createInitialAssignment()
    assignment.setSymbol(symbol)
    math = libsbml.parseL3Formula(DOTTED.sub(lambda found: f"{found[1]}{ELSEWHERE}{found[2]}", formula))
    if math is None:
        raise SyntaxProblem(
            _('{path} ({symbol})  cannot read the formula "{formula}".').format(
                path=path.parent / "parameters.csv", symbol=symbol, formula=formula
            )
        )
    assignment.setMath(math)


def _element(model: Any, symbol: str, path: Path) -> Any:
    element = model.getElementBySId(symbol)
    if element is None:
        known = [e.getId() for e in (*model.getListOfParameters(), *model.getListOfSpecies())]
        raise UnknownSymbol(symbol, f"{path.parent / 'parameters.csv'}", known)
    return element
