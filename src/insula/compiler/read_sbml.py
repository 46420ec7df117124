"""SBML Level 2 and 3, or one Antimony file, to a :class:`System`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import libsbml
import numpy as np

from insula.compiler.errors import MissingValue, SyntaxProblem, UnknownSymbol
from insula.compiler.mathml import to_node
from insula.compiler.sbml_document import open_document, read_text
from insula.compiler.sbml_events import event_targets, read_events
from insula.compiler.sbml_symbols import Symbols
from insula.compiler.system import Action, Assignment, System
from insula.core.errors import CompileError
from insula.core.spoken import _

DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.\w+)+")


class ActionRow(NamedTuple):
    """One row of an actions.csv: dotted target, expression over dotted symbols and ``value``."""

    action: str
    target: str
    expression: str


def read_model(path: Path | str) -> System:
    """Read a model file without actions.

    Parameters
    ----------
    path
        ``.xml`` or ``.sbml`` (Level 2 or 3) or ``.ant``.
    """
    return build_system(read_text(Path(path)), source=str(path))


def build_system(
    sbml: str,
    names: Mapping[str, str] | None = None,
    inputs: Sequence[str] = (),
    actions: Iterable[ActionRow] = (),
    source: str = "SBML",
    aliases: Mapping[str, str] | None = None,
) -> System:
    """Expressions of one flat model.

    Parameters
    ----------
    sbml
        Text of the model.
    names : flat id -> dotted name
        Ids that are left out keep their id.
    inputs
        Dotted names of states and parameters that a schedule may set or add to: each gets the actions
        ``set:<name>`` and ``add:<name>``.
    actions
        Rows with the same action form one action. A parameter that is a target becomes an input.
    source
        Where the text comes from, for messages.
    aliases : dotted name -> dotted name
        Further names of symbols, such as ports; usable in actions, and observables like the others.

    Raises
    ------
    SyntaxProblem, UnknownSymbol, MissingValue, CircularDefinition, UnsupportedConstruct
    """
    document = open_document(sbml, source)
    model = document.getModel()
    names = dict(names or {})
    flat = {dotted: identifier for identifier, dotted in names.items()}
    flat.update({alias: flat[dotted] for alias, dotted in (aliases or {}).items()})
    rows = [*actions, *_generic_rows(inputs)]
    plain = Symbols(model, (), names)
    targets = dict.fromkeys([*(_flat_target(plain, flat, row) for row in rows), *event_targets(model)])
    symbols = Symbols(model, [t for t in targets if plain.kind(t) != "state"], names)
    return _assemble(symbols, model.getId() or source, flat, rows)


def _assemble(symbols: Symbols, name: str, flat: Mapping[str, str], rows: Iterable[ActionRow]) -> System:
    observables = _observables(symbols)
    observables |= {alias: symbols.running(flat[alias]) for alias in flat if alias not in observables}
    derivatives = tuple(symbols.state_derivative(s) for s in symbols.states)
    initial = tuple(symbols.initial_state(s) for s in symbols.states)
    input_defaults = tuple(symbols.input_default(s) for s in symbols.inputs)
    return System(
        name=name,
        graph=symbols.graph,
        states=tuple(symbols.shown(s) for s in symbols.states),
        initial=initial,
        parameters=tuple(symbols.parameters),
        defaults=np.array(list(symbols.parameters.values()), dtype=np.float64),
        inputs=tuple(symbols.shown(s) for s in symbols.inputs),
        input_defaults=input_defaults,
        derivatives=derivatives,
        observables=observables,
        actions=_actions(symbols, flat, rows),
        events=read_events(symbols),
    )


def _observables(symbols: Symbols) -> dict[str, int]:
    """Every symbol by its name; what has no value and is used nowhere is left out."""
    found: dict[str, int] = {}
    for symbol in symbols.elements:
        try:
            found[symbols.shown(symbol)] = symbols.running(symbol)
        except MissingValue as missing:
            if missing.symbol != symbols.shown(symbol):
                raise
    for index, name in enumerate(symbols.parameters):
        found.setdefault(name, symbols.graph.parameter(index))
    return found


# actions -------------------------------------------------------------------------------
def _generic_rows(names: Iterable[str]) -> Iterable[ActionRow]:
    for name in names:
        yield ActionRow(f"set:{name}", name, "value")
        yield ActionRow(f"add:{name}", name, f"{name} + value")


def _flat_target(symbols: Symbols, flat: Mapping[str, str], row: ActionRow) -> str:
    target = flat.get(row.target, row.target)
    where = _('action "{action}"').format(action=row.action)
    if target not in symbols.elements:
        raise UnknownSymbol(row.target, where, symbols.known())
    if symbols.kind(target) in ("assigned", "reaction"):
        raise CompileError(
            _(
                '{where} changes "{target}", which follows from a formula. Change a state or parameter '
                "in that formula."
            ).format(where=where, target=row.target)
        )
    return target


def _actions(symbols: Symbols, flat: Mapping[str, str], rows: Iterable[ActionRow]) -> tuple[Action, ...]:
    found: dict[str, tuple[Assignment, ...]] = {}
    for row in rows:
        found[row.action] = (*found.get(row.action, ()), _assignment(symbols, flat, row))
    return tuple(Action(name, assignments) for name, assignments in found.items())


def _assignment(symbols: Symbols, flat: Mapping[str, str], row: ActionRow) -> Assignment:
    where = _('action "{action}", target "{target}"').format(action=row.action, target=row.target)
    target = flat.get(row.target, row.target)
    scope = replace(symbols.running_scope(where), bound={"value": symbols.graph.argument()})
    node = to_node(_parse(row.expression, flat, where), scope)
    return symbols.assignment(target, symbols.to_state(target, node))


def _parse(expression: str, flat: Mapping[str, str], where: str) -> object:
    """Read a formula with dotted symbols."""
    plain = DOTTED.sub(lambda found: _flat_symbol(found.group(), flat, where), expression)
    formula = libsbml.parseL3Formula(plain)
    if formula is None:
        reason = libsbml.getLastParseL3Error().splitlines()[0]
        raise SyntaxProblem(
            _('{where}: cannot read "{expression}": {reason}').format(
                where=where, expression=expression, reason=reason
            )
        )
    return formula


def _flat_symbol(dotted: str, flat: Mapping[str, str], where: str) -> str:
    if dotted not in flat:
        raise UnknownSymbol(dotted, where, flat)
    return flat[dotted]
