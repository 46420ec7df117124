"""Effect sizes of counted events: two groups, one group, with patients or person-time below."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from insula.core.spoken import _
from insula.statistics.meta.records import refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from insula.statistics.meta.records import Floats

    Data = Mapping[str, Floats]
    Result = tuple[Floats, Floats]  # estimate, variance


def drop_uninformative(data: dict[str, Floats]) -> None:
    """Make the counts of two-group studies NaN that have no event in either group, or nothing else."""
    if "ai" in data:
        nothing = (data["ai"] == 0) & (data["ci"] == 0)
        drop = nothing | ((data["bi"] == 0) & (data["di"] == 0))
        names: tuple[str, ...] = ("ai", "bi", "ci", "di")
    elif "x1i" in data:
        drop, names = (data["x1i"] == 0) & (data["x2i"] == 0), ("x1i", "x2i")
    else:
        return
    for name in names:
        data[name][drop] = np.nan


def refuse_empty_groups(data: Data) -> None:
    """Raise `InvalidStudy` for the first study with a group of nobody."""
    for event, other in (("ai", "bi"), ("ci", "di"), ("xi", "mi")):
        if event in data and other in data:
            refuse(
                data[event] + data[other] == 0,
                event,
                _("is 0, as is {other}: the group has nobody in it.").format(other=other),
            )


def inverse_freeman_tukey(value: Floats, sizes: Floats) -> Floats:
    """Return the proportion of a double arcsine, at the harmonic mean of the sample sizes."""
    n = 1 / np.nanmean(1 / sizes)
    inside = np.clip(2 * value, 0, np.pi)
    with np.errstate(divide="ignore", invalid="ignore"):
        root = 1 - (np.sin(inside) + (np.sin(inside) - 1 / np.sin(inside)) / n) ** 2
    half = (1 - np.sign(np.cos(inside)) * np.sqrt(np.maximum(root, 0))) / 2
    return np.where(np.sin(inside) == 0, np.sin(inside / 2) ** 2, half)


def _log_odds_ratio(d: Data) -> Result:
    estimate = np.log(d["ai"] * d["di"] / (d["bi"] * d["ci"]))
    return estimate, sum_of_inverses(d, "ai", "bi", "ci", "di")


def sum_of_inverses(d: Data, *names: str) -> Floats:
    """Return the sum of 1/count over these columns, (k,)."""
    return np.asarray(np.sum([1 / d[name] for name in names], axis=0))


def _log_risk_ratio(d: Data) -> Result:
    n1, n2 = d["ai"] + d["bi"], d["ci"] + d["di"]
    variance = d["bi"] / (d["ai"] * n1) + d["di"] / (d["ci"] * n2)
    return np.log(d["ai"] / n1) - np.log(d["ci"] / n2), variance


def _risk_difference(d: Data) -> Result:
    n1, n2 = d["ai"] + d["bi"], d["ci"] + d["di"]
    return d["ai"] / n1 - d["ci"] / n2, d["ai"] * d["bi"] / n1**3 + d["ci"] * d["di"] / n2**3


def _arcsine_difference(d: Data) -> Result:
    n1, n2 = d["ai"] + d["bi"], d["ci"] + d["di"]
    estimate = np.arcsin(np.sqrt(d["ai"] / n1)) - np.arcsin(np.sqrt(d["ci"] / n2))
    return estimate, (1 / n1 + 1 / n2) / 4


def peto_parts(d: Data) -> tuple[Floats, Floats]:
    """Return events above expectation in the first group, and their hypergeometric variance, (k,) each."""
    n1, n2, total = d["ai"] + d["bi"], d["ci"] + d["di"], _total(d)
    events, others = d["ai"] + d["ci"], d["bi"] + d["di"]
    return d["ai"] - events * n1 / total, events * others * n1 * n2 / (total**2 * (total - 1))


def _peto(d: Data) -> Result:
    excess, variance = peto_parts(d)
    return excess / variance, 1 / variance


def _total(d: Data) -> Floats:
    return d["ai"] + d["bi"] + d["ci"] + d["di"]


def _log_rate_ratio(d: Data) -> Result:
    estimate = np.log(d["x1i"] / d["t1i"]) - np.log(d["x2i"] / d["t2i"])
    return estimate, sum_of_inverses(d, "x1i", "x2i")


def _rate_difference(d: Data) -> Result:
    variance = d["x1i"] / d["t1i"] ** 2 + d["x2i"] / d["t2i"] ** 2
    return d["x1i"] / d["t1i"] - d["x2i"] / d["t2i"], variance


def _root_rate_difference(d: Data) -> Result:
    estimate = np.sqrt(d["x1i"] / d["t1i"]) - np.sqrt(d["x2i"] / d["t2i"])
    return estimate, (1 / d["t1i"] + 1 / d["t2i"]) / 4


def _proportion(d: Data) -> Result:
    n = d["xi"] + d["mi"]
    return d["xi"] / n, d["xi"] * d["mi"] / n**3


def _log_proportion(d: Data) -> Result:
    n = d["xi"] + d["mi"]
    return np.log(d["xi"] / n), d["mi"] / (d["xi"] * n)


def _logit(d: Data) -> Result:
    return np.log(d["xi"] / d["mi"]), sum_of_inverses(d, "xi", "mi")


def _arcsine(d: Data) -> Result:
    n = d["xi"] + d["mi"]
    return np.arcsin(np.sqrt(d["xi"] / n)), 1 / (4 * n)


def _double_arcsine(d: Data) -> Result:
    n = d["xi"] + d["mi"]
    angles = np.arcsin(np.sqrt(d["xi"] / (n + 1))) + np.arcsin(np.sqrt((d["xi"] + 1) / (n + 1)))
    return angles / 2, 1 / (4 * n + 2)


def _rate(d: Data) -> Result:
    return d["xi"] / d["ti"], d["xi"] / d["ti"] ** 2


def _log_rate(d: Data) -> Result:
    return np.log(d["xi"] / d["ti"]), 1 / d["xi"]


def _root_rate(d: Data) -> Result:
    return np.sqrt(d["xi"] / d["ti"]), 1 / (4 * d["ti"])


FORMULAS: dict[str, Callable[[Data], Result]] = {
    "OR": _log_odds_ratio,
    "RR": _log_risk_ratio,
    "RD": _risk_difference,
    "AS": _arcsine_difference,
    "PETO": _peto,
    "IRR": _log_rate_ratio,
    "IRD": _rate_difference,
    "IRSD": _root_rate_difference,
    "PR": _proportion,
    "PLN": _log_proportion,
    "PLO": _logit,
    "PAS": _arcsine,
    "PFT": _double_arcsine,
    "IR": _rate,
    "IRLN": _log_rate,
    "IRS": _root_rate,
}
