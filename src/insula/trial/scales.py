"""Scales on which the averaged map is smooth, as numbers and as formulas of a model text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

# log1p keeps 0 finite; the floor of a share keeps its logit finite and stands for "less than can be seen in a day".
FLOOR = 1e-3

_FORMULAS = {"identity": "{x}", "log": "ln({x})", "log1p": "ln(1 + {x})", "sqrt": "sqrt({x})"}
_INVERSES = {"identity": "({x})", "log": "exp({x})", "logit": "(exp({x})/(1 + exp({x})))"}


def to_scale(scale: str, values: ArrayLike) -> NDArray[np.float64]:
    """Numbers on a scale: identity, log, log1p, sqrt or logit (shares, floored)."""
    x = np.asarray(values, dtype=np.float64)
    if scale == "logit":
        x = np.clip(x, FLOOR, 1.0 - FLOOR)
        return np.log(x / (1.0 - x))
    return {"identity": lambda v: v, "log": np.log, "log1p": np.log1p, "sqrt": np.sqrt}[scale](x)


def from_scale(scale: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Back from a scale."""
    inverse = {
        "identity": lambda v: v,
        "log": np.exp,
        "log1p": np.expm1,
        "sqrt": np.square,
        "logit": lambda v: 1.0 / (1.0 + np.exp(-v)),
    }
    return np.asarray(inverse[scale](values))


def scale_text(scale: str, formula: str) -> str:
    """Formula of a scale, for an input of the map."""
    return _FORMULAS[scale].format(x=formula)


def inverse_text(scale: str, formula: str) -> str:
    """Formula of the way back, for an output of the map."""
    return _INVERSES[scale].format(x=formula)
