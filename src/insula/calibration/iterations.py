"""The iterations of a fit, each kept on disk as soon as it is done, so that a killed fit goes on where it stood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import solve_triangular

from insula.calibration.ensemble_kalman import prior_scores, step_size, update
from insula.core.errors import InsulaError
from insula.core.parts import write_part
from insula.core.spoken import _
from insula.core.tables import read_parquet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Rows = NDArray[np.bool_]
    Whole = NDArray[np.int64]
    Forward = Callable[[Whole, Floats, Rows], Floats]

_DONE = 1.0 - 1e-12  # the steps add up to 1 but for rounding
_FAILED = 0.2  # share of the members; with more of them gone, the rest are no sample of the prior


@dataclass(frozen=True)
class Ensemble:
    """One iteration: scores (J, K), what they predict (J, M), and the share of the misfit taken in so far.

    `members` (J,) are those that could be predicted; the others are left out from there on.
    """

    number: int
    members: Whole
    scores: Floats
    predicted: Floats
    share: float


@dataclass(frozen=True)
class Problem:
    """What a fit needs.

    Parameters
    ----------
    forward
        From members (J,), their scores (J, K), and which rows are wanted (M,), to predictions (J, M), NaN in the
        other rows; the same bits whenever it is asked the same.
    observed : (M,)
    covariance : (M, M)
        Of what a perfect fit may miss the rows by.
    used, wanted : (M,) bool
        Rows that are fitted; rows that the last ensemble predicts.
    """

    forward: Forward
    observed: Floats
    covariance: Floats
    used: Rows
    wanted: Rows
    parameters: int
    members: int
    iterations: int
    seed: int


def fit(
    problem: Problem,
    folder: Path,
    progress: Callable[[float], None] = lambda _: None,
    prior: Ensemble | None = None,
) -> list[Ensemble]:
    """Go from the prior to the posterior.

    Parameters
    ----------
    folder
        Iterations found there are not repeated.
    progress : called with the share of the misfit that is taken in
    prior
        The first iteration, where a fit with the same prior has predicted it.

    Returns
    -------
    Every iteration, the prior first. Where the budget of iterations would be passed, the last step takes in all that
    is left.

    Raises
    ------
    InsulaError
        When more than a fifth of the members cannot be predicted.
    """
    found: list[Ensemble] = []
    members, share = np.arange(problem.members), 0.0
    scores = prior_scores(problem.seed, problem.members, problem.parameters)
    for number in range(problem.iterations + 1):
        if number == 0 and prior is not None:
            found.append(prior)
        else:
            rows = problem.wanted if share >= _DONE else problem.used
            predicted = _predicted(problem, folder / f"iteration_{number:03d}", members, scores, rows)
            there = _there(predicted, rows)
            found.append(Ensemble(number, members[there], scores[there], predicted[there], share))
        progress(share)
        if share >= _DONE:
            break
        members, (scores, share) = found[-1].members, _next(problem, found[-1])
    return found


def _next(problem: Problem, now: Ensemble) -> tuple[Floats, float]:
    """Return the scores of the next iteration, and the share of the misfit that they have taken in."""
    used, left = problem.used, 1.0 - now.share
    factor = np.linalg.cholesky(problem.covariance[np.ix_(used, used)])
    predicted = solve_triangular(factor, now.predicted[:, used].T, lower=True).T
    observed = solve_triangular(factor, problem.observed[used], lower=True)
    last = now.number + 1 == problem.iterations
    step = left if last else step_size(predicted, observed, left)
    moved = update(now.scores, predicted, observed, step, seed=problem.seed, iteration=now.number)
    return moved, now.share + step


def _predicted(problem: Problem, part: Path, members: Whole, scores: Floats, rows: Rows) -> Floats:
    """Return what an ensemble predicts, NaN for members that cannot be; from disk where it was computed before."""
    if part.is_dir():
        table = read_parquet(part / "predicted.parquet")
        return np.stack([table[name] for name in table], axis=1)
    predicted = problem.forward(members, scores, rows)
    failed = members[~_there(predicted, rows)]
    if failed.size > _FAILED * problem.members:
        told = ", ".join(str(member) for member in failed)
        raise InsulaError(
            _(
                "{failed} of {all} members of the ensemble cannot be predicted (members {told}): no "
                "patient of an arm is eligible or could be integrated. Narrow the priors that lead there."
            ).format(failed=failed.size, all=len(scores), told=told)
        )
    write_part(part, {"predicted": {f"row_{k:03d}": predicted[:, k] for k in range(predicted.shape[1])}})
    return predicted


def _there(predicted: Floats, rows: Rows) -> Rows:
    """Members (J,) that have every wanted row (M,) of what is predicted (J, M)."""
    return np.asarray(np.isfinite(predicted[:, rows]).all(axis=1))
