"""The promise of a tolerance in mixed precision, on the same models; few patients need double precision."""

import numpy as np
import pytest
from scipy.stats import binom
from test_tolerance_promise import KEPT, PROBLEMS, WITHIN, _own_cache, errors, problem, reference  # noqa: F401

from insula.engine.kernel import build_kernel
from insula.engine.solve import solve

MOST_REPEATED = 0.01
"""Share of patients; more would cost what mixed precision saves."""


@pytest.mark.slow
@pytest.mark.parametrize("rtol", [1e-3, 1e-4, 1e-5])
@pytest.mark.parametrize("name", PROBLEMS)
def test_mixed_precision_keeps_the_promise(name, rtol):
    asked = problem(name)
    kernel = build_kernel(asked.system, asked.outputs, precision="mixed")
    schedule = asked.schedule(kernel, asked.n_patients)
    found = solve(kernel, asked.parameters, schedule, rtol=rtol, atol=asked.atol(rtol))
    assert found.ok.all()
    error = errors(found.table(), reference(name), floor=1.0)
    assert np.median(error) > 0, "compared with itself"
    assert (error > WITHIN * rtol).sum() <= binom.ppf(0.99, len(error), 1.0 - KEPT)
    assert found.repeated.mean() <= MOST_REPEATED
