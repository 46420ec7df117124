"""Pooling, regression and subgroups, on a grid of data sets, methods and intervals, as metafor."""

from math import erfc

import numpy as np
import pytest
from metafor import INTERVALS, SAME, differs, effects, rows, said, table

from insula.statistics.meta.pooling import pool, prediction_interval
from insula.statistics.meta.regression import regress
from insula.statistics.meta.subgroups import pool_subgroups

# The p-value of a large statistic is tiny: its relative error is that of the statistic, times the statistic squared.
P_VALUE = 1e-6


def described(model):
    table, found, weighed = model.coefficients, model.heterogeneity, model.information
    return {
        "beta": table.estimate, "se": table.standard_error, "zval": table.statistic,
        "ci.lb": table.low, "ci.ub": table.high, "tau2": found.tau2, "I2": found.i2, "H2": found.h2,
        "QE": found.q, "ll": weighed.log_likelihood, "AIC": weighed.aic, "BIC": weighed.bic, "AICc": weighed.aicc,
    }  # fmt: skip


def absolute(y):
    """Where tau2 is 0 metafor stops at its threshold, 1e-13 of the variance of the effects, before it."""
    return 1e-11 * max(1.0, np.nanvar(y))


def differences(model, wanted):
    far = absolute(model.effects.estimate)
    found = described(model)
    if model.heterogeneity.method != "EE":
        found["se.tau2"] = model.heterogeneity.tau2_se
    wrong = differs(found, wanted, SAME, far)
    return wrong + differs(
        {"pval": model.coefficients.p_value, "QEp": model.heterogeneity.q_p}, wanted, P_VALUE, 1e-14
    )


def sets():
    return sorted({row.split("|")[0] for row in rows("pooling")})


@pytest.mark.parametrize("name", sets())
def test_pooled_effect(name):
    for row in (row for row in rows("pooling") if row.startswith(name + "|")):
        _, method, test, level = row.split("|")
        wanted = said()["pooling"][row]
        found = pool(effects(name), method=method, interval=INTERVALS[test], level=int(level) / 100)
        assert differences(found.model, wanted) == [], row
        if method != "EE":
            far = absolute(found.model.effects.estimate)
            as_interval = prediction_interval(found.model, "as_interval")
            assert differs({"pi": as_interval}, wanted, SAME, far) == [], row
            if test == "z":
                assert differs({"pi_t": found.prediction}, wanted, SAME, far) == [], row
        if method == "DL" and test == "z":  # the profile knows no method
            profile = {"tau2": found.profile.tau2, "I2": found.profile.i2, "H2": found.profile.h2}
            assert differs(profile, wanted["profile"], SAME, far) == [], row


@pytest.mark.parametrize("row", rows("regression"))
def test_regression(row):
    name, moderators, method, test = row.split("|")
    data = table(name.split(" ")[1])
    columns = {column: data[column] for column in moderators.split(",")}
    found = regress(effects(name), columns, method=method, interval=INTERVALS[test])
    wanted = said()["regression"][row]
    assert differences(found.model, wanted) == []
    far = absolute(found.model.effects.estimate)
    assert differs({"QM": found.statistic, "R2": found.r2}, wanted, SAME, far) == []
    assert differs({"QMp": found.p_value}, wanted, P_VALUE) == []


@pytest.mark.parametrize("row", rows("subgroups"))
def test_subgroups(row):
    name, column, method, test = row.split("|")
    labels = table(name.split(" ")[1])[column]
    found = pool_subgroups(
        effects(name), [str(label) for label in labels], method=method, interval=INTERVALS[test]
    )
    groups = found.groups.values()
    values = {
        "beta": [group.estimate for group in groups],
        "se": [group.standard_error for group in groups],
        "tau2": [group.model.heterogeneity.tau2 for group in groups],
    }
    assert differs(values, said()["subgroups"][row], 1e-7, 1e-10) == []
    # Between groups the Wald standard errors count whatever the interval: the row of metafor with test = "z" judges.
    wanted = said()["subgroups"][f"{name}|{column}|{method}|z"]
    assert differs({"QM": found.statistic, "QMp": found.p_value}, wanted, 1e-7, 1e-10) == []


@pytest.mark.parametrize("interval", INTERVALS.values())
def test_the_difference_of_subgroups_does_not_hang_on_the_interval(interval):
    """The Wald-type test of https://www.metafor-project.org/doku.php/tips:comp_two_independent_estimates.

    Random against any other allocation of the BCG trials, with DerSimonian and Laird's formulas written out.
    """
    y, v = effects("RR bcg").estimate, effects("RR bcg").variance
    groups = ["random" if label == "random" else "other" for label in table("bcg")["alloc"]]
    found = pool_subgroups(effects("RR bcg"), groups, method="DL", interval=interval)
    means, variances = [], []
    for name in ("other", "random"):
        rows = np.array(groups) == name
        w, effect = 1 / v[rows], y[rows]
        q = np.sum(w * (effect - np.sum(w * effect) / w.sum()) ** 2)
        tau2 = max(0, (q - (rows.sum() - 1)) / (w.sum() - np.sum(w**2) / w.sum()))
        w = 1 / (v[rows] + tau2)
        means.append(np.sum(w * effect) / w.sum())
        variances.append(1 / w.sum())
    z = (means[0] - means[1]) / np.sqrt(sum(variances))
    assert found.statistic == pytest.approx(z**2, rel=1e-10)
    assert found.p_value == pytest.approx(erfc(abs(z) / np.sqrt(2)), rel=1e-8)
    assert found.degrees == 1
