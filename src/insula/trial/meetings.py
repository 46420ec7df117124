"""The days on which the two clocks meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence


def days_between(start: float, end: float, step: float, also: Sequence[float] = ()) -> list[float]:
    """Days at which the clocks meet after ``start``: every ``step``, at ``end`` and at the days named."""
    regular = np.arange(start + step, end, step)
    return sorted({*regular.tolist(), end, *(day for day in also if start < day <= end)})
