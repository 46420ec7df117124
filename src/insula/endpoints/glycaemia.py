"""HbA1c and fasting glucose, and whether a value lies on the wanted side of a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from insula.endpoints.visit import Floats


def meets(
    value: Floats,
    *,
    below: float = np.inf,
    above: float = -np.inf,
    at_least: float = -np.inf,
    at_most: float = np.inf,
) -> Floats:
    """Say for each patient whether a value meets every limit given.

    Parameters
    ----------
    value : (P,)
    below, above
        Limits that are themselves outside; in the unit of `value`.
    at_least, at_most
        Limits that are themselves inside.

    Returns
    -------
    (P,), 1 or 0; NaN where the value is NaN.
    """
    inside = (value < below) & (value > above) & (value >= at_least) & (value <= at_most)
    return np.where(np.isnan(value), np.nan, inside.astype(np.float64))


def fasting_sample(time: Floats, value: Floats) -> Floats:
    """Take the fasting sample of a meal test: the last at or before the meal.

    Parameters
    ----------
    time : (M,), min from the meal
    value : (P, M)

    Returns
    -------
    (P,), unit of `value`; NaN where that sample is missing.

    Raises
    ------
    ValueError
        When no sample was planned at or before the meal.
    """
    before = np.flatnonzero(time <= 0)
    if before.size == 0:
        raise ValueError(f"The meal test has no sample at or before 0 min; it has {_listed(time)}.")
    return np.asarray(value[:, before[np.argmax(time[before])]], dtype=np.float64)


def sample_at(time: Floats, value: Floats, minute: float) -> Floats:
    """Take the sample planned at exactly that minute (shapes, NaN and errors as `fasting_sample`)."""
    found = np.flatnonzero(np.isclose(time, minute))
    if found.size == 0:
        raise ValueError(f"The meal test has no sample at {minute:g} min; it has {_listed(time)}.")
    return np.asarray(value[:, found[0]], dtype=np.float64)


def _listed(time: Floats) -> str:
    return ", ".join(f"{minute:g}" for minute in time) + " min" if time.size else "none"
