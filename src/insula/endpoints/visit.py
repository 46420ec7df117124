"""What was read off the patients of one arm at one visit."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Mapping

Floats = NDArray[np.float64]

_NAMED = ("day", "read", "adverse_events")  # no arrays
_SHAPES = {
    "cgm_glucose": "cgm_time",
    "meal_test_glucose": "meal_test_time",
    "meal_test_c_peptide": "meal_test_time",
}


@dataclass(frozen=True)
class Visit:
    """One arm at one visit, P patients; NaN marks what is missing or failed.

    Parameters
    ----------
    day
        Day of the visit; 0 is the day of the therapy.
    cgm_time : (T,), min
        From the midnight that begins the first monitored day, evenly spaced.
    cgm_glucose : (P, T), mg/dL
    meal_test_time : (M,), min
        From the meal; the fasting sample is the last at or before 0.
    meal_test_glucose : (P, M), mg/dL
    meal_test_c_peptide : (P, M), nmol/L
    hba1c : (P,), percent NGSP
    insulin_dose : (P, D), U per day
        One column for each monitored day, the last is the day before the visit.
    weight : (P,), kg
    age : (P,), years
    since_diagnosis : (P,), days since diabetes was diagnosed
        NaN where it is not; infinite where it was long before anything simulated.
    read : disease symbol -> (P,), in its own unit
        What the endpoints ask for by name.
    severe_hypoglycaemia : (P,), events since the previous visit
    severe_hypoglycaemia_year : (P,), events in the last 365 days
    free_of_severe_hypoglycaemia : (P,), 1 or 0
        Over the period that the definition names; NaN before that period begins.
    adverse_events : event -> (P,), events from day 0 to the visit
        An event that nobody could have is not named; None where no diary of adverse events was kept.

    Raises
    ------
    ValueError
        When the shapes do not fit; the message names the field.
    """

    day: float
    cgm_time: Floats
    cgm_glucose: Floats
    meal_test_time: Floats
    meal_test_glucose: Floats
    meal_test_c_peptide: Floats
    hba1c: Floats
    insulin_dose: Floats
    weight: Floats
    age: Floats
    since_diagnosis: Floats
    read: Mapping[str, Floats]
    severe_hypoglycaemia: Floats
    severe_hypoglycaemia_year: Floats
    free_of_severe_hypoglycaemia: Floats
    adverse_events: Mapping[str, Floats] | None = None

    def __post_init__(self) -> None:
        """Refuse arrays whose shapes contradict each other."""
        for name in MEASURED:
            self._check(name, getattr(self, name).shape)
        for symbol, values in self.read.items():
            self._check(symbol, values.shape)

    @property
    def patients(self) -> int:
        """Number of patients P."""
        return int(self.hba1c.shape[0])

    def _check(self, name: str, shape: tuple[int, ...]) -> None:
        if name.endswith("_time"):
            expected: tuple[int, ...] = (shape[0],) if len(shape) == 1 else (-1,)
        elif name in _SHAPES:
            expected = (self.patients, len(getattr(self, _SHAPES[name])))
        elif name == "insulin_dose":
            expected = (self.patients, *shape[1:2])
        else:
            expected = (self.patients,)
        if shape != expected:
            raise ValueError(f"Visit at day {self.day:g}: {name} has shape {shape}, expected {expected}.")


MEASURED = tuple(field.name for field in fields(Visit) if field.name not in _NAMED)
