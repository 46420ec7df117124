"""Quantities that are computed from others: ``derived:trait.weight / trait.height^2``."""

from __future__ import annotations

import ast
import functools
import operator
from typing import TYPE_CHECKING

import numpy as np

from insula.catalog.base import DERIVED, HISTORY
from insula.core.errors import InsulaError, UnknownName
from insula.core.spoken import _

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_OPERATORS: dict[type, Callable[..., Floats]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
}
_FUNCTIONS: dict[str, Callable[..., Floats]] = {
    "exp": np.exp,
    "ln": np.log,
    "sqrt": np.sqrt,
    "min": lambda *values: functools.reduce(np.minimum, values),
    "max": lambda *values: functools.reduce(np.maximum, values),
}


class FormulaError(InsulaError):
    """A formula that cannot be evaluated."""


def formula_of(source: str | None) -> str | None:
    """Return the formula of a source ``derived:...``, else None."""
    return source.removeprefix(DERIVED).strip() if source and source.startswith(DERIVED) else None


def lived_of(source: str | None) -> str | None:
    """Return what a source ``history:...`` asks of the life before the study, else None."""
    return source.removeprefix(HISTORY).strip() if source and source.startswith(HISTORY) else None


def symbols_in(symbol: str, formula: str) -> set[str]:
    """Return the dotted symbols that a formula uses."""
    nodes = ast.walk(_parsed(symbol, formula))
    names = {_dotted(node) for node in nodes if isinstance(node, ast.Name | ast.Attribute)}
    longest = {name for name in names if not any(other.startswith(f"{name}.") for other in names)}
    return longest - set(_FUNCTIONS)


def in_order(formulas: Mapping[str, str]) -> list[str]:
    """Return the derived symbols so that each comes after those it uses.

    Raises
    ------
    FormulaError
        Formulas that use each other in a circle.
    """
    waiting = {symbol: symbols_in(symbol, text) & set(formulas) for symbol, text in formulas.items()}
    done: list[str] = []
    while waiting:
        ready = sorted(symbol for symbol, needs in waiting.items() if needs <= set(done))
        if not ready:
            circle = ", ".join(sorted(waiting))
            raise FormulaError(
                _(
                    "These are derived from each other in a circle: {circle}. Give one of them a value."
                ).format(circle=circle)
            )
        done += ready
        waiting = {symbol: needs for symbol, needs in waiting.items() if symbol not in ready}
    return done


def consequences(formulas: Mapping[str, str], causes: Collection[str]) -> list[str]:
    """Return the derived symbols that use one of the causes, directly or through others, in the order of `in_order`."""
    moved = set(causes)
    found = []
    for symbol in in_order(formulas):
        if symbols_in(symbol, formulas[symbol]) & moved:
            moved.add(symbol)
            found.append(symbol)
    return found


def evaluate(symbol: str, formula: str, values: Mapping[str, Floats]) -> Floats:
    """Evaluate a formula of ``+ - * / ^``, exp, ln, sqrt, min and max over arrays.

    Parameters
    ----------
    symbol
        What is derived; named in messages.
    values
        Arrays of one shape by dotted symbol; NaN stays NaN.

    Raises
    ------
    UnknownName
        The formula uses a symbol that has no value.
    FormulaError
        It uses something else than the operations above.
    """
    return np.asarray(_value(_parsed(symbol, formula).body, symbol, values), dtype=np.float64)


@functools.cache
def _parsed(symbol: str, formula: str) -> ast.Expression:
    try:
        return ast.parse(formula.replace("^", "**"), mode="eval")
    except SyntaxError as error:
        raise FormulaError(
            _('{symbol} is derived by "{formula}", which is no formula.').format(
                symbol=symbol, formula=formula
            )
        ) from error


def _value(node: ast.expr, symbol: str, values: Mapping[str, Floats]) -> Floats:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return np.asarray(float(node.value))
    if isinstance(node, ast.Name | ast.Attribute):
        return _look_up(_dotted(node), symbol, values)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](
            _value(node.left, symbol, values), _value(node.right, symbol, values)
        )
    if isinstance(node, ast.UnaryOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_value(node.operand, symbol, values))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS:
        return _FUNCTIONS[node.func.id](*(_value(argument, symbol, values) for argument in node.args))
    raise FormulaError(
        _('{symbol}: "{node}" is not allowed; use + - * / ^, exp, ln, sqrt, min and max.').format(
            symbol=symbol, node=ast.unparse(node)
        )
    )


def _look_up(name: str, symbol: str, values: Mapping[str, Floats]) -> Floats:
    if name not in values:
        raise UnknownName(
            _("quantity (needed to derive {symbol}) called").format(symbol=symbol), name, values
        )
    return values[name]


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
