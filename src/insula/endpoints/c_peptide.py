"""C-peptide in the mixed-meal test.

A test is missing as a whole (all NaN) or in single samples. Peak: the highest of the samples there are.
Area: no value where a sample inside the window is missing, because a hole would be bridged by a straight
line over the peak.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from insula.endpoints.glycaemia import sample_at

if TYPE_CHECKING:
    from insula.endpoints.visit import Floats


def peak(value: Floats) -> Floats:
    """Highest sample of the test, (P,), from (P, M); NaN where all samples are missing."""
    highest = np.where(np.isnan(value), -np.inf, value).max(axis=1, initial=-np.inf)
    return np.where(np.isneginf(highest), np.nan, highest)


def total_area(time: Floats, value: Floats, *, until: float) -> Floats:
    """Area under the curve from the meal to a minute, by the trapezoid rule.

    Parameters
    ----------
    time : (M,), min from the meal, increasing
    value : (P, M), nmol/L
    until : min; a sample must be planned at 0 and at this minute

    Returns
    -------
    (P,), nmol/L x min; NaN where a sample of the window is missing.

    Raises
    ------
    ValueError
        When no sample was planned at an end of the window.
    """
    for end in (0.0, until):
        sample_at(time, value, end)
    inside = (time >= 0) & (time <= until)
    samples = np.ascontiguousarray(value[:, inside])  # else a patient alone is added up in another order
    return np.asarray(np.trapezoid(samples, time[inside], axis=1), dtype=np.float64)


def mean_area(time: Floats, value: Floats, *, until: float) -> Floats:
    """Return `total_area` divided by the length of the window, (P,), nmol/L."""
    return total_area(time, value, until=until) / until
