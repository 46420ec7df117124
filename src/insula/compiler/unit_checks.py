"""Whether the units of a module fit, by libSBML, told in terms of the module's own text.

The literal 1 (and an exponent) counts as dimensionless. The literal 0 fits every unit: formulas that hold it
are checked as far as libSBML can. Open ports are none of this file's business.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import libsbml

from insula.compiler.module_text import ModuleText, module_document
from insula.compiler.unit_size import size_of
from insula.core.errors import InsulaError
from insula.core.problems import Problem, error

INCOMPLETE = 99505
#: libSBML's numbers for what must not be: units that differ (105xx), are missing, or go round in a circle.
WRONG = frozenset({*range(10501, 10600), INCOMPLETE, 99508, 99509, 20906})
_DEFINED = re.compile(r'<(assignmentRule|rateRule|initialAssignment)[^>]* (?:variable|symbol)="(\w+)"')
_NAMED = re.compile(r'<(reaction|parameter|species|compartment)[^>]* id="(\w+)"')
#: How a definition of the symbol looks in Antimony.
_WRITTEN = {
    "assignmentRule": r"\b{}\s*:=",
    "rateRule": r"\b{}\s*'\s*=",
    "initialAssignment": r"\b{}\s*=",
    "reaction": r"\b{}\s*:",
}


def module_problems(module: ModuleText, units: Mapping[str, str], time_unit: str) -> list[Problem]:
    """Everything wrong with the units of one module; a module that cannot be read is one problem."""
    try:
        document = module_document(replace(module, values={}, formulas={}), units, time_unit)
    except InsulaError as unreadable:
        return [error(module.path, str(unreadable))]
    _declare_literals(document)
    model = document.getModel()
    return [
        *_without_unit(model, module),
        *_empty_units(model, module),
        *_mismatches(document, module),
        *_wrong_size(model, module),
    ]


def _without_unit(model: Any, module: ModuleText) -> Iterator[Problem]:
    for parameter in model.getListOfParameters():
        if not parameter.isSetUnits():
            symbol = parameter.getId()
            yield error(
                module.path,
                f'"{symbol}" has no unit.',
                f"Write `{symbol} has <unit of units.ant>;`.",
                line=_line_of(symbol, module.text),
            )


def _empty_units(model: Any, module: ModuleText) -> Iterator[Problem]:
    """Units that are named but defined nowhere, or to nothing."""
    defined = {d.getId() for d in model.getListOfUnitDefinitions() if d.getNumUnits()}
    for parameter in model.getListOfParameters():
        unit = parameter.getUnits()
        if unit and unit not in defined and not libsbml.UnitKind_forName(unit) < libsbml.UNIT_KIND_INVALID:
            symbol = parameter.getId()
            yield error(
                module.path,
                f'unit "{unit}" of "{symbol}" is not defined.',
                f"Add `unit {unit} = ...;` to units.ant.",
                line=_line_of(symbol, module.text),
            )


def _mismatches(document: Any, module: ModuleText) -> Iterator[Problem]:
    text = libsbml.writeSBMLToString(document)
    document = libsbml.readSBMLFromString(text)
    document.checkConsistency()
    lines = text.splitlines()
    for i in range(document.getNumErrors()):
        found = document.getError(i)
        message = " ".join(found.getMessage().split())
        if found.getErrorId() in WRONG and not _is_only_a_zero(found.getErrorId(), lines, found.getLine()):
            yield error(module.path, _shorter(message), line=_line_at(lines, found.getLine(), module.text))


def _wrong_size(model: Any, module: ModuleText) -> Iterator[Problem]:
    """Rules whose unit is a multiple of what it should be, e.g. per hour for per minute: libSBML lets them pass."""
    for rule in model.getListOfRules():
        symbol = rule.getVariable()
        variable = model.getElementBySId(symbol)
        if rule.containsUndeclaredUnits() or not variable.isSetUnits():
            continue
        found, expected = (
            size_of(rule.getDerivedUnitDefinition()),
            size_of(variable.getDerivedUnitDefinition()),
        )
        per = size_of(model.getUnitDefinition(model.getTimeUnits())).factor if rule.isRate() else 1.0
        ratio = found.factor * per / expected.factor
        if not math.isclose(ratio, 1.0, rel_tol=1e-9):
            kind = "rateRule" if rule.isRate() else "assignmentRule"
            yield error(
                module.path,
                f'the formula of "{symbol}" is in a unit {ratio:.6g} times the unit it should have.',
                "Convert by a parameter with a unit.",
                line=_line_of(symbol, module.text, _WRITTEN[kind]),
            )


def _is_only_a_zero(code: int, lines: list[str], line: int) -> bool:
    """Whether the formula cannot be checked fully only because it holds a 0."""
    if code != INCOMPLETE:
        return False
    formula = "".join(lines[line - 1 :]).partition("</math>")[0]
    return re.search(r"<cn[^>]*>\s*0(?:\.0*)?\s*</cn>", formula) is not None


def _declare_literals(document: Any) -> None:
    for element in document.getListOfAllElements():
        formula = element.getMath() if hasattr(element, "getMath") else None
        if formula is not None:
            _declare_in(formula)


def _declare_in(formula: Any) -> None:
    if formula.isNumber() and formula.getValue() != 0.0 and not formula.isSetUnits():
        formula.setUnits("dimensionless")
    for i in range(formula.getNumChildren()):
        _declare_in(formula.getChild(i))


def _line_at(sbml: list[str], line: int, text: str) -> int | None:
    """Line of the module's text that an SBML line comes from: of the nearest definition at or above it."""
    for above in reversed(sbml[:line]):
        found = _DEFINED.search(above) or _NAMED.search(above)
        if found:
            return _line_of(found[2], text, _WRITTEN.get(found[1], r"\b{}\b"))
    return None


def _line_of(symbol: str, text: str, written: str = r"\b{}\b") -> int | None:
    """Line that writes a symbol in this way."""
    pattern = re.compile(written.format(re.escape(symbol)))
    lines = enumerate(text.splitlines(), start=1)
    return next((number for number, line in lines if pattern.search(line.partition("//")[0])), None)


def _shorter(message: str) -> str:
    """Drop the rule that libSBML quotes before it speaks of this model."""
    found = re.search(r"(Expected units|The units of the <|The formula)", message)
    return message[found.start() :] if found else message
