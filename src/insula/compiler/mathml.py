"""MathML of SBML, as libSBML holds it, to graph nodes.

A function definition is applied by evaluating its body with its arguments bound to nodes, so nothing is
rewritten as text and no name can be captured.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import libsbml

from insula.compiler.errors import UnsupportedConstruct
from insula.compiler.graph import Graph
from insula.core.spoken import _

Formula = Any
"""A libSBML ASTNode."""


@dataclass(frozen=True)
class Scope:
    """What names mean while a formula is read.

    Attributes
    ----------
    lookup : symbol -> node; raises where the symbol is unknown
    time : node of the model's time
    functions : function definitions of the model by id
    where : for messages, e.g. ``kinetic law of "r1"``
    rate_of : symbol -> node of its time derivative
    bound : names that mean something else here: arguments of a function, local parameters
    """

    graph: Graph
    lookup: Callable[[str], int]
    time: int
    functions: Mapping[str, Formula]
    where: str
    rate_of: Callable[[str], int]
    bound: Mapping[str, int] = field(default_factory=dict)

    def name(self, symbol: str) -> int:
        """Node of a symbol."""
        return self.bound[symbol] if symbol in self.bound else self.lookup(symbol)

    def refuse(self, construct: str, formula: Formula) -> UnsupportedConstruct:
        """Error for a construct of this formula."""
        return UnsupportedConstruct(construct, libsbml.formulaToL3String(formula) or "?", self.where)


def to_node(formula: Formula, scope: Scope) -> int:
    """Graph node of a formula.

    Raises
    ------
    UnsupportedConstruct
        For delay, factorial of something that is not a whole constant, and MathML beyond SBML.
    """
    kind = formula.getType()
    if kind in _SPECIAL:
        return _SPECIAL[kind](formula, scope)
    if kind in _OPERATORS:
        return _OPERATORS[kind](scope.graph, [to_node(child, scope) for child in _children(formula)])
    raise scope.refuse("MathML", formula)


def _children(formula: Formula) -> list[Formula]:
    return [formula.getChild(i) for i in range(formula.getNumChildren())]


# names, numbers and functions ----------------------------------------------------------
def _number(formula: Formula, scope: Scope) -> int:
    return scope.graph.constant(formula.getValue())


def _symbol(formula: Formula, scope: Scope) -> int:
    return scope.name(formula.getName())


def _call(formula: Formula, scope: Scope) -> int:
    definition = scope.functions.get(formula.getName())
    if definition is None:
        raise scope.refuse(_("undefined function"), formula)
    *names, body = _children(definition)
    arguments = [to_node(child, scope) for child in _children(formula)]
    if len(names) != len(arguments):
        raise scope.refuse(
            _("call with {count} instead of {needed} arguments").format(
                count=len(arguments), needed=len(names)
            ),
            formula,
        )
    bound = {name.getName(): node for name, node in zip(names, arguments, strict=True)}
    return to_node(body, replace(scope, bound=bound))


def _piecewise(formula: Formula, scope: Scope) -> int:
    parts = [to_node(child, scope) for child in _children(formula)]
    node = parts.pop() if len(parts) % 2 else scope.graph.constant(math.nan)
    for value, condition in reversed(list(zip(parts[::2], parts[1::2], strict=True))):
        node = scope.graph.apply("select", condition, value, node)
    return node


def _rate_of(formula: Formula, scope: Scope) -> int:
    symbol = formula.getChild(0).getName()
    return scope.graph.constant(0.0) if symbol in scope.bound else scope.rate_of(symbol)


def _factorial(formula: Formula, scope: Scope) -> int:
    node = to_node(formula.getChild(0), scope)
    if not scope.graph.is_constant(node) or scope.graph.value(node) % 1.0 or scope.graph.value(node) < 0.0:
        raise scope.refuse(_("factorial of something that is not a whole constant"), formula)
    return scope.graph.constant(math.factorial(int(scope.graph.value(node))))


def _delay(formula: Formula, scope: Scope) -> int:
    raise scope.refuse(_("delay"), formula)


# operators -----------------------------------------------------------------------------
def _unary(op: str) -> Callable[[Graph, list[int]], int]:
    return lambda graph, args: graph.apply(op, *args)


def _fold(op: str, of_nothing: float | None = None) -> Callable[[Graph, list[int]], int]:
    """Operator of any number of arguments, from the left."""

    def make(graph: Graph, args: list[int]) -> int:
        if not args and of_nothing is not None:
            return graph.constant(of_nothing)
        node = args[0]
        for other in args[1:]:
            node = graph.apply(op, node, other)
        return node

    return make


def _chain(op: str) -> Callable[[Graph, list[int]], int]:
    """Relation of any number of arguments: a < b < c."""

    def make(graph: Graph, args: list[int]) -> int:
        links = [graph.apply(op, a, b) for a, b in zip(args, args[1:], strict=False)]
        return _fold("and", 1.0)(graph, links)

    return make


def _logic(op: str, of_nothing: float) -> Callable[[Graph, list[int]], int]:
    """Logic of any number of arguments; of one it is that argument's truth."""

    def make(graph: Graph, args: list[int]) -> int:
        return _fold(op)(graph, [graph.constant(of_nothing), *args])

    return make


def _minus(graph: Graph, args: list[int]) -> int:
    return graph.neg(*args) if len(args) == 1 else graph.sub(*args)


def _xor(graph: Graph, args: list[int]) -> int:
    truths = [graph.apply("and", graph.constant(1.0), a) for a in args]
    return _fold("ne", 0.0)(graph, truths)


def _implies(graph: Graph, args: list[int]) -> int:
    return graph.apply("or", graph.apply("not", args[0]), args[1])


def _log(graph: Graph, args: list[int]) -> int:
    base, value = args if len(args) == 2 else (graph.constant(10.0), args[0])
    return graph.div(graph.apply("log", value), graph.apply("log", base))


def _root(graph: Graph, args: list[int]) -> int:
    degree, value = args if len(args) == 2 else (graph.constant(2.0), args[0])
    return graph.apply("pow", value, graph.div(graph.constant(1.0), degree))


def _quotient(graph: Graph, args: list[int]) -> int:
    exact = graph.div(*args)
    positive = graph.apply("ge", exact, graph.constant(0.0))
    return graph.apply("select", positive, graph.apply("floor", exact), graph.apply("ceil", exact))


def _remainder(graph: Graph, args: list[int]) -> int:
    return graph.sub(args[0], graph.mul(args[1], _quotient(graph, args)))


def _one_over(op: str) -> Callable[[Graph, list[int]], int]:
    return lambda graph, args: graph.div(graph.constant(1.0), graph.apply(op, *args))


def _of_reciprocal(inverse: Callable[[Graph, list[int]], int]) -> Callable[[Graph, list[int]], int]:
    return lambda graph, args: inverse(graph, [graph.div(graph.constant(1.0), args[0])])


def _arcsinh(graph: Graph, args: list[int]) -> int:
    """Return sign(x) log(|x| + sqrt(x^2 + 1)), which loses no digits for large negative x."""
    size = graph.apply("abs", args[0])
    root = graph.apply("sqrt", graph.add(graph.mul(size, size), graph.constant(1.0)))
    value = graph.apply("log", graph.add(size, root))
    return graph.apply("select", graph.apply("ge", args[0], graph.constant(0.0)), value, graph.neg(value))


def _arccosh(graph: Graph, args: list[int]) -> int:
    root = graph.apply("sqrt", graph.sub(graph.mul(args[0], args[0]), graph.constant(1.0)))
    return graph.apply("log", graph.add(args[0], root))


def _arctanh(graph: Graph, args: list[int]) -> int:
    one = graph.constant(1.0)
    ratio = graph.div(graph.add(one, args[0]), graph.sub(one, args[0]))
    return graph.mul(graph.constant(0.5), graph.apply("log", ratio))


def _arccot(graph: Graph, args: list[int]) -> int:
    return graph.apply("atan", graph.div(graph.constant(1.0), args[0]))


_SPECIAL: dict[int, Callable[[Formula, Scope], int]] = {
    libsbml.AST_INTEGER: _number,
    libsbml.AST_REAL: _number,
    libsbml.AST_REAL_E: _number,
    libsbml.AST_RATIONAL: _number,
    libsbml.AST_NAME_AVOGADRO: _number,
    libsbml.AST_CONSTANT_E: lambda _f, s: s.graph.constant(math.e),
    libsbml.AST_CONSTANT_PI: lambda _f, s: s.graph.constant(math.pi),
    libsbml.AST_CONSTANT_TRUE: lambda _f, s: s.graph.constant(1.0),
    libsbml.AST_CONSTANT_FALSE: lambda _f, s: s.graph.constant(0.0),
    libsbml.AST_NAME: _symbol,
    libsbml.AST_NAME_TIME: lambda _f, s: s.time,
    libsbml.AST_FUNCTION: _call,
    libsbml.AST_FUNCTION_PIECEWISE: _piecewise,
    libsbml.AST_FUNCTION_RATE_OF: _rate_of,
    libsbml.AST_FUNCTION_FACTORIAL: _factorial,
    libsbml.AST_FUNCTION_DELAY: _delay,
}

_OPERATORS: dict[int, Callable[[Graph, list[int]], int]] = {
    libsbml.AST_PLUS: _fold("add", 0.0),
    libsbml.AST_TIMES: _fold("mul", 1.0),
    libsbml.AST_MINUS: _minus,
    libsbml.AST_DIVIDE: _unary("div"),
    libsbml.AST_POWER: _unary("pow"),
    libsbml.AST_FUNCTION_POWER: _unary("pow"),
    libsbml.AST_FUNCTION_ABS: _unary("abs"),
    libsbml.AST_FUNCTION_EXP: _unary("exp"),
    libsbml.AST_FUNCTION_LN: _unary("log"),
    libsbml.AST_FUNCTION_LOG: _log,
    libsbml.AST_FUNCTION_ROOT: _root,
    libsbml.AST_FUNCTION_FLOOR: _unary("floor"),
    libsbml.AST_FUNCTION_CEILING: _unary("ceil"),
    libsbml.AST_FUNCTION_MIN: _fold("min"),
    libsbml.AST_FUNCTION_MAX: _fold("max"),
    libsbml.AST_FUNCTION_QUOTIENT: _quotient,
    libsbml.AST_FUNCTION_REM: _remainder,
    libsbml.AST_FUNCTION_SIN: _unary("sin"),
    libsbml.AST_FUNCTION_COS: _unary("cos"),
    libsbml.AST_FUNCTION_TAN: _unary("tan"),
    libsbml.AST_FUNCTION_ARCSIN: _unary("asin"),
    libsbml.AST_FUNCTION_ARCCOS: _unary("acos"),
    libsbml.AST_FUNCTION_ARCTAN: _unary("atan"),
    libsbml.AST_FUNCTION_SINH: _unary("sinh"),
    libsbml.AST_FUNCTION_COSH: _unary("cosh"),
    libsbml.AST_FUNCTION_TANH: _unary("tanh"),
    libsbml.AST_FUNCTION_SEC: _one_over("cos"),
    libsbml.AST_FUNCTION_CSC: _one_over("sin"),
    libsbml.AST_FUNCTION_COT: _one_over("tan"),
    libsbml.AST_FUNCTION_SECH: _one_over("cosh"),
    libsbml.AST_FUNCTION_CSCH: _one_over("sinh"),
    libsbml.AST_FUNCTION_COTH: _one_over("tanh"),
    libsbml.AST_FUNCTION_ARCCOT: _arccot,
    libsbml.AST_FUNCTION_ARCSEC: _of_reciprocal(_unary("acos")),
    libsbml.AST_FUNCTION_ARCCSC: _of_reciprocal(_unary("asin")),
    libsbml.AST_FUNCTION_ARCSINH: _arcsinh,
    libsbml.AST_FUNCTION_ARCCOSH: _arccosh,
    libsbml.AST_FUNCTION_ARCTANH: _arctanh,
    libsbml.AST_FUNCTION_ARCSECH: _of_reciprocal(_arccosh),
    libsbml.AST_FUNCTION_ARCCSCH: _of_reciprocal(_arcsinh),
    libsbml.AST_FUNCTION_ARCCOTH: _of_reciprocal(_arctanh),
    libsbml.AST_RELATIONAL_EQ: _chain("eq"),
    libsbml.AST_RELATIONAL_NEQ: _unary("ne"),
    libsbml.AST_RELATIONAL_LT: _chain("lt"),
    libsbml.AST_RELATIONAL_LEQ: _chain("le"),
    libsbml.AST_RELATIONAL_GT: _chain("gt"),
    libsbml.AST_RELATIONAL_GEQ: _chain("ge"),
    libsbml.AST_LOGICAL_AND: _logic("and", 1.0),
    libsbml.AST_LOGICAL_OR: _logic("or", 0.0),
    libsbml.AST_LOGICAL_XOR: _xor,
    libsbml.AST_LOGICAL_NOT: _unary("not"),
    libsbml.AST_LOGICAL_IMPLIES: _implies,
}
