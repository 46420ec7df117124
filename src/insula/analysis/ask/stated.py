"""One fact of a patient as a clinic writes it: a block, or a plain form of one meaning (`62 kg`, `<3.3 pmol/L`)."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from insula.catalog.records import Stated
from insula.catalog.validate import validate
from insula.core.problems import error
from insula.core.spoken import _
from insula.core.units import convert, convertible, is_unit
from insula.trial.quantities import number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from insula.catalog.records import Fact
    from insula.core.problems import Problem
    from insula.core.yaml_lines import LinedYaml

_PLAIN = re.compile(r"(?P<below>[<＜])?\s*(?P<number>[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?)\s*(?P<unit>\D.*)?")
_ANSWERS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_ROUNDING = 1e-9  # of units that were converted


@dataclass(frozen=True)
class FactReader:
    """Reads what is stated of one fact.

    Parameters
    ----------
    given
        What the file holds under its name.
    path, lined
        The patient's file.
    """

    name: str
    fact: Fact
    given: Any
    path: Path
    lined: LinedYaml

    def read(self) -> tuple[Stated | None, list[Problem]]:
        """Return what is stated, None where it cannot be read, and everything wrong with it."""
        block = _block(self.fact, self.given)
        if not isinstance(block, dict):
            return None, [self._problem(self._not_read(), self.example())]
        at = ("facts", self.name)
        data = {"facts": {self.name: block}}
        stated, problems = validate(self.path, replace(self.lined, data=data), at, Stated)
        if stated is None:
            return None, [replace(one, suggestion=one.suggestion or self.example()) for one in problems]
        return stated, list(self._problems(stated))

    def example(self) -> str:
        """Return how to write it, with the number that was given without a unit if somebody can have so much."""
        if self.fact.values == "yes_or_no":
            return _("Write {fact}: yes or {fact}: no.").format(fact=self.name)
        block = f"{{value: {self._number()}, unit: {self.fact.unit}}}"
        return _("Write {fact}: {block}.").format(fact=self.name, block=block)

    def _number(self) -> str:
        bare = self.given
        if isinstance(bare, dict) and "unit" not in bare:
            bare = bare.get("value", bare.get("below"))
        fits = isinstance(bare, int | float) and not isinstance(bare, bool) and not outside(self.fact, bare)
        return str(bare) if fits else "..."

    def _not_read(self) -> str:
        if self.fact.values == "yes_or_no":
            text = _('{fact} is "{given}", and it can only be yes or no.')
        elif isinstance(self.given, int | float) and not isinstance(self.given, bool):
            text = _("{fact} is {given}, without a unit.")
        else:
            text = _('{fact} is "{given}", which is no number with a unit.')
        return text.format(fact=self.name, given="" if self.given is None else self.given)

    def _problems(self, stated: Stated) -> Iterator[Problem]:
        name, fact = self.name, self.fact
        if fact.values == "yes_or_no":
            if stated.present is None:
                told = stated.value if stated.value is not None else f"<{stated.below:g}"
                text = _('{fact} is "{given}", and it can only be yes or no.').format(fact=name, given=told)
                yield self._problem(text, self.example())
            return
        if stated.unit is None:
            text = _("{fact} is a number in {unit}, not something that is present or absent.")
            yield self._problem(text.format(fact=name, unit=fact.unit), self.example())
            return
        if stated.below is not None and fact.values == "whole":
            text = _("{fact} is counted: it has a value, not a limit.").format(fact=name)
            yield self._problem(text, self.example())
        if not convertible(stated.unit, fact.unit, fact.quantity):
            unknown = "" if is_unit(stated.unit) else _(" (no known unit)")
            text = _('{fact} is given in "{given}"{unknown}, which cannot be turned into {unit}.')
            text = text.format(fact=name, given=stated.unit, unknown=unknown, unit=fact.unit)
            yield self._problem(text, self.example(), "unit")
            return
        yield from self._impossible(in_unit(fact, stated))

    def _impossible(self, value: float) -> Iterator[Problem]:
        unit = "" if self.fact.unit == "dimensionless" else f" {self.fact.unit}"
        if outside(self.fact, value):
            text = _("{fact} is {value}{unit}, which is impossible or a slip.")
            hint = _("{ends}; look at value and unit.").format(ends=ends(self.fact))
            yield self._problem(text.format(fact=self.name, value=f"{value:g}", unit=unit), hint)
        elif self.fact.values == "whole" and abs(value - round(value)) > _ROUNDING * max(1.0, abs(value)):
            text = _("{fact} is {value}{unit}, and it is counted in whole numbers.")
            hint = _("Write a whole number, as {fact}: {value}.").format(fact=self.name, value=round(value))
            yield self._problem(text.format(fact=self.name, value=f"{value:g}", unit=unit), hint)

    def _problem(self, message: str, suggestion: str, *keys: str) -> Problem:
        line = self.lined.line(("facts", self.name, *keys))
        return error(self.path, message, suggestion, line=line)


def in_unit(fact: Fact, stated: Stated) -> float:
    """Return what is stated in the unit of the fact; present is 1, absent 0."""
    if stated.unit is None:
        return float(bool(stated.present))
    value = stated.value if stated.value is not None else stated.below
    assert value is not None
    return float(convert(value, stated.unit, fact.unit, quantity=fact.quantity))


def outside(fact: Fact, value: float) -> bool:
    """Say whether a value, in the unit of the fact, is one that nobody has."""
    low, high = _limits(fact)
    return not low <= value <= high


def ends(fact: Fact) -> str:
    """Return between which numbers a fact lies."""
    low, high = (f"{end:g}" for end in _limits(fact))
    unit = "" if fact.unit == "dimensionless" else f" {fact.unit}"
    return _("It lies between {low} and {high}{unit}").format(low=low, high=high, unit=unit)


def _limits(fact: Fact) -> tuple[float, float]:
    """Return what a fact lies between, in its unit."""
    low, high = (None if end is None else number(end, fact.unit) for end in (fact.at_least, fact.at_most))
    return -math.inf if low is None else low, math.inf if high is None else high


def _block(fact: Fact, given: Any) -> Any:
    """Return a plain form that has one meaning as a block; what has none stays as it is."""
    if fact.values == "yes_or_no":
        return _answer(given)
    if isinstance(given, dict):
        unit = given.get("unit", fact.unit if fact.values == "whole" and "present" not in given else None)
        return given if unit is None else {**given, "unit": _spelt(fact, unit)}
    if fact.values == "whole" and isinstance(given, int | float) and not isinstance(given, bool):
        return {"value": given, "unit": fact.unit}
    plain = _PLAIN.fullmatch(given.strip()) if isinstance(given, str) else None
    unit = None if plain is None else plain["unit"] or (fact.unit if fact.values == "whole" else None)
    if plain is None or unit is None:
        return given
    return {"below" if plain["below"] else "value": float(plain["number"]), "unit": _spelt(fact, unit)}


def _answer(given: Any) -> Any:
    """Return yes or no, in a block or not, as a block that says so."""
    value = given.get("value", given.get("present")) if isinstance(given, dict) else given
    told = f"{value:g}" if isinstance(value, float) else str(value).casefold()
    if told not in _ANSWERS or (isinstance(given, dict) and {"value", "present"} <= given.keys()):
        return given
    rest = given if isinstance(given, dict) else {}
    said = {"value": value, "unit": "dimensionless"}.items()
    return {key: of for key, of in rest.items() if (key, of) not in said} | {"present": _ANSWERS[told]}


def _spelt(fact: Fact, unit: Any) -> Any:
    """Return a unit as units.txt spells it, if it is written as people do: `mmol/L`, `%`, `ml/min`, `years` of age."""
    if not isinstance(unit, str):
        return unit
    if fact.said_in is not None and unit.strip() in (fact.said_in.en, fact.said_in.zh):
        return fact.unit
    spelt = unit.strip().replace("%", "percent").replace("/", "_per_")
    if spelt.casefold() == fact.unit.casefold():
        return fact.unit
    return spelt if is_unit(spelt) else unit
