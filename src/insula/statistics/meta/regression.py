"""Meta-regression: several moderators, one test of all of them, R2.

Sources: Thompson & Higgins 2002 (Stat Med 21:1559); R2 Raudenbush 1994; Knapp & Hartung 2003 (Stat Med
22:2693).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.statistics.meta.coefficients import joint_test
from insula.statistics.meta.heterogeneity import describe_heterogeneity
from insula.statistics.meta.linear import weighted_fit
from insula.statistics.meta.model import Model, fit_model
from insula.statistics.meta.records import MetaAnalysisError, as_floats
from insula.statistics.meta.tau2 import COMMON

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike

    from insula.statistics.meta.records import Effects, Floats

INTERCEPT = "intercept"


@dataclass(frozen=True)
class Regression:
    """A meta-regression.

    Parameters
    ----------
    model
        The intercept first, then the moderators.
    statistic, p_value
        Test that no moderator matters: chi-squared, or F with a t interval.
    degrees
        (m, infinite) or (m, k - p).
    r2
        Share of the variance between studies that the moderators explain, in percent (0 when there is none to
        explain); for the common-effect model the adjusted weighted R2.
    """

    model: Model
    statistic: float
    p_value: float
    degrees: tuple[int, float]
    r2: float


def regress(
    effects: Effects,
    moderators: Mapping[str, ArrayLike],
    *,
    method: str = "REML",
    interval: str = "wald",
    level: float = 0.95,
) -> Regression:
    """Regress the effects on numbers of the studies.

    Parameters
    ----------
    effects
        (k,) studies.
    moderators
        Name to (k,) numbers; a study with a NaN is left out. Texts become 0/1 columns by `indicator_columns`.
    method, interval, level
        See `fit_model`.

    Raises
    ------
    MetaAnalysisError
        Without moderators, or when one has another length.
    TooFewStudies, RankDeficient
    """
    if not moderators:
        raise MetaAnalysisError("A meta-regression needs at least one moderator.")
    design = _design(len(effects.estimate), moderators)
    model = fit_model(
        effects, design, (INTERCEPT, *moderators), method=method, interval=interval, level=level
    )
    table = model.coefficients
    statistic, p_value = joint_test(table.estimate[1:], table.covariance[1:, 1:], float(table.degrees[0]))
    return Regression(
        model, statistic, p_value, (len(moderators), float(table.degrees[0])), _explained(model)
    )


def indicator_columns(name: str, labels: Sequence[str]) -> dict[str, Floats]:
    """Turn a text column into 0/1 columns, one for each label but the first of the alphabet.

    An empty label is missing: NaN in all columns.
    """
    known = sorted({label for label in labels if label})
    missing = np.array([not label for label in labels])
    columns = {}
    for label in known[1:]:
        column = as_floats([label == other for other in labels])
        column[missing] = np.nan
        columns[f"{name}={label}"] = column
    return columns


def _design(studies: int, moderators: Mapping[str, ArrayLike]) -> Floats:
    columns = [np.ones(studies)]
    for name, values in moderators.items():
        column = as_floats(values)
        if column.shape != (studies,):
            raise MetaAnalysisError(f'Moderator "{name}" has {column.size} values for {studies} studies.')
        columns.append(column)
    return np.stack(columns, axis=1)


def _explained(model: Model) -> float:
    y, variance = model.effects.estimate, model.effects.variance
    constant = np.ones((len(y), 1))
    method = model.heterogeneity.method
    if method == COMMON:
        return _adjusted(y, variance, model.design)
    before = describe_heterogeneity(y, variance, constant, method).tau2
    explained = before - model.heterogeneity.tau2
    return max(0.0, 100 * explained / before) if before > 0 else 0.0


def _adjusted(y: Floats, variance: Floats, design: Floats) -> float:
    k, p = int(design.shape[0]), int(design.shape[1])
    total = weighted_fit(y, np.ones((k, 1)), 1 / variance).squares
    if total == 0 or k == p:
        return 0.0
    unexplained = weighted_fit(y, design, 1 / variance).squares / total
    return max(0.0, 100 * (1 - float(unexplained) * (k - 1) / (k - p)))
