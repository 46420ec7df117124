"""Records of calibration plans, what is fitted to which published rows and how hard, and of their ensembles."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 (pydantic reads the annotations)
from typing import Annotated, Self

from pydantic import Field, model_validator

from insula.catalog.base import Number, Record, Sourced, Text, Title, Whole
from insula.core.spoken import _


class Ensemble(Record):
    """Members of a posterior: for each dotted symbol as many values as members, in the unit of its table.

    `numbers` are the members' in the fit, where some may have been lost; what is drawn beside the values goes by them.
    """

    id: Text
    numbers: tuple[Whole, ...]
    values: Annotated[Mapping[Text, tuple[Number, ...]], Field(min_length=1)]

    @property
    def members(self) -> int:
        """Number of members."""
        return len(next(iter(self.values.values())))


class FittedStudy(Record):
    """Which rows of a study are fitted; without `endpoints` every row that the replay can tell."""

    endpoints: Annotated[tuple[Text, ...], Field(min_length=1)] | None = None


class CalibrationPlan(Record):
    """A fit of uncertain numbers to trial-level rows.

    `parameters` are dotted symbols with ``varies_by: ensemble``: their rows are the priors. `studies` are ids of study
    files. `model_error` is, by endpoint, how far a perfect fit of the replay may still lie from a trial.
    """

    id: Text
    title: Title
    parameters: Annotated[tuple[Text, ...], Field(min_length=1)]
    studies: Annotated[Mapping[str, FittedStudy], Field(min_length=1)]
    patients: Annotated[int, Field(strict=True, ge=2)]
    members: Annotated[int, Field(strict=True, ge=4)]
    iterations: Annotated[int, Field(strict=True, ge=1)]
    model_error: Mapping[str, Sourced] = {}
    leave_one_out: bool = False
    seed: Whole
    note: str | None = None

    @model_validator(mode="after")
    def _enough_members(self) -> Self:
        if self.members < len(self.parameters) + 2:
            raise ValueError(
                _("{count} parameters need at least {least} members").format(
                    count=len(self.parameters), least=len(self.parameters) + 2
                )
            )
        if len(set(self.parameters)) < len(self.parameters):
            raise ValueError(_("a parameter is named twice"))
        return self
