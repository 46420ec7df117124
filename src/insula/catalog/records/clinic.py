"""Records of habits, regimens and tests: what people do and what a clinic asks of them."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from insula.catalog.base import (
    Record,
    Sourced,
    Text,
    Title,
)
from insula.catalog.records.trials import Eligibility  # noqa: TC001 (pydantic reads the annotations)
from insula.core.spoken import _


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


class Need(Record):
    """A part of the day and how much the need of insulin varies from one day to the next (CV)."""

    id: Text
    from_: Sourced = Field(alias="from")
    variation: Sourced


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
    target_shift_low: Sourced | None = None
    tolerated_lows: Sourced | None = None
    insulin_need: tuple[Need, ...] = ()
    rescue: Rescue


class Range(Record):
    """A target range."""

    low: Sourced
    high: Sourced


class Rate(Record):
    """From when on a pump gives basal insulin how fast; rates count by their proportions."""

    from_: Sourced = Field(alias="from")
    rate: Sourced


class Basal(Record):
    """Basal insulin and the action that gives it: injected `at` hours in equal parts, or pumped by a `profile`."""

    action: Text
    at: tuple[Sourced, ...] = ()
    profile: tuple[Rate, ...] = ()
    variation: Sourced | None = None

    @model_validator(mode="after")
    def _is_given(self) -> Self:
        if bool(self.at) == bool(self.profile):
            raise ValueError(_("basal insulin needs either `at` (injections) or `profile` (a pump)"))
        if self.profile and self.profile[0].from_.value != 0:
            raise ValueError(_("the profile of a pump must begin at midnight: `from` of its first line is 0"))
        return self


class Bolus(Record):
    """The action of an insulin dose for a meal."""

    action: Text


class StartDoses(Record):
    """The doses that the titration starts from; with `waits` nobody injects before a limit of `restart` is passed."""

    dose_per_kg: Sourced
    basal_share: Sourced
    carbohydrate_rule: Sourced
    correction_rule: Sourced
    waits: bool = False


class Correction(Record):
    """What a correction dose aims at."""

    target: Sourced


class LowLimit(Record):
    """More than this share of the time below this limit, and doses go down."""

    below: Sourced
    share: Sourced


class Targets(Record):
    """What insulin is titrated to."""

    fasting: Range
    after_meal: Range


class Windows(Record):
    """What the targets are held against: readings so long before breakfast, and from so long to so long after meals."""

    before_breakfast: Sourced
    after_meal_from: Sourced
    after_meal_to: Sourced


class Titration(Targets):
    """How a clinic changes doses at a review; `after_therapy` are the targets once a therapy has been given."""

    windows: Windows
    after_therapy: Targets | None = None
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
    """Insulin and how a clinic titrates it; it begins when any criterion of `diagnosis` is met."""

    id: Text
    title: Title
    basal: Basal
    bolus: Bolus
    start: StartDoses
    correction: Correction
    titration: Titration
    stop: StopRule
    restart: RestartRule
    diagnosis: tuple[Eligibility, ...] = ()
