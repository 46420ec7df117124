"""Edges: zero cells, single studies, no variance, missing numbers; each a named result or a named error."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insula.core.errors import UnknownName
from insula.statistics.meta.bias import rank_test, regression_test
from insula.statistics.meta.effect_sizes import back_transform, effect_sizes
from insula.statistics.meta.effects_of_numbers import small_sample_factor
from insula.statistics.meta.glmm import mixed_model
from insula.statistics.meta.influence import cumulate, leave_one_out
from insula.statistics.meta.model import fit_model
from insula.statistics.meta.multilevel import three_level
from insula.statistics.meta.pooling import pool
from insula.statistics.meta.rare_events import mantel_haenszel, peto
from insula.statistics.meta.records import (
    InvalidStudy,
    MetaAnalysisError,
    RankDeficient,
    TooFewStudies,
    given_effects,
)
from insula.statistics.meta.regression import regress
from insula.statistics.meta.robust_variance import robust
from insula.statistics.meta.subgroups import pool_subgroups
from insula.statistics.meta.trim_and_fill import trim_and_fill

TWO_GROUPS = {"m1i": [3, 4], "sd1i": [1, 1], "n1i": [9, 9], "m2i": [2, 2], "sd2i": [1, 1], "n2i": [9, 9]}
THREE = given_effects([0.1, 0.4, 0.3], [0.1, 0.2, 0.1])
ALIKE = given_effects([0.1, 0.1, 0.1], [0.1, 0.2, 0.3])


def test_missing_studies_are_left_out_and_named():
    found = pool(given_effects([0.1, np.nan, 0.4, 0.3], [0.1, 0.1, 0.2, np.nan]))
    alone = pool(given_effects([0.1, 0.4], [0.1, 0.2]))
    assert found.model.omitted == (1, 3)
    assert found.estimate == alone.estimate


def test_one_study_is_itself():
    found = pool(given_effects([0.7], [0.04]), method="REML", level=0.9)
    assert (found.estimate, found.standard_error, found.model.heterogeneity.tau2) == (0.7, 0.2, 0.0)
    assert found.profile is None
    assert found.prediction is None
    assert found.level == 0.9


def test_studies_all_alike_have_no_heterogeneity():
    for method in ("DL", "REML", "ML", "PM", "HE", "SJ", "HS", "EB"):
        found = pool(given_effects([0.5, 0.5, 0.5], [0.1, 0.2, 0.3]), method=method)
        assert found.estimate == pytest.approx(0.5)
        assert found.model.heterogeneity.tau2 == 0
    two = given_effects([0.5, 0.5], [0.1, 0.2])
    asked, modified = pool(two, interval="hksj"), pool(two, interval="modified_hksj")
    assert asked.model.interval == "modified_hksj"
    assert asked.standard_error == modified.standard_error > 0.2
    assert pool(given_effects([0.5, 0.6], [0.1, 0.2]), interval="hksj").model.interval == "hksj"


@pytest.mark.parametrize(
    ("refused", "error", "message"),
    [
        (lambda: given_effects([1, 2], [1, 0]), InvalidStudy, "Study 2, variance: must be above 0"),
        (lambda: given_effects([np.inf], [1]), InvalidStudy, "Study 1, estimate: is infinite."),
        (lambda: given_effects([1, 2], [1]), MetaAnalysisError, "one length"),
        (lambda: pool(THREE, method="reml"), UnknownName, 'Did you mean "REML"'),
        (lambda: pool(THREE, interval="hk"), UnknownName, 'There is no interval "hk"'),
        (lambda: pool(THREE, method="EE", interval="hksj"), MetaAnalysisError, "with EE take wald."),
        (lambda: pool(THREE, level=95), MetaAnalysisError, "lies between 0 and 1 (0.95 is 95 %), not 95."),
        (lambda: pool(given_effects([np.nan], [1])), TooFewStudies, "0 studies"),
        (lambda: pool(given_effects([1], [1]), interval="hksj"), TooFewStudies, "Take the interval wald."),
        (lambda: regress(THREE, {"a": [1, 1, 1]}), RankDeficient, "leave one out"),
        (lambda: regress(THREE, {}), MetaAnalysisError, "at least one moderator"),
        (lambda: regress(THREE, {"a": [1, 1]}), MetaAnalysisError, '"a" has 2 values for 3 studies'),
        (lambda: pool_subgroups(THREE, ["a", "b", "b"], interval="hksj"), TooFewStudies, 'Subgroup "a"'),
        (lambda: leave_one_out(given_effects([1], [1])), TooFewStudies, "leaving one out needs 2"),
        (lambda: regression_test(given_effects([1, 2], [1, 2])), TooFewStudies, "needs 3"),
        (lambda: regression_test(given_effects([1, 2, 4], [1, 1, 1])), RankDeficient, "constant"),
        (lambda: regression_test(THREE, predictor="size"), MetaAnalysisError, "size of every study"),
        (lambda: rank_test(given_effects([1, 2], [1, 2])), TooFewStudies, "needs 3"),
        (lambda: trim_and_fill(THREE, estimator="Q0"), UnknownName, "Q0"),
        (lambda: effect_sizes("MDD", {}), UnknownName, 'There is no measure "MDD"'),
        (lambda: effect_sizes("MD", {}), MetaAnalysisError, 'needs the column "m1i"'),
        (lambda: effect_sizes("MD", TWO_GROUPS | {"n1i": [9, 0]}), InvalidStudy, "Study 2, n1i: must be above 0."),
        (lambda: effect_sizes("MD", TWO_GROUPS | {"sd2i": [-1, 1]}), InvalidStudy, "Study 1, sd2i: must not be neg"),
        (lambda: effect_sizes("SMD", TWO_GROUPS | {"sd1i": [0, 1], "sd2i": [0, 1]}), InvalidStudy, "no variation"),
        (lambda: effect_sizes("ROM", TWO_GROUPS | {"m1i": [3, -1]}), InvalidStudy, "Study 2, m1i: a ratio of means"),
        (lambda: effect_sizes("OR", {"ai": [5], "n1i": [4], "ci": [1], "n2i": [4]}), InvalidStudy, "than its total"),
        (lambda: effect_sizes("COR", {"ri": [1.2], "ni": [9]}), InvalidStudy, "from -1 to 1"),
        (lambda: mantel_haenszel("OR", {"ai": [0], "bi": [5], "ci": [2], "di": [3]}), MetaAnalysisError, "undefined"),
        (lambda: peto({"ai": [0], "bi": [5], "ci": [0], "di": [3]}), TooFewStudies, "No study has events"),
        (lambda: mixed_model("PLO", {"xi": [0, 0], "ni": [9, 9]}), MetaAnalysisError, "no top"),
        (lambda: three_level(THREE, ["a"] * 3, ["1", "2", "3"]), TooFewStudies, "1 clusters"),
        (lambda: robust(fit_model(THREE), ["a"] * 3), TooFewStudies, "1 clusters are too few"),
        (lambda: robust(fit_model(THREE)), MetaAnalysisError, "needs the cluster"),
        (lambda: robust(fit_model(ALIKE), ["a", "b", "c"]), MetaAnalysisError, "agree exactly"),
        (lambda: regression_test(ALIKE, model="lm"), MetaAnalysisError, "exactly on a line"),
        (lambda: pool(given_effects([1, 1e61], [1, 1])), InvalidStudy, "Study 2, estimate: is too large"),
        (lambda: pool(given_effects([1, 2], [1, 1e-61])), InvalidStudy, "Study 2, variance: is too large"),
        (lambda: effect_sizes("PLO", {"xi": [1, 0], "mi": [1, 0]}), InvalidStudy, "Study 2, xi: is 0, as is mi"),
        (lambda: peto({"ai": [1], "bi": [5], "ci": [0], "di": [0]}), InvalidStudy, "Study 1, ci: is 0, as is di"),
        (lambda: mantel_haenszel("RD", {"ai": [3], "bi": [0], "ci": [0], "di": [4]}), MetaAnalysisError, "no variance"),
        (lambda: mantel_haenszel("IRR", {"x1i": [3], "t1i": [0], "x2i": [2], "t2i": [4]}), InvalidStudy, "t1i: must"),
        (lambda: mixed_model("PLO", {"xi": [0, 0], "ni": [9, 0]}), InvalidStudy, "Study 2, ni: must be above 0."),
    ],
)  # fmt: skip
def test_refusals(refused, error, message):
    with pytest.raises(error) as caught:
        refused()
    assert message in str(caught.value)


def test_an_error_survives_the_way_from_a_worker():
    error = pickle.loads(pickle.dumps(InvalidStudy(3, "ni", "must be above 0.")))
    assert (error.position, error.column, str(error)) == (3, "ni", "Study 4, ni: must be above 0.")


def test_zero_cells_without_correction_are_missing():
    found = effect_sizes("OR", {"ai": [0, 2], "bi": [5, 3], "ci": [1, 1], "di": [4, 4]}, to="none")
    assert np.isnan(found.estimate[0])
    assert np.isfinite(found.estimate[1])


def test_no_study_without_variance_is_left_out_in_silence():
    effects = effect_sizes(
        "RD", {"ai": [3, 2, 1, 4], "bi": [0, 5, 6, 4], "ci": [4, 3, 2, 1], "di": [0, 5, 6, 9]}, to="none"
    )
    assert effects.variance[0] == 0
    for doubt in (pool, rank_test, regression_test, trim_and_fill, leave_one_out, cumulate):
        with pytest.raises(InvalidStudy, match="Study 1, variance"):
            doubt(effects)


@pytest.mark.parametrize("other", range(1, 40))
def test_certain_events_have_no_variance_and_never_a_negative_one(other):
    counts = {"ai": [3], "bi": [0], "ci": [other], "di": [0]}
    found = effect_sizes("RR", counts, to="none")
    assert found.variance.tolist() == [0.0]
    with pytest.raises(InvalidStudy, match="Study 1, variance: must be above 0"):
        pool(found)


def test_assumed_correlation_is_noted():
    data = {"m1i": [3, 4], "m2i": [2, 2], "sd1i": [1, 1], "sd2i": [1, 1], "ni": [9, 9], "ri": [0.3, np.nan]}
    found = effect_sizes("MC", data, correlation=0.5)
    assert found.variance.tolist() == pytest.approx([1.4 / 9, 1.0 / 9])
    assert str(found.notes[0]) == "The correlation 0.5 of before and after was assumed for 1 studies."
    assert np.isnan(effect_sizes("MC", data).variance[1])


def test_factor_of_hedges():
    """With 2 and 4 degrees of freedom the gamma functions have closed forms; the approximation is close to them."""
    exact = small_sample_factor(np.array([2.0, 4.0, 10.0]))
    assert exact[:2] == pytest.approx([1 / np.sqrt(np.pi), np.sqrt(2 / np.pi)], rel=1e-14)
    assert small_sample_factor(np.array([10.0]), exact=False) == pytest.approx(exact[2:], rel=1e-3)
    assert np.isnan(small_sample_factor(np.array([1.0])))[0]


@pytest.mark.parametrize("measure", ["PR", "PLO", "PLN", "PAS", "PFT"])
@given(events=st.integers(1, 39))
@settings(max_examples=20)
def test_proportions_come_back(measure, events):
    found = effect_sizes(measure, {"xi": [events], "ni": [40]})
    assert back_transform(measure, found.estimate, found.size) == pytest.approx(events / 40, abs=1e-9)


@given(
    values=st.lists(st.tuples(st.floats(-5, 5), st.floats(0.01, 4)), min_size=3, max_size=12),
    shift=st.floats(-3, 3),
    scale=st.floats(0.5, 4),
)
@settings(max_examples=40, deadline=None)
def test_another_unit_changes_nothing_but_the_unit(values, shift, scale):
    y, v = np.array(values).T
    for method in ("DL", "PM", "HE"):
        one = pool(given_effects(y, v), method=method)
        other = pool(given_effects(scale * y + shift, scale**2 * v), method=method)
        assert other.estimate == pytest.approx(scale * one.estimate + shift, abs=1e-7)
        assert other.model.heterogeneity.tau2 == pytest.approx(
            scale**2 * one.model.heterogeneity.tau2, abs=1e-7
        )
        assert one.low <= one.estimate <= one.high
