"""Reads ``science/endpoints.yaml``: every endpoint with its limits, unit, names and source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from insula.core.errors import InsulaError, suggest
from insula.core.paths import science_root
from insula.core.problems import Problem, error, raise_if_any
from insula.core.spoken import _
from insula.core.units import convert, is_unit
from insula.core.yaml_lines import LinedYaml, read_yaml
from insula.endpoints.families import FAMILIES, Family, LimitUnit
from insula.endpoints.visit import MEASURED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_REQUIRED = ("title", "family", "unit", "source", "place")
_OPTIONAL = ("of", "limits", "reason", "note", "quantity", "possible")
_YES_OR_NO = (
    "meets",
    "fallen",
    "c_peptide_response",
    "insulin_independent",
    "free_of_events",
    "diagnosed",
    "had_event",
    "with_hba1c",
    "low_insulin",
)
_LIMIT_KEYS = ("value", "unit", "source", "place", "reason", "note")


@dataclass(frozen=True)
class Definition:
    """One endpoint.

    Parameters
    ----------
    id, title
        Name in results; what a person reads (``en``, ``zh``).
    family
        Key of `FAMILIES`.
    of
        The endpoint, visit field or disease symbol that the family starts from; empty where it needs none.
    limits
        By name, already in the unit that the family wants.
    unit
        Unit of the endpoint; ``dimensionless`` for scores and for yes (1) or no (0).
    source, place
        Citation key and where in the source.
    """

    id: str
    title: Mapping[str, str]
    family: str
    of: str
    limits: Mapping[str, float]
    unit: str
    source: str
    place: str

    @property
    def yes_or_no(self) -> bool:
        """Whether the value is 1 or 0 for each patient, so that its mean is a proportion."""
        return is_yes_or_no(self.family)


def is_yes_or_no(family: str) -> bool:
    """Whether endpoints of a family are 1 or 0 for each patient."""
    return family in _YES_OR_NO


def minutes_needed(definition: Definition) -> tuple[float, ...]:
    """Return when an endpoint needs a sample of the meal test, min from the meal; nothing for those of other kinds."""
    fasting = (0.0,) if definition.family in ("fasting_sample", "mean_area", "total_area") else ()
    later = {"sample_at": "at", "mean_area": "until", "total_area": "until"}.get(definition.family)
    return (*fasting, definition.limits[later]) if later else fasting


def symbols_read(definitions: Mapping[str, Definition]) -> tuple[str, ...]:
    """Return the disease symbols that endpoints start from, each once."""
    asking = (one for one in definitions.values() if FAMILIES[one.family].of == "symbol")
    return tuple(dict.fromkeys(one.of for one in asking))


def load_definitions(path: Path | None = None) -> dict[str, Definition]:
    """Read every endpoint, in the order of the file.

    Parameters
    ----------
    path
        The file; by default ``endpoints.yaml`` of the science text.

    Raises
    ------
    InvalidText
        With every problem found, each with its line.
    """
    found, problems = read_definitions(path or science_root() / "endpoints.yaml")
    raise_if_any(problems)
    return found


def read_definitions(path: Path) -> tuple[dict[str, Definition], list[Problem]]:
    """Read what can be read, with every problem found (for the linter)."""
    text = read_yaml(path)
    problems = list(text.problems)
    entries = text.data if isinstance(text.data, dict) else {}
    if not entries and not problems:
        problems.append(error(path, _("no endpoint is defined.")))
    found = {}
    for name, entry in entries.items():
        mine = _problems_of(path, text, name, entry, entries)
        problems += mine
        if not mine:
            found[name] = _definition(name, entry, entries)
    return found, problems


def _definition(name: str, entry: dict[str, Any], entries: dict[str, Any]) -> Definition:
    limits = {
        limit: _in_unit(quantity, _wanted(entry, limit, entries))
        for limit, quantity in entry.get("limits", {}).items()
    }
    of, unit, source, place = (str(entry.get(key, "")) for key in ("of", "unit", "source", "place"))
    return Definition(name, entry["title"], entry["family"], of, limits, unit, source, place)


def _problems_of(
    path: Path, text: LinedYaml, name: str, entry: Any, entries: dict[str, Any]
) -> list[Problem]:
    def at(message: str, suggestion: str = "", *keys: str) -> Problem:
        return error(path, f"{name}: {message}", suggestion, line=text.line((name, *keys)))

    if not isinstance(entry, dict):
        return [at(_("is not a mapping."))]
    problems = [at(_('"{key}" is missing.').format(key=key)) for key in _REQUIRED if key not in entry]
    known = (*_REQUIRED, *_OPTIONAL)
    problems += [
        at(_('unknown key "{key}".').format(key=key), suggest(key, known), key)
        for key in entry
        if key not in known
    ]
    if problems:
        return problems
    if set(entry["title"]) != {"en", "zh"}:
        problems.append(at(_("the title needs exactly en and zh."), "", "title"))
    if not is_unit(entry["unit"]):
        problems.append(at(_('unknown unit "{unit}".').format(unit=entry["unit"]), "", "unit"))
    family = FAMILIES.get(entry["family"])
    if family is None:
        unknown = _('there is no family "{family}".').format(family=entry["family"])
        return [*problems, at(unknown, suggest(entry["family"], FAMILIES), "family")]
    of_problem = _problem_with_of(family, entry.get("of", ""), entries)
    if of_problem:
        return [*problems, at(*of_problem, "of")]
    limits = entry.get("limits", {})
    return problems + [at(*found) for found in _limit_problems(entry, family, limits, entries)]


def _problem_with_of(family: Family, of: str, entries: dict[str, Any]) -> tuple[str, str] | None:
    if family.of == "symbol":
        return None if "." in of else (_('"of" must name a symbol of the disease model.'), "")
    if family.of == "event":
        return None if of else (_('"of" must name an adverse event.'), "")
    known = {"none": ("",), "endpoint": tuple(entries), "field": MEASURED}[family.of]
    if of in known:
        return None
    if family.of == "none":
        return _('this family takes no "of".'), _("Remove it.")
    kind = _("an endpoint") if family.of == "endpoint" else _("a field of a visit")
    return _('"of" must name {kind}, not "{of}".').format(kind=kind, of=of), suggest(of, known)


def _limit_problems(
    entry: dict[str, Any], family: Family, limits: dict[str, Any], entries: dict[str, Any]
) -> list[tuple[str, str, str]]:
    known = [*family.required, *family.optional]
    found = [
        (_('limit "{name}" is missing.').format(name=name), "", "limits")
        for name in family.required
        if name not in limits
    ]
    if family.optional and not limits:
        found.append(
            (_("no limit is given."), _("Give one of: {names}.").format(names=", ".join(known)), "limits")
        )
    for name, quantity in limits.items():
        if name not in known:
            found.append((_('unknown limit "{name}".').format(name=name), suggest(name, known), "limits"))
        elif not isinstance(quantity, dict) or not {"value", "unit"} <= set(quantity) <= set(_LIMIT_KEYS):
            found.append((_('limit "{name}" must be {{value, unit}}.').format(name=name), "", "limits"))
        else:
            trouble = _unit_trouble(quantity, _wanted(entry, name, entries))
            found += (
                [(_('limit "{name}": {trouble}').format(name=name, trouble=trouble), "", "limits")]
                if trouble
                else []
            )
    return found


def _wanted(entry: dict[str, Any], limit: str, entries: dict[str, Any]) -> LimitUnit:
    family = FAMILIES[entry["family"]]
    unit = family.required.get(limit) or family.optional.get(limit)
    source = entries[entry["of"]] if unit is None else {}
    return unit or (source["unit"], source.get("quantity"))


def _in_unit(quantity: dict[str, Any], wanted: LimitUnit) -> float:
    return float(convert(float(quantity["value"]), quantity["unit"], wanted[0], quantity=wanted[1]))


def _unit_trouble(quantity: dict[str, Any], wanted: LimitUnit) -> str:
    try:
        _in_unit(quantity, wanted)
    except (InsulaError, TypeError, ValueError) as trouble:
        return str(trouble)
    return ""
