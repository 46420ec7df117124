"""How a quantity is spread over the patients, day by day and over the hours of a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from insula.core.calendar import MINUTES_PER_DAY
from insula.report.run_folder import Table, in_order, select
from insula.report.science_text import endpoint_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insula.report.science_text import ScienceText

PERCENTILES = (5, 25, 50, 75, 95)
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
    return {**text, **spread_by(table["day"], table["value"], "day")}


def profiles(tables: Mapping[str, Table], arm: str) -> list[dict[str, Any]]:
    """Return the ambulatory glucose profile of an arm before the therapy and at the last visit.

    Glucose in mg/dL by time of day (minutes, steps of 15) over all patients and days of the visit.
    """
    table = select(tables.get("cgm", {}), arm=arm)
    days = sorted(set(table["day"].tolist())) if table else []
    return [_profile(select(table, day=day), float(day)) for day in dict.fromkeys((*days[:1], *days[-1:]))]


def spread_by(position: np.ndarray, value: np.ndarray, name: str) -> dict[str, list[float]]:
    """Return percentiles, mean and count of the finite values at each distinct position."""
    known = np.isfinite(value)
    places, index = np.unique(position[known], return_inverse=True)
    groups = np.split(
        value[known][np.argsort(index, kind="stable")],
        np.cumsum(np.bincount(index, minlength=len(places)))[:-1],
    )
    result: dict[str, list[float]] = {name: [float(place) for place in places]}
    levels = np.array([np.percentile(group, PERCENTILES) for group in groups if group.size]).reshape(
        -1, len(PERCENTILES)
    )
    for column, percentile in zip(levels.T, PERCENTILES, strict=True):
        result[f"p{percentile}"] = [float(level) for level in column]
    result["mean"] = [float(group.mean()) for group in groups if group.size]
    result["n"] = [int(group.size) for group in groups if group.size]
    return result


def is_share(value: np.ndarray) -> bool:
    """Say whether a quantity is something that a patient either has or has not."""
    known = value[np.isfinite(value)]
    return bool(known.size and np.isin(known, (0.0, 1.0)).all())


def _profile(table: Table, day: float) -> dict[str, Any]:
    minute = np.floor(table["minute"] % MINUTES_PER_DAY / PROFILE_STEP) * PROFILE_STEP
    bands = spread_by(minute, table["glucose"].astype(float), "minute")
    return {"day": day, "patients": len(set(table["patient"].tolist())), **bands}
