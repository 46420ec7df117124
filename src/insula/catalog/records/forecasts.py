"""A registered forecast, as its file says it."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 (pydantic reads the annotations)
from datetime import date  # noqa: TC003 (pydantic reads the annotations)

from insula.catalog.base import Number, Record, Text, Title, Whole


class MadeFrom(Record):
    """What decided the numbers: hashes of the texts, commit, seed, virtual patients."""

    science: Text
    beside: Text | None = None
    study: Text | None = None
    commit: Text | None = None
    seed: Whole
    patients: Whole


class ForecastLine(Record):
    """What an arm of the planned size will report at a visit; `without_value` is a share of the virtual patients."""

    arm: Text
    patients: Whole
    endpoint: Text
    day: Number
    statistic: Text
    unit: Text
    predicted: Number
    low: Number
    high: Number
    without_value: Number

    @property
    def place(self) -> tuple[str, str, float]:
        """Arm, endpoint and day: what makes two lines comparable."""
        return self.arm, self.endpoint, self.day


class RegisteredForecast(Record):
    """A file of forecasts/."""

    study: Text
    title: Title
    question: Title
    registered: date
    command: Text
    made_from: MadeFrom
    limitations: Mapping[str, tuple[Text, ...]] | None = None
    level: Number
    forecasts: tuple[ForecastLine, ...]
