"""Subgroups: each pooled on its own, with its own tau2, and a test whether they differ.

The test is Q between the subgroup estimates, weighted by their Wald standard errors, whatever the interval: chi-squared
with one degree of freedom fewer than groups (Borenstein & Higgins 2013, Prev Sci 14:134; metafor compares subgroups
so, too). HKSJ standard errors belong to a t distribution: under a chi-squared one they reject too often.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc

from insula.statistics.meta.pooling import Pooled, pool
from insula.statistics.meta.records import MetaAnalysisError, TooFewStudies, known_studies, select

if TYPE_CHECKING:
    from collections.abc import Sequence

    from insula.statistics.meta.records import Effects


@dataclass(frozen=True)
class Subgroups:
    """Pooled effects by group.

    Parameters
    ----------
    groups
        Label to pooled effect, in the order of the alphabet.
    statistic, degrees, p_value
        Test of no difference between groups: chi-squared. NaN, 0 and NaN when there is one group.
    """

    groups: dict[str, Pooled]
    statistic: float
    degrees: int
    p_value: float


def pool_subgroups(
    effects: Effects,
    labels: Sequence[str],
    *,
    method: str = "REML",
    interval: str = "wald",
    level: float = 0.95,
) -> Subgroups:
    """Pool each group of studies and compare the groups.

    Parameters
    ----------
    effects
        (k,) studies.
    labels : (k,)
        Group of each study; a study with an empty label belongs to none.
    method, interval, level
        See `fit_model`.

    Raises
    ------
    MetaAnalysisError
        When there are not k labels, or none is known.
    TooFewStudies
        When a group is too small for the method; the message names it.
    """
    if len(labels) != len(effects.estimate):
        raise MetaAnalysisError(f"{len(labels)} labels for {len(effects.estimate)} studies.")
    column, known = np.array([str(label) for label in labels]), known_studies(effects)
    found = {}
    for label in sorted({label for label, use in zip(column.tolist(), known, strict=True) if label and use}):
        try:
            found[label] = pool(
                select(effects, column == label), method=method, interval=interval, level=level
            )
        except TooFewStudies as problem:
            raise TooFewStudies(f'Subgroup "{label}": {problem}') from None
    if not found:
        raise MetaAnalysisError("No study with an effect has a subgroup.")
    groups = list(found.values())
    test = difference([group.estimate for group in groups], [group.wald_error for group in groups])
    return Subgroups(found, *test)


def difference(estimates: Sequence[float], wald_errors: Sequence[float]) -> tuple[float, int, float]:
    """Return Q between pooled effects, its degrees of freedom and p; NaN, 0 and NaN where there are fewer than two."""
    if len(estimates) < 2:
        return np.nan, 0, np.nan
    estimate, weight = np.array(estimates), 1 / np.array(wald_errors) ** 2
    statistic = float(np.sum(weight * (estimate - np.average(estimate, weights=weight)) ** 2))
    return statistic, len(estimates) - 1, float(chdtrc(len(estimates) - 1, statistic))
