"""Where people stand at the end of the life before the study."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from insula.trial.day_plan import Doses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from insula.trial.cohort import Cohort

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Past:
    """Arrays of a `Cohort` on the day of entry, by its names; NaN for candidates who never entered.

    ``born`` and ``diagnosed_on`` are days of the study.
    """

    disease_state: Floats
    disease_inputs: Floats
    observed: Floats
    daily_dose: Floats
    born: Floats
    diagnosed_on: Floats
    doses: Doses

    @classmethod
    def unknown(cls, cohort: Cohort) -> Self:
        """Return the past of as many people as the cohort has, none of whom has entered yet."""
        doses = cohort.doses.take(np.arange(cohort.size))
        return cls(**{name: np.full_like(getattr(cohort, name), np.nan) for name in _ARRAYS}, doses=doses)

    def note(self, rows: NDArray[np.intp], cohort: Cohort, day: float) -> None:
        """Remember people who enter now, at their rows; ``day`` of the cohort's calendar is day 0 of the study."""
        for name in _ARRAYS:
            getattr(self, name)[rows] = getattr(cohort, name)
        for name in ("born", "diagnosed_on"):
            getattr(self, name)[rows] -= day
        self.doses.put(rows, cohort.doses)

    def take(self, kept: NDArray[np.bool_]) -> Self:
        """Return the past of the people where ``kept`` (C,) is true."""
        arrays = {name: getattr(self, name)[kept] for name in _ARRAYS}
        return replace(self, **arrays, doses=self.doses.take(np.flatnonzero(kept)))

    @classmethod
    def joined(cls, parts: Sequence[Past]) -> Past:
        """Return the pasts of several groups of people, one after the other."""
        arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _ARRAYS}
        return cls(**arrays, doses=Doses.joined([part.doses for part in parts]))

    def give(self, cohort: Cohort) -> None:
        """Let a cohort of the same people go on from here."""
        for name in _ARRAYS:
            setattr(cohort, name, getattr(self, name).copy())
        cohort.doses = self.doses.take(np.arange(cohort.size))


_ARRAYS = tuple(field.name for field in fields(Past) if field.name != "doses")
