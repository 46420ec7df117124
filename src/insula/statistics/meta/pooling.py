"""One pooled effect: common or random effects, with its prediction interval.

The prediction interval says where the true effect of a new study lies: estimate +- c sqrt(se^2 + tau2). The
critical value is that of the interval of the mean (``as_interval``), or of t with k - 2 degrees of freedom
(``t``; Higgins, Thompson & Spiegelhalter 2009, J R Stat Soc A 172:137).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from insula.core.errors import UnknownName
from insula.statistics.meta.coefficients import critical_value
from insula.statistics.meta.heterogeneity import HeterogeneityInterval, profile_interval
from insula.statistics.meta.model import Model, fit_model
from insula.statistics.meta.tau2 import COMMON

if TYPE_CHECKING:
    from insula.statistics.meta.records import Effects

PREDICTIONS = ("t", "as_interval")


@dataclass(frozen=True)
class Pooled:
    """A pooled effect.

    Parameters
    ----------
    model
        Everything that was fitted; its only coefficient is the pooled effect.
    prediction
        (low, high) for the true effect of a new study; None with a common effect and for a single study.
    """

    model: Model
    prediction: tuple[float, float] | None

    @cached_property
    def profile(self) -> HeterogeneityInterval | None:
        """Q-profile intervals of tau2, I2 and H2; None for a single study."""
        used = self.model.effects
        return profile_interval(used.estimate, used.variance, self.model.design, self.level)

    @property
    def estimate(self) -> float:
        """The pooled effect."""
        return float(self.model.coefficients.estimate[0])

    @property
    def standard_error(self) -> float:
        """Its standard error."""
        return float(self.model.coefficients.standard_error[0])

    @property
    def wald_error(self) -> float:
        """The standard error that a Wald interval has, whatever the interval is."""
        return float(np.sum(1 / (self.model.effects.variance + self.model.heterogeneity.tau2)) ** -0.5)

    @property
    def low(self) -> float:
        """Lower end of its interval."""
        return float(self.model.coefficients.low[0])

    @property
    def high(self) -> float:
        """Upper end of its interval."""
        return float(self.model.coefficients.high[0])

    @property
    def narrower_than_wald(self) -> bool:
        """Say whether the interval is narrower than Wald's: such ones hold the truth less often than they say."""
        wald = 2 * critical_value(self.level) * self.wald_error
        return bool(self.high - self.low < wald) and self.model.interval != "wald"

    @property
    def p_value(self) -> float:
        """Two-sided p of no effect."""
        return float(self.model.coefficients.p_value[0])

    @property
    def level(self) -> float:
        """Confidence level of all intervals."""
        return self.model.coefficients.level


def pool(
    effects: Effects,
    *,
    method: str = "REML",
    interval: str = "wald",
    level: float = 0.95,
    prediction: str = "t",
) -> Pooled:
    """Pool the effects of the studies.

    Parameters
    ----------
    effects
        Studies with a NaN are left out; the model says which.
    method, interval, level
        See `fit_model`; ``EE`` is the common-effect model. With a single study tau2 is 0.
    prediction
        One of `PREDICTIONS`.

    Raises
    ------
    MetaAnalysisError, UnknownName
        As `fit_model`.
    """
    if prediction not in PREDICTIONS:
        raise UnknownName("prediction interval", prediction, PREDICTIONS)
    model = fit_model(effects, method=method, interval=interval, level=level)
    return Pooled(model, prediction_interval(model, prediction))


def prediction_interval(model: Model, kind: str = "t") -> tuple[float, float] | None:
    """Return where the true effect of a new study lies; None with a common effect and for a single study."""
    if model.heterogeneity.method == COMMON or model.studies == 1:
        return None
    table = model.coefficients
    degrees = max(1.0, model.studies - 2.0) if kind == "t" else float(table.degrees[0])
    spread = np.sqrt(table.standard_error[0] ** 2 + model.heterogeneity.tau2)
    reach = critical_value(table.level, degrees) * spread
    return float(table.estimate[0] - reach), float(table.estimate[0] + reach)
