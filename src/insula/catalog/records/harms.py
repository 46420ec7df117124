"""Records of what therapies do wrong: the events, and how often each therapy was seen to bring them."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 (pydantic reads the annotations)
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from insula.catalog.base import Amount, Number, Reason, Record, Sourced, Text, Title, Whole
from insula.core.spoken import _

Size = Annotated[Number, Field(gt=0)]


class AdverseEvent(Record):
    """One entry of adverse_events.yaml; `consequence`: what it means for a later treatment."""

    title: Title
    consequence: Title | None = None
    note: str | None = None


class Counted(Record):
    """Events among so many administrations, patients or patient-years, whichever the harm is `per`."""

    events: Whole
    of: Size


class Observed(Counted):
    """What one trial counted; `control` is what its controls had, who would have had it anyway."""

    control: Counted | None = None
    source: Text
    place: Text
    reason: Reason = "measured"
    note: str | None = None


class Harm(Record):
    """How a therapy brings an event.

    `per` administration: a chance each time it is given; per patient: one chance for everybody who ever gets it, the
    day anywhere `within` a time; per year: a rate while a level is held, or for as long as a dose `lasts`. With `after`
    the time of a chance per patient begins when the last of those levels has ended; `until_then` says why nothing is
    known of the time before. `goes_on`: the event can come for as long as the therapy is given, but was counted within
    that time alone; a chance per patient says so where the therapy is held at a level.
    Where one of the therapies `unless` is given too the event does not come: they prevent it, or count it as their own.
    An `unknown` harm has a reason instead of numbers.
    """

    serious: bool
    per: Literal["administration", "patient", "year"] | None = None
    within: Amount | None = None
    goes_on: bool | None = None
    lasts: Sourced | None = None
    after: tuple[Text, ...] = ()
    until_then: Title | None = None
    unless: tuple[Text, ...] = ()
    observed: tuple[Observed, ...] = ()
    unknown: Title | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _known_or_unknown(self) -> Self:
        told = self.per is not None and bool(self.observed)
        if told == (self.unknown is not None) or (self.per is not None) != bool(self.observed):
            raise ValueError(_("give either per and observed, or unknown with the reason"))
        return self

    @model_validator(mode="after")
    def _timed(self) -> Self:
        if (self.within is not None) != (self.per == "patient"):
            raise ValueError(_("a harm per patient needs within, the others take none"))
        if self.after and self.per != "patient":
            raise ValueError(_("only a harm per patient can begin after something"))
        if bool(self.after) != (self.until_then is not None):
            raise ValueError(
                _("after needs until_then, why nothing is known before, and until_then needs after")
            )
        if self.goes_on is not None and self.per != "patient":
            raise ValueError(_("goes_on is said of a harm per patient alone"))
        if self.lasts is not None and self.per != "year":
            raise ValueError(_("only a harm per year lasts"))
        return self

    @model_validator(mode="after")
    def _possible(self) -> Self:
        for counted in (*self.observed, *(one.control for one in self.observed if one.control)):
            if self.per != "year" and counted.events > counted.of:
                raise ValueError(
                    _("{events} events of {of:g} are more than all").format(
                        events=counted.events, of=counted.of
                    )
                )
        return self


class Harms(Record):
    """harms.yaml beside a therapy: its harms by adverse event; one without any of its own says why in the note."""

    id: Text
    harms: Mapping[str, Harm]
    note: str | None = None

    @model_validator(mode="after")
    def _none_for_a_reason(self) -> Self:
        if not self.harms and not (self.note or "").strip():
            raise ValueError(_("no harms, and the note does not say why"))
        return self
