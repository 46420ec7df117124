"""Reads the protocols of behaviour.csv (docs/concepts/text_formats.md) and computes their statistics."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from insula.compiler.numpy_reference import Event

_SET = re.compile(r"set (\S+?)=(\S+)")
_ACT = re.compile(r"([\w:.]+) (\S+) @(\S+)")
_MEASURE = re.compile(r"measure (\S+)-(\S+)")

STATISTICS: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "mean": lambda _, y: y.mean(),
    "minimum": lambda _, y: y.min(),
    "maximum": lambda _, y: y.max(),
    "end": lambda _, y: y[-1],
    "change": lambda _, y: y[-1] - y[0],
    "rise": lambda _, y: y.max() - y[0],
    "fall": lambda _, y: y[0] - y.min(),
    "integral": lambda t, y: np.trapezoid(y, t),
    "time_of_maximum": lambda t, y: t[y.argmax()] - t[0],
}


@dataclass(frozen=True)
class Experiment:
    """Parameters set at the start, actions, and the window (min) that is read every five minutes."""

    settings: dict[str, float]
    actions: tuple[Event, ...]
    start: float
    end: float

    @property
    def readings(self) -> np.ndarray:
        return np.arange(self.start, self.end + 0.5, 5.0)

    @property
    def events(self) -> list[Event]:
        return [*(Event(float(t)) for t in self.readings), *self.actions]


def read_protocol(text: str) -> Experiment:
    settings, actions, window = {}, [], None
    for statement in (part.strip() for part in text.split(";")):
        if found := _SET.fullmatch(statement):
            settings[found[1]] = float(found[2])
        elif found := _MEASURE.fullmatch(statement):
            window = float(found[1]), float(found[2])
        elif found := _ACT.fullmatch(statement):
            actions.append(Event(float(found[3]), found[1], float(found[2])))
        else:
            raise ValueError(f'cannot read "{statement}" in the protocol "{text}"')
    if window is None:
        raise ValueError(f'the protocol "{text}" does not say `measure <from>-<to>`')
    return Experiment(settings, tuple(actions), *window)
