"""What a trial of a schedule against the control arm would need: sizes, power, assurance."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from insula.core.errors import InsulaError
from insula.core.spoken import N_, _
from insula.statistics.between_members import Nested, nested
from insula.statistics.chance import chance
from insula.statistics.power import (
    assurance,
    error_of_difference,
    fisher_power,
    size_for_means,
    size_for_proportions,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

LEVEL = 0.9  # probability inside an interval
_SIZES = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)  # of the size that the power asks for
_EXACT = 500  # patients in each arm up to which every outcome is counted


@dataclass(frozen=True)
class Design:
    """How two arms are compared; `yes_or_no` says that the endpoint is a proportion."""

    yes_or_no: bool
    lower_is_better: bool
    alpha: float
    power: float

    def interval(self, values: Floats, members: Whole) -> dict[str, float]:
        """Return the mean (of yes and no the share) of values (P,) and its interval over members (P,)."""
        if not self.yes_or_no:
            found = _nested(values, members)
            low, high = found.interval(LEVEL)
            return {"mean": found.mean, "low": low, "high": high}
        share = chance(values, np.ones(len(values)), members, LEVEL)
        if share is None:
            raise InsulaError(_(_TOO_FEW))
        return {"mean": share.share, "low": share.low, "high": share.high}

    def effect(self, values: Floats, control: Floats, members: Whole) -> dict[str, Any]:
        """Return the difference to the control of the same patients, its interval, and patients in each arm.

        The size is None where the schedule is not better than the control.
        """
        found = _nested(values - control, members)
        low, high = found.interval(LEVEL)
        better = found.mean < 0 if self.lower_is_better else found.mean > 0
        size = self._size(values, control, members) if better else None
        return {"mean": found.mean, "low": low, "high": high, "size": size}

    def trial(self, values: Floats, control: Floats, members: Whole) -> dict[str, Any]:
        """Return the trial of a schedule against the control: what it assumes, power and assurance by size."""
        found, spreads = _nested(values - control, members), self._spreads(values, control, members)
        effect = self.effect(values, control, members)
        size = effect["size"]
        sizes = [] if size is None else sorted({max(2, round(size * share)) for share in _SIZES})
        return {
            "alpha": self.alpha,
            "power": self.power,
            "yes_or_no": self.yes_or_no,
            "effect": effect,
            "spread_treated": spreads[0],
            "spread_control": spreads[1],
            "doubt": found.between,
            "size": size,
            "sizes": [self._of_size(n, found, spreads, values, control) for n in sizes],
        }

    def _of_size(
        self, size: int, found: Nested, spreads: tuple[float, float], values: Floats, control: Floats
    ) -> dict[str, Any]:
        error = error_of_difference(spreads, size)
        sign = -1.0 if self.lower_is_better else 1.0
        known, possible = np.array([sign * found.mean]), sign * found.of_members
        exact = self.yes_or_no and size <= _EXACT
        return {
            "size": size,
            "power": assurance(known, error, self.alpha) if error > 0 else 1.0,
            "assurance": assurance(possible, error, self.alpha)
            if error > 0
            else float(np.mean(possible > 0)),
            "fisher": fisher_power(_shares(values, control), size, self.alpha) if exact else None,
        }

    def _spreads(self, values: Floats, control: Floats, members: Whole) -> tuple[float, float]:
        """Return the standard deviations between patients of one world, in each arm."""
        if self.yes_or_no:
            one, other = (sqrt(share * (1 - share)) for share in _shares(values, control))
            return one, other
        return _nested(values, members).within, _nested(control, members).within

    def _size(self, values: Floats, control: Floats, members: Whole) -> int | None:
        if self.yes_or_no:
            return size_for_proportions(_shares(values, control), self.alpha, self.power)
        effect = _nested(values - control, members).mean
        return size_for_means(effect, self._spreads(values, control, members), self.alpha, self.power)


_TOO_FEW = N_("Too few patients have a value in both arms. Ask for more with --patients.")


def _nested(values: Floats, members: Whole) -> Nested:
    found = nested(values, members)
    if found is None:
        raise InsulaError(_(_TOO_FEW))
    return found


def _shares(values: Floats, control: Floats) -> tuple[float, float]:
    return float(np.nanmean(values)), float(np.nanmean(control))
