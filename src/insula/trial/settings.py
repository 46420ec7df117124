"""The settings of the two clocks, read once and held in the units of the calculation."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from insula.trial.quantities import number

if TYPE_CHECKING:
    from insula.catalog.records import ClockSettings

_UNITS = {"moved": "dimensionless", "smoothing": "dimensionless", "every": "min", "cgm_every": "min"}


@dataclass(frozen=True)
class Settings:
    """Steps of the two clocks: days, but ``every``, ``cgm_every`` in minutes, ``moved``, ``smoothing`` as shares."""

    grid: float
    review: float
    moved: float
    after_therapy: float
    warm_up: float
    sampled: float
    every: float
    fortnight: float
    cgm_every: float
    smoothing: float

    @classmethod
    def from_record(cls, record: ClockSettings) -> Settings:
        """Convert the text of ``clocks.yaml`` to the units above."""
        names = [field.name for field in fields(cls)]
        return cls(**{name: number(getattr(record, name), _UNITS.get(name, "day")) for name in names})
