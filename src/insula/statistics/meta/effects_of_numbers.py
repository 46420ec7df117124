"""Effect sizes of measured numbers: means of two groups, changes within one, correlations."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln

from insula.core.spoken import _
from insula.statistics.meta.records import refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from insula.statistics.meta.records import Floats

    Data = Mapping[str, Floats]
    Result = tuple[Floats, Floats]  # estimate, variance


def small_sample_factor(degrees: Floats, exact: bool = True) -> Floats:
    """Return Hedges' J, which takes the bias out of a standardised mean difference.

    Parameters
    ----------
    degrees : (k,)
        Degrees of freedom of the standard deviation; J is NaN where they are 1 or fewer.
    exact
        By gamma functions; False: 1 - 3 / (4 degrees - 1) (Hedges 1981).
    """
    m = np.where(degrees > 1, degrees, np.nan)
    if not exact:
        return 1 - 3 / (4 * m - 1)
    return np.asarray(np.exp(gammaln(m / 2) - np.log(np.sqrt(m / 2)) - gammaln((m - 1) / 2)))


def formulas(exact: bool) -> dict[str, Callable[[Data], Result]]:
    """Return the formula of each measure, with this choice of J."""
    return {
        "MD": _mean_difference,
        "SMD": partial(_standardised_difference, exact=exact),
        "ROM": _log_ratio_of_means,
        "MC": _mean_change,
        "SMCC": partial(_change_by_change_sd, exact=exact),
        "SMCR": partial(_change_by_raw_sd, exact=exact),
        "COR": _correlation,
        "ZCOR": _fisher_z,
    }


def _mean_difference(d: Data) -> Result:
    variance = d["sd1i"] ** 2 / d["n1i"] + d["sd2i"] ** 2 / d["n2i"]
    return d["m1i"] - d["m2i"], variance


def _standardised_difference(d: Data, exact: bool) -> Result:
    n1, n2 = d["n1i"], d["n2i"]
    degrees = n1 + n2 - 2
    pooled = np.sqrt(((n1 - 1) * d["sd1i"] ** 2 + (n2 - 1) * d["sd2i"] ** 2) / degrees)
    refuse(pooled == 0, "sd1i", _("no variation in either group: a standardised difference is undefined."))
    estimate = small_sample_factor(degrees, exact) * (d["m1i"] - d["m2i"]) / pooled
    return estimate, 1 / n1 + 1 / n2 + estimate**2 / (2 * (n1 + n2))


def _log_ratio_of_means(d: Data) -> Result:
    refuse(d["m1i"] * d["m2i"] <= 0, "m1i", _("a ratio of means needs two means of one sign, neither 0."))
    relative = (d["sd1i"] / d["m1i"]) ** 2 / d["n1i"] + (d["sd2i"] / d["m2i"]) ** 2 / d["n2i"]
    return np.log(d["m1i"] / d["m2i"]), relative


def _change_variance(d: Data) -> Floats:
    """Return the variance of a difference of two correlated numbers, as a sum that cannot fall below 0."""
    return (d["sd1i"] - d["sd2i"]) ** 2 + 2 * (1 - d["ri"]) * d["sd1i"] * d["sd2i"]


def _mean_change(d: Data) -> Result:
    return d["m1i"] - d["m2i"], _change_variance(d) / d["ni"]


def _change_by_change_sd(d: Data, exact: bool) -> Result:
    spread = np.sqrt(_change_variance(d))
    refuse(spread == 0, "sd1i", _("the change has no variation: a standardised change is undefined."))
    estimate = small_sample_factor(d["ni"] - 1, exact) * (d["m1i"] - d["m2i"]) / spread
    return estimate, 1 / d["ni"] + estimate**2 / (2 * d["ni"])


def _change_by_raw_sd(d: Data, exact: bool) -> Result:
    refuse(d["sd1i"] == 0, "sd1i", _("is 0: a standardised change is undefined."))
    estimate = small_sample_factor(d["ni"] - 1, exact) * (d["m1i"] - d["m2i"]) / d["sd1i"]
    return estimate, 2 * (1 - d["ri"]) / d["ni"] + estimate**2 / (2 * d["ni"])


def _correlation(d: Data) -> Result:
    variance = (1 - d["ri"] ** 2) ** 2 / (d["ni"] - 1)
    return d["ri"], np.where(d["ni"] > 3, variance, np.nan)


def _fisher_z(d: Data) -> Result:
    variance = np.where(d["ni"] > 3, 1 / (d["ni"] - 3), np.nan)
    return np.arctanh(d["ri"]), variance
