"""Records of populations, protocols, studies and endpoints."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 (pydantic reads the annotations)
from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from insula.catalog.base import (
    Amount,
    Reason,
    Record,
    Series,
    Sourced,
    Text,
    Title,
    Whole,
    tag_of_trait,
)
from insula.catalog.records.matches import MEASURED, Matches
from insula.core.spoken import _
from insula.core.units import convert, convertible


class SexTrait(Record):
    """A trait that a share of the people has."""

    share_female: Sourced


class QuantityTrait(Sourced):
    """A trait that is a number; `title` is what reports call it where it is none of the usual ones (age, weight)."""

    title: Title | None = None


Trait = Annotated[
    Annotated[SexTrait, Tag("share")] | Annotated[QuantityTrait, Tag("quantity")], Discriminator(tag_of_trait)
]


class Correlation(Record):
    """Of the normal scores of two quantities."""

    between: tuple[Text, Text]
    value: Annotated[float, Field(strict=True, gt=-1, lt=1)]
    source: Text
    place: Text
    reason: Reason
    note: str | None = None


class Criterion(Record):
    """A quantity and its limits, either or both, both included."""

    quantity: Text
    at_least: Amount | None = None
    at_most: Amount | None = None
    source: Text | None = None
    place: Text | None = None
    reason: Reason | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _limited(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError(_("at_least or at_most must be given"))
        return self


class Eligibility(Criterion):
    """A criterion of a trial, which has a source."""

    source: Text
    place: Text
    reason: Reason


class History(Record):
    """A life on the disease clock alone, from birth to the stage at which people enter a study.

    Whoever has not met `reached` by the age `oldest` is no candidate; `wait` is lived on after that.
    """

    oldest: Sourced
    reached: Annotated[tuple[Eligibility, ...], Field(min_length=1)]
    wait: Sourced | None = None


class ShownBeside(Record):
    """A published mean that is printed beside the simulated one, never fitted."""

    endpoint: Text
    published: Sourced


class Population(Record):
    """Which people: traits, overrides of module rows, correlations, criteria.

    `ensemble` names a fitted ensemble whose members stand for what it holds; the rest is drawn as the tables say.
    With a `history` they are born healthy, and become what the disease model makes of them. What `matches` states is
    reached by weights, not by who is drawn. `independence` says why numbers that no correlation names are drawn
    independently of each other.
    """

    id: Text
    title: Title
    ensemble_members: Annotated[int, Field(strict=True, ge=1)]
    habits: Text
    regimen: Text
    run_in: Amount
    ensemble: Text | None = None
    history: History | None = None
    traits: Mapping[str, Trait]
    parameters: Mapping[str, Sourced] = {}
    correlations: tuple[Correlation, ...] = ()
    independence: Title | None = None
    plausible: tuple[Criterion, ...] = ()
    eligible: tuple[Eligibility, ...] = ()
    matches: Matches | None = None
    note: str | None = None

    @property
    def known_criteria(self) -> tuple[Eligibility, ...]:
        """Eligibility that can be judged before anything is measured."""
        return tuple(c for c in self.eligible if not c.quantity.startswith(MEASURED))

    @property
    def measured_criteria(self) -> tuple[Eligibility, ...]:
        """Eligibility that is judged on the baseline visit."""
        return tuple(c for c in self.eligible if c.quantity.startswith(MEASURED))


class Give(Record):
    """One administration: a dose at a time, or a level from one time to another.

    What `goes_with` a therapy of the protocol that is given as doses is given anew with each of them where a search
    varies how often and when they are given. With `if_on_insulin` it is given only to those who take insulin that day.
    With `every` and `times` a dose is given so often, the first `at`; `each` tells them one by one.
    """

    therapy: Text
    at: Amount | None = None
    every: Amount | None = None
    times: Annotated[int, Field(strict=True, ge=2)] | None = None
    dose: Amount | None = None
    from_: Amount | None = Field(default=None, alias="from")
    to: Amount | None = None
    target: Amount | None = None
    goes_with: Text | None = None
    if_on_insulin: bool = False
    source: Text | None = None
    place: Text | None = None
    reason: Reason | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        dose, level = (self.at, self.dose), (self.from_, self.to, self.target)
        if all(dose) and not any(level):
            return self
        if all(level) and not any(dose):
            return self
        raise ValueError(_("give either at and dose, or from, to and target"))

    @model_validator(mode="after")
    def _repeated_in_time(self) -> Self:
        if (self.every is None) != (self.times is None):
            raise ValueError(_("every and times go together"))
        if self.every is None:
            return self
        if self.at is None:
            raise ValueError(_("every and times repeat a dose; a level lasts from one day to another"))
        if self.every.value <= 0 or not convertible(self.every.unit, self.at.unit):
            raise ValueError(_("every is no time above 0"))
        return self

    def each(self) -> tuple[Give, ...]:
        """Return the administrations one by one, without `every` and `times`."""
        if self.at is None or self.every is None or self.times is None:
            return (self,)
        first, gap = self.at.value, float(convert(self.every.value, self.every.unit, self.at.unit))
        days = (self.at.model_copy(update={"value": first + k * gap}) for k in range(self.times))
        return tuple(self.model_copy(update={"at": day, "every": None, "times": None}) for day in days)


class Protocol(Record):
    """Who gets what when: `give` as it is written, `given` one by one."""

    id: Text
    title: Title
    give: tuple[Give, ...]
    note: str | None = None

    @property
    def given(self) -> tuple[Give, ...]:
        """What is given, every repetition by itself, in the order of the text."""
        return tuple(one for entry in self.give for one in entry.each())


class Arm(Record):
    """One arm of a study."""

    protocol: Text
    size: Annotated[int, Field(strict=True, ge=1)]
    title: Title


Measured = Literal["cgm", "mmtt", "hba1c"]


class Visit(Record):
    """What is measured when."""

    at: Amount
    measure: tuple[Measured, ...]


class Sentences(Record):
    """Sentences in both languages, as many in one as in the other."""

    en: tuple[Text, ...]
    zh: tuple[Text, ...]

    @model_validator(mode="after")
    def _as_many(self) -> Self:
        if len(self.en) != len(self.zh):
            raise ValueError(
                _("{english} sentences in en, {chinese} in zh").format(
                    english=len(self.en), chinese=len(self.zh)
                )
            )
        return self


class Study(Record):
    """Population, arms and visits.

    `protocols` holds protocols of the study's own, beside those of the catalog; `evidence` names the published rows it
    is held against. With `days` averaged no day is simulated minute by minute: everybody lives on the averaged map.
    """

    id: Text
    title: Title
    question: Title
    population: Text
    arms: Annotated[Mapping[str, Arm], Field(min_length=1)]
    follow_up: Amount
    days: Literal["simulated", "averaged"] = "simulated"
    visits: Annotated[tuple[Visit, ...], Field(min_length=1)]
    protocols: Mapping[str, Protocol] = {}
    evidence: Text | None = None
    shown_beside: tuple[ShownBeside, ...] = ()
    failure_limit: Annotated[float, Field(strict=True, ge=0, le=1)]
    seed: Whole
    limitations: Sentences | None = None
    note: str | None = None

    @property
    def published(self) -> str:
        """Id of the published study whose rows it is held against; its own where it names none."""
        return self.evidence or self.id


class Procedure(Record):
    """A test that is done to a patient at a visit."""

    id: Text
    title: Title
    at: Sourced
    carbohydrate: Sourced
    readings: Series
    note: str | None = None


class Possible(Record):
    """Between which values the mean or median of a group can lie at all; beyond them a unit was mistaken."""

    low: Amount
    high: Amount
    source: Text
    place: Text
    reason: Reason
    note: str


class Endpoint(Record):
    """One entry of endpoints.yaml; `family` names the function in insula.endpoints."""

    title: Title
    family: Text
    of: Text | None = None
    limits: Mapping[str, Amount] = {}
    unit: Text
    quantity: Text | None = None
    possible: Possible | None = None
    source: Text
    place: Text
    reason: Reason | None = None
    note: str | None = None
