"""What the rows told: how much of the prior's spread is left, along each parameter and along each combination."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

# Iterations of a few dozen members know a variance to about a third, so less than a half left is more than chance.
IDENTIFIED_BELOW = 0.5


@dataclass(frozen=True)
class Identifiability:
    """Prior against posterior, on the scores of the priors, where every prior is a standard normal.

    Parameters
    ----------
    left : (K,)
        Posterior variance of each parameter as a share of its prior variance.
    correlation : (K, K)
        Of the posterior.
    directions : (K, K)
        Combinations in rows, unit length, the best known first: eigenvectors of the posterior covariance relative to
        the prior. On logarithmic priors a combination is a product of powers.
    directions_left : (K,)
        Share of the prior variance left along each.
    """

    left: Floats
    correlation: Floats
    directions: Floats
    directions_left: Floats

    @property
    def identified(self) -> NDArray[np.bool_]:
        """(K,) whether the rows, and not only the prior, tell a combination."""
        return self.directions_left < IDENTIFIED_BELOW


def identifiability(prior: Floats, posterior: Floats) -> Identifiability:
    """Compare ensembles of scores, (J, K) each; the covariance of the prior must be that of `prior_scores`."""
    covariance = np.atleast_2d(np.cov(posterior, rowvar=False))
    variances, vectors = np.linalg.eigh(covariance)
    spread = np.sqrt(np.diag(covariance))
    rows = vectors.T
    largest = rows[np.arange(len(rows)), np.abs(rows).argmax(axis=1)]
    return Identifiability(
        left=np.diag(covariance) / prior.var(axis=0, ddof=1),
        correlation=covariance / np.outer(spread, spread),
        directions=rows * np.sign(largest)[:, None],
        directions_left=np.maximum(variances, 0.0),
    )
