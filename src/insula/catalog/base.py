"""What all records are made of: numbers with units, their sources, titles in two languages."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from insula.core.spoken import _

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Whole = Annotated[int, Field(strict=True, ge=0)]
Text = Annotated[str, Field(min_length=1)]

SpreadType = Literal["none", "sd", "cv", "se", "ci95", "range", "iqr"]
VariesBy = Literal["none", "ensemble", "patient", "occasion"]
Reason = Literal["measured", "fitted", "allometric", "steady_state", "assumed"]
Status = Literal["proposed", "checked", "disputed"]
Distribution = Annotated[
    str,
    Field(
        pattern=r"^(point|normal|lognormal|uniform|loguniform|logitnormal|"
        r"truncated_normal(\(-?[0-9.]+(e-?[0-9]+)?\))?)$"
    ),
]

DERIVED = "derived:"
HISTORY = "history:"  # filled by the life before the study
LIVED = ("age", "diabetes_duration", "age_at_diagnosis")  # what such a life tells, in years


class Record(BaseModel):
    """A frozen record that refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Title(Record):
    """What a person reads, in both languages."""

    en: Text
    zh: Text

    def get(self, language: str) -> str | None:
        """Return the text of a language (``en``, ``zh``), as a mapping would; None when there is none."""
        return {"en": self.en, "zh": self.zh}.get(language)

    def __getitem__(self, language: str) -> str:
        return {"en": self.en, "zh": self.zh}[language]


class Spread(Record):
    """How a number varies; the vocabulary of parameters.csv. A spread without its numbers is refused."""

    spread_type: SpreadType | None = None
    spread_low: Number | None = None
    spread_high: Number | None = None
    distribution: Distribution | None = None
    varies_by: VariesBy | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        kind, low, high = self.spread_type, self.spread_low, self.spread_high
        if kind in ("sd", "cv", "se") and (low is None or low < 0 or high is not None):
            raise ValueError(
                _("spread_type {kind} needs one number, not negative, in spread_low").format(kind=kind)
            )
        if kind in ("ci95", "range", "iqr") and (low is None or high is None or low > high):
            raise ValueError(
                _("spread_type {kind} needs spread_low and spread_high, in this order").format(kind=kind)
            )
        if kind in (None, "none") and (low is not None or high is not None):
            raise ValueError(_("spread_low or spread_high without a spread_type"))
        if kind in (None, "none") and self.distribution not in (None, "point"):
            raise ValueError(
                _("distribution {distribution} without a spread").format(distribution=self.distribution)
            )
        if kind not in (None, "none") and self.distribution in (None, "point"):
            raise ValueError(_("spread_type {kind} without a distribution").format(kind=kind))
        return self


class Quantity(Spread):
    """A number with its unit; source, place and reason may stand beside it or around it."""

    value: Number | None = None
    unit: Text
    low: Number | None = None
    high: Number | None = None
    source: Text | None = None
    place: Text | None = None
    reason: Reason | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _has_a_value(self) -> Self:
        if self.value is None and not (self.source or "").startswith((DERIVED, HISTORY)):
            raise ValueError(_("a quantity needs a value, or source: derived:<formula> or history:<what>"))
        return self


class Amount(Quantity):
    """A number with its unit that is always given, never derived: a time, a dose, a limit."""

    value: Number


class Sourced(Quantity):
    """A number with unit, source, place and reason."""

    source: Text
    place: Text
    reason: Reason


class Series(Record):
    """Several numbers of one unit and one source."""

    value: tuple[Number, ...]
    unit: Text
    source: Text
    place: Text
    reason: Reason
    note: str | None = None


def tag_of_trait(value: Any) -> str:
    """Say which form a trait has: a quantity, or the share of people who have something."""
    keys = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    return "share" if "share_female" in keys else "quantity"
