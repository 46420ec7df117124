import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insula.compiler.differentiate import TIME, differentiate, gradients
from insula.compiler.graph import Graph
from insula.compiler.numpy_reference import Values, evaluate
from insula.compiler.operations import BINARY, UNARY

NOTHING = np.empty(0)


def central_difference(graph, node, state, column, step=1e-6):
    def at(shift):
        moved = np.array(state, dtype=float)
        moved[column] += shift
        return evaluate(graph, [node], Values(moved, NOTHING, NOTHING))[0]

    return (at(step) - at(-step)) / (2 * step)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(UNARY)), st.floats(0.12, 0.88), st.floats(0.3, 1.2))
def test_unary_slopes_agree_with_central_differences(op, x, y):
    graph = Graph()
    inner = graph.mul(graph.state(0), graph.apply("tanh", graph.state(1)))
    node = graph.apply(op, inner)
    known = gradients(graph, [node])[node]
    for column in (0, 1):
        expected = central_difference(graph, node, (x, y), column)
        entry = known.get(column, graph.constant(0.0))
        found = evaluate(graph, [entry], Values(np.array([x, y]), NOTHING, NOTHING))[0]
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-7)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(BINARY)), st.floats(0.1, 3.0), st.floats(3.1, 5.0))
def test_binary_slopes_agree_with_central_differences(op, x, y):
    graph = Graph()
    node = graph.apply(op, graph.apply("sqrt", graph.state(0)), graph.apply("log", graph.state(1)))
    known = gradients(graph, [node])[node]
    for column in (0, 1):
        expected = central_difference(graph, node, (x, y), column)
        entry = known.get(column, graph.constant(0.0))
        found = evaluate(graph, [entry], Values(np.array([x, y]), NOTHING, NOTHING))[0]
        assert found == pytest.approx(expected, rel=1e-5, abs=1e-7)


def slope_at(graph, node, x):
    entry = gradients(graph, [node])[node][0]
    return evaluate(graph, [entry], Values(np.array([x]), NOTHING, NOTHING))[0]


@pytest.mark.parametrize(("exponent", "expected"), [(2.5, 0.0), (0.3, 0.0), (1.0, 1.0), (0.5, 0.0)])
def test_a_power_has_a_finite_slope_at_zero(exponent, expected):
    graph = Graph()
    node = graph.apply("pow", graph.state(0), graph.constant(exponent))
    assert slope_at(graph, node, 0.0) == expected


def test_the_exponent_as_a_state_has_a_slope_even_at_base_zero():
    graph = Graph()
    node = graph.apply("pow", graph.time(), graph.state(0))
    assert slope_at(graph, node, 2.0) == 0.0
    node = graph.apply("pow", graph.constant(2.0), graph.state(0))
    assert slope_at(graph, node, 3.0) == pytest.approx(8 * np.log(2))


def test_choices_take_the_slope_of_the_branch_taken_even_if_the_other_is_nan():
    graph = Graph()
    x = graph.state(0)
    safe = graph.apply(
        "select",
        graph.apply("gt", x, graph.constant(0.0)),
        graph.apply("log", x),
        graph.mul(x, graph.constant(7.0)),
    )
    assert slope_at(graph, safe, -1.0) == 7.0
    assert slope_at(graph, safe, 4.0) == 0.25
    assert slope_at(graph, graph.apply("abs", x), -2.0) == -1.0
    assert slope_at(graph, graph.apply("max", x, graph.constant(1.0)), 0.5) == 0.0


def test_a_logistic_curve_is_flat_where_its_exponential_overflows():
    graph = Graph()
    one = graph.constant(1.0)
    node = graph.div(one, graph.add(one, graph.apply("exp", graph.state(0))))
    assert slope_at(graph, node, 0.0) == -0.25
    assert slope_at(graph, node, 400.0) == pytest.approx(0.0, abs=1e-130)
    assert slope_at(graph, node, 1e6) == 0.0


def test_roundings_and_relations_are_flat():
    graph = Graph()
    node = graph.add(
        graph.apply("floor", graph.state(0)), graph.apply("lt", graph.state(0), graph.constant(1.0))
    )
    assert gradients(graph, [node])[node] == {}


def test_the_jacobian_holds_only_what_depends_and_time_apart():
    graph = Graph()
    x, y, t = graph.state(0), graph.state(1), graph.time()
    jacobian = differentiate(graph, [graph.mul(y, graph.apply("sin", t)), graph.neg(y), graph.constant(1.0)])
    assert jacobian.pattern == ((0, 1), (1, 1))
    assert all(TIME not in row for row in jacobian.rows)
    values = Values(np.array([5.0, 3.0]), NOTHING, NOTHING, time=2.0)
    assert evaluate(graph, jacobian.time, values) == pytest.approx([3.0 * np.cos(2.0), 0.0, 0.0])
    assert x not in graph.topological([e for row in jacobian.rows for e in row.values()])


def test_an_exponent_that_is_one_only_at_run_time_has_slope_one_at_zero():
    graph = Graph()
    node = graph.apply("pow", graph.state(0), graph.parameter(0))
    entry = gradients(graph, [node])[node][0]
    at_zero = Values(np.zeros(1), np.ones(1), NOTHING)
    assert evaluate(graph, [entry], at_zero)[0] == 1.0
