"""Records of modules, models, therapies and what joins the two clocks."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from insula.catalog.base import (
    DERIVED,
    Amount,
    Number,
    Reason,
    Record,
    Spread,
    Status,
    Text,
    Title,
    VariesBy,
    Whole,
)
from insula.core.spoken import _


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
            raise ValueError(_("value is empty, and source is not derived:<formula>"))
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
            raise ValueError(_("low or high must be given"))
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(_("low is above high"))
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
    """A wiring of modules and the actions that concern several of them; the README is that of all models."""

    id: str
    text: str
    actions: tuple[ActionRow, ...]
    readme: str


EvidenceFrom = Literal["people", "mouse", "rat", "dish"]


class DoseTarget(Record):
    """Where a single dose goes, and which numbers are drawn anew for every patient on each day of a dose."""

    target: Text
    operation: Literal["add", "set"]
    unit: Text
    drawn_anew: tuple[Text, ...] = ()


class LevelTarget(Record):
    """Where a level that is held goes; it returns to 0 at its end. A share is held at 1 `at_most`."""

    target: Text
    unit: Text
    at_most: float | None = None


class Therapy(Record):
    """A drug or cell product; after one that `weans_insulin` the clinic lowers and stops injected insulin.

    `evidence_from` is stated where numbers of its effect come from elsewhere than people, and is then shown with it.
    """

    id: Text
    title: Title
    module: Text | None = None
    dose: DoseTarget | None = None
    level: LevelTarget | None = None
    weans_insulin: bool = False
    evidence_from: tuple[EvidenceFrom, ...] = ()
    note: str | None = None

    @model_validator(mode="after")
    def _acts(self) -> Self:
        if self.dose is None and self.level is None:
            raise ValueError(_("a therapy needs dose, level or both"))
        return self


class ClockSymbols(Record):
    """Dotted symbols that the machinery reads and writes."""

    glucose: Text
    interstitial: Text
    c_peptide: Text
    c_peptide_held: Text
    delivered: Text
    prescribed: Text
    carbohydrate_ratio: Text
    correction_factor: Text
    correction_target: Text
    absorbed_now: Text
    sensitivity_now: Text
    alarm_threshold: Text
    weight: Text
    age: Text
    need: Text
    dosed_size: Text
    hba1c: Text
    severe_hypoglycaemia_rate: Text
    eaten: Text | None = None


class ClockSettings(Record):
    """biology/models/clocks.yaml: how the two clocks are stepped."""

    id: Text
    grid: Amount
    review: Amount
    moved: Amount
    after_therapy: Amount
    warm_up: Amount
    sampled: Amount
    every: Amount
    fortnight: Amount
    cgm_every: Amount
    smoothing: Amount
    symbols: ClockSymbols
    course: tuple[Text, ...] = ()


class MapInput(Record):
    """An input of the averaged day: a port of the generated module and the range over which the map is learnt.

    Where several ports act only by their sum, `sum_of` names them, and the map is learnt over the sum: each alone would
    put all people, who have one or the other, into a corner of the design.
    """

    id: Text
    unit: Text
    low: Number
    high: Number
    scale: Literal["identity", "log", "sqrt", "log_tenth"]
    sum_of: tuple[Text, ...] = ()

    @property
    def ports(self) -> tuple[str, ...]:
        """Names by which the disease model hands the input over."""
        return self.sum_of or (self.id,)


class MapOutput(Record):
    """An output of the averaged day."""

    id: Text
    unit: Text
    scale: Literal["identity", "log", "sqrt", "logit"]


class AveragedMapText(Record):
    """biology/models/averaged_map.yaml: how the averaged day is learnt.

    `secreting` names the input to which C-peptide is proportional.
    """

    id: Text
    degree: Whole
    points: Whole
    days: Whole
    secreting: Text
    inputs: Annotated[tuple[MapInput, ...], Field(min_length=1)]
    outputs: Annotated[tuple[MapOutput, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _secreting_input(self) -> Self:
        if self.secreting not in {item.id for item in self.inputs}:
            raise ValueError(
                _("secreting names no input of the map: {secreting}").format(secreting=self.secreting)
            )
        return self
