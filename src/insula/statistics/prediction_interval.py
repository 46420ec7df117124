"""What a trial of a given size would report, if the virtual patients were right.

Each draw is an imagined trial, whose patients are chosen as `insula.statistics.drawn_patients` tells; the statistic of
its patients is one sample of the prediction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from insula.core.random_streams import normal
from insula.statistics.drawn_patients import blocks_of_draws, member_share, rows_of_draws

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]
    Statistic = Callable[[Floats], Floats]

DRAWS = 4000
_ALIKE = 1e-9  # two numbers that differ by less, relatively, differ by rounding errors only


@dataclass(frozen=True)
class Prediction:
    """The predictive distribution of a statistic of one arm.

    Parameters
    ----------
    samples : (draws,)
        The statistic in each imagined trial; never NaN.
    level
        Probability inside the interval.
    """

    samples: Floats
    level: float

    @property
    def mean(self) -> float:
        """Mean over the draws."""
        return float(self.samples.mean())

    @property
    def sd(self) -> float:
        """Standard deviation over the draws."""
        return float(self.samples.std(ddof=1))

    @property
    def low(self) -> float:
        """Lower end of the central interval, which holds the mean also where nearly all trials are alike."""
        return min(float(np.quantile(self.samples, (1 - self.level) / 2)), self.mean)

    @property
    def high(self) -> float:
        """Upper end of the central interval, as the lower one."""
        return max(float(np.quantile(self.samples, (1 + self.level) / 2)), self.mean)

    @property
    def mean_error(self) -> float:
        """Monte-Carlo standard error of the mean."""
        return self.sd / float(np.sqrt(self.samples.size))

    @property
    def bound_error(self) -> float:
        """Monte-Carlo standard error of the ends (the larger), from quantiles one error of p away."""
        errors = []
        for p in ((1 - self.level) / 2, (1 + self.level) / 2):
            step = np.sqrt(p * (1 - p) / self.samples.size)
            below, above = np.quantile(self.samples, [max(p - step, 0), min(p + step, 1)])
            errors.append(float(above - below) / 2)
        return max(errors)

    def with_error(self, sd: float, limits: tuple[float, float], *, seed: int, purpose: str) -> Prediction:
        """Return the prediction of a model that is wrong by a normal error of this SD, kept within limits.

        Near a limit the SD is half the distance to it: a share of 3 % is not known to 10 %, and cutting off what lies
        beyond the limit would move the mean.
        """
        drawn = normal(seed, f"{purpose}.error of the model", np.arange(self.samples.size))[:, 0]
        to_limit = np.minimum(self.samples - limits[0], limits[1] - self.samples)
        wrong = np.minimum(sd, to_limit / 2) * drawn
        return Prediction(np.clip(self.samples + wrong, *limits), self.level)

    def z(self, observed: float) -> float:
        """Return (observed - mean) / sd; where the draws are all alike, `normal_score`, which is finite."""
        if np.ptp(self.samples) > 0:
            return (observed - self.mean) / self.sd
        return self.normal_score(observed, abs(self.mean) * _ALIKE)

    def normal_score(self, observed: float, tie: float) -> float:
        """Return the normal quantile of the mid-probability of a value, for counts and proportions.

        Parameters
        ----------
        observed
            The published value.
        tie
            Draws nearer than this count as equal to it (half a patient).

        Returns
        -------
        Quantile of P(below) + P(equal) / 2, with probabilities kept half a draw away from 0 and 1.
        """
        equal = np.abs(self.samples - observed) < tie
        middle = float(np.mean(~equal & (self.samples < observed)) + np.mean(equal) / 2)
        edge = 0.5 / self.samples.size
        return float(ndtri(min(max(middle, edge), 1 - edge)))

    def contains(self, observed: float, tie: float = 0.0) -> bool:
        """Say whether a value lies in the interval, which `tie` widens on both sides; NaN lies nowhere."""
        return bool(self.low - tie <= observed <= self.high + tie)


def predict_arm(
    patients: Floats,
    member: Whole,
    size: int,
    statistic: Statistic,
    *,
    seed: int,
    purpose: str,
    scores: Floats | None = None,
    weights: Floats | None = None,
    yes_or_no: bool = False,
    draws: int = DRAWS,
    level: float = 0.9,
) -> Prediction:
    """Predict what an arm of a given size would report.

    Parameters
    ----------
    patients : (P, K)
        K numbers of each virtual patient, e.g. value and baseline; patients with a NaN are left out.
    member : (P,)
        Ensemble member of each patient.
    size
        Patients in the imagined arm.
    statistic
        (draws, size, K) -> (draws,).
    seed, purpose
        Address of the random numbers.
    scores : (P,), optional
        What the variance between members is estimated from; by default the first column.
    weights : (P,), optional
        How many people each patient stands for, in proportion, not negative; by default all alike.
    yes_or_no
        The one number of a patient is 0 or 1, and either could have been seen.
    draws, level
        Number of imagined trials; probability inside the interval.

    Raises
    ------
    ValueError
        When no patient has a value or the arm has no patients.
    """
    weights = np.ones(len(member)) if weights is None else weights
    known = np.asarray(~np.isnan(patients).any(axis=1) & (weights > 0))
    _check(known, size)
    patients, member, weights = patients[known], member[known], weights[known]
    share = member_share(patients[:, 0] if scores is None else scores[known], member, weights)
    unseen = np.array([[0.0], [1.0]]) if yes_or_no else np.empty((0, patients.shape[1]))
    people = np.concatenate([patients, unseen])
    samples = [
        statistic(people[rows_of_draws(member, weights, numbers, reached, share)])
        for reached, (numbers,) in blocks_of_draws(seed, (purpose,), (size,), draws, weights, len(unseen))
    ]
    return Prediction(np.concatenate(samples), level)


def predict_difference(
    first: Floats,
    second: Floats,
    member: Whole,
    sizes: tuple[int, int],
    statistic: Statistic,
    *,
    seed: int,
    purpose: str,
    scores: Floats,
    weights: Floats | None = None,
    yes_or_no: bool = False,
    draws: int = DRAWS,
    level: float = 0.9,
) -> Prediction:
    """Predict the difference, first less second, that a trial with two arms would report.

    One truth holds for a trial, so both arms of a draw have the same ensemble member. Their patients are drawn
    apart, as in a trial with parallel groups: one virtual patient may stand in both.

    Parameters
    ----------
    first, second : (P, K)
        The same virtual patients in either arm; who has a NaN in one of them is left out of both.
    member : (P,)
        Ensemble member of each patient.
    sizes
        Patients in the imagined arms.
    statistic, seed, purpose, weights, yes_or_no, draws, level
        As in `predict_arm`.
    scores : (P,)
        Each patient's difference between the arms, from which the variance between members is estimated.

    Raises
    ------
    ValueError
        When no patient has a value in both arms or an arm has no patients.
    """
    weights = np.ones(len(member)) if weights is None else weights
    known = np.asarray(~(np.isnan(first).any(axis=1) | np.isnan(second).any(axis=1)) & (weights > 0))
    _check(known, *sizes)
    arms, member, weights = [first[known], second[known]], member[known], weights[known]
    share = member_share(scores[known], member, weights)
    if yes_or_no:  # the four pairs of answers that could have been seen
        unseen = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
        arms = [np.concatenate([arm, unseen[:, place, None]]) for place, arm in enumerate(arms)]
    samples = []
    purposes = (f"{purpose}.first", f"{purpose}.second")
    for reached, (one, other) in blocks_of_draws(
        seed, purposes, sizes, draws, weights, len(arms[0]) - len(member)
    ):
        other[:, 0] = one[:, 0]  # the number that chooses the member
        drawn = [
            statistic(arm[rows_of_draws(member, weights, numbers, reached, share)])
            for arm, numbers in zip(arms, (one, other), strict=True)
        ]
        samples.append(drawn[0] - drawn[1])
    return Prediction(np.concatenate(samples), level)


def _check(known: NDArray[np.bool_], *sizes: int) -> None:
    """Refuse an arm without patients, imagined or virtual."""
    if min(sizes) < 1:
        raise ValueError(f"An arm needs at least one patient, not {min(sizes)}.")
    if not known.any():
        raise ValueError("No virtual patient has a value.")
