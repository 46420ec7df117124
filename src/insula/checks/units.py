"""Units exist, agree with each other, and stand beside every number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import libsbml

from insula.checks.survey import Place, Survey
from insula.compiler.antimony_text import to_sbml
from insula.compiler.module_text import read_units, unit_statements, with_units
from insula.core.errors import CompileError, UnknownName, close_names, suggest
from insula.core.spoken import _
from insula.core.units import base_factor, dimensions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insula.core.problems import Problem

# SBML has no unit for cells and units of insulin: units.ant counts them.
_COUNTED = ("[cell]", "[insulin_unit]", "[antibody_unit]", "[count]")
_SBML_BASES = {
    "second": ("[time]", 1.0), "gram": ("[mass]", 1.0), "kilogram": ("[mass]", 1e3), "mole": ("[substance]", 1.0),
    "item": ("[count]", 1.0), "kelvin": ("[temperature]", 1.0), "metre": ("[length]", 1.0),
}  # fmt: skip
_LITERAL = re.compile(r"(?<![\w.])(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def declared_units_exist(survey: Survey) -> Iterator[Problem]:
    """Every unit in a module's text is defined in units.ant."""
    known = _ant_units(survey)
    for module, symbols in survey.symbols.items():
        for name, (unit, line) in symbols.units.items():
            if unit not in known and unit != "dimensionless":
                place = Place(survey.modules[module].path, line)
                hint = suggest(unit, close_names(unit, known)) or _("Add a line: unit {unit} = ...;").format(
                    unit=unit
                )
                yield place.error(
                    _('unit "{unit}" of "{name}" is not defined in units.ant.').format(unit=unit, name=name),
                    hint,
                )


def every_symbol_has_a_unit(survey: Survey) -> Iterator[Problem]:
    """Every declared symbol has a unit."""
    for module, symbols in survey.symbols.items():
        for name in sorted(symbols.known - set(symbols.units)):
            place = Place(survey.modules[module].path, symbols.line(name))
            yield place.error(
                _('symbol "{name}" has no unit.').format(name=name),
                _("Write: {name} has <unit>;").format(name=name),
            )


def row_units_are_declared_units(survey: Survey) -> Iterator[Problem]:
    """The unit of a row is the one declared in the module's text."""
    for module, row in survey.parameters():
        declared = survey.symbols[module].units.get(row.name, (row.record.unit, 0))[0]
        if row.record.unit != declared:
            message = _('unit is "{unit}", but {module}.ant declares "{declared}".').format(
                unit=row.record.unit, module=module, declared=declared
            )
            yield row.place.error(message, _("Convert the number, and say how in the column conversion."))


def named_units_exist(survey: Survey) -> Iterator[Problem]:
    """Every unit named in a table or YAML file can be spelt from units.txt."""
    for place, unit in _named_units(survey):
        try:
            dimensions(unit)
        except UnknownName as trouble:
            yield place.error(str(trouble))


def _named_units(survey: Survey) -> Iterator[tuple[Place, str]]:
    for _module, row in survey.parameters():
        yield row.place, row.record.unit
    for place, action, _model in survey.actions():
        yield place, action.value_unit
    for entry in survey.modules.values():
        for line in entry.record.behaviour if entry.record else ():
            yield Place(entry.path.with_name("behaviour.csv"), row=line.row, key=line.id), line.unit
    for found in survey.yaml_records:
        if isinstance(unit := getattr(found.record, "unit", None), str):
            yield found.place, unit


def both_unit_files_agree(survey: Survey) -> Iterator[Problem]:
    """A unit of units.ant has the dimension and size that its name has in units.txt."""
    path = survey.biology / "units.ant"
    defined = _ant_units(survey)
    if not defined:
        return
    lines = path.read_text(encoding="utf-8").splitlines()
    model = _as_sbml(defined, "")
    for name in defined:
        place = Place(
            path, next(n for n, line in enumerate(lines, 1) if re.match(rf"\s*unit\s+{name}\s*=", line))
        )
        definition = model.getUnitDefinition(name)
        try:
            wanted = _counted(dict(dimensions(name))), base_factor(name)
        except UnknownName as trouble:
            yield place.error(
                str(trouble), _("Add its atoms to units.txt, or spell it from those that are there.")
            )
            continue
        found = _meaning(definition)
        if found[0] != wanted[0]:
            yield place.error(
                _('unit "{name}" has another dimension than in units.txt: {defined}.').format(
                    name=name, defined=defined[name]
                )
            )
        elif abs(found[1] / wanted[1] - 1) > 1e-6:
            hint = _("It should be {wanted:.6g} times as large.").format(wanted=wanted[1] / found[1])
            yield place.error(
                _('unit "{name}" has another size than in units.txt: {defined}.').format(
                    name=name, defined=defined[name]
                ),
                hint,
            )


def _counted(dimension: dict[str, float]) -> dict[str, float]:
    merged: dict[str, float] = {}
    for base, power in dimension.items():
        name = "[count]" if base in _COUNTED else base
        merged[name] = merged.get(name, 0.0) + power
    return {name: power for name, power in merged.items() if abs(power) > 1e-9}


def _meaning(definition: Any) -> tuple[dict[str, float], float]:
    """Return dimensions and size of an SBML unit definition in base units."""
    total: dict[str, float] = {}
    size = 1.0
    for unit in definition.getListOfUnits() if definition else ():
        kind, power = libsbml.UnitKind_toString(unit.getKind()), unit.getExponentAsDouble()
        size *= (unit.getMultiplier() * 10.0 ** unit.getScale()) ** power
        base, worth, times = {"litre": ("[length]", 1e-3, 3.0)}.get(kind) or (
            *_SBML_BASES.get(kind, ("", 1.0)),
            1.0,
        )
        size *= worth**power
        if base:
            total[base] = total.get(base, 0.0) + power * times
    return _counted(total), size


def no_naked_literal(survey: Survey) -> Iterator[Problem]:
    """A module's text holds no numbers but 0 and 1, and 2 as an exponent."""
    for module, symbols in survey.symbols.items():
        for formula in symbols.formulas:
            for literal in _LITERAL.finditer(formula.text):
                before = formula.text[: literal.start()].rstrip()
                if literal[0] in ("0", "1") or (literal[0] == "2" and before.endswith("^")):
                    continue
                message = _("naked literal {literal} in: {text}").format(
                    literal=literal[0], text=formula.text
                )
                place = Place(survey.modules[module].path, formula.line)
                yield place.error(message, _("Give it a name, a unit and a row in parameters.csv."))


def module_texts_are_readable(survey: Survey) -> Iterator[Problem]:
    """Antimony can read every module."""
    units = _ant_units(survey)
    for module, entry in survey.modules.items():
        time_unit = survey.time_unit(module)
        if entry.record is None or time_unit not in units:
            continue
        try:
            to_sbml(
                with_units(entry.record.text, unit_statements(units, time_unit)),
                entry.path.name,
                entry.path.parent,
            )
        except CompileError as trouble:
            yield Place(entry.path).error(str(trouble))


def _ant_units(survey: Survey) -> dict[str, str]:
    path = survey.biology / "units.ant"
    return read_units(path.read_text(encoding="utf-8")) if path.exists() else {}


def _as_sbml(units: dict[str, str], body: str) -> Any:
    statements = " ".join(f"unit {name} = {definition};" for name, definition in units.items())
    text = f"model units() {statements} {body}\nend\n"
    return libsbml.readSBMLFromString(to_sbml(text, "units.ant")).clone().getModel().clone()
