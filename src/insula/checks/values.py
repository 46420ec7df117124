"""The numbers of the YAML texts are possible: units fit, times are in order, shares add up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.catalog.records import Habits, Population, Procedure, Protocol, Question, Regimen, Study
from insula.catalog.records.harms import Harms
from insula.checks.survey import Place, Survey
from insula.core.spoken import _
from insula.core.units import convert, convertible, is_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insula.catalog.records import Give, Quantity, Therapy
    from insula.catalog.shelf import Entry
    from insula.core.problems import Problem

# What the machinery converts each quantity to, by kind of text; a key path ends with one of these.
EXPECTED: dict[type, dict[str, str]] = {
    Habits: {
        "at": "min", "share": "dimensionless", "carbohydrate_per_day": "g", "day_to_day": "dimensionless",
        "counting_error": "dimensionless", "missed_bolus": "dimensionless", "missed_basal": "dimensionless",
        "target_shift": "mg_per_dL", "target_shift_low": "mg_per_dL", "tolerated_lows": "dimensionless", "every": "min",
        "threshold": "mg_per_dL", "unaware_threshold": "mg_per_dL", "amount": "g",
        "worn": "dimensionless", "heeded": "dimensionless",
    },
    Regimen: {
        "at": "min", "from": "min", "rate": "U_per_h", "dose_per_kg": "U_per_kg_day", "basal_share": "dimensionless",
        "carbohydrate_rule": "g_per_day", "correction_rule": "mg_per_dL_per_day", "target": "mg_per_dL",
        "low": "mg_per_dL", "high": "mg_per_dL", "below": "mg_per_dL", "share": "dimensionless",
        "step_up": "dimensionless", "step_down": "dimensionless", "fasting": "mg_per_dL", "after_meal": "mg_per_dL",
        "share_above": "dimensionless",
    },
    Population: {
        "run_in": "day", "share_female": "dimensionless", "oldest": "year", "wait": "day", "fewest": "dimensionless",
        "share": "dimensionless",
    },
    Protocol: {"at": "day", "from": "day", "to": "day"},
    Study: {"at": "day", "follow_up": "day", "from": "day", "to": "day"},
    Procedure: {"at": "min", "carbohydrate": "g", "readings": "min"},
    Harms: {"within": "day", "lasts": "day"},
    Question: {"horizons": "day", "count": "day", "relative_error": "dimensionless", "factor": "dimensionless",
               "fewest": "dimensionless"},
}  # fmt: skip
_SUM_OF_SHARES_WITHIN = 1e-9  # shares are written as decimals; only rounding of their sum is allowed


def quantities_have_the_expected_unit(survey: Survey) -> Iterator[Problem]:
    """A quantity of a YAML text can be converted into the unit that it is used in."""
    for _name, entry in survey.yaml_entries():
        expected = EXPECTED.get(type(entry.record), {})
        for found in survey.inside(entry):
            unit = getattr(found.record, "unit", None)
            names = [part for part in found.name.split(".") if not part.isdigit()]
            wanted = expected.get(names[-1]) if names else None
            if wanted and unit and is_unit(unit) and not convertible(unit, wanted, "glucose"):
                yield found.place.error(
                    _('{name} is given in "{unit}", which is no {wanted}.').format(
                        name=found.name, unit=unit, wanted=wanted
                    )
                )


def doses_fit_their_therapy(survey: Survey) -> Iterator[Problem]:
    """A dose or level has the unit of the therapy's target (or that per kg), and is within its limits."""
    for protocol in survey.protocols():
        for place, given in _given(*protocol):
            therapy = survey.catalog.therapies.readable().get(given.therapy)
            if therapy is not None:
                yield from _dose_fits(place, given, therapy)


def _dose_fits(place: Place, given: Give, therapy: Therapy) -> Iterator[Problem]:
    for kind, amount, target in (("dose", given.dose, therapy.dose), ("target", given.target, therapy.level)):
        if amount is None:
            continue
        if target is None:
            taken = _("as a level (from, to, target)") if kind == "dose" else _("as a dose (at, dose)")
            yield place.error(
                _('"{therapy}" cannot be given with {kind}.').format(therapy=therapy.id, kind=kind),
                _("It is given {taken}.").format(taken=taken),
            )
        elif not _fits(amount.unit, target.unit):
            yield place.error(
                _('{kind} of "{therapy}" is given in "{unit}", its target is in "{target_unit}".').format(
                    kind=kind, therapy=therapy.id, unit=amount.unit, target_unit=target.unit
                )
            )
        if amount.value is not None and amount.value < 0:
            yield place.error(
                _('{kind} of "{therapy}" is negative: {value:g}.').format(
                    kind=kind, therapy=therapy.id, value=amount.value
                )
            )
    yield from _level_is_low_enough(place, given, therapy)


def _level_is_low_enough(place: Place, given: Give, therapy: Therapy) -> Iterator[Problem]:
    amount, level = given.target, therapy.level
    if amount is None or level is None or level.at_most is None or not convertible(amount.unit, level.unit):
        return
    held = convert(amount.value, amount.unit, level.unit)
    if held > level.at_most:
        yield place.error(
            _('target of "{therapy}" is {held:g} {unit}; at most {at_most:g} can be held.').format(
                therapy=therapy.id, held=held, unit=level.unit, at_most=level.at_most
            )
        )


def _fits(unit: str, target: str) -> bool:
    if not (is_unit(unit) and is_unit(target)):
        return True  # told by the question about units
    return convertible(unit, target) or (
        unit.endswith("_per_kg") and convertible(unit.removesuffix("_per_kg"), target)
    )


def therapy_targets_have_their_unit(survey: Survey) -> Iterator[Problem]:
    """The unit of a therapy's dose or level is that of the symbol it goes to."""
    for entry in survey.catalog.therapies.entries().values():
        for key in ("dose", "level"):
            target = getattr(entry.record, key, None)
            declared = survey.unit_of(target.target) if target else None
            if target and declared and declared != target.unit:
                message = _('{key}.unit is "{unit}", but {target} has "{declared}".').format(
                    key=key, unit=target.unit, target=target.target, declared=declared
                )
                yield Place(entry.path, entry.line(key, "unit")).error(message)


def overrides_have_the_unit_of_the_row(survey: Survey) -> Iterator[Problem]:
    """A population's override of a parameter has the unit that the module declares."""
    for entry in survey.catalog.populations.entries().values():
        for symbol, quantity in (entry.record.parameters if entry.record else {}).items():
            declared = survey.unit_of(symbol)
            if declared and declared != quantity.unit:
                message = _('{symbol} is given in "{unit}", its module declares "{declared}".').format(
                    symbol=symbol, unit=quantity.unit, declared=declared
                )
                yield Place(entry.path, entry.line("parameters", symbol)).error(message)


def times_are_in_order(survey: Survey) -> Iterator[Problem]:
    """Nothing is given before day 0, a level ends after it begins, visits follow each other within the follow-up."""
    for protocol in survey.protocols():
        for place, given in _given(*protocol):
            start, end = _days(given.at or given.from_), _days(given.to)
            if start is not None and start < 0:
                text = _('"{therapy}" is given on day {start:g}; a protocol begins on day 0.').format(
                    therapy=given.therapy, start=start
                )
                yield place.error(text, _("Count from the first thing that is given."))
            if start is not None and end is not None and end <= start:
                yield place.error(
                    _('"{therapy}" ends on day {end:g}, before it begins on day {start:g}.').format(
                        therapy=given.therapy, end=end, start=start
                    )
                )
    for study in survey.studies.values():
        yield from _visits_in_order(study)


def levels_follow_each_other(survey: Survey) -> Iterator[Problem]:
    """Two levels of one therapy are not held at a time: the end of one would end the other."""
    for protocol in survey.protocols():
        held: dict[str, list[tuple[float, float]]] = {}
        for place, given in _given(*protocol):
            start, end = _days(given.from_), _days(given.to)
            if start is None or end is None:
                continue
            for first, last in held.get(given.therapy, []):
                if start < last and first < end:
                    text = _('"{therapy}" is already held from day {first:g} to day {last:g}.').format(
                        therapy=given.therapy, first=first, last=last
                    )
                    yield place.error(text, _("Let one level end where the next begins."))
            held.setdefault(given.therapy, []).append((start, end))


def _given(entry: Entry[Any], above: tuple[str, ...], protocol: Protocol) -> Iterator[tuple[Place, Give]]:
    """Yield what a protocol gives, with its place; `above` are the keys above the protocol in its text."""
    for index, given in enumerate(protocol.give):
        yield Place(entry.path, entry.line(*above, "give", index)), given


def what_is_shown_beside_fits(survey: Survey) -> Iterator[Problem]:
    """A published mean that stands beside an endpoint is in a unit of this endpoint."""
    endpoints = survey.catalog.endpoints.readable()
    for entry in survey.studies.values():
        for index, shown in enumerate(entry.record.shown_beside if entry.record else ()):
            endpoint, unit = endpoints.get(shown.endpoint), shown.published.unit
            if endpoint and is_unit(unit) and not convertible(unit, endpoint.unit, endpoint.quantity):
                place = Place(entry.path, entry.line("shown_beside", index))
                text = _(
                    '{endpoint} is in "{unit}", into which the published "{published}" cannot be converted.'
                )
                yield place.error(text.format(endpoint=shown.endpoint, unit=endpoint.unit, published=unit))


def _visits_in_order(entry: Entry[Any]) -> Iterator[Problem]:
    if entry.record is None:
        return
    before, last = None, _days(entry.record.follow_up)
    for index, visit in enumerate(entry.record.visits):
        day = _days(visit.at)
        place = Place(entry.path, entry.line("visits", index))
        if day is None:
            continue
        if before is not None and day <= before:
            yield place.error(
                _("the visit on day {day:g} follows the one on day {before:g}.").format(
                    day=day, before=before
                ),
                _("Put visits in order."),
            )
        if last is not None and day > last:
            yield place.error(
                _("the visit on day {day:g} is after the follow-up of {last:g} days.").format(
                    day=day, last=last
                )
            )
        before = day


def _days(quantity: Quantity | None) -> float | None:
    if quantity is None or quantity.value is None or not convertible(quantity.unit, "day"):
        return None
    return convert(quantity.value, quantity.unit, "day")


def shares_add_up(survey: Survey) -> Iterator[Problem]:
    """The shares of the day's meals sum to 1."""
    for entry in survey.catalog.habits.entries().values():
        shares = [meal.share.value or 0.0 for meal in (entry.record.meals if entry.record else ())]
        if entry.record is not None and abs(sum(shares) - 1) > _SUM_OF_SHARES_WITHIN:
            place = Place(entry.path, entry.line("meals"))
            yield place.error(
                _("the shares of the meals sum to {shares:g}, not 1.").format(shares=sum(shares))
            )


def limits_are_in_order(survey: Survey) -> Iterator[Problem]:
    """The low end of a range is below its high end."""
    for found in survey.yaml_records:
        for low_name, high_name in (("low", "high"), ("at_least", "at_most")):
            low, high = (_number(getattr(found.record, name, None)) for name in (low_name, high_name))
            if low is not None and high is not None and low[1] == high[1] and low[0] >= high[0]:
                yield found.place.error(
                    _("{name}: {low_name} {low:g} is not below {high_name} {high:g}.").format(
                        name=found.name, low_name=low_name, low=low[0], high_name=high_name, high=high[0]
                    )
                )


def _number(limit: Any) -> tuple[float, str] | None:
    if isinstance(limit, float):
        return limit, ""
    value = getattr(limit, "value", None)
    return None if value is None else (value, limit.unit)
