"""A fit without the rows of one study, which is then replayed: how well the others predict it.

Fitting again by replays would cost as much as the fit for every study. The fit has replayed all studies for some
hundred vectors already, from the prior to the posterior; polynomials through these stand in for the replays of the
studies that are used, their leave-one-out error is added to the noise, and only the study that is left out is replayed,
with the vectors of that fit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from insula.calibration.iterations import fit
from insula.trial.surrogate import evaluate, monomials
from insula.trial.surrogate import fit as fit_polynomials

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from insula.calibration.iterations import Ensemble, Forward, Problem
    from insula.trial.surrogate import Surrogate

    Floats = NDArray[np.float64]
    Rows = NDArray[np.bool_]
    Whole = NDArray[np.int64]

_POINTS_PER_TERM = 2  # of a polynomial of degree 2; with fewer it is a plane


@dataclass(frozen=True)
class _StandIn:
    """Predicts the rows that are used by polynomials, all others by replays."""

    learnt: Surrogate
    used: Rows
    replay: Forward

    def __call__(self, members: Whole, scores: Floats, rows: Rows) -> Floats:
        """Members (J,), their scores (J, K) and rows (M,) to predictions (J, M), NaN in the other rows."""
        if (rows & ~self.used).any():
            return self.replay(members, scores, rows)
        found = evaluate(scores, self.learnt.exponents) @ self.learnt.coefficients
        return np.where(rows, found, np.nan)


def learn_rows(iterations: Sequence[Ensemble]) -> Surrogate:
    """Fit polynomials of the scores to what the members of all iterations predict."""
    scores = np.concatenate([one.scores for one in iterations])
    degree = 2 if len(scores) >= _POINTS_PER_TERM * len(monomials(scores.shape[1], 2)) else 1
    return fit_polynomials(scores, np.concatenate([one.predicted for one in iterations]), degree)


def fit_without(problem: Problem, used: Rows, prior: Ensemble, learnt: Surrogate, folder: Path) -> Ensemble:
    """Return the posterior of a fit to the used rows (M,) alone, with what it predicts of the others.

    Parameters
    ----------
    problem
        Of the fit to all rows.
    prior
        Its first iteration.
    """
    alone = replace(
        problem,
        forward=_StandIn(learnt, used, problem.forward),
        covariance=problem.covariance + np.diag(learnt.error**2),
        used=used,
        wanted=~used,
    )
    return fit(alone, folder, prior=prior)[-1]
