"""Mantel-Haenszel, Peto and generalised linear mixed models, as metafor."""

import numpy as np
import pytest
from metafor import SAME, differs, rows, said, table

from insula.statistics.meta.glmm import mixed_model
from insula.statistics.meta.rare_events import mantel_haenszel, peto


def counts(name):
    data = {key: np.asarray(values) for key, values in table(name).items() if isinstance(values, np.ndarray)}
    if "n1i" in data:
        data |= {"bi": data["n1i"] - data["ai"], "di": data["n2i"] - data["ci"]}
    return data


TESTS = (("MH", "association"), ("BD", "breslow_day"), ("TA", "tarone"))


def values(found):
    there = {
        "beta": found.estimate, "se": found.standard_error, "zval": found.statistic, "ci.lb": found.low,
        "ci.ub": found.high, "pval": found.p_value, "QE": found.q, "QEp": found.q_p,
    }  # fmt: skip
    for short, name in TESTS:
        if name in found.tests:
            there[short], there[f"{short}p"] = found.tests[name]
    return there


@pytest.mark.parametrize("row", rows("rare"))
def test_common_effects_of_counts(row):
    method, *words, name = row.split(" ")
    if method == "peto":
        found = peto(counts(name))
    else:
        found = mantel_haenszel(words[0], counts(name), correct="correct" not in words)
    assert differs(values(found), said()["rare"][row], SAME, 1e-14) == []


# lme4's optimiser stops at about 1e-5 of tau2, and metafor's own hypergeometric model takes standard errors from
# numerical second derivatives; ours solves the score equations.
EFFECT, SPREAD, ERROR = 2e-5, 3e-5, 1e-4
# Where tau2 is 0 metafor's hypergeometric model walks towards log(tau2) = -infinity and stops on the way: its tau2 is
# small, and its standard error is that of a singular matrix, 1e-6, and no judge of ours.
NEARLY_ZERO, ON_THE_WAY = 1e-4, "OR CM.EL hine1989"
MODELS = {"OR CM.EL": "OR", "OR CM.AL": "OR_APPROXIMATE", "IRR CM.EL": "IRR", "PLO": "PLO", "IRLN": "IRLN"}


def modelled():
    return [row for row in rows("glmm") if " UM.FS " not in row]


@pytest.mark.parametrize("row", modelled())
def test_mixed_models(row):
    kind, name = row.rsplit(" ", 1)
    data, wanted = counts(name), said()["glmm"][row]
    if kind == "IRLN":
        data = {"xi": data["x1i"], "ti": data["t1i"]}
    found = mixed_model(MODELS[kind], data)
    table = found.coefficients
    assert differs({"beta": table.estimate}, wanted, EFFECT) == []
    assert differs({"tau2": found.tau2}, wanted, SPREAD, NEARLY_ZERO if row == ON_THE_WAY else 1e-6) == []
    if row != ON_THE_WAY:
        assert differs({"se": table.standard_error}, wanted, ERROR) == []
    if kind == "OR CM.EL":  # lme4's log-likelihood leaves constants out when it integrates by quadrature
        away = found.log_likelihood - wanted["ll"]
        assert abs(away) < 1e-6 or (row == ON_THE_WAY and 0 < away < 1e-3)
