"""Severe hypoglycaemia: rate, and freedom from it from a given day on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insula.endpoints.visit import Floats


def free_of_events(
    patient: NDArray[np.int64], day: Floats, patients: int, *, start: float, end: float
) -> Floats:
    """Say who had no event after day `start` and up to day `end`.

    Parameters
    ----------
    patient : (E,)
        Row of the patient of each event, 0 to P - 1.
    day : (E,)
        Day of each event.
    patients
        P.
    start, end : day
        An event on `start` itself does not count, one on `end` does.

    Returns
    -------
    (P,), 1 or 0; all NaN while the period has not begun (end not after start).
    """
    if end <= start:
        return np.full(patients, np.nan)
    counted = patient[(day > start) & (day <= end)]
    return np.asarray(np.bincount(counted, minlength=patients) == 0, dtype=np.float64)
