"""Scales on which the averaged map is smooth, as numbers and as formulas of a model text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

Floats = NDArray[np.float64]

# The tenth keeps 0 finite, and a step from nothing to a tenth as wide as one from a half to the whole; the floor of a
# share keeps its logit finite and stands for "less than can be seen in a day".
TENTH = 0.1
FLOOR = 1e-3

_FORMULAS = {"identity": "{x}", "log": "ln({x})", "log_tenth": f"ln({TENTH} + {{x}})", "sqrt": "sqrt({x})"}
_INVERSES = {
    "identity": "({x})",
    "log": "exp({x})",
    "sqrt": "max({x}, 0)^2",
    "logit": "(exp({x})/(1 + exp({x})))",
}


def to_scale(scale: str, values: ArrayLike) -> Floats:
    """Numbers on a scale: identity, log, log_tenth (of a tenth more), sqrt or logit (shares, floored)."""
    return np.asarray(_TO[scale](np.asarray(values, dtype=np.float64)))


def from_scale(scale: str, values: Floats) -> Floats:
    """Back from a scale."""
    return np.asarray(_FROM[scale](values))


def _logit(share: Floats) -> Floats:
    floored = np.clip(share, FLOOR, 1.0 - FLOOR)
    return np.log(floored / (1.0 - floored))


_TO: dict[str, Callable[[Floats], Floats]] = {
    "identity": np.asarray,
    "log": np.log,
    "log_tenth": lambda v: np.log(v + TENTH),
    "sqrt": np.sqrt,
    "logit": _logit,
}
_FROM: dict[str, Callable[[Floats], Floats]] = {
    "identity": np.asarray,
    "log": np.exp,
    "log_tenth": lambda v: np.exp(v) - TENTH,
    "sqrt": np.square,
    "logit": lambda v: 1.0 / (1.0 + np.exp(-v)),
}


def scale_text(scale: str, formula: str) -> str:
    """Formula of a scale, for an input of the map."""
    return _FORMULAS[scale].format(x=formula)


def inverse_text(scale: str, formula: str) -> str:
    """Formula of the way back, for an output of the map."""
    return _INVERSES[scale].format(x=formula)
