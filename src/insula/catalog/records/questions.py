"""Records of what a clinic may ask of one patient, and of the patient's own file."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 (pydantic reads the annotations)
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from insula.catalog.base import Amount, Number, Record, Sourced, Text, Title, Whole
from insula.catalog.records.trials import (  # noqa: TC001 (pydantic reads the annotations)
    Eligibility,
    Sentences,
)
from insula.core.spoken import _

Names = Annotated[tuple[Text, ...], Field(min_length=1)]
Count = Annotated[int, Field(strict=True, ge=1)]


class DiabetesType(Record):
    """A type of diabetes: the population that stands for it, or why it cannot be asked about.

    `disease` begins the disease of the published studies whose patients may resemble one of this type. `candidates`
    and `pool` stand in for those of the question, where few of those who are simulated get as far as the day of the
    therapy.
    """

    title: Title
    population: Text | None = None
    candidates: Count | None = None
    pool: Count | None = None
    disease: Text | None = None
    refused: Title | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.population is None) == (self.refused is None):
            raise ValueError(_("give either population or refused"))
        if (self.population is None) != (self.disease is None):
            raise ValueError(_("population and disease are given together"))
        return self


class Brings(Record):
    """What a patient of whom a fact is true begins with: symbols of the disease model on the day of the therapy."""

    title: Title
    set: Mapping[str, Sourced]


class Fact(Record):
    """Something that a clinic knows of a patient.

    `of` is a formula of what a virtual patient has at baseline: ``trait.<id>``, ``endpoint.<id>`` and symbols of the
    disease model, in their units; its value is in `unit`. How far a measurement may lie from it: the standard deviation
    is `error`, `relative_error` times the virtual patient's value, or both together; a `count` of events over a time
    follows the rate that `of` gives per that time. A fact that is present or absent may instead say what it `brings`
    to all virtual patients if it is present. A fact with neither is `not_used`, with the reason.
    `values` says that it is answered by yes or no, or counted in whole numbers; without it, any number will do.
    `sensor` is the endpoint by which a file of sensor readings tells the fact. `said_in` is how people call the unit
    of this fact, where they do not say it as of other quantities. No patient has more of it than of the fact that
    `not_above` names.
    """

    title: Title
    unit: Text
    values: Literal["yes_or_no", "whole"] | None = None
    said_in: Title | None = None
    quantity: Text | None = None
    at_least: Amount | None = None
    at_most: Amount | None = None
    not_above: Text | None = None
    required: bool = False
    of: Text | None = None
    error: Sourced | None = None
    relative_error: Sourced | None = None
    count: Sourced | None = None
    sensor: Text | None = None
    brings: Brings | None = None
    not_used: Title | None = None

    @model_validator(mode="after")
    def _used_or_not(self) -> Self:
        errors = self.error is not None or self.relative_error is not None
        if [self.of, self.brings, self.not_used].count(None) != 2:
            raise ValueError(_("give either of, brings or not_used"))
        if self.brings is not None and self.values != "yes_or_no":
            raise ValueError(_("a fact that brings something is true or not: write values: yes_or_no"))
        if self.values == "yes_or_no" and (self.unit != "dimensionless" or self.at_least or self.at_most):
            raise ValueError(_("a fact of yes or no is dimensionless and has no limits"))
        if self.of is not None and errors == (self.count is not None):
            raise ValueError(_("a fact that is used needs error or relative_error, or else count"))
        return self


class AskedProtocol(Record):
    """A therapy that is compared: its class in the evidence, and whom it was studied in (criteria over the facts).

    `types` of diabetes for which it is compared; without them, for all.
    """

    therapy_class: Text
    types: tuple[Text, ...] = ()
    studied_in: tuple[Eligibility, ...] = ()


class MoreOf(Record):
    """Doses of these therapies, multiplied."""

    therapies: Names
    factor: Sourced


class WhatIf(Record):
    """A limit, tried by a run of the same patients without it.

    `set` gives symbols of the disease model (states, or parameters from then on) other values on day 0. It is tried
    where one of the therapies `only_with` is given (without them, wherever anything is), none of those that
    `not_with` names, and in the `types` of diabetes; without them, in all. A dose or level of zero is not given.
    """

    title: Title
    without: Title
    only_with: tuple[Text, ...] = ()
    not_with: tuple[Text, ...] = ()
    types: tuple[Text, ...] = ()
    set: Mapping[str, Sourced] = {}
    doses: MoreOf | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.set and self.doses is None:
            raise ValueError(_("set or doses must be given"))
        return self


class SensorRecord(Record):
    """What the readings of a patient's own sensor must be.

    They must cover that share of the time `covers` that the endpoints ask for, and may lie `apart` at most. `low` and
    `high` are taken where the device writes that glucose lies below or above its range.
    """

    covers: Sourced
    apart: Sourced
    low: Sourced
    high: Sourced


class Question(Record):
    """What may be asked about a patient.

    `candidates` are drawn, `pool` of them are simulated up to the day of the therapy, `patients` are followed in every
    therapy, `retried` of those who do not reach the `goal` are followed again without each limit. `fewest` is the
    smallest effective number of virtual patients that an answer may stand on. Of the published arms of a therapy the
    `resembling` nearest in the facts of `resembling_by` are shown, each with so many numbers (`shown`) of the outcomes
    `shown_of_arms`, the first ones first; the published `harms` are listed for all arms. `sensor` is needed where a
    fact is told by a sensor. With `weans_insulin` the clinic lowers and stops insulin in every therapy alike where
    glucose allows, from the day of the therapy on; without it, only after therapies that wean it by themselves.
    """

    id: Text
    title: Title
    question: Title
    types: Annotated[Mapping[str, DiabetesType], Field(min_length=1)]
    facts: Annotated[Mapping[str, Fact], Field(min_length=1)]
    sensor: SensorRecord | None = None
    protocols: Annotated[Mapping[str, AskedProtocol], Field(min_length=1)]
    horizons: Annotated[tuple[Amount, ...], Field(min_length=1)]
    goal: Text
    benefits: Names
    weans_insulin: bool = False
    limits: Mapping[str, WhatIf] = {}
    harms: tuple[Text, ...] = ()
    shown_of_arms: Names
    shown: Count
    candidates: Count
    pool: Count
    patients: Count
    retried: Count
    fewest: Sourced
    resembling: Count
    resembling_by: Annotated[Mapping[Literal["age", "duration"], Text], Field(min_length=1)]
    seed: Whole
    limitations: Sentences | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _sensor_if_told(self) -> Self:
        if self.sensor is None and any(fact.sensor is not None for fact in self.facts.values()):
            raise ValueError(_("a fact is told by a sensor: sensor must be given"))
        return self


class Stated(Record):
    """What is known: a value, that it lies below a limit of detection, or whether something is present."""

    value: Number | None = None
    below: Number | None = None
    unit: Text | None = None
    present: bool | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        given = [known is not None for known in (self.value, self.below, self.present)]
        if sum(given) != 1:
            raise ValueError(_("give one of value, below and present"))
        if (self.unit is None) != (self.present is not None):
            raise ValueError(_("value and below need a unit, present has none"))
        return self


class SensorWord(Record):
    """A word in files of sensor readings, and what it means: a row of sensor_words.csv.

    The name of the column of times, of glucose, or of the kind of a row; a kind of row that is a `reading`; what is
    written for a reading `below` or `above` the range of the device. Letter case does not count, and of names of
    columns neither does a unit or what stands in brackets.
    """

    row: int
    means: Literal["time", "glucose", "kind", "reading", "below", "above"]
    word: Text
    seen_in: Text


class SensorTrace(Record):
    """A file of sensor readings with columns that sensor_words.csv knows, glucose in `unit`."""

    file: Text
    unit: Text


class Patient(Record):
    """One patient as a clinic knows them; the file may have any name."""

    diabetes_type: Text
    facts: Mapping[str, Stated]
    sensor: SensorTrace | None = None
    note: str | None = None
