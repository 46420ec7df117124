"""Where the events of a model keep what they remember between steps."""

from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

from insula.compiler.graph import Graph
from insula.compiler.operations import EQUALITIES, RELATIONS, VARYING
from insula.compiler.system import Event

WAITING_AT_ONCE, WAITING_LATER = 16, 32
"""How often one event may wait to act, without and with a delay."""


class EventPlaces(NamedTuple):
    """Places of one event: its trigger's last value ``number``, waiting times and values from these places on.

    Attributes
    ----------
    n_waiting
        Times that may wait, infinity where none does.
    n_values
        New values kept with each waiting time; 0 where they are computed on acting.
    """

    number: int
    event: Event
    first_waiting: int
    n_waiting: int
    first_value: int
    n_values: int


def arrange_events(events: Iterable[Event]) -> tuple[EventPlaces, ...]:
    """Lay the events one after another."""
    events = tuple(events)
    waiting = [WAITING_AT_ONCE if event.delay is None else WAITING_LATER for event in events]
    kept = [len(event.assignments) if event.from_trigger_time else 0 for event in events]
    sizes = [n * k for n, k in zip(waiting, kept, strict=True)]
    starts = accumulate(waiting, initial=0), accumulate(sizes, initial=0)
    columns = zip(range(len(events)), events, starts[0], waiting, starts[1], kept, strict=False)
    return tuple(EventPlaces(*column) for column in columns)


def watched_relations(graph: Graph, events: Iterable[Event]) -> tuple[int, ...]:
    """Relations on which triggers depend: each is watched, so that a short time between two of them is not missed.

    An equality holds for a moment only; the two inequalities at its ends are watched instead.
    """
    nodes = graph.topological(event.trigger for event in events)
    found = [n for n in nodes if graph.op(n) in RELATIONS and graph.level(n) == VARYING]
    ends = [
        graph.raw(op, *graph.args(node))
        for node in found
        if graph.op(node) in EQUALITIES
        for op in ("lt", "le")
    ]
    return tuple(dict.fromkeys([*(n for n in found if graph.op(n) not in EQUALITIES), *ends]))
