"""Values and limits in the reader's language: ``at least 0.2 nmol/L``, ``Age (18 to 65 years)``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.report.vocabulary import word_of
from insula.report.writing import NO_BREAK

if TYPE_CHECKING:
    from insula.report.writing import Writer

Limited = dict[str, Any]

_COUNTED = ("event",)  # units that the title of a fact names already
_AGES = ("trait.age", "trait.age_at_diagnosis")


def value(fact: Limited, number: float, w: Writer) -> str:
    """Return a value of a fact with its unit, or with the words that its own text has for it."""
    unit = fact["unit"]
    if fact.get("said_in"):
        return _said(w.number(number, unit), fact, w)
    return w.number(number) if unit in _COUNTED else w.value(number, unit, fact["quantity"])


def limit(criterion: Limited, w: Writer) -> str:
    """Return the limits of a criterion, as ``Age (18 to 65 years)``."""
    low, high = criterion["low"], criterion["high"]
    if low is not None and high is not None:
        text = _between(criterion, low, high, w)
    elif low is not None:
        text = w._("at least {limit}").format(limit=value(criterion, low, w))
    else:
        text = w._("at most {limit}").format(limit=value(criterion, high, w))
    return w._("{first} ({second})").format(first=w.title(criterion["title"]), second=text)


def criterion_of(told: dict[str, Any], w: Writer) -> str:
    """Return a criterion of a population, whose parts are those of `insula.analysis.criteria_texts`."""
    text = w._("; ").join(_part(part, w) for part in told["parts"])
    if told["oldest"] is None:
        return text
    oldest = {**told["oldest"], "quantity": "", "said_in": _years(told["oldest"], w)}
    age = value(oldest, oldest["value"], w)
    return w._("In a life up to {age}: {criteria}").format(age=age, criteria=text)


def _part(part: Limited, w: Writer) -> str:
    symbol = part["symbol"]
    name = symbol.removeprefix("trait.").removeprefix("history.")
    title = part["title"] or (symbol if "." in name else word_of(name, w))
    if part["yes_or_no"]:
        answer = w._("no") if part["low"] is None or part["low"] <= 0 else w._("yes")
        return w._("{first} ({second})").format(first=w.title(title), second=answer)
    said_in = _years(part, w) if symbol in _AGES else ""
    return limit({**part, "title": title, "said_in": said_in}, w)


def _years(age: Limited, w: Writer) -> str:
    """Return how years of age are said, which Chinese tells apart from other years."""
    return w._("years of age") if age["unit"] == "year" else ""


def _said(number: str, fact: Limited, w: Writer) -> str:
    return f"{number} {w.title(fact['said_in'])}".replace(" ", NO_BREAK)


def _between(criterion: Limited, low: float, high: float, w: Writer) -> str:
    unit = criterion["unit"]
    if not criterion.get("said_in"):
        return w.interval(low, high, unit, criterion["quantity"])
    ends = w._("{low} to {high}").format(low=w.number(low, unit), high=w.number(high, unit))
    return _said(ends, criterion, w)
