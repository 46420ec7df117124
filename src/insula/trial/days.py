"""How the days between two meetings of the clocks are lived: simulated minute by minute, or on the averaged map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from insula.trial.two_clocks import sample_days
from insula.trial.visits import visit

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from insula.endpoints.visit import Visit
    from insula.trial.clinic import Clinic
    from insula.trial.cohort import Cohort
    from insula.trial.two_clocks import MapError


class Days(Protocol):
    """What the trial asks of the days; the cohort is changed in place."""

    def begin(self, clinic: Clinic, cohort: Cohort, day: float) -> None:
        """Prepare the disease clock to go on from ``day``."""

    def review(
        self,
        clinic: Clinic,
        cohort: Cohort,
        who: NDArray[np.intp],
        handed: NDArray[np.float64],
        day: float,
    ) -> Iterable[MapError]:
        """Let the clinic look at the chosen patients' days and change their doses.

        `handed` (P, H) is what the disease clock hands over. Returns what the averaged map said and what was sampled.
        """

    def visit(
        self, clinic: Clinic, cohort: Cohort, day: float, measured: frozenset[str], since: float
    ) -> Visit:
        """Examine the whole cohort; `since` is the day of the visit before."""


class SimulatedDays:
    """Days are simulated minute by minute when they are due."""

    review = staticmethod(sample_days)
    visit = staticmethod(visit)

    def begin(self, clinic: Clinic, cohort: Cohort, day: float) -> None:
        """Do nothing: the days sampled last are what the disease clock goes on with."""
