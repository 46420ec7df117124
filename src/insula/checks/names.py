"""Everything that a YAML text names exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.checks.survey import Place, Survey
from insula.core.errors import close_names, suggest
from insula.core.spoken import N_, _
from insula.endpoints.definitions import read_definitions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from insula.catalog.records import Population, Study
    from insula.catalog.shelf import Entry
    from insula.core.problems import Problem

HABITS = "habits."


def studies_name_what_exists(survey: Survey) -> Iterator[Problem]:
    """Population, protocols, evidence and endpoints of a study exist."""
    published = {
        row.cells["study_id"] for topic in survey.catalog.topics.readable().values() for row in topic.studies
    }
    for entry in survey.studies.values():
        study: Study | None = entry.record
        if study is None:
            continue
        yield from exists(entry, ("population",), "population", study.population, survey.catalog.populations)
        for arm, described in study.arms.items():
            known = [*study.protocols, *survey.catalog.protocols]
            yield from exists(entry, ("arms", arm, "protocol"), "protocol", described.protocol, known)
        if study.evidence is not None:
            yield from exists(entry, ("evidence",), "published study", study.evidence, published)
        for index, shown in enumerate(study.shown_beside):
            keys = ("shown_beside", index)
            yield from exists(entry, keys, "endpoint", shown.endpoint, survey.catalog.endpoints)


def populations_name_what_exists(survey: Survey) -> Iterator[Problem]:
    """Habits, regimen, ensemble and overridden parameters and habits of a population exist."""
    for entry in survey.catalog.populations.entries().values():
        people: Population | None = entry.record
        if people is None:
            continue
        yield from exists(entry, ("habits",), "habits file", people.habits, survey.catalog.habits)
        yield from exists(entry, ("regimen",), "regimen", people.regimen, survey.catalog.regimens)
        if people.ensemble is not None:
            yield from exists(entry, ("ensemble",), "ensemble", people.ensemble, survey.catalog.ensembles)
        for symbol in people.parameters:
            if symbol not in survey.personal or not symbol.startswith(HABITS):
                yield from _symbol(survey, entry, ("parameters", symbol), symbol)


def ensembles_hold_uncertain_numbers(survey: Survey) -> Iterator[Problem]:
    """Every column of an ensemble is a parameter that varies by ensemble."""
    known = _that_vary(survey, "ensemble")
    for entry in survey.catalog.ensembles.entries().values():
        for symbol in entry.record.values if entry.record else ():
            yield from exists(entry, (), "parameter that varies by ensemble called", symbol, known)


def ensembles_are_those_of_their_plan(survey: Survey) -> Iterator[Problem]:
    """An ensemble that is called as a plan holds what the plan fits, of members that the plan has."""
    plans = survey.catalog.calibrations.readable()
    for name, entry in survey.catalog.ensembles.entries().items():
        plan, made = plans.get(name), entry.record
        if plan is None or made is None:
            continue
        told = [
            _("{symbol} is fitted only there").format(symbol=symbol)
            for symbol in plan.parameters
            if symbol not in made.values
        ]
        told += [
            _("{symbol} is fitted only here").format(symbol=symbol)
            for symbol in made.values
            if symbol not in plan.parameters
        ]
        if made.numbers[-1] >= plan.members:
            told.append(
                _("member {number} is none of its {members}").format(
                    number=made.numbers[-1], members=plan.members
                )
            )
        if told:
            text = _("made by another plan than calibrations/{name}.yaml is now: {told}.").format(
                name=name, told=", ".join(told)
            )
            yield Place(entry.path).warning(
                text, _("Fit it anew: insula calibrate {name}.").format(name=name)
            )


def _that_vary(survey: Survey, level: str) -> list[str]:
    """Return the dotted numbers of the tables that vary by patient, ensemble or occasion, as asked."""
    modules = survey.catalog.modules.readable().items()
    return [
        f"{name}.{row.symbol}"
        for name, module in modules
        for row in module.parameters
        if row.varies_by == level
    ]


def protocols_name_therapies(survey: Survey) -> Iterator[Problem]:
    """What a protocol gives is a therapy; what goes with one goes with one that it gives as doses."""
    for entry, above, protocol in survey.protocols():
        dosed = [given.therapy for given in protocol.give if given.dose is not None]
        for index, given in enumerate(protocol.give):
            keys: tuple[str | int, ...] = (*above, "give", index)
            yield from exists(entry, (*keys, "therapy"), "therapy", given.therapy, survey.catalog.therapies)
            if given.goes_with is not None:
                kind = N_("therapy given as doses in this protocol called")
                yield from exists(entry, (*keys, "goes_with"), kind, given.goes_with, dosed)


def own_protocols_have_their_name(survey: Survey) -> Iterator[Problem]:
    """A protocol inside a study has the id under which it stands."""
    for study in survey.studies.values():
        for name, protocol in (study.record.protocols if study.record else {}).items():
            if protocol.id != name:
                place = Place(study.path, study.line("protocols", name, "id"))
                yield place.error(
                    _('the protocol under "{name}" has the id "{id}".').format(name=name, id=protocol.id),
                    _("Write the same twice."),
                )


def therapies_name_symbols(survey: Survey) -> Iterator[Problem]:
    """Module and targets of a therapy exist; what it draws anew at a dose varies by occasion."""
    known = _that_vary(survey, "occasion")
    for entry in survey.catalog.therapies.entries().values():
        therapy = entry.record
        if therapy is None:
            continue
        if therapy.module is not None:
            yield from exists(entry, ("module",), "module", therapy.module, survey.symbols)
        for key, target in (("dose", therapy.dose), ("level", therapy.level)):
            if target is not None:
                yield from _symbol(survey, entry, (key, "target"), target.target)
        for index, symbol in enumerate(therapy.dose.drawn_anew if therapy.dose is not None else ()):
            kind = N_("number that varies by occasion called")
            yield from exists(entry, ("dose", "drawn_anew", index), kind, symbol, known)


def regimens_name_actions(survey: Survey) -> Iterator[Problem]:
    """The actions of a regimen are rows of the metabolic model or of one of its modules."""
    actions = {row.action for _, row, model in survey.actions() if model in (None, "metabolic")}
    for entry in survey.catalog.regimens.entries().values():
        if entry.record is not None:
            yield from exists(entry, ("basal", "action"), "action", entry.record.basal.action, actions)
            yield from exists(entry, ("bolus", "action"), "action", entry.record.bolus.action, actions)


def endpoints_can_be_measured(survey: Survey) -> Iterator[Problem]:
    """Families, limits and what an endpoint starts from exist: asked of the room that measures them."""
    yield from read_definitions(survey.catalog.root / "endpoints.yaml")[1]


def _symbol(survey: Survey, entry: Entry[Any], keys: tuple[str | int, ...], dotted: str) -> Iterator[Problem]:
    if survey.unit_of(dotted) is None:
        yield from exists(entry, keys, "symbol", dotted, survey.dotted())


def exists(
    entry: Entry[Any], keys: tuple[str | int, ...], kind: str, name: str, known: Collection[str]
) -> Iterator[Problem]:
    """Yield a problem at a key of a text where a name is not among the known ones, with close names."""
    if name not in known:
        hint = suggest(name, close_names(name, known) or (known if len(known) <= 20 else ()))
        yield Place(entry.path, entry.line(*keys)).error(
            _('there is no {kind} "{name}".').format(kind=_(kind), name=name), hint
        )
