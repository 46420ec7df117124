"""The protocols of behaviour.csv (docs/concepts/text_formats.md) and the statistics of what they give."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from insula.core.errors import ProtocolError
from insula.core.spoken import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable

Vector = NDArray[np.float64]

_SET = re.compile(r"set (\S+?)=(\S+)")
_ACT = re.compile(r"([\w:.]+) (\S+) @(\S+)")
_MEASURE = re.compile(r"measure ([^-\s]+)-(\S+)")
_FORMS = N_("`set <symbol>=<value>`, `<action> <value> @<time>` and `measure <from>-<to>`, separated by `;`")

#: Statistics of a window by name: of times (T,) and readings (T,) in their units.
STATISTICS: dict[str, Callable[[Vector, Vector], float]] = {
    "mean": lambda _, y: y.mean(),
    "minimum": lambda _, y: y.min(),
    "maximum": lambda _, y: y.max(),
    "end": lambda _, y: y[-1],
    "change": lambda _, y: y[-1] - y[0],
    "rise": lambda _, y: y.max() - y[0],
    "fall": lambda _, y: y[0] - y.min(),
    "integral": lambda t, y: float(np.trapezoid(y, t)),
    "time_of_maximum": lambda t, y: t[y.argmax()] - t[0],
    "end_over_start": lambda _, y: y[-1] / y[0],
    "time_of_half_change": lambda t, y: t[(abs(y - y[0]) >= abs(y[-1] - y[0]) / 2).argmax()] - t[0],
    "time_of_nine_tenths": lambda t, y: t[(y >= 0.9 * y.max()).argmax()] - t[0],
}


class Act(NamedTuple):
    """One action of a schedule: when (model time), which, how much."""

    time: float
    action: str
    value: float


@dataclass(frozen=True)
class Experiment:
    """Parameters set at the start, actions, and the times (T,) at which it is read (model time)."""

    settings: dict[str, float]
    actions: tuple[Act, ...]
    times: Vector


def read_protocol(text: str, every: float) -> Experiment:
    """Read a protocol; ``every`` is the time between two readings of the window, in model time.

    Raises
    ------
    ProtocolError
        For a statement that cannot be read, a number that is none, and a protocol without a window.
    """
    settings: dict[str, float] = {}
    actions: list[Act] = []
    window: tuple[float, float] | None = None
    for statement in (part.strip() for part in text.split(";")):
        if found := _SET.fullmatch(statement):
            settings[found[1]] = _number(found[2], statement)
        elif found := _MEASURE.fullmatch(statement):
            window = _number(found[1], statement), _number(found[2], statement)
        elif found := _ACT.fullmatch(statement):
            actions.append(Act(_number(found[3], statement), found[1], _number(found[2], statement)))
        else:
            raise ProtocolError(
                _('cannot read "{statement}" in the protocol "{text}". Write {forms}.').format(
                    statement=statement, text=text, forms=_(_FORMS)
                )
            )
    if window is None:
        raise ProtocolError(_('the protocol "{text}" does not say `measure <from>-<to>`.').format(text=text))
    return Experiment(settings, tuple(actions), np.arange(window[0], window[1] + every / 2, every))


def _number(text: str, statement: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ProtocolError(
            _('"{text}" in "{statement}" is no number.').format(text=text, statement=statement)
        ) from None
