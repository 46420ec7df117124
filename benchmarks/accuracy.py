"""How far results are from the truth, and what a simulator costs at an error that it reaches."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FLOOR = 1e-3
FAILED = 1e9  # error of a patient who did not arrive


def errors(found: Floats, wanted: Floats, floor: float = FLOOR) -> Floats:
    """Error of each patient: the largest relative one over outputs and readings, both (P, T, Q); (P,).

    Relative to the value, or to ``floor`` times the largest value that the output takes if that is more.
    """
    size = np.maximum(np.abs(wanted), floor * np.abs(wanted).max(axis=1, keepdims=True))
    apart = np.abs(found - wanted)
    relative = np.divide(apart, size, out=np.where(apart > 0, FAILED, 0.0), where=size > 0)
    return np.where(np.isfinite(relative), relative, FAILED).reshape(len(found), -1).max(axis=1)


def speed_at(target: float, reached: Sequence[float], speed: Sequence[float]) -> float | None:
    """Fastest speed at an error no larger than the target, from speeds at errors that were reached.

    Between two errors along a straight line, logarithms on both axes; what is slower than something more exact
    does not count. Nothing where the target was not reached; where all were nearer than the target, the fastest.
    """
    points = sorted((e, s) for e, s in zip(reached, speed, strict=True) if e < FAILED)
    if not points or target < points[0][0]:
        return None
    x, y = np.log(np.maximum(np.array(points), np.finfo(float).tiny)).T
    return float(np.exp(np.interp(np.log(target), x, np.maximum.accumulate(y))))
