"""Ten thousand small tables through every measure, method and interval: a finite result or a named error.

Addressed random tables with what tables have: zero cells, single studies, no variation, equal effects, missing
numbers, and variances many decades apart. Warnings of the arithmetic are errors here.
"""

from functools import cache

import numpy as np
import pytest

from insula.core.random_streams import normal, uniform
from insula.statistics.meta.bias import PREDICTORS, funnel, pet_peese, rank_test, regression_test
from insula.statistics.meta.effect_sizes import COLUMNS, back_transform, effect_sizes
from insula.statistics.meta.glmm import MODELS, mixed_model
from insula.statistics.meta.influence import cumulate, influence, leave_one_out
from insula.statistics.meta.many import pool_many
from insula.statistics.meta.model import INTERVALS, fit_model
from insula.statistics.meta.multilevel import three_level
from insula.statistics.meta.pooling import pool
from insula.statistics.meta.rare_events import MEASURES, mantel_haenszel, peto
from insula.statistics.meta.records import MetaAnalysisError, given_effects
from insula.statistics.meta.regression import regress
from insula.statistics.meta.robust_variance import ROBUST, robust
from insula.statistics.meta.subgroups import pool_subgroups
from insula.statistics.meta.tau2 import COMMON, METHODS
from insula.statistics.meta.trim_and_fill import trim_and_fill

pytestmark = pytest.mark.filterwarnings("error")
TABLES, MOST = 10_000, 8
COUNTS = frozenset({"ai", "bi", "ci", "di", "xi", "mi", "x1i", "x2i"})
SIZES = frozenset({"n1i", "n2i", "ni"})
TIMES = frozenset({"ti", "t1i", "t2i"})
COMBINATIONS = [(m, i) for m in METHODS for i in INTERVALS if m != COMMON or i == "wald"]


@cache
def generic_tables():
    """Effects and variances, (10000, 8): of all scales, some all alike, some with one study, some places empty."""
    who = np.arange(TABLES)
    kind = uniform(1, "kind", who)[:, 0]
    y = normal(1, "effect", who, size=MOST) * 10 ** (8 * uniform(1, "scale", who) - 4)
    decades = 12 * uniform(1, "decades", who) - 6
    v = 10 ** (decades * (2 * uniform(1, "variance", who, size=MOST) - 1))
    y[kind < 0.1] = y[kind < 0.1, :1]
    y[(kind > 0.1) & (kind < 0.15)] = 0.0
    v[kind > 0.9] = v[kind > 0.9, :1]
    studies = 1 + np.floor(MOST * uniform(1, "studies", who))
    empty = (np.arange(MOST) >= studies) | (uniform(1, "missing", who, size=MOST) < 0.1)
    y[empty] = np.nan
    return y, v


@pytest.mark.parametrize(("method", "interval"), COMBINATIONS)
def test_ten_thousand_tables_at_once(method, interval):
    y, v = generic_tables()
    found = pool_many(y, v, method=method, interval=interval)
    expected = found.studies >= (1 if interval == "wald" else 2)
    assert np.array_equal(found.usable, expected)
    for name in ("estimate", "standard_error", "p_value", "low", "high", "tau2", "q", "i2"):
        values = getattr(found, name)
        assert np.isfinite(values[expected]).all(), name
        assert np.isnan(values[~expected]).all(), name
    assert_possible(*(getattr(found, name)[expected] for name in NUMBERS))


NUMBERS = ("estimate", "standard_error", "p_value", "low", "high", "tau2", "q", "i2")


def assert_possible(estimate, error, p_value, low, high, tau2, q, i2):
    assert np.all((error > 0) & (low <= estimate) & (estimate <= high))
    assert np.all((p_value >= 0) & (p_value <= 1) & (tau2 >= 0) & (q >= 0) & (i2 >= 0) & (i2 <= 100))


@cache
def drawn(purpose):
    return uniform(2, purpose, np.arange(TABLES), size=MOST)


def columns_of(measure, table):
    """Random columns of a measure for one table, (k,) each."""
    studies = 1 + int(MOST * drawn("studies")[table, 0])
    columns = {}
    for name in COLUMNS[measure]:
        columns[name] = random_column(name, drawn(name)[table, :studies])
        columns[name][drawn(f"{name}.missing")[table, :studies] < 0.05] = np.nan
    return columns


def random_column(name, u):
    if name in COUNTS:
        return np.floor(np.maximum(0.0, 16 * u - 2))
    if name in SIZES:
        return 1 + np.floor(30 * u**2)
    if name in TIMES:
        return 0.01 + 300 * u**2
    if name == "ri":
        return np.clip(2.2 * u - 1.1, -1, 1)
    if name.startswith("sd") or name == "vi":
        return 10 ** (6 * u - 3) * (u > 0.05)
    return 5 * u - (u < 0.2) + 0.0


def outcome(function, *arguments, **options):
    """What came out, or None where it was refused by name."""
    try:
        return function(*arguments, **options)
    except MetaAnalysisError:
        return None


def test_ten_thousand_tables_one_by_one():
    """Each measure in turn, with each method and interval in turn."""
    measures, refused = list(COLUMNS), 0
    for table in range(TABLES):
        measure = measures[table % len(measures)]
        method, interval = COMBINATIONS[table // len(measures) % len(COMBINATIONS)]
        options = {
            "add": (0.5, 0.1, 0.0)[table % 3],
            "to": (None, "only0", "all", "if0all", "none")[table % 5],
        }
        effects = outcome(effect_sizes, measure, columns_of(measure, table), **options)
        found = effects and outcome(pool, effects, method=method, interval=interval)
        refused += found is None
        if effects is not None:
            assert_effects(effects)
        if found is not None:
            assert_pooled(found)
            if table % 8 == 0:
                assert_profile(found)
    assert 0.05 < refused / TABLES < 0.6  # the tables are hard, but not impossible


def assert_effects(effects):
    known = np.isfinite(effects.estimate)
    assert np.array_equal(known, np.isfinite(effects.variance))
    assert np.isnan(effects.estimate[~known]).all()
    assert (effects.variance[known] >= 0).all()


def assert_pooled(found):
    spread, information = found.model.heterogeneity, found.model.information
    assert_possible(*(getattr(found, name) for name in NUMBERS[:5]), spread.tau2, spread.q, spread.i2)
    numbers = [
        spread.h2,
        spread.q_p,
        information.log_likelihood,
        information.aic,
        information.aicc,
        found.level,
    ]
    if found.model.studies > 1:
        numbers += [spread.typical_variance, information.bic]
    if found.prediction:
        assert found.prediction[0] <= found.low <= found.high <= found.prediction[1] or found.model.scale != 1
        numbers += found.prediction
    assert np.isfinite(numbers).all()
    effects = found.model.effects
    back = back_transform(effects.measure, [found.low, found.estimate, found.high], effects.size)
    assert not np.isnan(back).any()
    assert np.isfinite(back[:1]).all()


def assert_profile(found):
    profile = found.profile
    assert (profile is None) == (found.model.studies == 1)
    if profile is not None:
        assert np.isfinite([*profile.tau2, *profile.i2, *profile.h2]).all()
        assert 0 <= profile.tau2[0] <= profile.tau2[1]


def test_common_effects_of_random_counts():
    for table in range(2000):
        measure = MEASURES[table % len(MEASURES)]
        columns = columns_of(measure, table)
        found = outcome(mantel_haenszel, measure, columns)
        assert_common(found)
        if "ai" in columns:
            assert_common(outcome(peto, columns))


def assert_common(found):
    if found is not None:
        numbers = [
            found.estimate,
            found.standard_error,
            found.p_value,
            found.low,
            found.high,
            found.q,
            found.q_p,
        ]
        assert np.isfinite(numbers).all()
        assert found.standard_error >= 0
        assert found.q >= 0
        for statistic, p_value in found.tests.values():
            assert statistic >= 0
            assert 0 <= p_value <= 1


def test_mixed_models_of_random_counts():
    converged = 0
    for table in range(6):
        for model, names in MODELS.items():
            columns = {name: random_column(name, drawn(name)[table]) for name in names}
            if "ni" in columns:
                columns["ni"] += columns["xi"]
            found = outcome(mixed_model, model, columns)
            if found is not None:
                converged += 1
                coefficient = found.coefficients
                numbers = [*coefficient.low, *coefficient.high, *coefficient.p_value, found.log_likelihood]
                assert np.isfinite(numbers).all()
                assert found.tau2 >= 0
                assert coefficient.standard_error[0] > 0
    assert converged > 35


def test_doubts_of_random_tables():
    y, v = generic_tables()
    size = 1 + np.floor(100 * uniform(1, "size", np.arange(TABLES), size=MOST))
    for table in range(0, TABLES, 40):
        effects = given_effects(y[table], v[table], size[table])
        method, interval = COMBINATIONS[table % len(COMBINATIONS)]
        options = {"method": method, "interval": interval}
        predictor, kind = PREDICTORS[table % len(PREDICTORS)], ROBUST[table % len(ROBUST)]
        labels = [str(n % 3) for n in range(MOST)]
        outcome(rank_test, effects)
        found = outcome(regression_test, effects, model=method, predictor=predictor, interval=interval)
        assert found is None or 0 <= found.p_value <= 1
        found = outcome(pet_peese, effects)
        assert found is None or np.isfinite([found.pet.limit, found.peese.limit]).all()
        found = outcome(trim_and_fill, effects, **options)
        assert found is None or (found.missing >= 0 and found.missing_se >= 0)
        for one in (
            *(outcome(leave_one_out, effects, **options) or ()),
            *(outcome(cumulate, effects, **options) or ()),
        ):
            assert_pooled(one)
        found = outcome(pool_subgroups, effects, labels, **options)
        assert found is None or len(found.groups) == 1 or 0 <= found.p_value <= 1
        found = outcome(regress, effects, {"size": size[table]}, **options)
        assert found is None or (0 <= found.p_value <= 1 and 0 <= found.r2 <= 100)
        found = outcome(three_level, effects, labels, [str(n) for n in range(MOST)])
        assert found is None or min(found.outer, found.inner) >= 0
        assert (outcome(funnel, effects) is None) == (not np.isfinite(y[table]).any())
        model = outcome(fit_model, effects, **options)
        if model is not None:
            outcome(influence, model)
            found = outcome(robust, model, labels[: model.studies], kind=kind)
            assert found is None or np.isfinite(found.standard_error).all()
