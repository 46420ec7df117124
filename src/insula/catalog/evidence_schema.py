"""Reads ``evidence/schema.yaml``: every column of every evidence table, its type, unit, words and meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from insula.catalog.base import Number, Record, Text, Title
from insula.catalog.validate import validate
from insula.core.problems import Problem, error
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


class Outcome(Record):
    """An outcome of outcomes.yaml: what it means, its one unit, and why no virtual patient has it."""

    title: Title
    definition: Title
    unit: Text
    quantity: Text | None = None
    not_predicted: Text | None = None


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
        return {}, [error(path, "the description of the evidence tables is missing.")]
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
