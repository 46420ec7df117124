"""What people are chosen, correlated and weighted by is a number of theirs, and its limits are in units that fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.checks.names import HABITS, exists
from insula.checks.survey import Place, Survey
from insula.core.spoken import _
from insula.core.units import convertible, is_unit
from insula.population.quantities import quantities_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from insula.catalog.records import Criterion, Marginal, Population
    from insula.catalog.shelf import Entry
    from insula.core.problems import Problem

_ENDPOINT = "endpoint."
_IN_ITS_UNIT = ("at_least", "at_most", "mean", "sd")


def criteria_can_be_judged(survey: Survey) -> Iterator[Problem]:
    """A criterion, a marginal that weights match and a correlation are about what these people have, in its unit."""
    endpoints = _endpoints(survey)
    for entry in survey.catalog.populations.entries().values():
        people: Population | None = entry.record
        if people is None:
            continue
        drawn = _drawn(survey, people)
        for keys, one in _criteria(people):
            yield from _judged(entry, keys, one, drawn | endpoints)
        for index, pair in enumerate(people.correlations):
            for quantity in pair.between:
                yield from exists(entry, ("correlations", index), "quantity", quantity, drawn)


def _criteria(people: Population) -> Iterator[tuple[tuple[str | int, ...], Criterion | Marginal]]:
    """Yield key path and text of each criterion and each marginal."""
    for index, criterion in enumerate(people.plausible):
        yield ("plausible", index), criterion
    for index, criterion in enumerate(people.eligible):
        yield ("eligible", index), criterion
    for index, marginal in enumerate(people.matches.marginals if people.matches else ()):
        yield ("matches", "marginals", index), marginal


def _judged(
    entry: Entry[Any], keys: tuple[str | int, ...], one: Criterion | Marginal, units: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield what is wrong with a criterion; the units are converted as a run converts them, for no quantity alone."""
    yield from exists(entry, keys, "quantity", one.quantity, units)
    unit = units.get(one.quantity, "")
    for name in _IN_ITS_UNIT:
        limit = getattr(one, name, None)
        if is_unit(unit) and limit and is_unit(limit.unit) and not convertible(limit.unit, unit):
            place = Place(entry.path, entry.line(*keys))
            text = _(
                '{quantity} is in "{unit}", into which "{limit_unit}" of {name} cannot be converted.'
            ).format(quantity=one.quantity, unit=unit, limit_unit=limit.unit, name=name)
            yield place.error(text, _("Write the number in {unit}.").format(unit=unit))


def _drawn(survey: Survey, people: Population) -> dict[str, str]:
    """Return the unit of all that a candidate is drawn from; habits that cannot be read (told there) count as known.

    Overrides are left out: they have the unit of what they override, or that is told elsewhere.
    """
    habits = survey.catalog.habits.readable().get(people.habits)
    as_stated = people.model_copy(update={"parameters": {}})
    of_modules = {f"{module}.{found.name}": found.record for module, found in survey.parameters()}
    units = {symbol: row.unit for symbol, row in quantities_of(as_stated, of_modules, habits).items()}
    unread = {} if habits else {symbol: "" for symbol in survey.personal if symbol.startswith(HABITS)}
    return units | unread


def _endpoints(survey: Survey) -> dict[str, str]:
    """Return the unit of every endpoint under the name that criteria give it; empty where its text is not readable."""
    entries = survey.catalog.endpoints.entries().items()
    return {f"{_ENDPOINT}{name}": found.record.unit if found.record else "" for name, found in entries}
