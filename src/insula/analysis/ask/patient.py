"""The file of one patient: read, held against what the question asks, every fault told at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from insula.analysis.ask.sensor import SensorFacts, read_sensor_facts
from insula.analysis.ask.stated import FactReader, ends, in_unit, outside
from insula.catalog.records import Patient
from insula.catalog.validate import validate
from insula.core.errors import InsulaError, suggest
from insula.core.problems import error, raise_if_any
from insula.core.spoken import _
from insula.core.units import convert
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
        With everything wrong in it: unknown facts and types, numbers without units, units that do not fit, impossible
        values, facts that contradict each other, and whatever is wrong with the sensor's file.
    """
    if not path.is_file():
        text = _("There is no file {file}. `insula ask --help` shows how to write one.")
        raise InsulaError(text.format(file=path))
    lined = read_yaml(path)
    if not isinstance(lined.data, dict):
        raise_if_any([*lined.problems] or validate(path, lined, (), Patient)[1])
    reader = _Reader(question, path, lined)
    facts, problems = reader.facts()
    patient, faults = reader.patient(facts)
    problems += [*lined.problems, *faults, *reader.type_problems(), *reader.missing()]
    sensor = SensorFacts()
    if patient is not None:
        sensor = read_sensor_facts(catalog, question, patient, path, lined)
    stated = {name: in_unit(question.facts[name], one) for name, one in facts.items()} | dict(sensor.facts)
    below = frozenset(name for name, one in facts.items() if one.below is not None)
    problems += [*sensor.problems, *reader.measured_problems(sensor.facts)]
    raise_if_any([*problems, *reader.contradictions(stated, below)])
    assert patient is not None
    present = frozenset(name for name, one in facts.items() if one.present is not None)
    known = [_known(name, question.facts[name], value, name in below) for name, value in stated.items()]
    used = tuple(one for one in known if one is not None)
    return Asked(patient.diabetes_type, stated, below, present, used, sensor.days)


@dataclass(frozen=True)
class _Reader:
    """Finds what is wrong with a patient's file, which holds a block of keys."""

    question: Question
    path: Path
    lined: LinedYaml

    @property
    def _given(self) -> dict[str, Any]:
        given = self.lined.data.get("facts")
        return {str(name): one for name, one in given.items()} if isinstance(given, dict) else {}

    def facts(self) -> tuple[dict[str, Stated], list[Problem]]:
        """Return the facts in which nothing is wrong, and what is wrong with the others."""
        facts, sound, problems = self.question.facts, {}, []
        for name, given in self._given.items():
            if name not in facts:
                text = _('there is no fact "{fact}".').format(fact=name)
                problems.append(self._problem(text, suggest(name, facts), "facts", name))
                continue
            stated, found = FactReader(name, facts[name], given, self.path, self.lined).read()
            problems += found
            if stated is not None and not found:
                sound[name] = stated
        return sound, problems

    def patient(self, facts: Mapping[str, Stated]) -> tuple[Patient | None, list[Problem]]:
        """Return the patient with these facts, None where type or sensor cannot be read, and what else is wrong."""
        data = dict(self.lined.data)
        if isinstance(data.get("facts"), dict):
            data["facts"] = {}
        problems = validate(self.path, replace(self.lined, data=data), (), Patient)[1]
        known = {key: of for key, of in data.items() if key in Patient.model_fields}  # others hide nothing
        patient, _others = validate(self.path, replace(self.lined, data=known), (), Patient)
        return None if patient is None else patient.model_copy(update={"facts": dict(facts)}), problems

    def type_problems(self) -> Iterator[Problem]:
        types, stated = self.question.types, self.lined.data.get("diabetes_type")
        if isinstance(stated, str) and stated not in types:
            text = _('there is no diabetes_type "{type}".').format(type=stated)
            yield self._problem(text, suggest(stated, types), "diabetes_type")

    def missing(self) -> Iterator[Problem]:
        given = self._given
        for name, fact in self.question.facts.items():
            if fact.required and name not in given:
                text = _('the fact "{fact}" is missing; nothing can be said without it.').format(fact=name)
                example = FactReader(name, fact, None, self.path, self.lined).example()
                yield self._problem(text, example, "facts")

    def measured_problems(self, measured: Mapping[str, float]) -> Iterator[Problem]:
        """Yield what the readings of a sensor tell and nobody lives with: most often the other unit."""
        for name, value in measured.items():
            fact = self.question.facts[name]
            if outside(fact, value):
                text = _("{fact} by the sensor's file is {value} {unit}: impossible, or a slip.")
                text = text.format(fact=name, value=f"{value:.3g}", unit=fact.unit)
                hint = _("{ends}; look at the unit.").format(ends=ends(fact))
                yield self._problem(text, hint, "sensor", "unit")

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
                limit = _("below {limit}").format(limit=f"{most:g}") if other in below else f"{most:g}"
                text = _(
                    "{fact} ({value} {unit}) is above {other} ({limit} {unit}): nobody has both."
                ).format(fact=name, value=f"{stated[name]:g}", unit=unit, other=other, limit=limit)
                hint = _("Look at values and units, or leave one of them out.")
                yield self._problem(text, hint, "facts", name)

    def _problem(self, message: str, suggestion: str, *keys: str) -> Problem:
        return error(self.path, message, suggestion, line=self.lined.line(keys))


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
