"""The rows behind one side of a comparison: one row for each arm, several arms as one group."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from insula.evidence.published import NO_SIZE, ONE_PATIENT
from insula.evidence.spread import NO_WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from insula.analysis.review.windows import Window
    from insula.evidence.harmonise import HarmonisedRow

CHANGE, FINAL, SHARE = "change from baseline", "final value", "share of patients"
OTHER_STATISTIC = "this statistic or scale cannot be pooled by the measure of the review"

# What may be compared by each measure, best first. Changes have the patients' differences taken out. The SD of a
# change and of a level are not one scale to divide by, so a standardised difference takes levels alone.
KINDS = {"MD": (CHANGE, FINAL), "SMD": (FINAL,), "RR": (SHARE,), "OR": (SHARE,), "RD": (SHARE,)}
_STATISTICS = {CHANGE: ("change_from_baseline",), FINAL: ("mean", "median"), SHARE: ("proportion",)}
_SCALES = {CHANGE: ("own",), FINAL: ("own",), SHARE: ("share", "count")}


@dataclass(frozen=True)
class Group:
    """One side of a comparison.

    Parameters
    ----------
    n
        Patients.
    mean, sd
        Of the patients; of a share the mean is the share and the SD is NaN.
    rows
        One for each arm.
    """

    n: int
    mean: float
    sd: float
    rows: tuple[HarmonisedRow, ...]

    @property
    def events(self) -> int:
        """Patients who have what the share counts; a printed share is rounded to whole patients."""
        return round(self.mean * self.n)

    @property
    def methods(self) -> tuple[str, ...]:
        """How the SDs were found, each once."""
        return tuple(dict.fromkeys(row.moments.method for row in self.rows if row.moments.method))


def group(rows: Iterable[HarmonisedRow], arms: tuple[str, ...], window: Window, kind: str) -> Group | None:
    """Return the arms that have a usable row in a window as one group; None when none has.

    Of several rows of an arm the one nearest in time is taken, of these the one with most patients, then the first.
    """
    usable = [row for row in rows if window.holds(row.published.time_months) and not why_not(row, kind)]
    chosen = []
    for arm in arms:
        own = [row for row in usable if row.published.arm_id == arm]
        if own:
            chosen.append(min(own, key=lambda row: _rank(row, window)))
    return reduce(_together, map(_alone, chosen)) if chosen else None


def why_not(row: HarmonisedRow, kind: str) -> str:
    """Return why a row cannot be compared as this kind; empty where it can."""
    patients = kind != SHARE
    reasons = (
        (bool(row.reason), row.reason),
        (row.scale not in _SCALES[kind] or row.statistic not in _STATISTICS[kind], OTHER_STATISTIC),
        (row.published.n < 1, NO_SIZE),
        (patients and math.isnan(row.moments.sd), row.moments.reason),
        (patients and row.published.n == 1, ONE_PATIENT),
        (patients and row.moments.sd == 0, NO_WIDTH),
    )
    return next((reason for holds, reason in reasons if holds), "")


def _rank(row: HarmonisedRow, window: Window) -> tuple[float, int, int]:
    return window.distance(row.published.time_months), -row.published.n, row.published.number


def _alone(row: HarmonisedRow) -> Group:
    shared = row.scale in _SCALES[SHARE]
    mean, sd = (row.value, math.nan) if shared else (row.moments.mean, row.moments.sd)
    return Group(row.published.n, mean, sd, (row,))


def _together(a: Group, b: Group) -> Group:
    """Return mean and SD of the patients of both groups, an identity: so a control that is shared counts once."""
    n = a.n + b.n
    mean = (a.n * a.mean + b.n * b.mean) / n
    within = (a.n - 1) * a.sd**2 + (b.n - 1) * b.sd**2
    between = a.n * b.n / n * (a.mean - b.mean) ** 2
    return Group(n, mean, math.sqrt((within + between) / (n - 1)), a.rows + b.rows)
