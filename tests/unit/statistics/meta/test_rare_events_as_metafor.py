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


# Relative, of effect, tau2 and standard error. lme4 is told to go on as far as it can (run.R) and takes standard errors
# from numerical differences; where it cannot iterate below 1e-11 it leaves more. metafor's own hypergeometric model
# (CM.EL) integrates and differentiates numerically; ours solves the score equations.
SETTLED, ALMOST, BY_NUMERICAL_INTEGRALS = (1e-6, 1e-6, 1e-6), (2e-6, 5e-6, 5e-5), (2e-5, 3e-5, 1e-4)
# Where tau2 is 0 metafor's hypergeometric model walks towards log(tau2) = -infinity and stops on the way: its tau2 is
# small, and its standard error is that of a singular matrix, 1e-6, and no judge of ours.
NEARLY_ZERO, ON_THE_WAY = 1e-4, "OR CM.EL hine1989"
MODELS = {
    "OR CM.EL": "OR", "OR CM.AL": "OR_APPROXIMATE", "OR UM.FS": "OR_FIXED_STUDIES", "OR UM.RS": "OR_RANDOM_STUDIES",
    "IRR CM.EL": "IRR", "IRR UM.FS": "IRR_FIXED_STUDIES", "IRR UM.RS": "IRR_RANDOM_STUDIES",
    "PLO": "PLO", "IRLN": "IRLN",
}  # fmt: skip


@pytest.mark.parametrize("row", rows("glmm"))
def test_mixed_models(row):
    kind, name = row.rsplit(" ", 1)
    data, wanted = counts(name), said()["glmm"][row]
    if kind == "IRLN":
        data = {"xi": data["x1i"], "ti": data["t1i"]}
    settled = SETTLED if wanted["tolPwrss"] < 1e-11 else ALMOST
    effect, spread, error = BY_NUMERICAL_INTEGRALS if kind == "OR CM.EL" else settled
    two_random_effects = kind.endswith("UM.RS")
    found = mixed_model(MODELS[kind], data, **({"nodes": 1} if two_random_effects else {}))
    table = found.coefficients
    assert differs({"beta": table.estimate}, wanted, effect) == []
    assert differs({"tau2": found.tau2}, wanted, spread, NEARLY_ZERO if row == ON_THE_WAY else 1e-6) == []
    if row != ON_THE_WAY:
        assert differs({"se": table.standard_error}, wanted, error) == []
    if two_random_effects:
        assert differs({"sigma2": found.sigma2}, wanted, spread, 1e-6) == []
    else:
        assert np.isnan(found.sigma2)
    # lme4's log-likelihood leaves constants out when it integrates by quadrature, but not by Laplace's approximation.
    if two_random_effects or kind == "OR CM.EL":
        away = found.log_likelihood - wanted["ll"]
        assert abs(away) < 1e-6 or (row == ON_THE_WAY and 0 < away < 1e-3)


def test_more_nodes_settle_two_random_effects():
    """Laplace's approximation is off by more than 15 nodes differ from 25."""
    laplace, usual, fine = (
        mixed_model("OR_RANDOM_STUDIES", counts("nielweise2007"), nodes=n) for n in (1, 15, 25)
    )
    assert usual.log_likelihood == pytest.approx(fine.log_likelihood, abs=1e-6)
    assert usual.sigma2 == pytest.approx(fine.sigma2, rel=1e-6)
    assert abs(laplace.sigma2 / fine.sigma2 - 1) > 0.01
