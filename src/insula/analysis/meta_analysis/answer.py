"""One dictionary with every answer about a table of studies; whoever prints, draws or saves takes it from here."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from insula.analysis.meta_analysis.clusters import by_clusters, robust_coefficients
from insula.analysis.meta_analysis.left_out import told, told_of_moderators
from insula.analysis.meta_analysis.pooling import (
    check_method,
    difference,
    pool_some,
    pool_studies,
    readable,
    scale,
    weights,
)
from insula.analysis.meta_analysis.sensitivity import (
    attempt,
    cumulate,
    diagnose,
    draw_funnel,
    leave_one_out,
    small_study_effects,
)
from insula.analysis.meta_analysis.studies import PUBLISHED, VIRTUAL
from insula.statistics.meta.coefficients import critical_value
from insula.statistics.meta.records import Note, RankDeficient, TooFewStudies, known_studies
from insula.statistics.meta.regression import regress
from insula.statistics.meta.tau2 import METHODS as INVERSE_VARIANCE

if TYPE_CHECKING:
    from insula.analysis.meta_analysis.pooling import Request
    from insula.analysis.meta_analysis.studies import Studies

    Answer = dict[str, Any]

_CLUSTERED = Note(
    "Only the three-level model, its robust interval and the meta-regression take account of the clusters; all "
    "other numbers treat the effects as independent."
)
_AGREE = Note(
    "The effects agree exactly: the HKSJ interval would have no width, and modified HKSJ stands in for it."
)
_NARROW = Note(
    "The HKSJ interval is narrower than the Wald interval of the same studies; such intervals hold the truth "
    "less often than they say (docs/reference/coverage_of_intervals.md). Take modified_hksj."
)
_CORRECTED = Note(
    "The method pools the counts; the effects of single studies, the funnel and the influence come from inverse "
    "variances, with 1/2 added where a count is 0. So do leaving one out and cumulating where the method is GLMM."
)
_TESTS = frozenset({"p", "q_p", "tests"})  # of a virtual trial they would be no evidence about patients
_ALL_VIRTUAL = Note(
    "All studies are virtual trials: no p value or interval here is evidence about patients, only about the model."
)
_APART = Note("Virtual trials are pooled apart; every other number comes from the published studies alone.")


def answer(studies: Studies, request: Request) -> Answer:
    """Ask everything of the studies; numbers that are undefined are None.

    Parameters
    ----------
    studies
        Published ones are analysed; virtual trials beside them are pooled apart and held against the prediction
        interval. A table of virtual trials only is analysed as it is.
    request

    Raises
    ------
    MetaAnalysisError
        When the studies cannot be pooled, or the method does not fit the measure; where they are too few, with those
        that were left out and why.
    """
    check_method(studies, request)
    rows = np.array([kind == PUBLISHED for kind in studies.kinds])
    main = studies.only(rows) if rows.any() else studies
    try:
        plain: Answer = _plain(_answers(studies, main, request))
    except (TooFewStudies, RankDeficient) as problem:
        raise type(problem)(f"{problem}{told(main)}") from None
    return plain


def _answers(studies: Studies, main: Studies, request: Request) -> Answer:
    left_out, pooled = leave_one_out(main, request), pool_studies(main, request)
    return {
        "measure": studies.effects.measure, "scale": scale(studies.effects.measure), "unit": studies.unit,
        "method": request.method, "interval": request.interval, "level": request.level,
        "studies": _rows(studies, request), "omitted": _omitted(studies),
        "pooled": pooled,
        "virtual": _virtual(studies, main, request),
        "subgroups": _subgroups(main, request),
        "regression": _regression(main, request) if main.moderators else None,
        "clusters": by_clusters(main, request) if main.clusters else None,
        "funnel": draw_funnel(main, request),
        "small_study_effects": small_study_effects(main, request),
        "leave_one_out": left_out,
        "influence": diagnose(main, request, left_out),
        "cumulative": cumulate(main, request),
        "notes": [
            {"message": str(note), "text": note.text, "values": list(note.values)}
            for note in _notes(studies, main, request, pooled)
        ],
    }  # fmt: skip


def _notes(studies: Studies, main: Studies, request: Request, pooled: Answer) -> tuple[Note, ...]:
    extra = [
        (_APART, len(main.labels) < len(studies.labels)),
        (_ALL_VIRTUAL, VIRTUAL in main.kinds),
        (_CLUSTERED, studies.clusters is not None),
        (_CORRECTED, request.method not in INVERSE_VARIANCE),
        (_AGREE, pooled["interval"] != request.interval),
        (_NARROW, pooled.get("narrower_than_wald", False)),
    ]
    return (*studies.effects.notes, *(note for note, applies in extra if applies))


def _omitted(studies: Studies) -> list[str]:
    known = known_studies(studies.effects)
    return [label for label, use in zip(studies.labels, known, strict=True) if not use]


def _rows(studies: Studies, request: Request) -> list[Answer]:
    effects = studies.effects
    reach = float(critical_value(request.level)) * effects.standard_error
    weight = _weights(studies, request)
    found = []
    for i, label in enumerate(studies.labels):
        ends = [float(effects.estimate[i] + side * reach[i]) for side in (0, -1, 1)]
        read = readable(effects, ends, effects.size[i : i + 1]) if np.isfinite(ends[0]) else None
        found.append(
            {
                "study": label, "kind": studies.kinds[i], "group": studies.groups[i] if studies.groups else "",
                "estimate": ends[0], "variance": effects.variance[i], "low": ends[1], "high": ends[2],
                "weight": weight[i], "size": effects.size[i],
                "counts": {name: values[i] for name, values in studies.columns.items()},
                "back_transformed": dict(zip(("estimate", "low", "high"), read, strict=True)) if read else None,
            }
        )  # fmt: skip
    return found


def _weights(studies: Studies, request: Request) -> Any:
    """Return the share of each study in the pooled effect of its kind, in percent; NaN where the method has none."""
    weight = np.full(len(studies.labels), np.nan)
    for kind in (PUBLISHED, VIRTUAL):
        rows = np.array([own == kind for own in studies.kinds]) & known_studies(studies.effects)
        if rows.any():
            weight[rows] = weights(studies.only(rows), request)
    return weight


def _virtual(studies: Studies, main: Studies, request: Request) -> Answer | None:
    """Pool the virtual trials, without tests, and count those inside the prediction interval of the published ones."""
    rows = np.array([kind == VIRTUAL for kind in studies.kinds])
    if not rows.any() or len(main.labels) == len(studies.labels):
        return None
    found: Answer = attempt(lambda: pool_some(studies, request, rows))
    found |= dict.fromkeys(_TESTS & found.keys())
    estimates = studies.effects.estimate[rows]
    found["trials"] = int(np.isfinite(estimates).sum())
    prediction = pool_studies(main, request)["prediction"]
    inside = prediction and [bool(prediction[0] <= value <= prediction[1]) for value in estimates]
    return {**found, "inside_prediction": inside and sum(inside)}


def _subgroups(studies: Studies, request: Request) -> Answer | None:
    if studies.groups is None:
        return None
    labels, known = np.array(studies.groups), known_studies(studies.effects)
    groups = []
    for name in sorted({label for label, use in zip(studies.groups, known, strict=True) if label and use}):
        groups.append({"group": name, **attempt(partial(pool_some, studies, request, labels == name))})
    pooled = [group for group in groups if "reason" not in group]
    return {"by": studies.roles.by, "groups": groups, **difference(pooled)}


def _regression(studies: Studies, request: Request) -> Answer:
    own = request.by_inverse_variance()
    try:
        fit = regress(
            studies.effects, studies.moderators, method=own.method, interval=own.interval, level=own.level
        )
    except (TooFewStudies, RankDeficient) as problem:
        raise type(problem)(f"{problem}{told_of_moderators(studies)}") from None
    clustered = studies.clusters is not None
    table = robust_coefficients(fit.model, studies) if clustered else fit.model.coefficients
    rows = [
        {
            "name": name, "estimate": table.estimate[i], "standard_error": table.standard_error[i],
            "low": table.low[i], "high": table.high[i], "p": table.p_value[i],
        }
        for i, name in enumerate(table.names)
    ]  # fmt: skip
    return {
        "studies": fit.model.studies, "coefficients": rows, "robust": clustered,
        "statistic": None if clustered else fit.statistic, "p": None if clustered else fit.p_value,
        "degrees": list(fit.degrees), "r2": fit.r2, "tau2": fit.model.heterogeneity.tau2,
    }  # fmt: skip


def _plain(value: Any) -> Any:
    """Return lists, texts and numbers only; what is not finite becomes None."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value
