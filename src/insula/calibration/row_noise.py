"""How uncertain a published row is, because its arm had only so many patients."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from insula.core.random_streams import uniform
from insula.statistics.arm_statistics import STATISTICS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insula.evidence.calibration_rows import PublishedRow

    Floats = NDArray[np.float64]

_DRAWS = 400  # imagined arms: the sd is then known to 4 %
_CI95 = 2.0 * float(ndtri(0.975))


def sampling_error(row: PublishedRow, patients: Floats, seed: int) -> float:
    """Standard deviation of a row over trials of its size, in its unit; 0 where nothing tells it.

    Parameters
    ----------
    patients : (P, 1 or 2)
        Virtual patients, whose spread stands in where none was published.
    """
    if row.statistic in ("proportion", "count"):
        return _of_share(row)
    published = _published(row)
    return published if published > 0 else _of_virtual(row, patients, seed)


def _of_share(row: PublishedRow) -> float:
    """Binomial, with half a patient more on either side so that 0 and n of n are not certain (Agresti-style)."""
    patients = row.value if row.statistic == "count" else row.value * row.n
    share = (patients + 0.5) / (row.n + 1.0)
    error = float(np.sqrt(share * (1.0 - share) / row.n))
    return error * row.n if row.statistic == "count" else error


def _published(row: PublishedRow) -> float:
    """Standard error of the published number where its spread tells it, else 0."""
    if row.statistic not in ("mean", "change_from_baseline", "rate") or not np.isfinite(row.spread_low):
        return 0.0
    if row.spread_type == "sd":
        return row.spread_low / float(np.sqrt(row.n))
    if row.spread_type == "ci95":
        return (row.spread_high - row.spread_low) / _CI95
    return row.spread_low if row.spread_type == "se" else 0.0


def _of_virtual(row: PublishedRow, patients: Floats, seed: int) -> float:
    """Spread of the statistic over arms of the published size, drawn from the virtual patients."""
    address = f"calibration, arms of {row.arm_id}.{row.endpoint}.{row.statistic}.{row.time_months:g}"
    drawn = uniform(seed, address, np.arange(_DRAWS), size=row.n)
    found = STATISTICS[row.statistic](patients[(drawn * len(patients)).astype(np.intp)])
    return float(found.std(ddof=1))
