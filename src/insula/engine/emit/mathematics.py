"""Mathematical functions by the names that :meth:`Function.math` calls them."""

from insula.engine.emit import exponentials, singles, trigonometry
from insula.engine.emit.formats import DOUBLE, SINGLE
from insula.engine.emit.ir import MathBody, Module

MATHEMATICS: dict[str, MathBody] = {
    "exp": exponentials.exp,
    "expm1": exponentials.expm1,
    "log": exponentials.log,
    "pow": exponentials.power,
    "any_pow": exponentials.any_power,
    "sinh": exponentials.sinh,
    "cosh": exponentials.cosh,
    "tanh": exponentials.tanh,
    "sin": trigonometry.sin,
    "cos": trigonometry.cos,
    "tan": trigonometry.tan,
    "atan": trigonometry.atan,
    "asin": trigonometry.asin,
    "acos": trigonometry.acos,
}


SINGLES: dict[str, MathBody] = {
    "exp": singles.exp,
    "log": singles.log,
    "pow": singles.power,
    "tanh": singles.tanh,
}


def new_module(avx512: bool) -> Module:
    """Return an empty module that can compute all of them."""
    return Module({DOUBLE: MATHEMATICS, SINGLE: SINGLES}, avx512)
