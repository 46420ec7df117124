"""Every number says where it comes from, and the source exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libsbml

from insula.catalog.base import DERIVED, HISTORY
from insula.checks.module_text import names_in
from insula.checks.survey import Found, Place, Survey
from insula.core.errors import close_names, suggest
from insula.core.paths import package_dir
from insula.core.spoken import N_, _
from insula.core.units import conversions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insula.core.problems import Problem

ASSUMED = "assumed"
_NEW_SOURCE = N_(
    "Add it to biology/citations.bib; or write assumed, and where the number is from in the note."
)


def every_source_exists(survey: Survey) -> Iterator[Problem]:
    """A source is a key of citations.bib, ``derived:<formula>``, ``history:<fact>`` or ``assumed``."""
    for place, source in _sources(survey):
        made = source == ASSUMED or source.startswith((DERIVED, HISTORY))
        if not made and source not in survey.bibliography:
            known = [*survey.bibliography, ASSUMED]
            hint = suggest(source, close_names(source, known)) or _(_NEW_SOURCE)
            yield place.error(_('source "{source}" is not in citations.bib.').format(source=source), hint)


def every_assumption_is_argued(survey: Survey) -> Iterator[Problem]:
    """What is assumed has an argument in its note; the source ``assumed`` has no other reason."""
    for found in _numbers(survey):
        record = found.record
        if record.source == ASSUMED and record.reason not in (ASSUMED, "steady_state", None):
            yield found.place.error(
                _('{name}: source is "assumed", but reason is "{reason}".').format(
                    name=found.name, reason=record.reason
                ),
                _("Write assumed."),
            )
        if ASSUMED in (record.source, record.reason) and not (getattr(record, "note", None) or "").strip():
            yield found.place.error(
                _("{name} is assumed, but the note is empty.").format(name=found.name),
                _("Argue for it in the note."),
            )


def every_number_has_place_and_reason(survey: Survey) -> Iterator[Problem]:
    """A quantity that has a source has a place in it and a reason, beside it or around it."""
    for found in survey.yaml_records:
        record = found.record
        if (
            getattr(record, "source", None)
            and not (record.place and record.reason)
            and hasattr(record, "value")
        ):
            missing = "place" if not record.place else "reason"
            yield found.place.error(
                _('{name}: source "{source}" given, {missing} is missing.').format(
                    name=found.name, source=record.source, missing=missing
                )
            )


def derived_formulas_use_symbols(survey: Survey) -> Iterator[Problem]:
    """``derived:<formula>`` is a formula of symbols of the same module, or dotted ones of any model or population."""
    for module, row in survey.parameters():
        yield from _derived(survey, row, survey.symbols[module].known | survey.personal)
    for found in survey.yaml_records:
        if isinstance(getattr(found.record, "source", None), str):
            yield from _derived(survey, found, survey.personal)


def _derived(survey: Survey, found: Found, near: set[str]) -> Iterator[Problem]:
    if not found.record.source.startswith(DERIVED):
        return
    formula = found.record.source.removeprefix(DERIVED)
    if libsbml.parseL3Formula(formula.replace(".", "__")) is None:
        yield found.place.error(
            _('{name} is derived by "{formula}", which is no formula.').format(
                name=found.name, formula=formula
            )
        )
        return
    for name in dict.fromkeys(names_in(formula)):
        if name not in near and survey.unit_of(name) is None:
            hint = suggest(name, close_names(name, near | survey.dotted()))
            yield found.place.error(
                _('{name} is derived from "{symbol}", which does not exist.').format(
                    name=found.name, symbol=name
                ),
                hint,
            )


def every_citation_is_used(survey: Survey) -> Iterator[Problem]:
    """An entry of citations.bib that nothing cites is shown."""
    path = survey.biology / "citations.bib"
    used = {source for _, source in _sources(survey)} | _in_brackets(survey)
    for key, citation in survey.bibliography.items():
        if key not in used:
            yield Place(path, citation.line).warning(_('entry "{key}" is cited nowhere.').format(key=key))


def _in_brackets(survey: Survey) -> set[str]:
    """Return the keys that appear in texts, notes, places and in the code's references."""
    texts = [entry.record.text + entry.record.readme for entry in survey.modules.values() if entry.record]
    texts += [path.read_text(encoding="utf-8") for path in package_dir().rglob("*.py")]
    texts += [f"{f.record.place} {getattr(f.record, 'note', '')}" for f in _numbers(survey)]
    whole = " ".join(texts)
    return {key for key in survey.bibliography if key in whole}


def _sources(survey: Survey) -> Iterator[tuple[Place, str]]:
    yield from ((found.place, found.record.source) for found in _numbers(survey))
    for entry in survey.modules.values():
        for row in entry.record.behaviour if entry.record else ():
            yield Place(entry.path.with_name("behaviour.csv"), row=row.row, key=row.id), row.source
    for persons in survey.catalog.persons.entries().values():
        for person in persons.record or ():
            yield Place(persons.path, row=person.row, key=person.person), person.source
    for index, conversion in enumerate(conversions()):
        yield (
            Place(survey.biology / "conversions.csv", row=index + 2, key=conversion.quantity),
            conversion.source,
        )


def _numbers(survey: Survey) -> Iterator[Any]:
    yield from (row for _, row in survey.parameters())
    for found in survey.yaml_records:
        if isinstance(getattr(found.record, "source", None), str):
            yield found
