"""How a value compares with that of the same patient before the therapy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from insula.endpoints.visit import Floats


def fallen(value: Floats, baseline: Floats, *, by_more_than: float) -> Floats:
    """Say whether a value fell by more than a percentage of the baseline.

    Parameters
    ----------
    value, baseline : (P,), the same unit
    by_more_than : percent

    Returns
    -------
    (P,), 1 or 0; NaN where one of them is missing or the baseline is not above 0.
    """
    known = ~np.isnan(value) & (baseline > 0)
    reduced = 100 * (baseline - value) > by_more_than * baseline
    return np.where(known, reduced.astype(np.float64), np.nan)


def risen(value: Floats, baseline: Floats, *, by_at_least: float) -> Floats:
    """Say whether a value rose by at least a percentage of the baseline; arguments and result as in `fallen`."""
    known = ~np.isnan(value) & (baseline > 0)
    raised = 100 * (value - baseline) >= by_at_least * baseline
    return np.where(known, raised.astype(np.float64), np.nan)


def either(first: Floats, second: Floats) -> Floats:
    """Say whether one of two answers (P,) is yes; NaN where neither is and one of them is missing."""
    return np.where((first == 1) | (second == 1), 1.0, first + second)
