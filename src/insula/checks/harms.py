"""The harms of therapies: what they name exists, and every rate has a time in which it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insula.checks.names import exists
from insula.checks.survey import Place, Survey
from insula.core.spoken import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insula.catalog.records.harms import Harm, Harms
    from insula.catalog.shelf import Entry
    from insula.core.problems import Problem

_GROUPS = ("any", "serious")  # what an endpoint may ask for beside single events
_FAMILY = "had_event"


def harms_name_what_exists(survey: Survey) -> Iterator[Problem]:
    """Events, therapies that hold a harm off or stand in for it, and the events that endpoints ask for exist."""
    catalog = survey.catalog
    for therapy, entry, event, harm in _harms(survey):
        yield from exists(entry, ("id",), "therapy", therapy, catalog.therapies)
        yield from exists(entry, ("harms", event), "adverse event", event, catalog.adverse_events)
        for key in ("after", "unless"):
            for name in getattr(harm, key):
                yield from exists(entry, ("harms", event, key), "therapy", name, catalog.therapies)
    for name, text in catalog.endpoints.entries().items():
        if text.record is not None and text.record.family == _FAMILY and text.record.of is not None:
            known = [*catalog.adverse_events, *_GROUPS]
            yield from exists(text, (name, "of"), "adverse event", text.record.of, known)


def rates_have_an_exposure(survey: Survey) -> Iterator[Problem]:
    """A rate per year holds while a level does, or as long as a dose lasts; what comes after a level waits for one."""
    therapies = survey.catalog.therapies.readable()
    for name, entry, event, harm in _harms(survey):
        place = Place(entry.path, entry.line("harms", event))
        therapy = therapies.get(name)
        if therapy is not None and harm.per == "year" and harm.lasts is None and therapy.level is None:
            text = _("{event} comes per year, but {name} is given as doses that never end.").format(
                event=event, name=name
            )
            yield place.error(text, _("Say how long a dose counts: lasts."))
        for other in harm.after:
            if other in therapies and therapies[other].level is None:
                yield place.error(
                    _("{event} comes after {other}, which is not held at a level and has no end.").format(
                        event=event, other=other
                    )
                )


def levels_say_whether_harm_goes_on(survey: Survey) -> Iterator[Problem]:
    """A drug can be held for longer than trials counted: a harm per patient says whether it goes on with the drug."""
    therapies = survey.catalog.therapies.readable()
    for name, entry, event, harm in _harms(survey):
        held = name in therapies and therapies[name].level is not None
        if held and harm.per == "patient" and harm.goes_on is None:
            yield Place(entry.path, entry.line("harms", event)).error(
                _("{event} comes per patient, but {name} can be held for longer than it was counted.").format(
                    event=event, name=name
                ),
                _("Say goes_on: true if it can come for as long as the drug is held, else false."),
            )


def events_are_brought_by_something(survey: Survey) -> Iterator[Problem]:
    """An adverse event that no therapy brings is shown."""
    brought = {event for *_place, event, _harm in _harms(survey)}
    for name, entry in survey.catalog.adverse_events.entries().items():
        if name not in brought:
            yield Place(entry.path, entry.line(name)).warning(
                _('no therapy brings the adverse event "{name}".').format(name=name)
            )


def _harms(survey: Survey) -> Iterator[tuple[str, Entry[Harms], str, Harm]]:
    """Yield therapy, text, event and harm."""
    for therapy, entry in survey.catalog.harms.entries().items():
        for event, harm in entry.record.harms.items() if entry.record else ():
            yield therapy, entry, event, harm
