"""Pooling of rare events without an effect per study: Mantel-Haenszel and Peto.

Studies with zero cells take part as they are; nothing is added to them unless asked for. Sources: Mantel & Haenszel
1959 (J Natl Cancer Inst 22:719); Robins, Breslow & Greenland 1986 (Biometrics 42:311); Greenland & Robins 1985
(Biometrics 41:55); Sato, Greenland & Robins 1989 (Biometrics 45:1323); Breslow & Day 1980; Tarone 1985 (Biometrika
72:91); Yusuf et al. 1985 (Prog Cardiovasc Dis 27:335).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc

from insula.core.errors import UnknownName
from insula.core.spoken import _
from insula.statistics.meta.coefficients import check_level, coefficients
from insula.statistics.meta.effect_sizes import effect_sizes
from insula.statistics.meta.effects_of_counts import drop_uninformative, peto_parts, refuse_empty_groups
from insula.statistics.meta.records import MetaAnalysisError, TooFewStudies, as_floats, known_studies, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import ArrayLike

    from insula.statistics.meta.records import Floats

    Data = Mapping[str, Floats]

_TABLE, _RATES = ("ai", "bi", "ci", "di"), ("x1i", "t1i", "x2i", "t2i")
MEASURES = ("OR", "RR", "RD", "IRR", "IRD")


@dataclass(frozen=True)
class CommonEffect:
    """A common effect from counts, on the logarithmic scale for ratios.

    Parameters
    ----------
    method, measure
    studies
        That took part.
    estimate, standard_error, statistic, p_value, low, high, level
    q, q_df, q_p
        Heterogeneity of the studies' own effects around the common one.
    tests
        Further tests by name: (statistic, p). ``association`` is the (Cochran-)Mantel-Haenszel test;
        ``breslow_day`` and ``tarone`` test one common odds ratio (p 1 for a single study).
    """

    method: str
    measure: str
    studies: int
    estimate: float
    standard_error: float
    statistic: float
    p_value: float
    low: float
    high: float
    level: float
    q: float
    q_df: int
    q_p: float
    tests: dict[str, tuple[float, float]]


def mantel_haenszel(
    measure: str, columns: Mapping[str, ArrayLike], *, correct: bool = True, level: float = 0.95
) -> CommonEffect:
    """Pool two-group counts by Mantel and Haenszel.

    Parameters
    ----------
    measure
        OR, RR, RD of `ai`, `bi`, `ci`, `di`; IRR, IRD of `x1i`, `t1i`, `x2i`, `t2i`; each (k,).
    columns
        A study with a NaN is left out. One without events (or without others) in both groups counts for
        differences and says nothing of ratios; heterogeneity is that of the others.
    correct
        Continuity correction of the test of association.
    level

    Raises
    ------
    UnknownName, InvalidStudy
    MetaAnalysisError
        A column is missing, or a ratio is undefined because a group has no events at all.
    TooFewStudies
        No study is left.
    """
    if measure not in MEASURES:
        raise UnknownName("measure", measure, MEASURES)
    data = _known(columns, _TABLE if measure in ("OR", "RR", "RD") else _RATES)
    estimate, error = _ESTIMATORS[measure](data)
    if not np.isfinite([estimate, error]).all():
        raise MetaAnalysisError(
            _("The {measure} is undefined: one group or one outcome never occurs.").format(measure=measure)
        )
    if not error > 0:
        raise MetaAnalysisError(
            _("The {measure} has no variance: in each group all had the event, or nobody.").format(
                measure=measure
            )
        )
    tests = _tests(measure, data, estimate, correct)
    own = effect_sizes(measure, data, drop00=True)
    usable = known_studies(own)
    q = float(np.sum((own.estimate[usable] - estimate) ** 2 / own.variance[usable]))
    return _result("MH", measure, data, (estimate, error), (q, int(usable.sum()) - 1), tests, level)


def mantel_haenszel_weights(measure: str, columns: Mapping[str, ArrayLike]) -> Floats:
    """Return the share of each study in the effect of `mantel_haenszel` in percent, (k,); NaN where a count is missing.

    Raises
    ------
    UnknownName
        Of the measure.
    """
    if measure not in MEASURES:
        raise UnknownName("measure", measure, MEASURES)
    names = _TABLE if measure in ("OR", "RR", "RD") else _RATES
    d = {name: as_floats(columns[name]) for name in names}
    if names == _TABLE:
        n1, n2, total = _groups(d)
        weight = {"OR": d["bi"] * d["ci"], "RR": d["ci"] * n1, "RD": n1 * n2}[measure] / total
    else:
        total = d["t1i"] + d["t2i"]
        weight = {"IRR": d["x2i"] * d["t1i"], "IRD": d["t1i"] * d["t2i"]}[measure] / total
    return np.asarray(100 * weight / np.nansum(weight))


def peto(columns: Mapping[str, ArrayLike], *, level: float = 0.95) -> CommonEffect:
    """Pool log odds ratios by Peto's one-step method.

    Parameters
    ----------
    columns
        `ai`, `bi`, `ci`, `di`, each (k,); studies with a NaN or without information are left out.
    level

    Raises
    ------
    InvalidStudy, TooFewStudies
    MetaAnalysisError
        A column is missing.
    """
    data = _informative(_known(columns, _TABLE))
    excess, variance = peto_parts(data)
    total = float(variance.sum())
    estimate = float(excess.sum()) / total
    q = max(0.0, float(np.sum(excess**2 / variance)) - float(excess.sum()) ** 2 / total)
    return _result("PETO", "OR", data, (estimate, total**-0.5), (q, len(excess) - 1), {}, level)


def _result(
    method: str,
    measure: str,
    data: Data,
    effect: tuple[float, float],
    spread: tuple[float, int],
    tests: dict[str, tuple[float, float]],
    level: float,
) -> CommonEffect:
    check_level(level)
    table = coefficients(
        (measure,), np.array([effect[0]]), np.array([[effect[1] ** 2]]), np.array([np.inf]), level
    )
    q, df = spread
    row = (table.estimate, table.standard_error, table.statistic, table.p_value, table.low, table.high)
    estimate, error, statistic, p_value, low, high = (float(values[0]) for values in row)
    studies = len(next(iter(data.values())))
    q_p = float(chdtrc(df, q)) if df > 0 else 1.0
    return CommonEffect(
        method,
        measure,
        studies,
        estimate,
        error,
        statistic,
        p_value,
        low,
        high,
        level,
        q,
        max(df, 0),
        q_p,
        tests,
    )


def _known(columns: Mapping[str, ArrayLike], names: tuple[str, ...]) -> dict[str, Floats]:
    missing = [name for name in names if name not in columns]
    if missing:
        raise MetaAnalysisError(_('The column "{missing}" is missing.').format(missing=missing[0]))
    data = {name: as_floats(columns[name]).copy() for name in names}
    for name, values in data.items():
        refuse(values < 0, name, _("must not be negative."))
        refuse(np.isinf(values), name, _("is infinite."))
        if name in ("t1i", "t2i"):
            refuse(values == 0, name, _("must be above 0."))
    refuse_empty_groups(data)
    return _complete(data, _("No study has all counts."))


def _informative(data: Data) -> dict[str, Floats]:
    kept = {name: values.copy() for name, values in data.items()}
    drop_uninformative(kept)
    return _complete(kept, _("No study has events in at least one group, and others too."))


def _complete(data: dict[str, Floats], otherwise: str) -> dict[str, Floats]:
    known = np.isfinite(list(data.values())).all(axis=0)
    if not known.any():
        raise TooFewStudies(otherwise)
    return {name: values[known] for name, values in data.items()}


def _groups(d: Data) -> tuple[Floats, Floats, Floats]:
    n1, n2 = d["ai"] + d["bi"], d["ci"] + d["di"]
    return n1, n2, n1 + n2


def _odds_ratio(d: Data) -> tuple[float, float]:
    total = _groups(d)[2]
    p, q = (d["ai"] + d["di"]) / total, (d["bi"] + d["ci"]) / total
    r, s = d["ai"] * d["di"] / total, d["bi"] * d["ci"] / total
    top, bottom = r.sum(), s.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        within = np.sum(p * r) / top**2 + np.sum(p * s + q * r) / (top * bottom) + np.sum(q * s) / bottom**2
        return float(np.log(top / bottom)), float(np.sqrt(within / 2))


def _risk_ratio(d: Data) -> tuple[float, float]:
    n1, n2, total = _groups(d)
    top, bottom = np.sum(d["ai"] * n2 / total), np.sum(d["ci"] * n1 / total)
    spread = np.sum(n1 * n2 * (d["ai"] + d["ci"]) / total**2 - d["ai"] * d["ci"] / total)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.log(top / bottom)), float(np.sqrt(spread / (top * bottom)))


def _risk_difference(d: Data) -> tuple[float, float]:
    """With the variance of Sato, which holds for few large studies and for many small ones."""
    n1, n2, total = _groups(d)
    weight = np.sum(n1 * n2 / total)
    estimate = np.sum((d["ai"] * n2 - d["ci"] * n1) / total) / weight
    p = (n1**2 * d["ci"] - n2**2 * d["ai"] + n1 * n2 * (n2 - n1) / 2) / total**2
    q = (d["ai"] * (n2 - d["ci"]) + d["ci"] * (n1 - d["ai"])) / (2 * total)
    return float(estimate), float(np.sqrt(estimate * p.sum() + q.sum()) / weight)


def _rate_ratio(d: Data) -> tuple[float, float]:
    total = d["t1i"] + d["t2i"]
    top, bottom = np.sum(d["x1i"] * d["t2i"] / total), np.sum(d["x2i"] * d["t1i"] / total)
    spread = np.sum(d["t1i"] * d["t2i"] * (d["x1i"] + d["x2i"]) / total**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.log(top / bottom)), float(np.sqrt(spread / (top * bottom)))


def _rate_difference(d: Data) -> tuple[float, float]:
    weight = d["t1i"] * d["t2i"] / (d["t1i"] + d["t2i"])
    rates = d["x1i"] / d["t1i"] - d["x2i"] / d["t2i"]
    variance = d["x1i"] / d["t1i"] ** 2 + d["x2i"] / d["t2i"] ** 2
    return float(np.average(rates, weights=weight)), float(
        np.sqrt(np.sum(weight**2 * variance)) / weight.sum()
    )


_ESTIMATORS: dict[str, Callable[[Data], tuple[float, float]]] = {
    "OR": _odds_ratio,
    "RR": _risk_ratio,
    "RD": _risk_difference,
    "IRR": _rate_ratio,
    "IRD": _rate_difference,
}


def _tests(measure: str, data: Data, estimate: float, correct: bool) -> dict[str, tuple[float, float]]:
    if measure == "IRR":
        total, events = data["t1i"] + data["t2i"], data["x1i"] + data["x2i"]
        excess = data["x1i"] - events * data["t1i"] / total
        return {"association": _association(excess, events * data["t1i"] * data["t2i"] / total**2, correct)}
    if measure != "OR":
        return {}
    excess, variance = peto_parts(data)
    return {
        "association": _association(excess, variance, correct),
        **_one_odds_ratio(_informative(data), estimate),
    }


def _association(excess: Floats, variance: Floats, correct: bool) -> tuple[float, float]:
    statistic = float((abs(excess.sum()) - 0.5 * correct) ** 2 / variance.sum())
    return statistic, float(chdtrc(1, statistic))


def _one_odds_ratio(d: Data, estimate: float) -> dict[str, tuple[float, float]]:
    """Breslow and Day's test, and with Tarone's correction: cells expected under one odds ratio."""
    ratio = float(np.exp(estimate))
    n1, n2, _ = _groups(d)
    events = d["ai"] + d["ci"]
    half = ratio * (n1 + events) + (n2 - events)
    root = np.sqrt(half**2 - 4 * ratio * (ratio - 1) * n1 * events)
    cell = 2 * ratio * n1 * events / (half + root)  # the root of the quadratic that exists for ratio 1 too
    with np.errstate(divide="ignore"):
        variance = 1 / (1 / cell + 1 / (n1 - cell) + 1 / (events - cell) + 1 / (n2 - events + cell))
    excess = d["ai"] - cell
    plain = float(np.sum(excess**2 / variance))
    tarone = max(0.0, plain - float(excess.sum() ** 2 / variance.sum()))
    df = len(cell) - 1
    p_values = [float(chdtrc(df, value)) if df else 1.0 for value in (plain, tarone)]
    return {"breslow_day": (plain, p_values[0]), "tarone": (tarone, p_values[1])}
