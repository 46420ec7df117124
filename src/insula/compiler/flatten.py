"""Modules and their joints to one flat SBML model.

Antimony's own flattening is not used: it refuses to join symbols whose units carry the same name in two
modules, renames units, and cannot say which ports were left open.
"""

from collections.abc import Mapping
from typing import Any

import libsbml

from insula.compiler.module_text import ELSEWHERE
from insula.compiler.unit_size import described, same_unit
from insula.compiler.wiring import Join, Place, Wiring
from insula.core.errors import CompileError, suggest
from insula.core.spoken import _

LISTS = (
    ("getListOfCompartments", "addCompartment"),
    ("getListOfSpecies", "addSpecies"),
    ("getListOfParameters", "addParameter"),
    ("getListOfInitialAssignments", "addInitialAssignment"),
    ("getListOfRules", "addRule"),
    ("getListOfReactions", "addReaction"),
)


NAMED = {"compartment", "species", "parameter", "reaction"}


def flatten(
    wiring: Wiring, documents: Mapping[str, Any], source: str
) -> tuple[Any, dict[str, str], dict[str, str]]:
    """Flat libSBML document, names (flat id -> dotted name) and aliases (dotted port -> dotted owner).

    Parameters
    ----------
    documents : module name -> libSBML document

    Raises
    ------
    CompileError
        Naming every open port, unknown place, doubly defined quantity and mismatch of units.
    """
    models = {instance: documents[module].getModel() for instance, module in wiring.instances.items()}
    owner = _owners(wiring, models, source)
    flat = libsbml.SBMLDocument(3, 2)
    model = flat.createModel()
    model.setId(wiring.name)
    for instance, module in models.items():
        _add_instance(model, instance, module, owner)
    _resolve_dotted(model, owner)
    names = {_flat_id(place): str(place) for place in dict.fromkeys(owner.values())}
    aliases = {str(port): str(place) for port, place in owner.items() if port != place}
    return flat, names, aliases


def _flat_id(place: Place) -> str:
    return f"{place.instance}_{place.symbol}"


def _symbols(model: Any) -> list[str]:
    """Ids that share the name space of formulas, without function definitions."""
    lists = (getattr(model, get)() for get, _ in LISTS)
    return [e.getId() for elements in lists for e in elements if e.getElementName() in NAMED]


# joints --------------------------------------------------------------------------------
def _owners(wiring: Wiring, models: Mapping[str, Any], source: str) -> dict[Place, Place]:
    places = {Place(instance, s): None for instance, model in models.items() for s in _symbols(model)}
    problems = [
        _('{source}  {symbol}: "{dot}" is forbidden in symbols.').format(
            source=source, symbol=p, dot=ELSEWHERE
        )
        for p in places
        if ELSEWHERE in p.symbol
    ]
    groups = {place: {place} for place in places}
    for join in wiring.joins:
        unknown = [_unknown(place, models) for place in join[:2] if place not in places]
        problems += [f"{source}:{join.line}  {text}" for text in unknown]
        if not unknown:
            problems += _units_differ(join, models, source)
            _merge(groups, join)
    owner: dict[Place, Place] = {}
    for place, group in groups.items():
        defined = [p for p in sorted(group) if _is_defined(models[p.instance], p.symbol)]
        if len(defined) > 1:
            problems.append(
                _("{source}  {names} are joined, but both are defined.").format(
                    source=source, names=" and ".join(map(str, defined))
                )
            )
        elif not defined:
            problems.append(f"{source}  {_undefined(group)}")
        owner[place] = defined[0] if defined else min(group)
    if problems:
        raise CompileError("\n".join(dict.fromkeys(problems)))
    return owner


def _merge(groups: dict[Place, set[Place]], join: Join) -> None:
    joined = groups[join.first] | groups[join.second]
    for place in joined:
        groups[place] = joined


def _unknown(place: Place, models: Mapping[str, Any]) -> str:
    if place.instance not in models:
        return _('there is no module "{instance}". {hint}').format(
            instance=place.instance, hint=suggest(place.instance, models)
        )
    symbols = _symbols(models[place.instance])
    return _('"{instance}" has no symbol "{symbol}". {hint}').format(
        instance=place.instance, symbol=place.symbol, hint=suggest(place.symbol, symbols)
    )


def _undefined(group: set[Place]) -> str:
    names = " = ".join(map(str, sorted(group)))
    return _(
        "{names} has no value. Give it a row in parameters.csv, or join it to a symbol that has a value."
    ).format(names=names)


def _is_defined(model: Any, symbol: str) -> bool:
    """Whether the module itself says what the symbol is."""
    parameter = model.getParameter(symbol)
    if parameter is None or parameter.isSetValue():
        return True
    return (
        model.getRuleByVariable(symbol) is not None or model.getInitialAssignmentBySymbol(symbol) is not None
    )


def _units_differ(join: Join, models: Mapping[str, Any], source: str) -> list[str]:
    units = [models[p.instance].getElementBySId(p.symbol).getDerivedUnitDefinition() for p in join[:2]]
    if None in units or same_unit(*units):
        return []
    names = [described(u) for u in units]
    return [
        _(
            "{source}:{line}  {first} ({first_unit}) is joined to {second} ({second_unit}): their "
            "units differ. Convert in one of the modules."
        ).format(
            source=source,
            line=join.line,
            first=join.first,
            first_unit=names[0],
            second=join.second,
            second_unit=names[1],
        )
    ]


# merging -------------------------------------------------------------------------------
def _add_instance(flat: Any, instance: str, model: Any, owner: Mapping[Place, Place]) -> None:
    _add_units(flat, model)
    renamed = {s: _flat_id(owner[Place(instance, s)]) for s in _symbols(model)}
    for get, add in LISTS:
        for element in getattr(model, get)():
            if _is_owned_elsewhere(element, instance, owner):
                continue
            copy = element.clone()
            _rename(copy, renamed)
            if getattr(flat, add)(copy) != libsbml.LIBSBML_OPERATION_SUCCESS:
                raise CompileError(
                    _("{instance}: cannot add {element} {name}.").format(
                        instance=instance, element=element.getElementName(), name=element.getId()
                    )
                )


def _resolve_dotted(flat: Any, owner: Mapping[Place, Place]) -> None:
    """Give symbols of other modules in the formulas of derived numbers their flat names."""
    for assignment in flat.getListOfInitialAssignments():
        for place in owner:
            dotted = f"{place.instance}{ELSEWHERE}{place.symbol}"
            assignment.renameSIdRefs(dotted, _flat_id(owner[place]))


def _add_units(flat: Any, model: Any) -> None:
    for definition in model.getListOfUnitDefinitions():
        if flat.getUnitDefinition(definition.getId()) is None:
            flat.addUnitDefinition(definition)
    for kind in ("Substance", "Extent", "Time", "Volume"):
        if getattr(model, f"isSet{kind}Units")():
            getattr(flat, f"set{kind}Units")(getattr(model, f"get{kind}Units")())


def _is_owned_elsewhere(element: Any, instance: str, owner: Mapping[Place, Place]) -> bool:
    place = Place(instance, element.getId())
    return element.getElementName() == "parameter" and owner[place] != place


def _rename(element: Any, renamed: Mapping[str, str]) -> None:
    """Give an element and all that it refers to flat names; over interim names, so that none is met twice."""
    interim = {old: f"_{ELSEWHERE}{number}" for number, old in enumerate(renamed)}
    final = {interim[old]: new for old, new in renamed.items()}
    for part in (element, *element.getListOfAllElements()):
        part.unsetMetaId()
        if part.isSetIdAttribute() and part.getId() in renamed:
            part.setIdAttribute(renamed[part.getId()])
        for old, new in (*interim.items(), *final.items()):
            part.renameSIdRefs(old, new)
