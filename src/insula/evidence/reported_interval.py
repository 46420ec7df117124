"""Where the truth behind a published mean or share lies, as far as its size and spread tell.

References
----------
Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22:209-212.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

from scipy.special import stdtrit

from insula.evidence.spread import moments

if TYPE_CHECKING:
    from insula.evidence.published import PublishedRow

SHARES = ("count", "proportion")


def reported_interval(row: PublishedRow, level: float) -> tuple[float, float] | None:
    """Return the confidence interval of a published number, in its own unit; of a count that of its share.

    Shares have Wilson's interval, means that of t with the SD that the printed spread stands for. None where the row
    has no size or no spread, is a number of one patient, or a share that is none (impossible, or in a unit that
    nothing translates).
    """
    if row.n < 1 or math.isnan(row.value):
        return None
    if row.statistic in SHARES:
        share = row.value / (row.n if row.statistic == "count" else 1)
        return _wilson(share, row.n, level) if 0.0 <= share <= 1.0 else None
    found = moments(row.spread_type, row.statistic, row.value, row.spread_low, row.spread_high, row.n)
    if row.n < 2 or math.isnan(found.sd):
        return None
    reach = float(stdtrit(row.n - 1, (1 + level) / 2)) * found.sd / math.sqrt(row.n)
    return row.value - reach, row.value + reach


def _wilson(share: float, n: int, level: float) -> tuple[float, float]:
    z = NormalDist().inv_cdf((1 + level) / 2)
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return max(middle - reach, 0.0), min(middle + reach, 1.0)
