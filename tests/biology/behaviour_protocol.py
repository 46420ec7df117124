"""The protocols of behaviour.csv (docs/concepts/text_formats.md) and the statistics of what they give."""

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
    "end_over_start": lambda _, y: y[-1] / y[0],
    "time_of_half_change": lambda t, y: t[(abs(y - y[0]) >= abs(y[-1] - y[0]) / 2).argmax()] - t[0],
    "time_of_nine_tenths": lambda t, y: t[(y >= 0.9 * y.max()).argmax()] - t[0],
}


@dataclass(frozen=True)
class Experiment:
    """Parameters set at the start, actions, and the times at which it is read (model time)."""

    settings: dict[str, float]
    actions: tuple[Event, ...]
    times: np.ndarray


def read_protocol(text: str, every: float) -> Experiment:
    """Read a protocol; ``every`` is the time between two readings of the window, in model time."""
    settings, actions, times = {}, [], None
    for statement in (part.strip() for part in text.split(";")):
        if found := _SET.fullmatch(statement):
            settings[found[1]] = float(found[2])
        elif found := _MEASURE.fullmatch(statement):
            times = np.arange(float(found[1]), float(found[2]) + every / 2, every)
        elif found := _ACT.fullmatch(statement):
            actions.append(Event(float(found[3]), found[1], float(found[2])))
        else:
            raise ValueError(f'cannot read "{statement}" in the protocol "{text}"')
    if times is None:
        raise ValueError(f'the protocol "{text}" does not say `measure <from>-<to>`')
    return Experiment(settings, tuple(actions), times)
