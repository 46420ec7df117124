"""HOMA from fasting C-peptide, against the published formulas worked out by hand."""

import numpy as np
import pytest

from insula.endpoints import homa
from insula.endpoints.definitions import load_definitions

DEFINITIONS = load_definitions()
GLUCOSE = np.array([144.13, 90.08, 63.0, np.nan])  # 8 and 5 mmol/L; 3.5 mmol/L has no value
C_PEPTIDE = np.array([0.7, 0.5, 0.2, 0.5])


def test_resistance_is_that_of_the_published_formula():
    """By hand: 1.5 + 8 x 700 / 2800 = 3.5 and 1.5 + 5 x 500 / 2800 = 2.393."""
    found = homa.resistance(GLUCOSE, C_PEPTIDE, **DEFINITIONS["homa_ir"].limits)
    assert found[:2] == pytest.approx([3.5, 2.393], rel=2e-3)
    assert np.isnan(found[3])


def test_function_is_that_of_the_published_formula_and_has_no_value_at_a_low_glucose():
    """By hand: 0.27 x 700 / 4.5 = 42 and 0.27 x 500 / 1.5 = 90."""
    found = homa.function(GLUCOSE, C_PEPTIDE, **DEFINITIONS["homa_b"].limits)
    assert found[:2] == pytest.approx([42.0, 90.0], rel=2e-3)
    assert np.isnan(found[2:]).all()
