"""Leaving out, cumulating, influence and the funnel, as metafor."""

import numpy as np
import pytest
from metafor import INTERVALS, SAME, differs, effects, numbers, rows, said, table

from insula.statistics.meta.bias import pet_peese, rank_test, regression_test
from insula.statistics.meta.influence import cumulate, influence, leave_one_out
from insula.statistics.meta.model import fit_model
from insula.statistics.meta.records import given_effects
from insula.statistics.meta.regression import regress
from insula.statistics.meta.trim_and_fill import trim_and_fill

# metafor's repeated fits may stop where tau2 is 1e-13 of the variance of the effects away from 0.
NEAR_ZERO = 1e-8
PREDICTORS = {"sei": "standard_error", "vi": "variance"}


def pooled_values(results, effect="estimate"):
    models = [result.model for result in results]
    return {
        effect: [result.estimate for result in results],
        "se": [result.standard_error for result in results],
        "ci.lb": [result.low for result in results],
        "ci.ub": [result.high for result in results],
        "tau2": [model.heterogeneity.tau2 for model in models],
        "I2": [model.heterogeneity.i2 for model in models],
        "Q": [model.heterogeneity.q for model in models],
    }


def sensitivity(moderator):
    return [row for row in rows("sensitivity") if (row.count("|") == 3) == moderator]


@pytest.mark.parametrize("row", sensitivity(False))
def test_without_each_study_and_study_by_study(row):
    name, method, test = row.split("|")
    options = {"method": method, "interval": INTERVALS[test]}
    wanted = said()["sensitivity"][row]
    left = pooled_values(leave_one_out(effects(name), **options))
    steps = pooled_values(cumulate(effects(name), **options))
    del steps["Q"]  # metafor's cumul does not give it
    if method == "EE":  # nor tau2, where there is none
        del left["tau2"], steps["tau2"]
    assert differs(left, wanted["leave"], SAME, NEAR_ZERO) == []
    first = 0 if test == "z" else 1  # metafor gives the first study no t interval; here it has Wald's
    steps = {key: values[first:] for key, values in steps.items()}
    there = {key: numbers(values)[first:].tolist() for key, values in wanted["cumulative"].items()}
    assert differs(steps, there, SAME, NEAR_ZERO) == []


def influences(found):
    return {
        "rstudent": found.studentised_residual, "dffits": found.dffits, "cook.d": found.cook,
        "cov.r": found.covariance_ratio, "tau2.del": found.tau2, "QE.del": found.q, "hat": found.hat,
        "weight": found.weight, "is_influential": found.influential,
    }  # fmt: skip


@pytest.mark.parametrize("row", sensitivity(False))
def test_influence(row):
    name, method, test = row.split("|")
    found = influence(fit_model(effects(name), method=method, interval=INTERVALS[test]))
    wanted = said()["sensitivity"][row]["influence"]
    assert differs(influences(found) | {"dfbs": found.dfbetas[:, 0]}, wanted, SAME, NEAR_ZERO) == []


@pytest.mark.parametrize("row", sensitivity(True))
def test_influence_in_a_regression(row):
    name, moderator, method, test = row.split("|")
    columns = {moderator: table(name.split(" ")[1])[moderator]}
    found = influence(regress(effects(name), columns, method=method, interval=INTERVALS[test]).model)
    wanted = said()["sensitivity"][row]["influence"]
    assert differs(influences(found), wanted, SAME, NEAR_ZERO) == []
    assert np.allclose(found.dfbetas, np.array(wanted["dfbs"]), rtol=SAME)


@pytest.mark.parametrize("name", rows("bias"))
def test_regression_tests_of_the_funnel(name):
    for kind, wanted in said()["bias"][name].items():
        words = kind.split("_")
        if words[0] not in ("lm", "rma"):
            continue
        model = "lm" if words[0] == "lm" else words[2]
        found = regression_test(effects(name), model=model, predictor=PREDICTORS[words[1]])
        values = {"zval": found.statistic, "est": found.limit, "ci.lb": found.low, "ci.ub": found.high}
        assert differs(values, wanted, SAME, 1e-11) == [], kind
        assert differs({"pval": found.p_value}, wanted, 1e-7) == [], kind


@pytest.mark.parametrize("name", rows("bias"))
def test_rank_test_of_the_funnel(name):
    tau, p_value = rank_test(effects(name))
    assert differs({"tau": tau, "pval": p_value}, said()["bias"][name]["rank"], SAME) == []


@pytest.mark.parametrize("name", rows("bias"))
def test_trim_and_fill(name):
    for kind, wanted in said()["bias"][name].items():
        words = kind.split("_")
        if words[0] != "fill":
            continue
        found = trim_and_fill(effects(name), method=words[1], estimator=words[2])
        pooled = found.pooled
        values = {
            "k0": found.missing, "se.k0": found.missing_se, "beta": pooled.estimate, "se": pooled.standard_error,
            "ci.lb": pooled.low, "ci.ub": pooled.high, "tau2": pooled.model.heterogeneity.tau2,
            "p.k0": found.p_value, "yi": found.filled.estimate,
        }  # fmt: skip
        assert differs(values, wanted, 1e-7, 1e-9) == [], kind
        assert found.side == wanted["side"], kind


def test_pet_peese_takes_the_variance_when_an_effect_is_left():
    """Both limits are those of metafor's weighted regressions (above); the choice follows the 90 % interval."""
    for name in rows("bias"):
        found = pet_peese(effects(name))
        wanted = said()["bias"][name]
        assert differs({"est": found.pet.limit}, wanted["lm_sei"]) == []
        assert differs({"est": found.peese.limit}, wanted["lm_vi"]) == []
        assert found.chosen == "pet"
    strong = given_effects([0.9, 1.1, 1.0, 1.05, 0.95], [0.01, 0.02, 0.03, 0.04, 0.05])
    assert pet_peese(strong).chosen == "peese"
