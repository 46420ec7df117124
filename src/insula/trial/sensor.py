"""Readings of a continuous glucose sensor: drift and two autoregressive errors, all numbers from the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import lfilter

from insula.core.calendar import MINUTES_PER_DAY
from insula.core.random_streams import normal
from insula.trial.day_plan import occasion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


def read_sensor(
    interstitial: NDArray[np.float64],
    time: NDArray[np.float64],
    numbers: Mapping[str, float],
    seed: int,
    candidates: NDArray[np.int64],
    day: float,
) -> NDArray[np.float64]:
    """Turn interstitial glucose into what the sensor shows.

    Parameters
    ----------
    interstitial : (P, T), mg/dL
    time : (T,), min, evenly spaced
    numbers
        Values of the module ``cgm``: gain and offset with slope and curve over the days since the sensor was put in,
        two autoregressive errors of order 2 with one step a reading, ``wear`` (days until the next sensor), ``lowest``
        and ``highest`` (what is shown at most, mg/dL).
    day
        Visit day: address of the draws.

    Returns
    -------
    (P, T), whole mg/dL, within the sensor's limits; NaN where the input is NaN.
    """
    n_patients, n_times = interstitial.shape
    days = np.mod(time / MINUTES_PER_DAY, numbers["wear"])
    gain, offset = (
        numbers[name] + numbers[f"{name}_slope"] * days + numbers[f"{name}_curve"] * days**2
        for name in ("gain", "offset")
    )
    error = np.zeros((n_patients, n_times))
    for name in ("own", "common"):
        draws = normal(seed, f"sensor, {name} error", candidates, occasion(day), n_times)
        error += _autoregression(
            draws, numbers[f"{name}_first"], numbers[f"{name}_second"], numbers[f"{name}_variance"]
        )
    shown = gain * interstitial + offset + error
    return np.clip(np.round(shown), numbers["lowest"], numbers["highest"])


def _autoregression(
    draws: NDArray[np.float64], first: float, second: float, variance: float
) -> NDArray[np.float64]:
    """Autoregressive errors of order 2, (P, T), driven by standard normal draws."""
    return np.asarray(lfilter([np.sqrt(variance)], [1.0, -first, -second], draws, axis=1))
