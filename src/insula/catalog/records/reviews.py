"""Records of living reviews: which published studies are pooled, and what they are held against."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 (pydantic reads the annotations)
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from insula.catalog.base import Amount, Number, Reason, Record, Sourced, Text, Title
from insula.catalog.records.trials import Sentences  # noqa: TC001 (pydantic reads the annotations)
from insula.core.spoken import _

OVERALL = "overall"
Names = Annotated[tuple[Text, ...], Field(min_length=1)]


class Words(Record):
    """A text fits that contains one of these words and none of those; letter case is ignored."""

    contains: Names
    lacks: tuple[Text, ...] = ()


class StudyCriteria(Record):
    """Which studies of the topic: words of the design, therapies of the treated arms, diseases."""

    design: Words
    therapies: Names
    diseases: Names


class LeftOut(Record):
    """A study that meets the criteria and yet is not pooled, or some of its arms, with the reason."""

    study: Text
    arms: tuple[Text, ...] = ()
    reason: Title


class Subgroup(Record):
    """Studies that are also pooled apart."""

    title: Title
    diseases: Names


class TimeWindow(Record):
    """A time after the treatment; values up to the tolerance before or after it count as of this time."""

    at: Amount
    tolerance: Sourced


class ReviewOutcome(Record):
    """What is pooled, by which measure of metafor.

    `of` names endpoints or outcomes; a study enters with the first of them that it has. Without a title it is that of
    the first. `words`: only rows whose outcome is printed so. `when`: at each of the review's times, or once, over the
    whole `follow_up`.
    """

    title: Title | None = None
    of: Names
    words: tuple[Text, ...] = ()
    measure: Literal["MD", "SMD", "RR", "OR", "RD"]
    when: Literal["times", "follow_up"] = "times"

    def asks(self, meaning: str, word: str) -> bool:
        """Say whether a published row with this meaning, printed with this word, is of this outcome."""
        return meaning in self.of and (not self.words or word in self.words)


class PublishedSet(Record):
    """How much a published review had pooled."""

    trials: Sourced
    patients: Sourced


class MetaAnalysis(Record):
    """A meta-analysis of pooled.csv: which of its measures compare arms, and what its subgroups are called here."""

    id: Text
    measures: Names
    subgroups: Annotated[Mapping[str, Text], Field(min_length=1)]


class Claim(Record):
    """A published finding without its number: direction, significance at 5 %, no event, each where it is stated.

    `months` is missing for an outcome over the whole follow-up. `no_events`: nobody who was treated had the event.
    """

    outcome: Text
    months: Number | None = None
    subgroup: Text = OVERALL
    direction: Literal["up", "down"] | None = None
    significant: bool | None = None
    no_events: Literal[True] | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.direction is None and self.significant is None and self.no_events is None:
            raise ValueError(_("direction, significant or no_events must be given"))
        return self


class Claims(Record):
    """Findings of one source."""

    source: Text
    place: Text
    reason: Reason | None = None
    note: str | None = None
    rows: Annotated[tuple[Claim, ...], Field(min_length=1)]


class Explanation(Record):
    """Why cells may disagree with what was published; told only where they do, the first that fits.

    Without `months` it is of every time, without `subgroup` of every group. `side`: evidence tables or virtual trials.
    `kind`: the numbers show the reason, or the answer is wrong here and why is not known.
    """

    outcome: Text
    months: tuple[Number, ...] = ()
    subgroup: Text | None = None
    side: Literal["tables", "virtual"]
    kind: Literal["explained", "admitted"]
    why: Title

    def fits(self, outcome: str, months: float | None, subgroup: str) -> bool:
        """Say whether it speaks of a cell."""
        timely = not self.months or months in self.months
        return self.outcome == outcome and timely and self.subgroup in (None, subgroup)


class Review(Record):
    """A living review: pooled again whenever the evidence tables change."""

    id: Text
    title: Title
    question: Title
    topic: Text
    studies: StudyCriteria
    left_out: tuple[LeftOut, ...] = ()
    subgroups: Mapping[str, Subgroup] = {}
    times: tuple[TimeWindow, ...] = ()
    outcomes: Annotated[Mapping[str, ReviewOutcome], Field(min_length=1)]
    published_set: PublishedSet | None = None
    meta_analyses: tuple[MetaAnalysis, ...] = ()
    claims: tuple[Claims, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    limitations: Sentences | None = None
    note: str | None = None
