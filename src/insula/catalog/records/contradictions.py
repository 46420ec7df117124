"""Records of contradictions: which published rows, what they say, what the model does with it."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from insula.catalog.base import Number, Record, Text, Title
from insula.core.spoken import _


class NamedRows(Record):
    """Rows of outcomes.csv of a study, or of pooled.csv of a meta-analysis, with these cells."""

    study: Text | None = None
    meta_analysis: Text | None = None
    outcome: Text | None = None
    arm: Text | None = None
    months: Number | None = None
    measure: Text | None = None
    subgroup: Text | None = None

    @model_validator(mode="after")
    def _of_one_table(self) -> Self:
        if (self.study is None) == (self.meta_analysis is None):
            raise ValueError(_("either study or meta_analysis must be given"))
        if self.study is None and self.arm is not None:
            raise ValueError(_("a meta-analysis has no arm"))
        if self.study is not None and (self.measure or self.subgroup):
            raise ValueError(_("measure and subgroup belong to a meta-analysis"))
        return self


class CarriedBy(Record):
    """A number whose spread holds both sides: of a module or therapy, or the error that a fit allows itself."""

    symbol: Text | None = None
    calibration: Text | None = None
    model_error: Text | None = None

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        fitted = (self.calibration is not None, self.model_error is not None)
        if (self.symbol is None) != all(fitted) or any(fitted) != all(fitted):
            raise ValueError(_("give symbol, or calibration and model_error"))
        return self


class Contradiction(Record):
    """What contradicts what, and what the model does with it."""

    title: Title
    says: Title
    model: Title
    rows: tuple[NamedRows, ...] = ()
    carried_by: tuple[CarriedBy, ...] = ()

    @model_validator(mode="after")
    def _points_somewhere(self) -> Self:
        if not self.rows and not self.carried_by:
            raise ValueError(_("rows or carried_by must name something"))
        return self
