"""Insulin: daily dose, dose per body weight, reduction, independence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from insula.core.calendar import MINUTES_PER_DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from insula.endpoints.visit import Floats

MINUTES_PER_HOUR = 60


def daily_dose(insulin_dose: Floats) -> Floats:
    """Mean over the days recorded, (P,) U per day, from (P, D); NaN where all days are missing."""
    days = np.count_nonzero(~np.isnan(insulin_dose), axis=1)
    mean = np.full(insulin_dose.shape[0], np.nan)
    np.divide(np.nansum(insulin_dose, axis=1), days, out=mean, where=days > 0)
    return mean


def readings_at_clock(time: Floats, glucose: Floats, *, hours: Sequence[float], days: int) -> Floats:
    """Take the sensor readings nearest to given clock times on each of the last days.

    Parameters
    ----------
    time : (T,), min from a midnight, evenly spaced
    glucose : (P, T), mg/dL
    hours : H clock times, 0 to 24
    days : how many of the last days

    Returns
    -------
    (P, days x H), mg/dL; NaN where a reading is missing or the trace is too short.
    """
    step = time[1] - time[0] if time.size > 1 else np.nan
    last = int((time[-1] + step) // MINUTES_PER_DAY) if time.size > 1 else 0
    found = np.full((glucose.shape[0], days * len(hours)), np.nan)
    for day in range(max(0, days - last), days):
        for place, hour in enumerate(hours):
            minute = (last - days + day) * MINUTES_PER_DAY + hour * MINUTES_PER_HOUR
            nearest = int(np.argmin(np.abs(time - minute)))
            if abs(time[nearest] - minute) <= step:
                found[:, day * len(hours) + place] = glucose[:, nearest]
    return found


def insulin_independent(
    insulin_dose: Floats,
    hba1c: Floats,
    fasting: Floats,
    after_meal: Floats,
    *,
    days_without: float,
    hba1c_below: float,
    fasting_limit: float,
    fasting_most: float,
    after_meal_limit: float,
    after_meal_most: float,
) -> Floats:
    """Say whether a patient lives without insulin AND with adequate glucose, as trials define it.

    Parameters
    ----------
    insulin_dose : (P, D), U per day
    hba1c : (P,), percent
    fasting, after_meal : (P, any number of readings), mg/dL
    days_without
        Number of last days on which no insulin at all may have been taken.
    hba1c_below : percent
    fasting_limit, after_meal_limit : mg/dL
    fasting_most, after_meal_most
        How many readings may exceed their limit.

    Returns
    -------
    (P,), 1 or 0. Insulin on any of those days, or one criterion known to fail, is 0 whatever else is
    missing; otherwise
    NaN where something is missing (too few days, a reading, HbA1c).
    """
    days = int(days_without)
    recent = insulin_dose[:, -days:]
    tests = [
        _all_pass(recent == 0, recent, days),
        _all_pass((hba1c < hba1c_below)[:, None], hba1c[:, None], 1),
        _few_exceed(fasting, fasting_limit, fasting_most),
        _few_exceed(after_meal, after_meal_limit, after_meal_most),
    ]
    failed = np.any([test == 0 for test in tests], axis=0)
    unknown = np.any([np.isnan(test) for test in tests], axis=0)
    return np.where(failed, 0.0, np.where(unknown, np.nan, 1.0))


def _all_pass(passed: NDArray[np.bool_], value: Floats, needed: int) -> Floats:
    missing = np.isnan(value).any(axis=1) | (value.shape[1] < needed)
    failed = (~passed & ~np.isnan(value)).any(axis=1)
    return np.where(failed, 0.0, np.where(missing, np.nan, 1.0))


def _few_exceed(value: Floats, limit: float, most: float) -> Floats:
    failed = np.count_nonzero(value > limit, axis=1) > most
    return np.where(failed, 0.0, np.where(np.isnan(value).any(axis=1), np.nan, 1.0))
