import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insula.compiler.lu_plan import Invert, Multiply, Scale, Subtract, Update, plan_lu


def run_plan(plan, matrix, right):
    """Walk the plan as an emitter would."""
    a = np.array([matrix[position] for position in plan.entries])
    b = right.copy()
    for step in plan.factorise:
        match step:
            case Scale(slot, pivot):
                a[slot] *= a[pivot]
            case Update(slot, left, upper):
                a[slot] -= a[left] * a[upper]
            case Invert(slot):
                a[slot] = 1.0 / a[slot]
    for step in plan.solve:
        match step:
            case Subtract(row, slot, column):
                b[row] -= a[slot] * b[column]
            case Multiply(row, slot):
                b[row] *= a[slot]
    return b


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 12), st.floats(0.0, 1.0), st.integers(0, 2**32 - 1))
def test_the_plan_solves_as_numpy_does(n, density, seed):
    random = np.random.default_rng(seed)
    matrix = np.where(random.random((n, n)) < density, random.normal(size=(n, n)), 0.0)
    matrix += np.diag(4.0 * n * np.ones(n))
    right = random.normal(size=n)
    pattern = list(zip(*np.nonzero(matrix), strict=True))
    plan = plan_lu(n, pattern)
    assert run_plan(plan, matrix, right) == pytest.approx(
        np.linalg.solve(matrix, right), rel=1e-10, abs=1e-12
    )


def test_an_arrow_pointing_the_wrong_way_needs_no_fill_in():
    """Eliminating the hub first would fill the whole matrix: 12 entries for n = 5."""
    pattern = [(0, i) for i in range(5)] + [(i, 0) for i in range(5)]
    plan = plan_lu(5, pattern)
    assert plan.fill == 0
    assert plan.order[0] != 0


def test_a_ring_fills_in_and_says_how_much():
    plan = plan_lu(4, [(i, (i + 1) % 4) for i in range(4)] + [((i + 1) % 4, i) for i in range(4)])
    assert plan.fill == 2
    assert len(plan.entries) == len(set(plan.entries)) == 4 + 8 + 2


def test_a_diagonal_matrix_needs_inversions_only():
    plan = plan_lu(3, [])
    assert plan.factorise == (Invert(0), Invert(1), Invert(2))
    assert plan.solve == (Multiply(2, 2), Multiply(1, 1), Multiply(0, 0))
    assert plan.slots == {(0, 0): 0, (1, 1): 1, (2, 2): 2}
