"""What the patients of a published trial were like, so that virtual ones are weighted to be so too."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from insula.catalog.base import Amount, Reason, Record, Sourced, Text
from insula.core.spoken import _

MEASURED = "endpoint."  # what a quantity begins with that only a visit tells


class Marginal(Record):
    """A published mean, with or without its standard deviation, or the share of people within limits, both included."""

    quantity: Text
    mean: Amount | None = None
    sd: Amount | None = None
    share: Amount | None = None
    at_least: Amount | None = None
    at_most: Amount | None = None
    source: Text
    place: Text
    reason: Reason
    note: str | None = None

    @model_validator(mode="after")
    def _mean_or_share(self) -> Self:
        limited = self.at_least is not None or self.at_most is not None
        if (self.mean is None) == (self.share is None):
            raise ValueError(
                _("give either mean (with sd or without) or share (with at_least, at_most or both)")
            )
        if limited != (self.share is not None) or (self.sd is not None and self.mean is None):
            raise ValueError(_("at_least and at_most belong to a share, and sd to a mean"))
        if self.sd is not None and self.sd.value <= 0:
            raise ValueError(_("sd must be more than 0"))
        return self


class Matches(Record):
    """Marginals that the weighted people have on the day of entry.

    `fewest` is the least effective sample size, as a share of the patients: with less of it there is no result.
    """

    fewest: Sourced
    marginals: Annotated[tuple[Marginal, ...], Field(min_length=1)]

    @property
    def known(self) -> tuple[Marginal, ...]:
        """Those of what is known before anything is measured."""
        return tuple(one for one in self.marginals if not one.quantity.startswith(MEASURED))

    @property
    def measured(self) -> tuple[Marginal, ...]:
        """Those of what only a visit tells."""
        return tuple(one for one in self.marginals if one.quantity.startswith(MEASURED))
