"""Effects that depend on each other: the three-level model, and intervals that hold whatever the dependence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from insula.analysis.meta_analysis.pooling import readable
from insula.analysis.meta_analysis.sensitivity import attempt
from insula.statistics.meta.multilevel import three_level
from insula.statistics.meta.robust_variance import robust

if TYPE_CHECKING:
    from insula.analysis.meta_analysis.pooling import Request
    from insula.analysis.meta_analysis.studies import Studies
    from insula.statistics.meta.coefficients import Coefficients
    from insula.statistics.meta.model import Model

    Answer = dict[str, Any]


def by_clusters(studies: Studies, request: Request) -> Answer:
    """Pool effects (level 2) within clusters (level 3); the robust interval is CR2 with Satterthwaite's degrees."""
    found: Answer = attempt(lambda: _three_level(studies, request))
    return {"by": studies.roles.cluster, **found}


def robust_coefficients(model: Model, studies: Studies) -> Coefficients:
    """Return the coefficients of a model with robust tests."""
    assert studies.clusters is not None
    return robust(model, [studies.clusters[int(i)] for i in np.flatnonzero(model.included)])


def _three_level(studies: Studies, request: Request) -> Answer:
    assert studies.clusters is not None
    fit = three_level(
        studies.effects, studies.clusters, studies.labels,
        method="ML" if request.method == "ML" else "REML", t_tests=request.interval != "wald", level=request.level,
    )  # fmt: skip
    return {
        "clusters": len(set(fit.clusters)), "effects": len(fit.clusters), "method": fit.method,
        **_row(fit.coefficients, studies), "prediction": fit.prediction,
        "tau2_between": fit.outer, "tau2_within": fit.inner,
        "i2_between": fit.i2[0], "i2_within": fit.i2[1], "q": fit.q, "q_p": fit.q_p,
        "robust": attempt(lambda: _row(robust(fit), studies)),
    }  # fmt: skip


def _row(table: Coefficients, studies: Studies) -> Answer:
    ends = [float(values[0]) for values in (table.estimate, table.low, table.high)]
    read = readable(studies.effects, ends)
    return {
        "estimate": ends[0], "low": ends[1], "high": ends[2],
        "standard_error": float(table.standard_error[0]), "p": float(table.p_value[0]),
        "degrees": float(table.degrees[0]),
        "back_transformed": dict(zip(("estimate", "low", "high"), read, strict=True)) if read else None,
    }  # fmt: skip
