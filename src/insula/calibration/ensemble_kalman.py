"""Ensemble Kalman inversion with adaptive tempering: from a prior to a posterior ensemble, without derivatives.

The misfit enters in steps whose sizes add up to 1, so that the last ensemble is the (Gaussian) posterior; each step is
as large as the spread of the misfits allows, which bounds the divergence between consecutive ensembles. Predictions and
observations come in whitened units, in which the noise is independent and has an sd of 1.

References
----------
Iglesias, Law, Stuart (2013), Ensemble Kalman methods for inverse problems, Inverse Problems 29:045001 (the update).
Iglesias, Yang (2021), Adaptive regularisation for ensemble Kalman inversion, Inverse Problems 37:025008 (the steps).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from insula.core.random_streams import normal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def prior_scores(seed: int, members: int, parameters: int) -> Floats:
    """Standard normal scores (J, K) of the prior ensemble, whose mean is 0 and whose covariance is 1 exactly.

    An ensemble of a few dozen would otherwise begin with correlations that nobody stated.
    """
    drawn = normal(seed, "calibration, prior", np.arange(members), size=parameters)
    centred = drawn - drawn.mean(axis=0)
    factor = np.linalg.cholesky(np.atleast_2d(np.cov(centred, rowvar=False)))
    return np.asarray(np.linalg.solve(factor, centred.T).T)


def step_size(predicted: Floats, observed: Floats, left: float) -> float:
    """Share of the misfit that the next step takes in, at most what is left.

    Parameters
    ----------
    predicted : (J, M), observed : (M,)
    """
    misfit = 0.5 * ((observed - predicted) ** 2).sum(axis=1)
    half = len(observed) / 2.0
    mean, spread = float(misfit.mean()), float(misfit.var())
    largest = max(half / mean if mean > 0 else np.inf, np.sqrt(half / spread) if spread > 0 else np.inf)
    return float(min(largest, left))


def update(
    scores: Floats,
    predicted: Floats,
    observed: Floats,
    step: float,
    *,
    seed: int,
    iteration: int,
) -> Floats:
    """Move every member towards the observations by the ensemble's own regression of scores on predictions.

    Parameters
    ----------
    scores : (J, K)
    predicted : (J, M)
    observed : (M,)
    step : share of the misfit, above 0

    Returns
    -------
    (J, K)
    """
    members = len(scores)
    shown, centred = predicted - predicted.mean(axis=0), scores - scores.mean(axis=0)
    between = shown.T @ shown / (members - 1) + np.eye(len(observed)) / step
    gain = np.linalg.solve(between, shown.T @ centred / (members - 1))  # (M, K)
    drawn = normal(seed, "calibration, perturbed observations", np.arange(members), iteration, len(observed))
    drawn -= drawn.mean(axis=0)
    innovation = observed - predicted + drawn / np.sqrt(step)
    return np.asarray(scores + innovation @ gain)
