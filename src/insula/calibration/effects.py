"""What a therapy did in a trial, treated less control, as a fit says it: with its own rows, and without them.

The error that a plan states of the model holds for both arms of a trial alike (its tests, its clinic), so it is no part
of the noise of their difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.statistics.arm_pairs import Side, arm_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from insula.calibration.iterations import Ensemble
    from insula.calibration.replays import Replays


@dataclass(frozen=True)
class Effect:
    """Two rows of one study, statistic and day: their places among the targets, what was published, sampling sd."""

    treated: int
    control: int
    published: float
    sampling: float

    def of(self, ensemble: Ensemble) -> NDArray[np.float64]:
        """What each member says, (J,)."""
        return np.asarray(ensemble.predicted[:, self.treated] - ensemble.predicted[:, self.control])


def effects_of(replays: Replays) -> Iterator[Effect]:
    """Yield every fitted row of a treated arm with that of an arm of its study that is given nothing."""
    targets = replays.targets

    def is_treated(place: int) -> bool:
        target = targets[place]
        return bool(replays.places[target.study].clinic.arms[target.row.arm_id].given)

    def side(place: int) -> Side:
        row = targets[place].row
        return Side((int(not is_treated(place)), place), row.arm_id, row.cells["analysis"].casefold())

    pairs = [
        (first, second)
        for first, second in arm_pairs(range(len(targets)), lambda place: targets[place].moment, side)
        if is_treated(first) and not is_treated(second)
    ]
    for first, second in sorted(pairs):
        one, other = targets[first], targets[second]
        sampling = float(np.hypot(one.sampling, other.sampling))
        yield Effect(first, second, one.row.value - other.row.value, sampling)
