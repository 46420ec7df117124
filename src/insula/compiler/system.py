"""A model as expressions: what the engine compiles."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from insula.compiler.graph import Graph


@dataclass(frozen=True)
class Assignment:
    """One target of an action: ``index`` counts states or inputs, ``node`` is the new value.

    Where an event keeps its values from the trigger to the action, ``scale`` is what the kept value is multiplied
    with at the action: a concentration is kept, the amount follows from the volume of then.
    """

    kind: Literal["state", "input"]
    index: int
    node: int
    scale: int | None = None

    def nodes(self) -> list[int]:
        """Return the node of the value and, where there is one, that of the scale."""
        return [self.node] if self.scale is None else [self.node, self.scale]


@dataclass(frozen=True)
class Action:
    """What a schedule may do: all nodes are evaluated first, then all targets change."""

    name: str
    assignments: tuple[Assignment, ...]


@dataclass(frozen=True)
class Event:
    """What happens by itself, whenever a condition becomes true.

    Attributes
    ----------
    trigger : boolean node
    delay, priority : nodes or None
        Time from becoming true to acting; which of several events at one time acts first (the highest).
    starts_true
        Whether the trigger counts as true before the start, so that being true there is no change.
    persistent
        Whether an event that has been triggered acts even if the trigger becomes false before.
    from_trigger_time
        Whether the new values are those of the time of triggering, rather than of acting.
    """

    name: str
    trigger: int
    delay: int | None
    priority: int | None
    assignments: tuple[Assignment, ...]
    starts_true: bool
    persistent: bool
    from_trigger_time: bool

    def nodes(self) -> list[int]:
        """Return all nodes of the event."""
        whole = [self.trigger, self.delay, self.priority]
        return [node for node in whole if node is not None] + [
            node for t in self.assignments for node in t.nodes()
        ]


@dataclass(frozen=True, eq=False)
class System:
    """Ordinary differential equations of one flat model.

    Attributes
    ----------
    states, parameters, inputs : N, K, U dotted names
        An input is a parameter that actions change. It stays in ``parameters`` too: its value at the start.
    initial : (N,) nodes over parameters, inputs and constants
        States at the start.
    defaults : (K,) float64, model units, never NaN
        Parameter values of the text.
    input_defaults : (U,) nodes over parameters and constants
        Inputs at the start.
    derivatives : (N,) nodes, model units per model time
        Time derivatives of the states.
    observables
        Every symbol of the model by dotted name, reactions (their rates) included, and its node.
    actions
        What a schedule may do, each name once.
    events
        What happens by itself.
    """

    name: str
    graph: Graph
    states: tuple[str, ...]
    initial: tuple[int, ...]
    parameters: tuple[str, ...]
    defaults: NDArray[np.float64]
    inputs: tuple[str, ...]
    input_defaults: tuple[int, ...]
    derivatives: tuple[int, ...]
    observables: Mapping[str, int]
    actions: tuple[Action, ...] = field(default=())
    events: tuple[Event, ...] = field(default=())

    @property
    def n_states(self) -> int:
        """Number of states, N."""
        return len(self.states)

    @property
    def n_parameters(self) -> int:
        """Number of parameters, K."""
        return len(self.parameters)

    @property
    def n_inputs(self) -> int:
        """Number of inputs, U."""
        return len(self.inputs)
