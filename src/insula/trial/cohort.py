"""The patients of one arm while they are simulated: arrays with one row per patient, changed in place by the clocks."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from insula.trial.metabolic_clock import Subjects

YEAR = 365.0

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insula.engine.solve import Solution
    from insula.trial.day_plan import Doses, People


@dataclass
class Cohort:
    """P patients. ``failed`` holds, per patient that could not be integrated, clock, day and reason.

    Attributes
    ----------
    drawn
        Every sampled number by dotted symbol, (P,) each.
    disease_parameters, metabolic_parameters : (P, K)
        Kernel parameters; handed-over quantities overwrite their columns.
    daily_dose : (P,) U/day
        Injected per day on the last sampled days.
    born, diagnosed_on : (P,) day
        NaN where diabetes has not been diagnosed; long ago (-inf) where it is not simulated.
    last_sampled : (P,) day; last_handed : (P, H)
        When a day was last sampled, and what the disease clock had handed over then.
    reviewed : (P, 4)
        What the clinic saw at the last review, in the order of `insula.trial.titration.Review`; NaN before the first.
    weaned
        Whether the clinic lowers and stops insulin where glucose allows; habits of home end with it.
    after_therapy
        Whether a therapy that weans insulin was given: then targets are those after it.
    events : {day: (P,)}
        Severe hypoglycaemia counted in the step that ended on that day.
    passed_over : {(therapy, day): (P,)}
        Who did not get what was given on that day only to those on insulin; nothing where everybody gets it.
    """

    people: People
    members: NDArray[np.int64]
    drawn: dict[str, NDArray[np.float64]]
    disease_parameters: NDArray[np.float64]
    disease_state: NDArray[np.float64]
    disease_inputs: NDArray[np.float64]
    metabolic_parameters: NDArray[np.float64]
    metabolic_state: NDArray[np.float64]
    metabolic_inputs: NDArray[np.float64]
    doses: Doses
    observed: NDArray[np.float64]
    daily_dose: NDArray[np.float64]
    born: NDArray[np.float64]
    diagnosed_on: NDArray[np.float64]
    last_sampled: NDArray[np.float64]
    last_handed: NDArray[np.float64]
    reviewed: NDArray[np.float64]
    given_on: list[float] = field(default_factory=list)
    weaned: bool = False
    after_therapy: bool = False
    events: dict[float, NDArray[np.float64]] = field(default_factory=dict)
    passed_over: dict[tuple[str, float], NDArray[np.bool_]] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Number of patients, failed ones included."""
        return self.people.size

    @property
    def diagnosed(self) -> NDArray[np.bool_]:
        """(P,) patients whose diabetes has been diagnosed."""
        return ~np.isnan(self.diagnosed_on)

    @property
    def alive(self) -> NDArray[np.bool_]:
        """(P,) patients that have not failed."""
        mask = np.ones(self.size, dtype=bool)
        mask[list(self.failed)] = False
        return mask

    def copy(self) -> Cohort:
        """Return an independent copy, for another arm that starts from the same day."""
        return deepcopy(self)

    def select(self, kept: NDArray[np.bool_]) -> Cohort:
        """Return the patients where ``kept`` (P,) is true; all of them must be alive."""
        who = np.flatnonzero(kept)
        columns = {
            item.name: getattr(self, item.name)[who]
            for item in fields(self)
            if isinstance(getattr(self, item.name), np.ndarray)
        }
        return replace(
            self,
            **columns,
            people=self.people.take(who),
            doses=self.doses.take(who),
            drawn={symbol: column[who] for symbol, column in self.drawn.items()},
            given_on=list(self.given_on),
            events={day: counts[who] for day, counts in self.events.items()},
            passed_over={given: some[who] for given, some in self.passed_over.items()},
            failed={},
        )

    def subjects(self, who: NDArray[np.intp]) -> Subjects:
        """Return the chosen patients as the metabolic clock sees them."""
        return Subjects(
            self.people.take(who),
            self.metabolic_parameters[who],
            self.metabolic_state[who],
            self.metabolic_inputs[who],
            self.doses.take(who),
        )

    def severe_hypoglycaemia(
        self, day: float, since: float, free_from: float
    ) -> dict[str, NDArray[np.float64]]:
        """Return the diary at a visit: events since the last one, in the last year, and free of them from a day on."""
        nothing = np.zeros(self.size)

        def count(after: float) -> NDArray[np.float64]:
            return sum((n for when, n in self.events.items() if after < when <= day), nothing)

        return {
            "severe_hypoglycaemia": count(since),
            "severe_hypoglycaemia_year": count(day - YEAR),
            "free_of_severe_hypoglycaemia": (count(free_from) == 0).astype(float)
            if day > free_from
            else nothing * np.nan,
        }

    def carry_on(self, who: NDArray[np.intp], solution: Solution) -> None:
        """Let the metabolic clock of the chosen patients go on from where it stopped."""
        self.metabolic_state[who], self.metabolic_inputs[who] = solution.state, solution.inputs

    def note_failures(self, who: NDArray[np.intp], solution: Solution, clock: str, day: float) -> None:
        """Remember the patients whose integration did not succeed, with the reason."""
        for k in np.flatnonzero(solution.status != 0):
            reason = solution.explain(int(k))
            self.failed[int(who[k])] = f"{clock} clock, day {day:g}: {reason}"
