"""Events of SBML: what they watch, when they act and what they set."""

from collections.abc import Iterator
from typing import Any

from insula.compiler.mathml import to_node
from insula.compiler.sbml_document import Model
from insula.compiler.sbml_symbols import Symbols
from insula.compiler.system import Assignment, Event
from insula.core.spoken import _

Element = Any


def event_targets(model: Model) -> list[str]:
    """Flat ids of everything that events set, each once."""
    return list(dict.fromkeys(a.getVariable() for event in _acting(model) for a in _assignments(event)))


def read_events(symbols: Symbols) -> tuple[Event, ...]:
    """All events that can happen, in the order of the text."""
    return tuple(_read(symbols, event) for event in _acting(symbols.model))


def _acting(model: Model) -> Iterator[Element]:
    """Events that have a trigger: Level 3 Version 2 lets it be left out, and then nothing ever happens."""
    return (e for e in model.getListOfEvents() if e.isSetTrigger() and e.getTrigger().isSetMath())


def _assignments(event: Element) -> list[Element]:
    return [a for a in event.getListOfEventAssignments() if a.isSetMath()]


def _read(symbols: Symbols, event: Element) -> Event:
    where = _('event "{event}"').format(event=event.getId() or _("(without id)"))
    scope, graph, trigger = symbols.running_scope(where), symbols.graph, event.getTrigger()
    delay, priority = (part if part and part.isSetMath() else None for part in _parts(event))
    return Event(
        name=event.getId(),
        trigger=graph.apply("ne", to_node(trigger.getMath(), scope), graph.constant(0.0)),
        delay=None if delay is None else to_node(delay.getMath(), scope),
        priority=None if priority is None else to_node(priority.getMath(), scope),
        assignments=_changes(symbols, event, where),
        starts_true=bool(trigger.getInitialValue()),
        persistent=bool(trigger.getPersistent()),
        from_trigger_time=bool(event.getUseValuesFromTriggerTime()),
    )


def _parts(event: Element) -> tuple[Element, Element]:
    return event.getDelay(), event.getPriority()


def _changes(symbols: Symbols, event: Element, where: str) -> tuple[Assignment, ...]:
    """What the event sets: new values are for the volumes before it; where it changes a volume, amounts stay.

    Volumes and amounts before it are those at the action, however early its values were computed.
    """
    graph, scope = symbols.graph, symbols.running_scope(where)
    new = {a.getVariable(): to_node(a.getMath(), scope) for a in _assignments(event)}
    found = {
        symbol: symbols.assignment(symbol, node, symbols.amount_in(symbol)) for symbol, node in new.items()
    }
    for state in symbols.states:
        home = symbols.volume_of_concentration(state)
        if home in new and not symbols.held_as_amount(state):
            size = symbols.running(home)
            kept = graph.div(new.get(state, graph.constant(1.0)), new[home])
            then = size if state in new else graph.mul(symbols.running(state), size)
            found[state] = symbols.assignment(state, kept, then)
    return tuple(found.values())
