"""Mean, standard deviation and quantiles of people of whom some stand for more than others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from insula.statistics.chance import effective_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def mean(values: Floats, weights: Floats | None = None) -> float:
    """Return the mean of values (P,), at least one; by weights (P,) where these are given."""
    return float(values.mean() if weights is None else np.average(values, weights=weights))


def sd(values: Floats, weights: Floats | None = None) -> float | None:
    """Return the standard deviation between people, None where fewer than two tell it.

    With weights the divisor is the effective sample size less 1, as it is the number of people without.
    """
    if weights is None:
        return float(values.std(ddof=1)) if len(values) > 1 else None
    n = effective_number(weights)
    if n <= 1.0:
        return None
    variance = np.average((values - mean(values, weights)) ** 2, weights=weights)
    return float(np.sqrt(variance * n / (n - 1.0)))


def quantiles(values: Floats, shares: Sequence[float] | Floats, weights: Floats | None = None) -> Floats:
    """Return quantiles of values (P,), at least one: interpolated; with weights the first value that reaches them."""
    if weights is None:
        return np.asarray(np.quantile(values, shares))
    return np.asarray(np.quantile(values, shares, weights=weights, method="inverted_cdf"))
