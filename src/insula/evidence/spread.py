"""Mean and standard deviation of the patients from whatever spread a source prints.

SE and 95 % interval: Cochrane Handbook, chapter 6, section 6.5.2.2 (higgins2023). Quartiles and range: standard
deviation by equations 16 and 9 of wan2014, mean by equations 15 and 7 of luo2018; both suppose values that are
about normal. A range depends on its two most extreme patients only: the least certain of these estimates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from scipy.special import stdtrit

AS_PRINTED = "as printed"
FROM_SE = "SE times the root of n (Cochrane Handbook 6.5.2.2)"
FROM_CI95 = "95 % interval by the t distribution (Cochrane Handbook 6.5.2.2)"
FROM_IQR = "quartiles (Wan 2014, Luo 2018)"
FROM_RANGE = "range (Wan 2014, Luo 2018)"

NO_SPREAD = "no spread is given"
NO_SIZE_OF_SPREAD = "no size is given to convert the spread with"
TOO_FEW = "a spread needs two patients"
OF_A_MEDIAN = "the interval is that of a median"
NOT_SYMMETRIC = "the interval is not symmetric about its mean, so it was made on another scale"
NO_WIDTH = "the spread has no width"

# How far from the middle of a 95 % interval its mean may lie, as a share of the width: rounding of two-digit
# numbers moves it by up to a tenth.
_OFF_CENTRE = 0.1
_TAIL = 0.975


@dataclass(frozen=True)
class Moments:
    """Mean and SD of the patients of an arm (NaN where not known), how they were found, or why there is no SD."""

    mean: float
    sd: float
    method: str
    reason: str


def moments(kind: str, statistic: str, value: float, low: float, high: float, n: int) -> Moments:
    """Return mean and SD of the patients.

    Parameters
    ----------
    kind
        ``sd``, ``se``, ``ci95``, ``iqr``, ``range`` or ``none``.
    statistic
        ``median``: `value` is a median and the mean is estimated; anything else: `value` is a mean.
    value, low, high
        In one unit. For sd and se the width stands in `low`; NaN where not given.
    n
        Size; 0 where not known.
    """
    median = statistic == "median"
    mean = math.nan if median else value
    reason = _reason(kind, median, value, low, high, n)
    if reason:
        return Moments(mean, math.nan, "", reason)
    if kind in ("sd", "se"):
        return Moments(
            mean, low if kind == "sd" else low * math.sqrt(n), AS_PRINTED if kind == "sd" else FROM_SE, ""
        )
    if kind == "ci95":
        return Moments(mean, sd_of_interval(low, high, n), FROM_CI95, "")
    quartiles = kind == "iqr"
    sd = sd_of_quartiles(low, high, n) if quartiles else sd_of_range(low, high, n)
    if median:
        mean = mean_of_quartiles(low, value, high, n) if quartiles else mean_of_range(low, value, high, n)
    return Moments(mean, sd, FROM_IQR if quartiles else FROM_RANGE, "")


def size_of_share(share: float, low: float, high: float) -> int:
    """Return the number of patients whose binomial standard error is that of a printed 95 % interval of their share.

    What a life table knows of its share, censoring included; 0 where there is no interval or no such number.
    """
    error = (high - low) / (2 * NormalDist().inv_cdf(_TAIL))
    if not error > 0 or not 0 < share < 1:
        return 0
    return round(share * (1 - share) / error**2)


def size_of_mean(sd: float, kind: str, low: float, high: float) -> int:
    """Return the number of patients of this SD whose mean has the printed error; 0 where none is printed.

    Parameters
    ----------
    sd
        Of the patients of another arm of the trial, in the unit of the error.
    kind, low, high
        ``se`` or ``ci95``, as `moments`.
    """
    error = (
        low if kind == "se" else (high - low) / (2 * NormalDist().inv_cdf(_TAIL)) if kind == "ci95" else 0.0
    )
    return round((sd / error) ** 2) if sd > 0 and error > 0 else 0


def sd_of_interval(low: float, high: float, n: int) -> float:
    """Return the SD behind the 95 % confidence interval of a mean of `n` patients."""
    return math.sqrt(n) * (high - low) / (2 * float(stdtrit(n - 1, _TAIL)))


def sd_of_quartiles(first: float, third: float, n: int) -> float:
    """Return the SD behind two quartiles (wan2014, equation 16)."""
    return (third - first) / (2 * NormalDist().inv_cdf((0.75 * n - 0.125) / (n + 0.25)))


def sd_of_range(least: float, most: float, n: int) -> float:
    """Return the SD behind the smallest and the largest of `n` values (wan2014, equation 9)."""
    return (most - least) / (2 * NormalDist().inv_cdf((n - 0.375) / (n + 0.25)))


def mean_of_quartiles(first: float, median: float, third: float, n: int) -> float:
    """Return the mean behind a median with quartiles (luo2018, equation 15)."""
    weight = 0.7 + 0.39 / n
    return weight * (first + third) / 2 + (1 - weight) * median


def mean_of_range(least: float, median: float, most: float, n: int) -> float:
    """Return the mean behind a median with smallest and largest value (luo2018, equation 7)."""
    weight = 4 / (4 + math.pow(n, 0.75))
    return weight * (least + most) / 2 + (1 - weight) * median


def _reason(kind: str, median: bool, value: float, low: float, high: float, n: int) -> str:
    """Return why there is no SD; empty where there is one."""
    two = kind in ("ci95", "iqr", "range")
    reasons = (
        (kind in ("none", "") or math.isnan(low) or (two and math.isnan(high)), NO_SPREAD),
        (kind != "sd" and n == 0, NO_SIZE_OF_SPREAD),
        (kind != "sd" and n == 1, TOO_FEW),
        (kind in ("ci95", "se") and median, OF_A_MEDIAN),
        (two and high <= low, NO_WIDTH),
        (kind == "ci95" and abs((low + high) / 2 - value) > _OFF_CENTRE * (high - low), NOT_SYMMETRIC),
    )
    return next((reason for holds, reason in reasons if holds), "")
