"""How a quantity is spread over the patients, day by day and over the hours of a day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from insula.core.calendar import MINUTES_PER_DAY
from insula.report.run_folder import Run, Table, in_order, select
from insula.report.science_text import endpoint_of
from insula.statistics import weighted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insula.report.science_text import ScienceText

PERCENTILES = (5, 25, 50, 75, 95)
_SHARES = np.array(PERCENTILES) / 100
PROFILE_STEP = 15


def course_bands(tables: Mapping[str, Table], arm: str, science: ScienceText) -> dict[str, dict[str, Any]]:
    """Return the bands of every quantity of an arm, by endpoint where it is one, else by its symbol.

    The weekly course comes first; an endpoint that is measured at visits only is added with its visits.

    Returns
    -------
    dict
        Quantity -> unit, measured, share (whether a patient either has it or not), and lists of
        equal length: day, p5, p25, p50, p75, p95, mean, n.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, key in (("course", "quantity"), ("endpoints", "endpoint")):
        table = select(tables[name], arm=arm)
        for quantity in in_order(table[key]):
            title = endpoint_of(quantity, science.endpoints)
            if title not in found:
                found[title] = _bands(select(table, **{key: quantity}), quantity, science)
    return {quantity: bands for quantity, bands in found.items() if bands["day"]}


def _bands(table: Table, quantity: str, science: ScienceText) -> dict[str, Any]:
    share = is_share(table["value"])
    unit = "fraction" if share else science.unit(quantity)
    text = {"unit": unit, "measured": science.measured(quantity), "share": share}
    return {**text, **spread_by(table["day"], table["value"], "day", table.get("weight"))}


def profiles(run: Run, arm: str) -> list[dict[str, Any]]:
    """Return the ambulatory glucose profile of an arm before the therapy and at the last visit.

    Glucose in mg/dL by time of day (minutes, steps of 15) over all patients and days of the visit.
    """
    visits = np.unique(select(run.tables["endpoints"], arm=arm)["day"])
    days = dict.fromkeys(float(day) for day in (*visits[:1], *visits[-1:]))
    with ThreadPoolExecutor() as pool:  # one is read while the other is sorted
        found = pool.map(partial(_profile, run, arm), days)
    return [profile for profile in found if profile["minute"]]  # nobody wore a sensor: nothing to draw


def spread_by(
    position: np.ndarray, value: np.ndarray, name: str, weight: np.ndarray | None = None
) -> dict[str, list[float]]:
    """Return percentiles, mean and count of the finite values at each distinct position, by weights where given."""
    known = np.isfinite(value) if weight is None else np.isfinite(value) & (weight > 0)
    position, value = position[known], value[known]
    order = np.argsort(position, kind="stable")
    places, first = np.unique(position[order], return_index=True)
    groups = [group for group in np.split(value[order], first[1:]) if group.size]
    of_groups = np.split(weight[known][order], first[1:]) if weight is not None else [None] * len(groups)
    pairs = list(zip(groups, of_groups[: len(groups)], strict=True))
    result: dict[str, list[float]] = {name: [float(place) for place in places]}
    levels = np.array([weighted.quantiles(group, _SHARES, weights) for group, weights in pairs])
    for column, percentile in zip(levels.reshape(-1, len(PERCENTILES)).T, PERCENTILES, strict=True):
        result[f"p{percentile}"] = [float(level) for level in column]
    result["mean"] = [weighted.mean(group, weights) for group, weights in pairs]
    result["n"] = [int(group.size) for group in groups]
    return result


def is_share(value: np.ndarray) -> bool:
    """Say whether a quantity is something that a patient either has or has not."""
    known = value[np.isfinite(value)]
    return bool(known.size and np.isin(known, (0.0, 1.0)).all())


def _profile(run: Run, arm: str, day: float) -> dict[str, Any]:
    table = run.sensor(arm, day)
    if not table:
        return {"minute": []}
    clock = table["minute"].astype(np.int32) % int(MINUTES_PER_DAY)
    step = (clock // PROFILE_STEP * PROFILE_STEP).astype(np.int16)  # short numbers are sorted fastest
    bands = spread_by(step, table["glucose"].astype(float), "minute", table.get("weight"))
    return {"day": day, "patients": int(np.unique(table["patient"]).size), **bands}
