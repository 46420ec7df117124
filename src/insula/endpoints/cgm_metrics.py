"""Continuous glucose monitoring: shares of readings, mean, spread, profile by time of day.

All shares are of READINGS, as trials report them, not of interpolated time. A reading is missing where it
is NaN. A patient with fewer than ``complete`` percent of the expected readings has no value (NaN).

References
----------
battelino2023 (ranges, completeness), bergenstal2018 (GMI)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insula.endpoints.visit import Floats

    Mask = NDArray[np.bool_]


def completeness(glucose: Floats) -> Floats:
    """Return the percentage of expected readings that are there, (P,), from (P, T); NaN where T is 0."""
    return _percent(~np.isnan(glucose), np.full(glucose.shape[0], glucose.shape[1]))


def time_in_range(glucose: Floats, *, low: float, high: float, complete: float) -> Floats:
    """Percentage of readings from low to high, both included.

    Parameters
    ----------
    glucose : (P, T), mg/dL
    low, high : mg/dL
    complete : percent of expected readings below which there is no value

    Returns
    -------
    (P,), percent; NaN by the completeness rule.
    """
    return _share((glucose >= low) & (glucose <= high), glucose, complete)


def time_below(glucose: Floats, *, below: float, complete: float) -> Floats:
    """Percentage of readings strictly below a limit (shapes, units, NaN as `time_in_range`)."""
    return _share(glucose < below, glucose, complete)


def time_above(glucose: Floats, *, above: float, complete: float) -> Floats:
    """Percentage of readings strictly above a limit (shapes, units, NaN as `time_in_range`)."""
    return _share(glucose > above, glucose, complete)


def mean_glucose(glucose: Floats, *, complete: float) -> Floats:
    """Mean of the readings, (P,) mg/dL; NaN by the completeness rule."""
    readings = np.count_nonzero(~np.isnan(glucose), axis=1)
    mean = np.full(glucose.shape[0], np.nan)
    np.divide(np.nansum(glucose, axis=1), readings, out=mean, where=readings > 0)
    return _if_complete(mean, glucose, complete)


def glucose_sd(glucose: Floats, *, complete: float) -> Floats:
    """Sample standard deviation (divisor n - 1) of the readings, (P,) mg/dL; NaN by the completeness rule."""
    enough = np.count_nonzero(~np.isnan(glucose), axis=1) > 1
    spread = np.full(glucose.shape[0], np.nan)
    spread[enough] = np.nanstd(glucose[enough], axis=1, ddof=1)
    return _if_complete(spread, glucose, complete)


def glucose_cv(glucose: Floats, *, complete: float) -> Floats:
    """Coefficient of variation of the readings, (P,) percent; NaN by the completeness rule."""
    return 100 * glucose_sd(glucose, complete=complete) / mean_glucose(glucose, complete=complete)


def glucose_management_indicator(mean: Floats, *, intercept: float, slope: float) -> Floats:
    """HbA1c (percent) that the mean glucose (mg/dL) would give; slope in percent per mg/dL; NaN stays NaN."""
    return intercept + slope * mean


def _share(hit: Mask, glucose: Floats, complete: float) -> Floats:
    return _if_complete(_percent(hit, np.count_nonzero(~np.isnan(glucose), axis=1)), glucose, complete)


def _percent(hit: Mask, of: NDArray[np.int64]) -> Floats:
    found = np.full(hit.shape[0], np.nan)
    np.divide(100.0 * np.count_nonzero(hit, axis=1), of, out=found, where=of > 0)
    return found


def _if_complete(found: Floats, glucose: Floats, complete: float) -> Floats:
    return np.where(completeness(glucose) >= complete, found, np.nan)
