"""How far results are from the truth, and what a simulator costs at an error that it reaches."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FLOOR = 1e-3
FAILED = 1e9  # error of a patient who did not arrive
BEYOND = 2.5  # how far a cost may be extrapolated, as a factor of the error


def errors(found: Floats, wanted: Floats, floor: float = FLOOR) -> Floats:
    """Error of each patient: the largest relative one over outputs and readings, both (P, T, Q); (P,).

    Relative to the value, or to ``floor`` times the largest value that the output takes if that is more.
    """
    size = np.maximum(np.abs(wanted), floor * np.abs(wanted).max(axis=1, keepdims=True))
    apart = np.abs(found - wanted)
    relative = np.divide(apart, size, out=np.where(apart > 0, FAILED, 0.0), where=size > 0)
    return np.where(np.isfinite(relative), relative, FAILED).reshape(len(found), -1).max(axis=1)


def speed_at(target: float, reached: Sequence[float], speed: Sequence[float]) -> float | None:
    """Speed at an error, from speeds at errors that were reached: straight lines between logarithms.

    Nothing where the target lies further than a factor of 2.5 outside what was reached.
    """
    pairs = sorted({e: s for e, s in zip(reached, speed, strict=True) if 0 < e < 1}.items())
    if len(pairs) < 2:
        return None
    x, y = np.log(np.array(pairs)).T
    at = np.log(target)
    if at < x[0] - np.log(BEYOND) or at > x[-1] + np.log(BEYOND):
        return None
    left = int(np.clip(np.searchsorted(x, at) - 1, 0, len(x) - 2))
    slope = (y[left + 1] - y[left]) / (x[left + 1] - x[left])
    return float(np.exp(y[left] + slope * (at - x[left])))
