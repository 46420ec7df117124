"""Weights of people whose weighted means are given numbers, as near to equal weights as that allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NEAR = 1e-6  # a mean that is met to this share of the standard deviation between people is met


class UnbalancedError(ValueError):
    """No weights give the means; `reached` (K,) are those of the weights that came nearest."""

    def __init__(self, reached: Floats) -> None:
        super().__init__("no weights give these means")
        self.reached = reached


def balance(columns: Floats, means: Floats) -> Floats:
    """Return the weights of least Kullback-Leibler divergence from equal ones that give each column its mean.

    Parameters
    ----------
    columns : (P, K)
        What is balanced, of each person; finite.
    means : (K,)
        Their weighted means, in the units of the columns.

    Returns
    -------
    (P,), positive, with mean 1. The problem is convex and starts at equal weights, so the result is always the same.

    Raises
    ------
    UnbalancedError
        The means lie outside of what any mixture of these people has.

    References
    ----------
    Hainmueller (2012), Entropy balancing for causal effects, Political Analysis 20:25-46.
    """
    spread = columns.std(axis=0)
    away = (columns - means) / np.where(spread > 0, spread, 1.0)

    def dual(tilt: Floats) -> tuple[float, Floats]:
        scores = away @ tilt
        return float(logsumexp(scores)), softmax(scores) @ away

    def curvature(tilt: Floats) -> Floats:
        weights = softmax(away @ tilt)
        middle = weights @ away
        return np.asarray((away * weights[:, None]).T @ away - np.outer(middle, middle))

    start = np.zeros(len(means))
    found = minimize(dual, start, jac=True, hess=curvature, method="trust-exact", options={"gtol": NEAR / 10})
    weights = np.asarray(softmax(away @ found.x))
    if np.abs(weights @ away).max() > NEAR:
        raise UnbalancedError(weights @ columns)
    return weights * len(weights)
