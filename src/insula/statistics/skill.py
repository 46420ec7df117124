"""How good a predictive distribution was: the continuous ranked probability score."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def crps(samples: NDArray[np.float64], observed: float) -> float:
    """Continuous ranked probability score of an empirical distribution; smaller is better.

    Mean distance of the samples from the observation, less half the mean distance between two samples: a wide
    distribution wins nothing. Of a single sample it is the absolute error.

    Parameters
    ----------
    samples : (S,)
        Draws of the prediction; no NaN.
    observed

    Returns
    -------
    In the unit of the samples.
    """
    ordered = np.sort(samples)
    size = ordered.size
    weights = 2 * np.arange(1, size + 1) - size - 1
    spread = 2 * np.sum(weights * ordered) / size**2
    return float(np.mean(np.abs(ordered - observed)) - spread / 2)
