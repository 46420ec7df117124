"""Three levels and cluster-robust variances, as metafor and clubSandwich."""

import numpy as np
import pytest
from metafor import SAME, differs, effects, rows, said, table

from insula.statistics.meta.model import fit_model
from insula.statistics.meta.multilevel import three_level
from insula.statistics.meta.records import given_effects
from insula.statistics.meta.robust_variance import robust

# metafor finds the two variances by a general optimiser whose gradients are differences: its own optimisers agree
# to 2e-7 with each other; ours solves the score equations.
TWO_VARIANCES = 2e-6
# The likelihood is flat at its top: errors of the variances enter squared.
TOP = 1e-9
LEVELS = {"konstantopoulos2011": ("district", "school"), "assink2016": ("study", "esid")}
CLUSTERS = {"GEN konstantopoulos2011": "district", "ROM curtis1998": "paper"}


def values(found):
    return {
        "beta": found.estimate, "se": found.standard_error, "zval": found.statistic,
        "ci.lb": found.low, "ci.ub": found.high, "pval": found.p_value,
    }  # fmt: skip


@pytest.mark.parametrize("row", rows("levels"))
def test_three_levels(row):
    name, *words = row.split("|")
    data, wanted = table(name), said()["levels"][row]
    outer, inner = (data[column] for column in LEVELS[name])
    options = {"method": words[0], "t_tests": words[1] == "t"}
    if words[0] == "year":
        design = np.stack([np.ones_like(data["year"]), data["year"]], axis=1)
        options = {"design": design, "names": ("intercept", "year")}
    found = three_level(given_effects(data["yi"], data["vi"]), outer, inner, **options)
    assert differs({"sigma2": [found.outer, found.inner]}, wanted, TWO_VARIANCES) == []
    for key, value in {"beta": found.coefficients.estimate, "se": found.coefficients.standard_error}.items():
        assert differs({key: value}, wanted, TWO_VARIANCES) == []
    assert differs({"QE": found.q}, wanted, SAME) == []
    if "ll" in wanted:
        assert differs({"ll": found.log_likelihood}, wanted, TOP) == []
        assert differs({"pi": found.prediction}, wanted, TWO_VARIANCES) == []
        assert differs(values(found.coefficients), wanted, 20 * TWO_VARIANCES) == []
    for kind in ("CR0", "CR1", "CR2"):
        if kind in wanted:
            coefficients = robust(found, kind=kind)
            near = {
                **values(coefficients),
                "dfs": coefficients.degrees if kind == "CR2" else coefficients.degrees[0],
            }
            assert differs(near, wanted[kind], 20 * TWO_VARIANCES) == [], kind


@pytest.mark.parametrize("row", rows("robust"))
@pytest.mark.parametrize("kind", ["CR0", "CR1", "CR2"])
def test_robust_variance_of_a_pooled_effect(row, kind):
    name, method = row.split("|")
    clusters = table(name.split(" ")[1])[CLUSTERS[name]]
    found = robust(fit_model(effects(name), method=method), clusters, kind=kind)
    assert differs({**values(found), "dfs": found.degrees}, said()["robust"][row][kind], 1e-7) == []
