"""The ranked probability score against closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from insula.statistics.skill import crps


def test_normal_closed_form():
    """Gneiting and Raftery 2007: for N(0, 1), z (2 Phi(z) - 1) + 2 phi(z) - 1/sqrt(pi)."""
    samples = norm.ppf((np.arange(20000) + 0.5) / 20000)
    for z in (0.0, 0.7, -2.0):
        expected = z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi)
        assert crps(samples, z) == pytest.approx(expected, abs=1e-3)


def test_one_sample_is_the_absolute_error():
    assert crps(np.array([3.0]), 5.0) == 2


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=30), st.floats(-100, 100))
def test_never_negative_and_the_same_for_mirrored_worlds(samples, observed):
    values = np.array(samples)
    found = crps(values, observed)
    assert found >= -1e-9
    assert found == pytest.approx(crps(-values, -observed), abs=1e-9)


def test_a_needlessly_wide_prediction_loses():
    narrow, wide = np.linspace(-1, 1, 101), np.linspace(-10, 10, 101)
    assert crps(narrow, 0.0) < crps(wide, 0.0)
