"""Algebraic rules of SBML that one symbol solves: ``0 = a + b*x`` with ``a`` and ``b`` free of ``x``."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

import libsbml

from insula.compiler.differentiate import gradients
from insula.compiler.errors import UnsupportedConstruct
from insula.compiler.graph import Graph
from insula.compiler.mathml import Formula, Scope, to_node
from insula.core.spoken import _

UNKNOWN = 2**30
"""Index of the state leaf that stands for the unknown; no model has as many states."""


def match_rules(model: Any, elements: Mapping[str, Any], determined: Collection[str]) -> dict[str, Formula]:
    """Which symbol each algebraic rule determines.

    Parameters
    ----------
    elements : id -> libSBML element
    determined
        Symbols that rules, reactions or events determine already.

    Raises
    ------
    UnsupportedConstruct
        If a rule could determine several symbols, or none.
    """
    rules = [r.getMath() for r in model.getListOfRules() if r.isAlgebraic() and r.isSetMath()]
    free = {s for s, e in elements.items() if hasattr(e, "getConstant") and not e.getConstant()} - {
        *determined
    }
    found: dict[str, Formula] = {}
    while rules:
        candidates = [(rule, (names_in(rule) & free) - found.keys()) for rule in rules]
        clear = [(rule, symbols) for rule, symbols in candidates if len(symbols) == 1]
        if not clear:
            raise _refusal(rules[0], _('model "{model}"').format(model=model.getId()))
        rule, symbols = clear[0]
        found[symbols.pop()] = rule
        rules.remove(rule)
    return found


def names_in(formula: Formula) -> set[str]:
    """Names that occur in a formula."""
    own = {formula.getName()} if formula.getType() == libsbml.AST_NAME else set()
    return own.union(*(names_in(formula.getChild(i)) for i in range(formula.getNumChildren())))


def solve_rule(formula: Formula, symbol: str, scope: Scope) -> int:
    """Node of the value of a symbol that makes a formula zero.

    Raises
    ------
    UnsupportedConstruct
        If the formula is not linear in the symbol.
    """
    graph, unknown = scope.graph, scope.graph.state(UNKNOWN)
    whole = to_node(formula, replace(scope, bound={symbol: unknown}))
    slope = gradients(graph, [whole])[whole].get(UNKNOWN)
    if slope is None or unknown in graph.topological([slope]):
        raise _refusal(formula, scope.where)
    zero = graph.constant(0.0)
    rest = substitute(graph, whole, lambda leaf: zero if leaf == unknown else leaf)
    return graph.neg(graph.div(rest, slope))


def substitute(graph: Graph, node: int, instead: Callable[[int], int]) -> int:
    """Node with other leaves."""
    made: dict[int, int] = {}
    for part in graph.topological([node]):
        args = graph.args(part)
        made[part] = graph.apply(graph.op(part), *(made[a] for a in args)) if args else instead(part)
    return made[node]


def _refusal(formula: Formula, where: str) -> UnsupportedConstruct:
    return UnsupportedConstruct(_("algebraic rule"), libsbml.formulaToL3String(formula), where)
