"""What somebody without a model would predict of a published row, for skill: two naive predictors.

No change
    The arm keeps its own published baseline; a change is 0. Spread: the standard error of that baseline (published
    SD over the root of the size; of a share the binomial one), none where no spread is published.
Other trials
    Mean of the other trials of this class of therapy, disease, outcome, statistic and time (within half a month), each
    trial once, with the standard deviation between them; of a single other trial there is none, and it is a point.

An effect between two arms has both too: the difference of the two baselines, and the effects of other trials between
the same two classes. What is not scorable for itself (interim looks, subgroups) is no other trial.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from insula.analysis.effect_rows import effect_rows, same_moment
from insula.statistics.arm_statistics import NEEDS_BASELINE, limits_of
from insula.statistics.skill import crps

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from insula.analysis.known_rows import KnownRow

NO_CHANGE, OTHER_TRIALS = "no change", "other trials"
NO_NAIVE = "neither a baseline of the arm nor another such trial is published"
EXACT = "a naive prediction is exact, so skill has no measure"
_LEVELS = frozenset({"mean", "median"})
_SAMPLES = 2000


@dataclass(frozen=True)
class Naive:
    """A naive prediction: normal with this mean and SD, within `limits`."""

    kind: str
    mean: float
    sd: float
    limits: tuple[float, float] = (-math.inf, math.inf)

    def crps(self, observed: float) -> float:
        """Return the score of the prediction, from evenly spaced quantiles."""
        middle = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
        return crps(np.clip(self.mean + self.sd * ndtri(middle), *self.limits), observed)


@dataclass(frozen=True)
class Skill:
    """1 - score / score of the better naive prediction; None with the reason where there is none."""

    skill: float | None
    against: str
    reason: str


def skill_of(score: float, observed: float, naive: Iterable[Naive]) -> Skill:
    """Compare the score of a prediction with that of the better naive one.

    Parameters
    ----------
    score
        CRPS of the prediction, in the unit of `observed`.
    """
    scores = [(one.crps(observed), one.kind) for one in naive]
    if not scores:
        return Skill(None, "", NO_NAIVE)
    best, kind = min(scores)
    if best <= 0:
        return Skill(None, kind, EXACT)
    return Skill(1 - score / best, kind, "")


@dataclass(frozen=True)
class Published:
    """All published rows that a naive predictor may look at.

    Parameters
    ----------
    rows
        Scorable rows of every study.
    twins
        Study id -> ids of the same publication, itself included.
    """

    rows: tuple[KnownRow, ...]
    twins: Mapping[str, frozenset[str]]

    def naive(self, row: KnownRow) -> list[Naive]:
        """Return the naive predictions of a row of an arm."""
        limits = limits_of(row.statistic, row.n)
        others = [other for other in self.rows if self._other_trial(row, other) and _alike(row, other)]
        means = _by_trial((other.study_id, other.value) for other in others)
        return [*self._no_change(row, limits), *_mean_of(means, limits)]

    def naive_effect(self, first: KnownRow, second: KnownRow) -> list[Naive]:
        """Return the naive predictions of the difference, first less second, between two arms of a study."""
        limits = (-1.0, 1.0) if first.statistic == "proportion" else (-math.inf, math.inf)
        baselines = [self._no_change(row, (-math.inf, math.inf)) for row in (first, second)]
        found = []
        if all(baselines):
            (one,), (other,) = baselines
            found.append(Naive(NO_CHANGE, one.mean - other.mean, math.hypot(one.sd, other.sd), limits))
        others = [row for row in self.rows if self._other_trial(first, row)]
        pairs = (pair for rows in _by_study(others) for pair in effect_rows(rows))
        same = [(a, b) for a, b in pairs if _alike(first, a) and _alike(second, b)]
        means = _by_trial((a.study_id, a.value - b.value) for a, b in same)
        return [*found, *_mean_of(means, limits)]

    def _other_trial(self, row: KnownRow, other: KnownRow) -> bool:
        return other.study_id not in self.twins.get(row.study_id, {row.study_id})

    def _no_change(self, row: KnownRow, limits: tuple[float, float]) -> list[Naive]:
        if row.time_months == 0:
            return []  # the baseline would predict itself
        before = self._baseline(row)
        if row.statistic in NEEDS_BASELINE:
            scale = (
                1.0 if row.statistic == "change_from_baseline" else 100 / abs(before.value) if before else 0.0
            )
            return [Naive(NO_CHANGE, 0.0, scale * before.standard_error if before else 0.0, limits)]
        return [Naive(NO_CHANGE, before.value, before.standard_error, limits)] if before else []

    def _baseline(self, row: KnownRow) -> KnownRow | None:
        wanted = _LEVELS if row.statistic in _LEVELS | NEEDS_BASELINE else {row.statistic}
        own = (
            other
            for other in self.rows
            if (other.study_id, other.arm_id, other.outcome) == (row.study_id, row.arm_id, row.outcome)
            and other.time_months == 0
            and other.statistic in wanted
            and not (row.statistic == "percent_change" and other.value == 0)
        )
        return min(own, key=lambda other: other.statistic != row.statistic, default=None)


def _alike(row: KnownRow, other: KnownRow) -> bool:
    return same_moment(row, other) and (row.therapy, row.disease) == (other.therapy, other.disease)


def _by_study(rows: Iterable[KnownRow]) -> Iterable[list[KnownRow]]:
    found: dict[str, list[KnownRow]] = {}
    for row in rows:
        found.setdefault(row.study_id, []).append(row)
    return found.values()


def _by_trial(values: Iterable[tuple[str, float]]) -> list[float]:
    """Return one number for each trial: the mean over its arms."""
    found: dict[str, list[float]] = {}
    for study, value in values:
        found.setdefault(study, []).append(value)
    return [float(np.mean(one)) for one in found.values()]


def _mean_of(means: list[float], limits: tuple[float, float]) -> list[Naive]:
    if not means:
        return []
    spread = float(np.std(means, ddof=1)) if len(means) > 1 else 0.0
    return [Naive(OTHER_TRIALS, float(np.mean(means)), spread, limits)]
