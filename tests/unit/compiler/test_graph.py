import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insula.compiler.graph import Graph
from insula.compiler.numpy_reference import Values, evaluate
from insula.compiler.operations import ARITY

NUMBERS = [0.0, 1.0, -1.0, 2.0, 0.5, -3.0, 8.0, 1.7]
NUMERIC = sorted(set(ARITY) - {"tan", "exp", "sinh", "cosh"})  # steep functions blow rounding up


def expressions():
    leaves = st.one_of(
        st.sampled_from(NUMBERS).map(lambda v: ("constant", v)),
        st.integers(0, 2).map(lambda i: ("state", i)),
        st.integers(0, 1).map(lambda i: ("parameter", i)),
    )

    def grow(children):
        return st.sampled_from(NUMERIC).flatmap(lambda op: st.tuples(st.just(op), *[children] * ARITY[op]))

    return st.recursive(leaves, grow, max_leaves=12)


def build(graph, tree, make):
    op, *rest = tree
    if op in ("constant", "state", "parameter"):
        return getattr(graph, op)(rest[0])
    return make(op, *[build(graph, child, make) for child in rest])


def value_of(tree, simplified, values):
    graph = Graph()
    root = build(graph, tree, graph.apply if simplified else graph.raw)
    return evaluate(graph, [root], values)[0]


def leaves_at(*state):
    return Values(np.array(state), np.array([2.5, -0.75]), np.empty(0))


@settings(max_examples=250, deadline=None)
@given(expressions(), st.sampled_from([(0.3, 1.7, -2.2), (0.0, 1.0, -1.0), (0.0, 0.0, 0.0)]))
def test_folding_changes_no_value_and_hides_no_division_by_zero(tree, state):
    plain = value_of(tree, False, leaves_at(*state))
    folded = value_of(tree, True, leaves_at(*state))
    if math.isfinite(plain):
        assert math.isfinite(folded)
        if not unsteady(tree):
            assert folded == pytest.approx(plain, rel=1e-9, abs=1e-9)
    elif not unsteady(tree):
        assert not math.isfinite(folded)


def unsteady(tree):
    """Relations, roundings and boolean arithmetic turn a last-bit difference into a jump."""
    op, *rest = tree
    jumps = {
        "lt",
        "le",
        "gt",
        "ge",
        "eq",
        "ne",
        "floor",
        "ceil",
        "select",
        "and",
        "or",
        "not",
        "pow",
        "log",
        "asin",
        "acos",
        "sqrt",
        "div",
    }
    return (
        op in jumps
        and any(child[0] not in ("constant", "state", "parameter") for child in rest)
        or any(unsteady(child) for child in rest if isinstance(child, tuple))
    )


def test_the_same_expression_exists_once():
    graph = Graph()
    a, b = graph.state(0), graph.parameter(0)
    assert graph.mul(a, b) == graph.mul(b, a)
    assert graph.sub(a, b) != graph.sub(b, a)


@pytest.mark.parametrize(
    ("op", "args", "expected"),
    [
        ("add", ("x", 0.0), "x"),
        ("mul", ("x", 1.0), "x"),
        ("mul", ("x", 0.0), 0.0),
        ("sub", ("x", "x"), 0.0),
        ("div", ("x", 1.0), "x"),
        ("pow", ("x", 0.0), 1.0),
        ("pow", ("x", 1.0), "x"),
        ("select", (1.0, "x", 3.0), "x"),
        ("add", (2.0, 3.0), 5.0),
        ("log", (1.0,), 0.0),
    ],
)
def test_trivial_identities_vanish(op, args, expected):
    graph = Graph()
    node = {"x": graph.state(0)}
    as_node = lambda a: node.get(a) if isinstance(a, str) else graph.constant(a)  # noqa: E731
    assert graph.apply(op, *map(as_node, args)) == as_node(expected)


def test_zero_times_a_quotient_stays_because_the_quotient_may_be_infinite():
    graph = Graph()
    quotient = graph.div(graph.constant(1.0), graph.state(0))
    product = graph.mul(graph.constant(0.0), quotient)
    assert math.isnan(evaluate(graph, [product], leaves_at(0.0, 0.0, 0.0))[0])
    assert math.isnan(evaluate(graph, [graph.sub(quotient, quotient)], leaves_at(0.0, 0.0, 0.0))[0])


def test_a_constant_division_by_zero_is_kept_for_run_time():
    graph = Graph()
    node = graph.div(graph.constant(1.0), graph.constant(0.0))
    assert graph.op(node) == "div"


def test_small_powers_become_products_and_others_stay():
    graph = Graph()
    x = graph.state(0)
    used = {graph.op(n) for n in graph.topological([graph.apply("pow", x, graph.constant(6.0))])}
    assert used == {"state", "mul"}
    assert graph.op(graph.apply("pow", x, graph.constant(2.5))) == "pow"


def test_level_tells_what_can_be_hoisted():
    graph = Graph()
    p, x = graph.parameter(0), graph.state(0)
    assert graph.level(graph.constant(2.0)) == 0
    assert graph.level(graph.apply("exp", p)) == 1
    assert graph.level(graph.mul(p, x)) == 2
    assert graph.level(graph.input(0)) == graph.level(graph.time()) == graph.level(graph.argument()) == 2


def test_conditions_are_always_boolean_nodes():
    graph = Graph()
    node = graph.apply("select", graph.state(0), graph.state(1), graph.state(2))
    assert graph.is_boolean(graph.args(node)[0])


def test_topological_order_puts_arguments_first():
    graph = Graph()
    x = graph.state(0)
    root = graph.add(graph.apply("exp", graph.mul(x, x)), graph.time())
    order = graph.topological([root])
    assert all(order.index(a) < order.index(n) for n in order for a in graph.args(n))
    assert order[-1] == root


def test_errors_say_what_was_asked_of_which_node():
    graph = Graph()
    x = graph.state(3)
    assert graph.index(x) == 3
    with pytest.raises(ValueError, match="node 0 is a 'state', only a constant has a value"):
        graph.value(x)
    with pytest.raises(ValueError, match="operation 'gamma' with 1 arguments is unknown"):
        graph.apply("gamma", x)


def test_parameter_factors_gather_so_that_their_product_is_computed_once():
    graph = Graph()
    p, q, x = graph.parameter(0), graph.parameter(1), graph.state(0)
    node = graph.mul(p, graph.mul(q, x))
    assert sorted(graph.level(a) for a in graph.args(node)) == [1, 2]
