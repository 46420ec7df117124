"""What may be asked of a patient can be answered: everything that a question names exists, in units that fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.checks.names import exists
from insula.checks.survey import Place, Survey
from insula.core.spoken import _
from insula.core.units import convertible, is_unit
from insula.population.derived import FormulaError, symbols_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from insula.catalog.records import Fact, Question, Sourced
    from insula.catalog.shelf import Entry
    from insula.core.problems import Problem

_ENDPOINT = "endpoint."
_SENSOR = {"covers": "day", "apart": "min", "low": "mg_per_dL", "high": "mg_per_dL"}


def questions_name_what_exists(survey: Survey) -> Iterator[Problem]:
    """Populations, protocols, classes, endpoints, outcomes, facts and symbols that a question names exist."""
    catalog = survey.catalog
    for entry, question in _questions(survey):
        for name, kind in question.types.items():
            if kind.population is not None:
                keys = ("types", name, "population")
                yield from exists(entry, keys, "population", kind.population, catalog.populations)
        for name, asked in question.protocols.items():
            yield from exists(entry, ("protocols", name), "protocol", name, catalog.protocols)
            keys = ("protocols", name, "therapy_class")
            yield from exists(entry, keys, "therapy class", asked.therapy_class, catalog.therapy_classes)
            for kind_of in asked.types:
                yield from exists(entry, ("protocols", name, "types"), "type", kind_of, question.types)
            for index, criterion in enumerate(asked.studied_in):
                at = ("protocols", name, "studied_in", index)
                yield from exists(entry, at, "fact", criterion.quantity, question.facts)
        for end, fact in question.resembling_by.items():
            yield from exists(entry, ("resembling_by", end), "fact", fact, question.facts)
        yield from _outcomes(survey, entry, question)
        yield from _limits(survey, entry, question)


def _outcomes(survey: Survey, entry: Entry[Any], question: Question) -> Iterator[Problem]:
    endpoints, outcomes = survey.catalog.endpoints, survey.catalog.outcomes
    for name in question.benefits:
        yield from exists(entry, ("benefits",), "endpoint", name, endpoints)
    yield from exists(entry, ("goal",), "benefit of this question", question.goal, question.benefits)
    for key in ("shown_of_arms", "harms"):
        for name in getattr(question, key):
            yield from exists(entry, (key,), "endpoint or outcome", name, {*endpoints, *outcomes})
    for name, fact in question.facts.items():
        if fact.sensor is not None:
            yield from exists(entry, ("facts", name, "sensor"), "endpoint", fact.sensor, endpoints)
        if fact.not_above is not None:
            yield from exists(entry, ("facts", name, "not_above"), "fact", fact.not_above, question.facts)


def _limits(survey: Survey, entry: Entry[Any], question: Question) -> Iterator[Problem]:
    for name, what_if in question.limits.items():
        yield from _set(survey, entry, ("limits", name, "set"), what_if.set)
        for key in ("only_with", "not_with"):
            for therapy in getattr(what_if, key):
                at: tuple[str, ...] = ("limits", name, key)
                yield from exists(entry, at, "therapy", therapy, survey.catalog.therapies)
        for kind in what_if.types:
            yield from exists(entry, ("limits", name, "types"), "type", kind, question.types)
        for therapy in what_if.doses.therapies if what_if.doses else ():
            at = ("limits", name, "doses", "therapies")
            yield from exists(entry, at, "therapy", therapy, survey.catalog.therapies)


def _set(
    survey: Survey, entry: Entry[Any], above: tuple[str, ...], changes: Mapping[str, Sourced]
) -> Iterator[Problem]:
    """Symbols that are set belong to the disease model, in its unit."""
    for symbol, quantity in changes.items():
        keys = (*above, symbol)
        unit = survey.unit_of(symbol, "disease")
        yield from exists(entry, keys, "symbol of the disease model", symbol, survey.dotted("disease"))
        if unit and unit != quantity.unit:
            text = _('{symbol} is set in "{unit}", its module declares "{declared}".').format(
                symbol=symbol, unit=quantity.unit, declared=unit
            )
            yield Place(entry.path, entry.line(*keys)).error(text)


def facts_can_be_compared(survey: Survey) -> Iterator[Problem]:
    """The formula of a fact uses what virtual patients have, and its limits and errors are in units that fit."""
    known = survey.personal | survey.dotted()
    known |= {f"{_ENDPOINT}{name}" for name in survey.catalog.endpoints}
    for entry, question in _questions(survey):
        for name, fact in question.facts.items():
            place = Place(entry.path, entry.line("facts", name))
            yield from _formula(survey, entry, name, fact, known)
            if fact.brings is not None:
                yield from _set(survey, entry, ("facts", name, "brings", "set"), fact.brings.set)
            for quantity in (
                fact.at_least,
                fact.at_most,
                fact.error,
                question.facts.get(fact.not_above or ""),
            ):
                if quantity is not None and not _fits(quantity.unit, fact):
                    yield place.error(
                        _('{name} is in {unit}, which "{quantity_unit}" does not fit.').format(
                            name=name, unit=fact.unit, quantity_unit=quantity.unit
                        )
                    )
        yield from _sensor(entry, question)
        for name, asked in question.protocols.items():
            for index, criterion in enumerate(asked.studied_in):
                place = Place(entry.path, entry.line("protocols", name, "studied_in", index))
                fact_of = question.facts.get(criterion.quantity)
                for limit in (criterion.at_least, criterion.at_most):
                    if limit is not None and fact_of is not None and not _fits(limit.unit, fact_of):
                        text = _('{quantity} is in {unit}, which "{limit_unit}" does not fit.').format(
                            quantity=criterion.quantity, unit=fact_of.unit, limit_unit=limit.unit
                        )
                        yield place.error(text)


def _sensor(entry: Entry[Any], question: Question) -> Iterator[Problem]:
    """The record that a sensor's file must hold is a time, and what stands beyond its range is glucose in mg/dL."""
    for name, unit in _SENSOR.items() if question.sensor is not None else ():
        quantity: Sourced = getattr(question.sensor, name)
        if quantity.value is None or (is_unit(quantity.unit) and not convertible(quantity.unit, unit)):
            place = Place(entry.path, entry.line("sensor", name))
            yield place.error(
                _('{name} needs a value in {unit}, which "{quantity_unit}" does not fit.').format(
                    name=name, unit=unit, quantity_unit=quantity.unit
                )
            )


def _formula(survey: Survey, entry: Entry[Any], name: str, fact: Fact, known: set[str]) -> Iterator[Problem]:
    """Whatever a formula names exists; a single symbol has the unit of the fact."""
    if fact.of is None:
        return
    keys = ("facts", name, "of")
    try:
        symbols = symbols_in(name, fact.of)
    except FormulaError as trouble:
        yield Place(entry.path, entry.line(*keys)).error(str(trouble))
        return
    for symbol in sorted(symbols):
        yield from exists(entry, keys, "quantity of a virtual patient called", symbol, known)
    unit = _unit_of(survey, fact.of.strip())
    if unit and fact.count is None and unit != fact.unit:
        text = _('{formula} is in "{unit}", the fact in "{fact_unit}".').format(
            formula=fact.of, unit=unit, fact_unit=fact.unit
        )
        yield Place(entry.path, entry.line(*keys)).error(
            text, _("Write a formula that turns one into the other.")
        )


def _unit_of(survey: Survey, name: str) -> str | None:
    """Return the unit of an endpoint or a symbol of the models; None for formulas and traits."""
    if name.startswith(_ENDPOINT):
        endpoint = survey.catalog.endpoints.readable().get(name.removeprefix(_ENDPOINT))
        return None if endpoint is None else endpoint.unit
    return survey.unit_of(name)


def _fits(unit: str, fact: Fact) -> bool:
    return not is_unit(unit) or convertible(unit, fact.unit, fact.quantity)


def _questions(survey: Survey) -> Iterator[tuple[Entry[Any], Question]]:
    for entry in survey.catalog.questions.entries().values():
        if entry.record is not None:
            yield entry, entry.record
