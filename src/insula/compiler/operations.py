"""What every operation of the expression graph means: its arity and its value in float64.

Relations and logic give 0.0 or 1.0; a number is true where it is not 0. ``min`` and ``max`` hand a NaN
on. The functions take scalars and arrays alike; a division by zero has its IEEE result.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

LEAVES = ("constant", "state", "parameter", "input", "time", "argument")
#: Levels of a node: a number, known once the parameters are, changing during a run.
CONSTANT, HOISTABLE, VARYING = 0, 1, 2


def _as_number(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a NumPy predicate answer 0.0 or 1.0."""
    return lambda *arguments: np.asarray(function(*arguments), dtype=np.float64)


def _select(condition: Any, chosen: Any, otherwise: Any) -> Any:
    return np.where(np.not_equal(condition, 0.0), chosen, otherwise)


RELATIONS: dict[str, Callable[..., Any]] = {
    "lt": _as_number(np.less),
    "le": _as_number(np.less_equal),
    "gt": _as_number(np.greater),
    "ge": _as_number(np.greater_equal),
    "eq": _as_number(np.equal),
    "ne": _as_number(np.not_equal),
}
LOGIC: dict[str, Callable[..., Any]] = {
    "and": _as_number(np.logical_and),
    "or": _as_number(np.logical_or),
    "not": _as_number(np.logical_not),
}
UNARY: dict[str, Callable[..., Any]] = {
    "neg": np.negative,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "abs": np.abs,
    "floor": np.floor,
    "ceil": np.ceil,
}
BINARY: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "pow": np.power,
    "min": np.minimum,
    "max": np.maximum,
}
EVALUATE: dict[str, Callable[..., Any]] = {**RELATIONS, **LOGIC, **UNARY, **BINARY, "select": _select}

ARITY: dict[str, int] = {
    **dict.fromkeys(RELATIONS, 2),
    **dict.fromkeys(BINARY, 2),
    **dict.fromkeys(UNARY, 1),
    "and": 2,
    "or": 2,
    "not": 1,
    "select": 3,
}
EQUALITIES = frozenset({"eq", "ne"})
BOOLEAN = frozenset(RELATIONS) | frozenset(LOGIC)
COMMUTATIVE = frozenset({"add", "mul", "min", "max", "eq", "ne", "and", "or"})
#: Finite operands give a finite result (overflow of the sum or product itself set aside).
TOTAL = BOOLEAN | {"neg", "add", "sub", "mul", "min", "max", "abs", "floor", "ceil"}
TOTAL = TOTAL | {"sin", "cos", "atan", "tanh", "select"}
