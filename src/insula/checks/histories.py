"""A life before the study can be lived: what it ends at, what it is diagnosed by and what it tells exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.catalog.base import HISTORY, LIVED, Sourced
from insula.checks.names import exists
from insula.checks.survey import Place, Survey
from insula.core.spoken import N_, _
from insula.core.units import convertible, is_unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from insula.catalog.records import Criterion, Population
    from insula.catalog.shelf import Entry
    from insula.core.problems import Problem

_DIAGNOSED_FOR = {"history.diagnosed_for": "day"}


def stages_can_be_reached(survey: Survey) -> Iterator[Problem]:
    """The criteria for entry are about the disease, the years lived or the time since the diagnosis."""
    for entry in survey.catalog.populations.entries().values():
        people: Population | None = entry.record
        if people is not None and people.history is not None:
            units = _DIAGNOSED_FOR | {symbol: unit for symbol, unit, _ in _told(people)}
            criteria = people.history.reached
            yield from _can_be_judged(survey, entry, ("history", "reached"), criteria, units)


def diagnoses_can_be_made(survey: Survey) -> Iterator[Problem]:
    """The criteria of a diagnosis are about the disease."""
    for entry in survey.catalog.regimens.entries().values():
        if entry.record is not None:
            yield from _can_be_judged(survey, entry, ("diagnosis",), entry.record.diagnosis, {})


def _can_be_judged(
    survey: Survey,
    entry: Entry[Any],
    keys: tuple[str, ...],
    criteria: tuple[Criterion, ...],
    known: Mapping[str, str],
) -> Iterator[Problem]:
    for index, criterion in enumerate(criteria):
        name, place = criterion.quantity, Place(entry.path, entry.line(*keys, index))
        unit = known[name] if name in known else survey.unit_of(name, "disease")
        if unit is None:
            kind, all_known = N_("quantity to judge by, called"), {*known, *survey.dotted("disease")}
            yield from exists(entry, (*keys, index), kind, name, all_known)
        for limit in (criterion.at_least, criterion.at_most):
            if unit and limit and is_unit(limit.unit) and not convertible(limit.unit, unit):
                yield place.error(
                    _('the limit of {name} is given in "{unit}", which is no {wanted}.').format(
                        name=name, unit=limit.unit, wanted=unit
                    )
                )


def lives_are_told(survey: Survey) -> Iterator[Problem]:
    """Who has a history has its age from it and can be diagnosed; nobody else is told anything by one."""
    for entry in survey.catalog.populations.entries().values():
        people: Population | None = entry.record
        if people is None:
            continue
        yield from _told_right(entry, people)
        regimen = survey.catalog.regimens.readable().get(people.regimen)
        if people.history is not None and regimen is not None and not regimen.diagnosis:
            place = Place(entry.path, entry.line("regimen"))
            hint = _("Add diagnosis: to regimens/{regimen}.yaml, or name another regimen.").format(
                regimen=people.regimen
            )
            yield place.error(_("people with a history are never diagnosed by this regimen."), hint)


def _told_right(entry: Entry[Any], people: Population) -> Iterator[Problem]:
    told = list(_told(people))
    for symbol, _unit, what in told:
        keys = ("traits", symbol.partition(".")[2], "source")
        yield from exists(entry, keys, "fact of a life called", what, LIVED)
        if people.history is None:
            place = Place(entry.path, entry.line(*keys))
            yield place.error(
                _("{symbol} comes from a history, but there is none.").format(symbol=symbol),
                _("Add history: ..."),
            )
    if people.history is not None and LIVED[0] not in [what for *_, what in told]:
        place = Place(entry.path, entry.line("history"))
        hint = _('Write the trait age: {unit: year, source: "history:age", place: ..., reason: ...}.')
        yield place.error(_("the people have a history, but no trait is the age that it leads to."), hint)


def _told(people: Population) -> Iterator[tuple[str, str, str]]:
    """Yield symbol, unit and fact of the traits that a life fills."""
    for name, trait in people.traits.items():
        if isinstance(trait, Sourced) and trait.source.startswith(HISTORY):
            yield f"trait.{name}", trait.unit, trait.source.removeprefix(HISTORY).strip()


def endpoints_read_symbols(survey: Survey) -> Iterator[Problem]:
    """An endpoint that is read off the disease model names a symbol of it, in its unit."""
    for name, entry in survey.catalog.endpoints.entries().items():
        endpoint = entry.record
        if endpoint is None or endpoint.family != "reading_of" or not endpoint.of:
            continue
        unit = survey.unit_of(endpoint.of, "disease")
        if unit is None:
            yield from exists(entry, (name, "of"), "symbol", endpoint.of, survey.dotted("disease"))
        elif unit and unit != endpoint.unit:
            place = Place(entry.path, entry.line(name, "unit"))
            yield place.error(
                _('{name} is given in "{unit}", {symbol} has "{declared}".').format(
                    name=name, unit=endpoint.unit, symbol=endpoint.of, declared=unit
                )
            )
