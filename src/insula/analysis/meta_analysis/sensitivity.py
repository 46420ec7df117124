"""How far the pooled effect hangs on single studies, on small ones, and on their order.

An analysis that cannot be done is told by `reason` (which kind of refusal) and `detail` (in its own words).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from insula.analysis.meta_analysis.pooling import pool_some
from insula.core.spoken import speaking
from insula.statistics.meta.bias import (
    MULTIPLICATIVE,
    Asymmetry,
    funnel,
    pet_peese,
    rank_test,
    regression_test,
)
from insula.statistics.meta.influence import influence
from insula.statistics.meta.model import fit_model
from insula.statistics.meta.records import MetaAnalysisError, known_studies
from insula.statistics.meta.trim_and_fill import trim_and_fill

if TYPE_CHECKING:
    from collections.abc import Callable

    from insula.analysis.meta_analysis.pooling import Request
    from insula.analysis.meta_analysis.studies import Studies

    Answer = dict[str, Any]

MOST_STUDIES = 500  # every study is left out once: the time grows with the square of their number


def attempt(ask: Callable[[], Any]) -> Any:
    """Return an answer, or the reason why there is none: data, which are the same in every language."""
    try:
        with speaking(str):
            return ask()
    except MetaAnalysisError as refusal:
        return {"reason": type(refusal).__name__, "detail": str(refusal)}


def small_study_effects(studies: Studies, request: Request) -> Answer:
    """Test the funnel (Egger, Begg), fill it up, and correct the effect by PET-PEESE."""
    effects, level = studies.effects, request.level
    own = request.by_inverse_variance()
    return {
        "egger": attempt(lambda: _slope(regression_test(effects, model=MULTIPLICATIVE, level=level))),
        "begg": attempt(lambda: dict(zip(("tau", "p"), rank_test(effects), strict=True))),
        "trim_and_fill": attempt(lambda: _filled(studies, own)),
        "pet_peese": attempt(lambda: _corrected(studies, level)),
    }


def draw_funnel(studies: Studies, request: Request) -> Answer:
    """Return where the funnel stands, and the largest standard error."""
    found = funnel(studies.effects, request.level)
    return {"centre": found.centre, "largest_error": float(found.standard_error.max())}


def leave_one_out(studies: Studies, request: Request) -> Any:
    """Pool again without each study that has an effect."""
    return attempt(lambda: _left_out(studies, request.for_many_fits()))


def diagnose(studies: Studies, request: Request, left_out: Any) -> Any:
    """Return the influence of each study, given the results without it.

    With the places of a Baujat plot (Baujat et al. 2002, Stat Med 21:2641): x is the squared Pearson residual, y
    the squared change of the pooled effect without the study over the variance that it then has, as in metafor.
    """
    own = request.by_inverse_variance()
    without = left_out if own == request.for_many_fits() else leave_one_out(studies, own)
    return attempt(lambda: _diagnosed(studies, own, without)) if isinstance(without, list) else without


def cumulate(studies: Studies, request: Request) -> Answer | None:
    """Pool the first study, the first two and so on; None where no order was asked for."""
    if studies.order is None:
        return None
    known = known_studies(studies.effects)
    order = [int(i) for i in np.argsort(studies.order, kind="stable") if known[i]]
    rows = np.zeros(len(known), dtype=bool)
    found = []
    for i in order:
        rows[i] = True
        name = {"added": studies.labels[i], "order": studies.order_texts[i]}
        found.append({**name, **attempt(partial(pool_some, studies, request.for_many_fits(), rows))})
    return {"by": studies.roles.order, "steps": found}


def _slope(found: Asymmetry) -> Answer:
    return {
        "statistic": found.statistic, "degrees": found.degrees, "p": found.p_value,
        "limit": found.limit, "low": found.low, "high": found.high,
    }  # fmt: skip


def _filled(studies: Studies, request: Request) -> Answer:
    found = trim_and_fill(
        studies.effects, method=request.method, interval=request.interval, level=request.level
    )
    added = slice(len(found.filled.estimate) - found.missing, None)
    return {
        "side": found.side, "missing": found.missing, "missing_se": found.missing_se,
        "estimate": found.pooled.estimate, "low": found.pooled.low, "high": found.pooled.high,
        "added": [
            {"estimate": estimate, "standard_error": error}
            for estimate, error in zip(
                found.filled.estimate[added], found.filled.standard_error[added], strict=True
            )
        ],
    }  # fmt: skip


def _corrected(studies: Studies, level: float) -> Answer:
    found = pet_peese(studies.effects, level)
    return {"pet": _slope(found.pet), "peese": _slope(found.peese), "chosen": found.chosen}


def _few_enough(studies: Studies) -> list[int]:
    known = np.flatnonzero(known_studies(studies.effects)).tolist()
    if len(known) > MOST_STUDIES:
        raise MetaAnalysisError(f"{len(known)} studies; single ones are looked at up to {MOST_STUDIES}.")
    if len(known) < 2:
        raise MetaAnalysisError(f"{len(known)} studies; leaving one out needs two.")
    return known


def _left_out(studies: Studies, request: Request) -> list[Answer]:
    found = []
    for i in _few_enough(studies):
        rows = np.ones(len(studies.labels), dtype=bool)
        rows[i] = False
        without = attempt(partial(pool_some, studies, request, rows))
        found.append({"study": studies.labels[i], **without})
    return found


def _diagnosed(studies: Studies, request: Request, without: list[Answer]) -> list[Answer]:
    known = _few_enough(studies)
    model = fit_model(studies.effects, method=request.method, interval=request.interval, level=request.level)
    found = influence(model)
    mean, tau2 = float(model.coefficients.estimate[0]), model.heterogeneity.tau2
    rows = []
    for n, i in enumerate(known):
        variance = float(studies.effects.variance[i])
        moved = mean - without[n].get("estimate", np.nan)
        rows.append(
            {
                "study": studies.labels[i],
                "studentised_residual": found.studentised_residual[n], "dffits": found.dffits[n],
                "cook": found.cook[n], "covariance_ratio": found.covariance_ratio[n], "tau2": found.tau2[n],
                "q": found.q[n], "hat": found.hat[n], "weight": found.weight[n],
                "dfbetas": found.dfbetas[n, 0], "influential": bool(found.influential[n]),
                "baujat_x": (float(studies.effects.estimate[i]) - mean) ** 2 / (variance + tau2),
                "baujat_y": moved**2 / without[n].get("standard_error", np.nan) ** 2,
            }
        )  # fmt: skip
    return rows
