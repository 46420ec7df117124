"""Many tables at once give what each of them gives alone, and the traces are right where studies are unequal."""

from fractions import Fraction

import numpy as np
import pytest

from insula.core.errors import UnknownName
from insula.core.random_streams import normal, uniform
from insula.statistics.meta.linear import weighted_fit
from insula.statistics.meta.many import pool_many
from insula.statistics.meta.model import INTERVALS
from insula.statistics.meta.pooling import pool
from insula.statistics.meta.records import InvalidStudy, MetaAnalysisError, given_effects
from insula.statistics.meta.tau2 import COMMON, METHODS

TABLES, MOST = 60, 7
NAMES = ("estimate", "standard_error", "p_value", "low", "high")


def random_tables():
    """Tables of 1 to 7 studies in the places of 7; some studies are missing in the middle."""
    who = np.arange(TABLES)
    y = normal(3, "effect", who, size=MOST) * (1 + who[:, None] % 3)
    v = np.exp(3 * normal(3, "variance", who, size=MOST))
    y[uniform(3, "missing", who, size=MOST) < 0.3] = np.nan
    y[:, 0] = 0.3
    return y, v


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("interval", INTERVALS)
def test_as_one_by_one(method, interval):
    y, v = random_tables()
    if method == COMMON and interval != "wald":
        with pytest.raises(MetaAnalysisError, match="with EE take wald"):
            pool_many(y, v, method=method, interval=interval)
        return
    found = pool_many(y, v, method=method, interval=interval, level=0.9)
    assert found.usable.sum() >= TABLES - 10
    for i in range(TABLES):
        if not found.usable[i]:
            with pytest.raises(MetaAnalysisError):
                pool(given_effects(y[i], v[i]), method=method, interval=interval)
            continue
        one = pool(given_effects(y[i], v[i]), method=method, interval=interval, level=0.9)
        for name in NAMES:
            assert getattr(found, name)[i] == pytest.approx(getattr(one, name), rel=1e-10, abs=1e-12)
        spread = one.model.heterogeneity
        assert found.tau2[i] == pytest.approx(spread.tau2, rel=1e-10, abs=1e-12)
        assert (found.q[i], found.i2[i]) == pytest.approx((spread.q, spread.i2), rel=1e-9, abs=1e-9)
        assert found.studies[i] == one.model.studies


def test_tables_without_a_result_are_named_by_it():
    y = [[np.nan, np.nan], [0.4, np.nan], [0.4, 0.4], [0.4, 0.5]]
    v = [[0.1, 0.1], [0.1, 0.1], [0.1, 0.2], [0.1, np.nan]]
    assert pool_many(y, v).usable.tolist() == [False, True, True, True]
    found = pool_many(y, v, interval="hksj")
    assert found.usable.tolist() == [False, False, True, False]
    assert found.studies.tolist() == [0, 1, 2, 1]
    assert np.isnan(found.estimate[~found.usable]).all()
    assert found.standard_error[2] == pool(given_effects(y[2], v[2])).standard_error


@pytest.mark.parametrize(
    ("estimate", "variance", "options", "error", "message"),
    [
        ([1.0], [1.0], {}, MetaAnalysisError, "one shape (T, k)"),
        ([[1.0, 2.0]], [[1.0]], {}, MetaAnalysisError, "one shape (T, k)"),
        ([[1.0, 2.0]], [[1.0, 0.0]], {}, InvalidStudy, "Study 2, variance: must be above 0"),
        ([[1.0, 1e70]], [[1.0, 1.0]], {}, InvalidStudy, "Study 2, estimate: is too large"),
        ([[1.0, 2.0]], [[1.0, 1e-70]], {}, InvalidStudy, "Study 2, variance: is too large or too small"),
        ([[1.0]], [[1.0]], {"method": "FE"}, UnknownName, 'no method "FE"'),
        ([[1.0]], [[1.0]], {"interval": "t"}, UnknownName, 'no interval "t"'),
        ([[1.0]], [[1.0]], {"level": 0}, MetaAnalysisError, "confidence level"),
    ],
)
def test_refusals_of_many(estimate, variance, options, error, message):
    with pytest.raises(error) as caught:
        pool_many(estimate, variance, **options)
    assert message in str(caught.value)


@pytest.mark.parametrize("decades", [1, 6, 14])
def test_traces_where_one_study_outweighs_the_others(decades):
    """Against P written out in exact fractions, which know no cancellation."""
    variance = [Fraction(1, 10**decades), Fraction(2), Fraction(3, 2), Fraction(10**decades)]
    weight = [1 / v for v in variance]
    total = sum(weight)
    p = [[(i == j) * w - w * u / total for j, u in enumerate(weight)] for i, w in enumerate(weight)]
    fit = weighted_fit(np.array([1.0, 2.0, 0.0, 5.0]), np.ones((4, 1)), np.array([float(w) for w in weight]))
    v = np.array([float(value) for value in variance])
    assert fit.trace() == pytest.approx(float(sum(p[i][i] for i in range(4))), rel=1e-14)
    wanted = sum(p[i][j] * p[j][i] for i in range(4) for j in range(4))
    assert fit.trace_twice() == pytest.approx(float(wanted), rel=1e-14)
    wanted = sum(p[i][j] * variance[j] * p[j][i] * variance[i] for i in range(4) for j in range(4))
    assert fit.trace_twice(v, v) == pytest.approx(float(wanted), rel=1e-14)
