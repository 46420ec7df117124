"""Every symbol has its number, and every number its symbol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insula.checks.survey import Place, Survey
from insula.core.errors import close_names, suggest
from insula.core.spoken import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insula.core.problems import Problem


def every_symbol_is_declared(survey: Survey) -> Iterator[Problem]:
    """A symbol in a formula has a unit: Antimony would silently make a parameter of a misspelt one."""
    for module, symbols in survey.symbols.items():
        path = survey.modules[module].path
        for formula in symbols.formulas:
            for name in dict.fromkeys([formula.symbol, *formula.names] if formula.symbol else formula.names):
                if name not in symbols.known:
                    hint = suggest(name, close_names(name, symbols.known)) or _(
                        "Write: {name} has <unit>;"
                    ).format(name=name)
                    yield Place(path, formula.line).error(
                        _('symbol "{name}" is used but not declared.').format(name=name), hint
                    )


def every_symbol_has_a_row(survey: Survey) -> Iterator[Problem]:
    """A symbol that is no port and is not computed has its number in parameters.csv."""
    for module, symbols in survey.symbols.items():
        entry = survey.modules[module]
        rows = [row.symbol for row in entry.record.parameters] if entry.record else []
        for name in sorted(symbols.numbers - set(rows)):
            message = _('symbol "{name}" has no row in parameters.csv and is no port or state.').format(
                name=name
            )
            hint = suggest(name, close_names(name, set(rows) - symbols.known))
            yield Place(entry.path, symbols.line(name)).error(message, hint)


def every_row_has_a_symbol(survey: Survey) -> Iterator[Problem]:
    """A row's number is used: its symbol is in the .ant file, is no port and is not computed there."""
    seen: set[tuple[str, str]] = set()
    for module, row in survey.parameters():
        symbols = survey.symbols[module]
        if (module, row.name) in seen:
            yield row.place.error(_('symbol "{name}" has two rows.').format(name=row.name), _("Keep one."))
        seen.add((module, row.name))
        if row.name in symbols.numbers:
            continue
        if row.name in symbols.known:
            why = _("is a port") if row.name in symbols.ports else _("is computed")
            yield row.place.error(
                _('symbol "{name}" {why} in {module}.ant.').format(name=row.name, why=why, module=module),
                _("Remove the row."),
            )
        else:
            hint = suggest(row.name, close_names(row.name, symbols.numbers))
            yield row.place.error(
                _('symbol "{name}" is not in {module}.ant.').format(name=row.name, module=module), hint
            )


def every_state_has_a_start(survey: Survey) -> Iterator[Problem]:
    """A state starts from a row ``<state>_0``."""
    for module, symbols in survey.symbols.items():
        for name in sorted(symbols.computed("rate") - symbols.computed("start")):
            place = Place(survey.modules[module].path, symbols.line(name))
            yield place.error(
                _('state "{name}" has no initial value.').format(name=name),
                _("Write: {name} = {name}_0;").format(name=name),
            )


def no_double_definition(survey: Survey) -> Iterator[Problem]:
    """A symbol is declared once, has one unit and one rule; no symbol has a double underscore."""
    for module, symbols in survey.symbols.items():
        path = survey.modules[module].path
        for name, line in symbols.twice:
            yield Place(path, line).error(
                _('symbol "{name}" is defined twice.').format(name=name), _("Keep one.")
            )
        for name in sorted(symbols.known):
            if "__" in name:
                message = _(
                    'symbol "{name}" has a double underscore, which stands for the dot between modules.'
                ).format(name=name)
                yield Place(path, symbols.line(name)).error(message, _("Write one."))
