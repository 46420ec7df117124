"""How many patients a trial of two arms of one size needs, and how often it would succeed.

Tests are two-sided at `alpha`. The arms are compared by the normal approximation (means with their standard deviations
known, proportions without correction for continuity); `fisher_power` counts every possible outcome instead.

References
----------
Fleiss, Tytun, Ury (1980), A simple approximation for calculating sample sizes for comparing independent proportions,
Biometrics 36:343-346 (the size before its correction). O'Hagan, Stevens, Campbell (2005), Assurance in clinical trial
design, Pharmaceutical Statistics 4:187-201.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import binom, hypergeom

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_SAME = 1.0 + 1e-7  # tables whose probabilities differ by less are equally likely


def size_for_means(effect: float, spreads: tuple[float, float], alpha: float, power: float) -> int | None:
    """Return patients in each arm so that a difference of means is found with this power.

    Parameters
    ----------
    effect
        True difference of the means.
    spreads
        Standard deviation between patients in each arm, in the same unit.
    alpha, power
        Chance to find a difference where there is none; chance to find this one; both 0 to 1.

    Returns
    -------
    At least 2; None where there is no effect.
    """
    if effect == 0.0:
        return None
    quantiles = float(ndtri(1 - alpha / 2) + ndtri(power))
    return max(2, math.ceil((quantiles / effect) ** 2 * (spreads[0] ** 2 + spreads[1] ** 2)))


def size_for_proportions(shares: tuple[float, float], alpha: float, power: float) -> int | None:
    """Return patients in each arm so that a difference of two shares (0 to 1) is found with this power.

    At least 2; None where the shares are the same.
    """
    one, other = shares
    if one == other:
        return None
    both = (one + other) / 2
    without = float(ndtri(1 - alpha / 2)) * math.sqrt(2 * both * (1 - both))
    with_effect = float(ndtri(power)) * math.sqrt(one * (1 - one) + other * (1 - other))
    return max(2, math.ceil(((without + with_effect) / (one - other)) ** 2))


def error_of_difference(spreads: tuple[float, float], size: int) -> float:
    """Return the standard error of the difference of two means of `size` patients each."""
    return math.sqrt((spreads[0] ** 2 + spreads[1] ** 2) / size)


def assurance(gains: Floats, error: float, alpha: float) -> float:
    """Return the chance of a significant difference to the better, the effect itself being uncertain.

    Parameters
    ----------
    gains : (M,)
        What the true difference may be, all alike likely, positive where better; with one of them this is the power.
    error
        Standard error of the difference in the trial, positive.
    """
    return float(np.mean(ndtr(gains / error - ndtri(1 - alpha / 2))))


def fisher_power(shares: tuple[float, float], size: int, alpha: float) -> float:
    """Return the chance that Fisher's exact test finds two shares of `size` patients each different."""
    outcomes = np.arange(size + 1)
    first, second = (binom.pmf(outcomes, size, share) for share in shares)
    found = 0.0
    for total in range(2 * size + 1):
        split = np.arange(max(0, total - size), min(size, total) + 1)
        likely = hypergeom.pmf(split, 2 * size, total, size)
        order = np.argsort(likely, kind="stable")
        below = np.cumsum(likely[order])
        reached = np.searchsorted(likely[order], likely * _SAME, side="right") - 1
        rare = below[reached] <= alpha
        found += float((first[split] * second[total - split])[rare].sum())
    return found
