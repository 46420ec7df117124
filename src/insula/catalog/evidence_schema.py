"""Reads ``evidence/schema.yaml``: every column of every evidence table, its type, unit, words and meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import model_validator

from insula.catalog.base import Amount, Number, Record, Text, Title
from insula.catalog.validate import validate
from insula.core.problems import Problem, error
from insula.core.spoken import _
from insula.core.yaml_lines import read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Schema = dict[str, "Table"]

COLUMN_UNIT = "column "  # a unit that begins so is named by another column of the same row


class Column(Record):
    """One column.

    Parameters
    ----------
    type
        ``id`` (a slug), ``text``, ``number``, ``whole``, ``word`` (one of `words`) or ``unit``.
    unit
        Unit of a number; ``column <name>``: the unit that this column names.
    at_least, at_most
        Limits of a number.
    words
        Words of a ``word`` with their meaning.
    numbers
        How many numbers a word needs beside it (kinds of spread).
    """

    type: Literal["id", "text", "number", "whole", "word", "unit"]
    required: bool = False
    unit: Text | None = None
    at_least: Number | None = None
    at_most: Number | None = None
    meaning: Title
    words: dict[str, Title] = {}
    numbers: dict[str, int] = {}


class Table(Record):
    """One table: title, file (``<topic>/arms.csv`` or a name beside the schema) and columns in order."""

    title: Title
    file: Text
    columns: dict[str, Column]

    @property
    def of_a_topic(self) -> bool:
        """Whether every topic has this table."""
        return self.file.startswith("<topic>/")


class AcrossPeople(Record):
    """The least-squares line of the endpoint `of` on the endpoint `on` across the people of an arm at one visit.

    Exactly one of: its slope `per` so much more of `on`, or per so many `times` of it (the line is on its logarithm);
    its value `at` a value of `on`. `before`: `on` is that of the baseline; `averaged`: `of` is the mean over the
    visits after the start until then.
    """

    of: Text
    on: Text
    per: Amount | None = None
    times: Amount | None = None
    at: Amount | None = None
    before: bool = False
    averaged: bool = False

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        if sum(one is not None for one in (self.per, self.times, self.at)) != 1:
            raise ValueError(_("give exactly one of per, times, at"))
        if (self.per and self.per.value <= 0) or (self.times and self.times.value <= 1):
            raise ValueError(_("per must be more than 0, times more than 1"))
        return self


class OverVisits(Record):
    """What the visits of a patient tell of an endpoint: of a yes or no how long, whether ever, when first; its mean.

    The mean is that of the visits after the start, so the mean of yearly counts is the rate of the years.
    """

    of: Text
    tell: Literal["length", "ever", "start", "mean"]


class Outcome(Record):
    """An outcome of outcomes.yaml: its meaning, its one unit, what it is made of, or why it is not predicted."""

    title: Title
    definition: Title
    unit: Text
    quantity: Text | None = None
    not_predicted: Text | None = None
    across_people: AcrossPeople | None = None
    over_visits: OverVisits | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(one is not None for one in (self.not_predicted, self.across_people, self.over_visits)) > 1:
            raise ValueError(_("give at most one of not_predicted, across_people, over_visits"))
        return self


class TherapyClass(Record):
    """Therapies that are alike for a comparison between trials: words, one of which their text contains."""

    title: Title
    words: tuple[Text, ...]


class NotReplayed(Record):
    """Published studies that no study file replays, and why."""

    reason: Title
    studies: tuple[Text, ...]


def read_schema(path: Path) -> tuple[Schema, list[Problem]]:
    """Return the tables that can be read, by name, and every problem; no file: no table and one problem."""
    if not path.exists():
        return {}, [error(path, _("the description of the evidence tables is missing."))]
    lined = read_yaml(path)
    problems = list(lined.problems)
    tables: Schema = {}
    names: Mapping[str, object] = lined.data if isinstance(lined.data, dict) else {}
    for name in names:
        record, found = validate(path, lined, (name,), Table)
        problems += found
        if record is not None:
            tables[name] = record
    return tables, problems
