"""Both sides of every formula, join and hand-over have the same unit.

LibSBML can ask this too, but leaves out every formula with a number in it (``1 - x``) and forgets the line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from insula.catalog.base import DERIVED
from insula.checks.dimensions import ANY, NUMBER, Inconsistent, Unit, unit_named, unit_of_formula
from insula.checks.survey import Place, Survey
from insula.core.errors import UnknownName
from insula.core.spoken import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from insula.catalog.records import HandoverRow
    from insula.checks.module_text import Formula
    from insula.core.problems import Problem


def formulas_have_consistent_units(survey: Survey) -> Iterator[Problem]:
    """A rule has the unit of its symbol, a rate that unit per time; a derived number that of its row."""
    for module, symbols in survey.symbols.items():
        path = survey.modules[module].path
        for formula in symbols.formulas:
            yield from _formula(survey, module, formula, Place(path, formula.line))
    for module, row in survey.parameters():
        if row.record.source.startswith(DERIVED) and row.record.value is None:
            formula = row.record.source.removeprefix(DERIVED)
            yield from _compare(row.place, row.name, _safe(row.record.unit), formula, _lookup(survey, module))


def _formula(survey: Survey, module: str, formula: Formula, place: Place) -> Iterator[Problem]:
    lookup = _lookup(survey, module)
    expected = lookup(formula.symbol) if formula.symbol else ANY
    if formula.kind == "rate":
        expected = expected.times(lookup("time"), -1.0)
    yield from _compare(
        place, formula.symbol or _("the reaction"), expected, formula.text, lookup, formula.kind
    )


def _compare(
    place: Place, name: str, expected: Unit, formula: str, lookup: Callable[[str], Unit], kind: str = ""
) -> Iterator[Problem]:
    try:
        found = unit_of_formula(formula, lookup)
    except Inconsistent as trouble:
        yield place.error(
            _("the units of {name} do not fit: {trouble}.").format(name=name, trouble=trouble),
            _("In: {formula}").format(formula=formula),
        )
        return
    if not found.fits(expected):
        what = _("the rate of {name}").format(name=name) if kind == "rate" else name
        yield place.error(
            _("the units of {what} do not fit: it is {expected}, the formula is {found}.").format(
                what=what, expected=expected, found=found
            ),
            _("In: {formula}").format(formula=formula),
        )


def _lookup(survey: Survey, module: str) -> Callable[[str], Unit]:
    """Return the function from a symbol to its unit; one that is told elsewhere (unknown, no unit) fits anything."""
    units = survey.symbols[module].units

    def unit_of(name: str) -> Unit:
        if name == "time":
            return _safe(survey.time_unit(module))
        known = units[name][0] if name in units else survey.unit_of(name)
        return _safe(known or "")

    return unit_of


def _safe(unit: str) -> Unit:
    try:
        return unit_named(unit)
    except UnknownName:
        return ANY


def actions_have_consistent_units(survey: Survey) -> Iterator[Problem]:
    """The expression of an action has the unit of its target, `value` being in value_unit."""
    for place, row, model in survey.actions():
        value = _safe(row.value_unit)

        def unit_of(name: str, value: Unit = value, model: str | None = model) -> Unit:
            return value if name == "value" else _safe(survey.unit_of(name, model) or "")

        yield from _compare(place, row.target, unit_of(row.target), row.expression, unit_of)


def joined_units_agree(survey: Survey) -> Iterator[Problem]:
    """A port has the unit of what it is joined to."""
    for model, wiring in survey.wirings.items():
        for join in wiring.joins:
            first, second = (survey.unit_of(str(place), model) or "" for place in join[:2])
            if not _safe(first).fits(_safe(second)):
                message = _('"{first}" has {first_unit}, "{second}" has {second_unit}.').format(
                    first=join.first, first_unit=first, second=join.second, second_unit=second
                )
                yield Place(survey.model_path(model), join.line).error(message)


def handed_units_agree(survey: Survey) -> Iterator[Problem]:
    """What is handed over arrives in the unit of where it goes."""
    for entry in survey.catalog.handovers.entries().values():
        for row in entry.record or ():
            place = Place(entry.path, row=row.row, key=row.source)
            given, taken = _handed(survey, row), _clocked(survey, row.target)
            if not given.fits(_safe(row.unit)):
                yield place.error(
                    _('the {statistic} of {source} is {given}, the row says "{unit}".').format(
                        statistic=row.statistic, source=row.source, given=given, unit=row.unit
                    )
                )
            if not taken.fits(_safe(row.unit)):
                yield place.error(
                    _('{target} takes {taken}, the row says "{unit}".').format(
                        target=row.target, taken=taken, unit=row.unit
                    )
                )


def _handed(survey: Survey, row: HandoverRow) -> Unit:
    unit = _clocked(survey, row.source)
    if row.statistic.startswith("share_"):
        return NUMBER
    if row.statistic == "integral":
        return unit.times(_safe("min"))
    return unit.times(_safe("day"), -1.0) if row.statistic == "difference_per_day" else unit


def _clocked(survey: Survey, clocked: str) -> Unit:
    model, _, dotted = clocked.partition(":")
    return _safe(survey.unit_of(dotted, model) or "")
