"""Wirings, actions and the tables of the two clocks name symbols that exist, and leave no port open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insula.checks.module_text import names_in
from insula.checks.survey import Place, Survey
from insula.core.errors import close_names, suggest
from insula.core.spoken import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insula.core.problems import Problem


def wirings_are_readable(survey: Survey) -> Iterator[Problem]:
    """A wiring holds imports, instances and joined ports only."""
    for place, text in survey.unreadable_wirings:
        yield place.error(text)


def instances_exist(survey: Survey) -> Iterator[Problem]:
    """Every instance of a wiring is a module, and is imported."""
    for model, wiring in survey.wirings.items():
        path = survey.model_path(model)
        text = path.read_text(encoding="utf-8").splitlines()
        for instance, module in wiring.instances.items():
            line = next(
                (n for n, code in enumerate(text, 1) if code.strip().startswith(f"{instance}:")), None
            )
            if module not in survey.all_symbols:
                message = _('there is no module "{module}".').format(module=module)
                yield Place(path, line).error(
                    message, suggest(module, close_names(module, survey.all_symbols))
                )


def ports_are_connected(survey: Survey) -> Iterator[Problem]:
    """Every port of every instance is joined to a symbol that exists, once."""
    for model, wiring in survey.wirings.items():
        path = survey.model_path(model)
        joined: set[str] = set()
        for join in wiring.joins:
            for place in join[:2]:
                yield from _exists(survey, model, str(place), Place(path, join.line))
            if str(join.first) in joined:
                yield Place(path, join.line).error(
                    _('port "{first}" is joined twice.').format(first=join.first), _("Keep one.")
                )
            joined.add(str(join.first))
        for instance, module in wiring.instances.items():
            for port in sorted(survey.all_symbols[module].ports if module in survey.all_symbols else ()):
                if f"{instance}.{port}" not in joined:
                    owners = [name for name in survey.dotted(model) if name.endswith(f".{port}")]
                    message = _('port "{instance}.{port}" is not connected.').format(
                        instance=instance, port=port
                    )
                    hint = _("Write: {instance}.{port} is {owner};").format(
                        instance=instance, port=port, owner=_other(owners, instance)
                    )
                    yield Place(path).error(message, hint)


def _other(owners: list[str], instance: str) -> str:
    others = sorted(name for name in owners if not name.startswith(f"{instance}."))
    return others[0] if len(others) == 1 else "<module>.<symbol>"


def handed_symbols_exist(survey: Survey) -> Iterator[Problem]:
    """What the clocks hand over exists in the model it comes from and in the one it goes to."""
    for entry in survey.catalog.handovers.entries().values():
        for row in entry.record or ():
            for clocked in (row.source, row.target):
                model, _, dotted = clocked.partition(":")
                yield from _exists(survey, model, dotted, Place(entry.path, row=row.row, key=row.source))


def actions_name_symbols(survey: Survey) -> Iterator[Problem]:
    """Targets and symbols of actions exist, in the model that the row stands beside or in any."""
    for place, row, model in survey.actions():
        names = [name for name in names_in(row.expression) if name != "value"]
        for dotted in dict.fromkeys([row.target, *names]):
            yield from _exists(survey, model, dotted, place)


def persons_name_symbols(survey: Survey) -> Iterator[Problem]:
    """A published person's numbers are of symbols that exist, in their unit."""
    for entry in survey.catalog.persons.entries().values():
        for row in entry.record or ():
            place = Place(entry.path, row=row.row, key=f"{row.person}, {row.symbol}")
            yield from _exists(survey, None, row.symbol, place)
            declared = survey.unit_of(row.symbol)
            if declared and declared != row.unit:
                yield place.error(
                    _('unit is "{unit}", the module declares "{declared}".').format(
                        unit=row.unit, declared=declared
                    )
                )


def settings_name_symbols(survey: Survey) -> Iterator[Problem]:
    """The symbols that the machinery reads and writes exist in one of the models."""
    for entry in survey.catalog.settings.entries().values():
        if entry.record is None:
            continue
        for key, dotted in dict(entry.record.symbols).items():
            if dotted is not None:
                yield from _exists(survey, None, dotted, Place(entry.path, entry.line("symbols", key)))
        for index, dotted in enumerate(entry.record.course):
            yield from _exists(survey, None, dotted, Place(entry.path, entry.line("course", index)))


def _exists(survey: Survey, model: str | None, dotted: str, place: Place) -> Iterator[Problem]:
    if survey.unit_of(dotted, model) is None:
        hint = suggest(dotted, close_names(dotted, survey.dotted(model)))
        where = _(' in the model "{model}"').format(model=model) if model else ""
        yield place.error(_('there is no symbol "{symbol}"{where}.').format(symbol=dotted, where=where), hint)
