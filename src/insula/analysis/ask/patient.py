"""The file of one patient: read, held against what the question asks, every fault told at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from insula.analysis.ask.sensor import read_sensor_facts
from insula.catalog.records import Patient
from insula.catalog.validate import validate
from insula.core.errors import InsulaError, suggest
from insula.core.problems import error, raise_if_any
from insula.core.units import convert, convertible, is_unit
from insula.core.yaml_lines import read_yaml
from insula.trial.quantities import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from insula.catalog import Catalog
    from insula.catalog.records import Fact, Question, Stated
    from insula.core.problems import Problem
    from insula.core.yaml_lines import LinedYaml

_ROUNDING = 1e-9  # of units that were converted


@dataclass(frozen=True)
class Known:
    """A fact of the patient that tells virtual patients apart.

    Parameters
    ----------
    value, below
        What was measured in the unit of the fact; `below` says that it lies under this limit of detection.
    of
        Formula of the virtual patient's own value.
    error, relative_error
        Standard deviation of a measurement, and as a share of the virtual patient's value.
    counted_over
        Years over which events were counted; None for what is measured.
    """

    name: str
    value: float
    below: bool
    of: str
    error: float
    relative_error: float
    counted_over: float | None


@dataclass(frozen=True)
class Asked:
    """A patient whose file is in order.

    Parameters
    ----------
    stated
        Every stated fact in its own unit.
    below, present
        Facts that state a limit of detection, and those that state whether something is present (1) or not (0).
    known
        Facts that tell virtual patients apart.
    sensor_days
        Days of sensor readings that facts stand on; None where no sensor told any.
    """

    diabetes_type: str
    stated: Mapping[str, float]
    below: frozenset[str]
    present: frozenset[str]
    known: tuple[Known, ...]
    sensor_days: float | None = None

    @property
    def unused(self) -> tuple[str, ...]:
        """Facts that are stated and tell virtual patients not apart."""
        used = {known.name for known in self.known}
        return tuple(name for name in self.stated if name not in used)


def read_patient(catalog: Catalog, question: Question, path: Path) -> Asked:
    """Read the file of a patient.

    Raises
    ------
    InsulaError
        When there is no such file.
    InvalidText
        With everything wrong in it: unknown facts and types, units that do not fit, impossible values; then facts that
        contradict each other.
    """
    if not path.is_file():
        raise InsulaError(f"There is no file {path}. `insula ask --help` shows how to write one.")
    lined = read_yaml(path)
    problems = list(lined.problems)
    if problems:
        raise_if_any(problems)
    patient, problems = validate(path, lined, (), Patient)
    raise_if_any(problems)
    assert patient is not None
    reader = _Reader(question, path, lined)
    problems += [*reader.type_problems(patient), *reader.fact_problems(patient)]
    sensor = read_sensor_facts(catalog, question, patient, path, lined)
    raise_if_any([*problems, *sensor.problems, *reader.measured_problems(sensor.facts)])
    told = {name: _in_unit(question.facts[name], one) for name, one in patient.facts.items()}
    stated = told | dict(sensor.facts)
    below = frozenset(name for name, one in patient.facts.items() if one.below is not None)
    raise_if_any(list(reader.contradictions(stated, below)))
    present = frozenset(name for name, one in patient.facts.items() if one.present is not None)
    known = [_known(name, question.facts[name], value, name in below) for name, value in stated.items()]
    used = tuple(one for one in known if one is not None)
    return Asked(patient.diabetes_type, stated, below, present, used, sensor.days)


@dataclass(frozen=True)
class _Reader:
    """Finds what is wrong with a patient's file."""

    question: Question
    path: Path
    lined: LinedYaml

    def type_problems(self, patient: Patient) -> Iterator[Problem]:
        if patient.diabetes_type not in self.question.types:
            text = f'there is no diabetes_type "{patient.diabetes_type}".'
            yield self._problem(text, suggest(patient.diabetes_type, self.question.types), "diabetes_type")

    def fact_problems(self, patient: Patient) -> Iterator[Problem]:
        facts = self.question.facts
        for name, stated in patient.facts.items():
            if name not in facts:
                hint = suggest(name, facts)
                yield self._problem(f'there is no fact "{name}".', hint, "facts", name)
            else:
                yield from self._fact(name, facts[name], stated)
        for name, fact in facts.items():
            if fact.required and name not in patient.facts:
                text = f'the fact "{name}" is missing; nothing can be said without it.'
                yield self._problem(text, f"Write {name}: {{value: ..., unit: {fact.unit}}}.", "facts")

    def measured_problems(self, measured: Mapping[str, float]) -> Iterator[Problem]:
        """Yield what the readings of a sensor tell and nobody lives with: most often the other unit."""
        for name, value in measured.items():
            fact = self.question.facts[name]
            if _outside(fact, value):
                text = f"{name} by the sensor's file is {value:.3g} {fact.unit}: impossible, or a slip."
                yield self._problem(text, f"{_ends(fact)}; look at the unit.", "sensor", "unit")

    def contradictions(self, stated: Mapping[str, float], below: frozenset[str]) -> Iterator[Problem]:
        """Yield pairs of facts that nobody has together; `stated` in the units of the facts."""
        facts = self.question.facts
        for name in stated:
            other = facts[name].not_above
            if other is None or other not in stated or name in below:
                continue
            unit, quantity = facts[name].unit, facts[name].quantity
            most = float(convert(stated[other], facts[other].unit, unit, quantity=quantity))
            if stated[name] > most * (1 + _ROUNDING):
                limit = "below " if other in below else ""
                text = f"{name} ({stated[name]:g} {unit}) is above {other} ({limit}{most:g} {unit}): nobody has both."
                yield self._problem(
                    text, "Look at values and units, or leave one of them out.", "facts", name
                )

    def _fact(self, name: str, fact: Fact, stated: Stated) -> Iterator[Problem]:
        if stated.unit is None:
            if fact.unit != "dimensionless":
                text = f"{name} is a quantity in {fact.unit}, not something that is present or absent."
                yield self._problem(text, f"Write {{value: ..., unit: {fact.unit}}}.", "facts", name)
            return
        if stated.below is not None and fact.count is not None:
            yield self._problem(f"{name} is counted: it has a value, not a limit.", "", "facts", name)
        if not convertible(stated.unit, fact.unit, fact.quantity):
            unknown = "" if is_unit(stated.unit) else " (no known unit)"
            text = f'{name} is given in "{stated.unit}"{unknown}, which cannot be turned into {fact.unit}.'
            yield self._problem(text, f"Write unit: {fact.unit}.", "facts", name, "unit")
            return
        value = _in_unit(fact, stated)
        if _outside(fact, value):
            text = f"{name} is {value:g} {fact.unit}, which is impossible or a slip."
            yield self._problem(text, f"{_ends(fact)}; look at value and unit.", "facts", name)

    def _problem(self, message: str, suggestion: str, *keys: str) -> Problem:
        return error(self.path, message, suggestion, line=self.lined.line(keys))


def _limits(fact: Fact) -> tuple[float, float]:
    """Return what a fact lies between, in its unit."""
    low, high = (None if end is None else number(end, fact.unit) for end in (fact.at_least, fact.at_most))
    return -math.inf if low is None else low, math.inf if high is None else high


def _outside(fact: Fact, value: float) -> bool:
    low, high = _limits(fact)
    return not low <= value <= high


def _ends(fact: Fact) -> str:
    ends = [f"{end:g}" for end in _limits(fact) if math.isfinite(end)]
    return f"It lies between {' and '.join(ends)} {fact.unit}"


def _in_unit(fact: Fact, stated: Stated) -> float:
    """Return what is stated in the unit of the fact; present is 1, absent 0."""
    if stated.unit is None:
        return float(bool(stated.present))
    value = stated.value if stated.value is not None else stated.below
    assert value is not None
    return float(convert(value, stated.unit, fact.unit, quantity=fact.quantity))


def _known(name: str, fact: Fact, value: float, below: bool) -> Known | None:
    """Return what a fact tells of the virtual patients; None where it is not used."""
    if fact.of is None:
        return None
    error = 0.0
    if fact.error is not None and fact.error.value is not None:
        error = float(
            convert(fact.error.value, fact.error.unit, fact.unit, quantity=fact.quantity, difference=True)
        )
    relative = 0.0 if fact.relative_error is None else number(fact.relative_error, "dimensionless")
    over = None if fact.count is None else number(fact.count, "year")
    return Known(name, value, below, fact.of, error, relative, over)
