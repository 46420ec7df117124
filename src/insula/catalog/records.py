"""Frozen records of everything under science/; numbers keep the unit in which they were written."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 (pydantic reads the annotations)
from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from insula.catalog.base import (
    DERIVED,
    Number,
    Reason,
    Record,
    Series,
    Spread,
    Status,
    Text,
    Title,
    VariesBy,
    Whole,
    tag_of_trait,
)
from insula.catalog.base import Quantity as Quantity
from insula.catalog.base import Sourced as Sourced

# --- modules and models ---


class ParameterRow(Spread):
    """One row of parameters.csv; `row` is its number as a spreadsheet shows it."""

    row: int
    symbol: Text
    value: Number | None
    unit: Text
    varies_by: VariesBy = "none"
    source: Text
    place: Text
    reason: Reason
    population: str | None = None
    conversion: str | None = None
    status: Status
    note: str | None = None

    @model_validator(mode="after")
    def _has_a_value(self) -> Self:
        if self.value is None and not self.source.startswith(DERIVED):
            raise ValueError("value is empty, and source is not derived:<formula>")
        return self


class ActionRow(Record):
    """One row of actions.csv: what a schedule may do; `value` in the expression is the amount given."""

    row: int
    action: Text
    target: Text
    expression: Text
    value_unit: Text
    meaning: Text


class BehaviourRow(Record):
    """One row of behaviour.csv: what a module is held to."""

    row: int
    id: Text
    protocol: Text
    population: str | None = None
    quantity: Text
    statistic: Text
    low: Number | None
    high: Number | None
    unit: Text
    source: Text
    place: Text
    severity: Literal["error", "warning"] = "error"
    note: str | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.low is None and self.high is None:
            raise ValueError("low or high must be given")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("low is above high")
        return self


class HandoverRow(Record):
    """One row of handover.csv: ``source`` and ``target`` are ``clock:symbol``."""

    row: int
    source: Text = Field(alias="from", pattern=r"^(disease|metabolic):\w+\.\w+$")
    target: Text = Field(alias="to", pattern=r"^(disease|metabolic):\w+\.\w+$")
    statistic: Text = Field(
        pattern=r"^(value|mean|minimum|maximum|integral|difference_per_day|share_(below|above):[0-9.]+)$"
    )
    unit: Text
    note: str | None = None


class PersonRow(Record):
    """One row of persons.csv: a number of a published person, instead of the module's own."""

    row: int
    person: Text
    symbol: Text
    value: Number
    unit: Text
    source: Text
    place: Text
    reason: Reason
    note: str | None = None


class Module(Record):
    """An organ, subsystem or product: its .ant file and tables; empty where a file is missing."""

    id: str
    text: str
    parameters: tuple[ParameterRow, ...]
    actions: tuple[ActionRow, ...]
    behaviour: tuple[BehaviourRow, ...]
    readme: str


class Model(Record):
    """A wiring of modules and the actions that concern several of them."""

    id: str
    text: str
    actions: tuple[ActionRow, ...]


class DoseTarget(Record):
    """Where a single dose goes."""

    target: Text
    operation: Literal["add", "set"]
    unit: Text


class LevelTarget(Record):
    """Where a level that is held goes; it returns to 0 at its end."""

    target: Text
    unit: Text


class Therapy(Record):
    """A drug or cell product."""

    id: Text
    title: Title
    module: Text | None = None
    dose: DoseTarget | None = None
    level: LevelTarget | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _acts(self) -> Self:
        if self.dose is None and self.level is None:
            raise ValueError("a therapy needs dose, level or both")
        return self


class ClockSymbols(Record):
    """Dotted symbols that the machinery reads and writes."""

    glucose: Text
    interstitial: Text
    c_peptide: Text
    delivered: Text
    carbohydrate_ratio: Text
    correction_factor: Text
    correction_target: Text
    alarm_threshold: Text
    weight: Text
    hba1c: Text
    severe_hypoglycaemia_rate: Text


class ClockSettings(Record):
    """biology/models/clocks.yaml: how the two clocks are stepped."""

    id: Text
    grid: Quantity
    review: Quantity
    moved: Quantity
    after_therapy: Quantity
    warm_up: Quantity
    sampled: Quantity
    every: Quantity
    fortnight: Quantity
    cgm_every: Quantity
    smoothing: Quantity
    symbols: ClockSymbols
    course: tuple[Text, ...] = ()


class MapInput(Record):
    """An input of the averaged day: a port of the generated module and the range over which the map is learnt."""

    id: Text
    unit: Text
    low: Number
    high: Number
    scale: Literal["identity", "log", "log1p", "sqrt"]


class MapOutput(Record):
    """An output of the averaged day."""

    id: Text
    unit: Text
    scale: Literal["identity", "log", "logit"]


class AveragedMapText(Record):
    """biology/models/averaged_map.yaml: how the averaged day is learnt."""

    id: Text
    degree: Whole
    points: Whole
    days: Whole
    inputs: Annotated[tuple[MapInput, ...], Field(min_length=1)]
    outputs: Annotated[tuple[MapOutput, ...], Field(min_length=1)]


# --- habits and regimens ---


class Meal(Record):
    """A meal of the day and its share of the day's carbohydrate."""

    id: Text
    at: Sourced
    share: Sourced


class Alarm(Record):
    """The alarm of a glucose sensor."""

    worn: Sourced
    threshold: Sourced
    heeded: Sourced


class Rescue(Record):
    """How a person treats a low."""

    every: Sourced
    threshold: Sourced
    unaware_threshold: Sourced
    alarm: Alarm | None = None
    amount: Sourced
    repeat_after: Sourced


class Habits(Record):
    """How a person eats and treats a low."""

    id: Text
    title: Title
    meals: tuple[Meal, ...]
    carbohydrate_per_day: Sourced
    day_to_day: Sourced
    counting_error: Sourced
    missed_bolus: Sourced | None = None
    missed_basal: Sourced | None = None
    target_shift: Sourced | None = None
    tolerated_lows: Sourced | None = None
    rescue: Rescue


class Range(Record):
    """A target range."""

    low: Sourced
    high: Sourced


class Basal(Record):
    """When long-acting insulin is injected, and the action that does it."""

    action: Text
    at: tuple[Sourced, ...]


class Bolus(Record):
    """The action of an insulin dose for a meal."""

    action: Text


class StartDoses(Record):
    """The doses that the titration starts from."""

    dose_per_kg: Sourced
    basal_share: Sourced
    carbohydrate_rule: Sourced
    correction_rule: Sourced


class Correction(Record):
    """What a correction dose aims at."""

    target: Sourced


class LowLimit(Record):
    """More than this share of the time below this limit, and doses go down."""

    below: Sourced
    share: Sourced


class Titration(Record):
    """How a clinic changes doses at a review."""

    fasting: Range
    after_meal: Range
    hypoglycaemia: LowLimit
    step_up: Sourced
    step_down: Sourced


class StopRule(Record):
    """All at most: insulin is stopped."""

    dose_per_kg: Sourced
    fasting: Sourced
    after_meal: Sourced


class RestartRule(Record):
    """Any above: insulin is resumed."""

    fasting: Sourced
    after_meal: Sourced
    share_above: Sourced


class Regimen(Record):
    """Insulin and how a clinic titrates it."""

    id: Text
    title: Title
    basal: Basal
    bolus: Bolus
    start: StartDoses
    correction: Correction
    titration: Titration
    stop: StopRule
    restart: RestartRule


# --- populations, protocols, studies ---


class SexTrait(Record):
    """A trait that a share of the people has."""

    share_female: Sourced


Trait = Annotated[
    Annotated[SexTrait, Tag("share")] | Annotated[Sourced, Tag("quantity")], Discriminator(tag_of_trait)
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
    at_least: Quantity | None = None
    at_most: Quantity | None = None
    source: Text | None = None
    place: Text | None = None
    reason: Reason | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _limited(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("at_least or at_most must be given")
        return self


class Eligibility(Criterion):
    """A criterion of a trial, which has a source."""

    source: Text
    place: Text
    reason: Reason


class ShownBeside(Record):
    """A published mean that is printed beside the simulated one, never fitted."""

    endpoint: Text
    published: Sourced


class Population(Record):
    """Which people: traits, overrides of module rows, correlations, criteria."""

    id: Text
    title: Title
    ensemble_members: Annotated[int, Field(strict=True, ge=1)]
    habits: Text
    regimen: Text
    run_in: Quantity
    traits: Mapping[str, Trait]
    parameters: Mapping[str, Sourced] = {}
    correlations: tuple[Correlation, ...] = ()
    plausible: tuple[Criterion, ...] = ()
    eligible: tuple[Eligibility, ...] = ()
    shown_beside: tuple[ShownBeside, ...] = ()
    note: str | None = None


class Give(Record):
    """One administration: a dose at a time, or a level from one time to another."""

    therapy: Text
    at: Quantity | None = None
    dose: Quantity | None = None
    from_: Quantity | None = Field(default=None, alias="from")
    to: Quantity | None = None
    target: Quantity | None = None
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
        raise ValueError("give either at and dose, or from, to and target")


class Protocol(Record):
    """Who gets what when."""

    id: Text
    title: Title
    give: tuple[Give, ...]
    note: str | None = None


class Arm(Record):
    """One arm of a study."""

    protocol: Text
    size: Annotated[int, Field(strict=True, ge=1)]
    title: Title


class Visit(Record):
    """What is measured when."""

    at: Quantity
    measure: tuple[Text, ...]


class Sentences(Record):
    """Sentences in both languages, as many in one as in the other."""

    en: tuple[Text, ...]
    zh: tuple[Text, ...]

    @model_validator(mode="after")
    def _as_many(self) -> Self:
        if len(self.en) != len(self.zh):
            raise ValueError(f"{len(self.en)} sentences in en, {len(self.zh)} in zh")
        return self


class Study(Record):
    """Population, arms and visits.

    `protocols` holds protocols of the study's own, beside those of the catalog; `evidence` names the published rows it
    is held against.
    """

    id: Text
    title: Title
    question: Title
    population: Text
    arms: Annotated[Mapping[str, Arm], Field(min_length=1)]
    follow_up: Quantity
    visits: Annotated[tuple[Visit, ...], Field(min_length=1)]
    protocols: Mapping[str, Protocol] = {}
    evidence: Text | None = None
    failure_limit: Annotated[float, Field(strict=True, ge=0, le=1)]
    seed: Whole
    limitations: Sentences | None = None
    note: str | None = None


class Procedure(Record):
    """A test that is done to a patient at a visit."""

    id: Text
    title: Title
    at: Sourced
    carbohydrate: Sourced
    readings: Series
    note: str | None = None


class Endpoint(Record):
    """One entry of endpoints.yaml; `family` names the function in insula.endpoints."""

    title: Title
    family: Text
    of: Text | None = None
    limits: Mapping[str, Quantity] = {}
    unit: Text
    quantity: Text | None = None
    source: Text
    place: Text
    reason: Reason | None = None
    note: str | None = None
