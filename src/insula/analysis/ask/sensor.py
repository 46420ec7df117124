"""A file of sensor readings as facts: every fact that names an endpoint of the trace."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

import numpy as np

from insula.analysis.ask.trace import read_trace
from insula.core.calendar import MINUTES_PER_DAY
from insula.core.problems import error
from insula.core.spoken import N_, _
from insula.core.units import convert, convertible
from insula.endpoints.definitions import load_definitions
from insula.endpoints.measure import measure
from insula.endpoints.visit import Visit
from insula.trial.quantities import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from insula.analysis.ask.trace import Trace
    from insula.catalog import Catalog
    from insula.catalog.records import Patient, Question, SensorRecord
    from insula.core.problems import Problem
    from insula.core.yaml_lines import LinedYaml
    from insula.endpoints.definitions import Definition

    Floats = NDArray[np.float64]

_GLUCOSE = "mg_per_dL"
_INSTEAD = N_("State such facts as numbers under facts, or leave the sensor out.")
_TWICE = N_('"{fact}" is stated and also told by the sensor\'s file.')


@dataclass(frozen=True)
class SensorFacts:
    """What a sensor's file tells.

    Parameters
    ----------
    facts
        In their units; empty where there is no file or something is wrong.
    days
        Days of readings that they stand on, gaps left out; None without facts.
    """

    facts: Mapping[str, float] = field(default_factory=dict)
    days: float | None = None
    problems: Sequence[Problem] = ()


def read_sensor_facts(
    catalog: Catalog, question: Question, patient: Patient, path: Path, lined: LinedYaml
) -> SensorFacts:
    """Return the facts that the patient's sensor trace tells, and what is wrong with it.

    The trace lies beside the patient's file or anywhere (see `read_trace`). Readings are laid on a grid of the
    distance that half of them have; a place without one is missing. A trace in which too many are missing, or which
    covers too little of the record that the question asks for, tells nothing.
    """
    if patient.sensor is None:
        return SensorFacts()
    file, unit = path.parent / patient.sensor.file, patient.sensor.unit
    where = lined.line(("sensor", "file"))
    if question.sensor is None:
        return _nothing(error(path, _("this question asks for nothing that a sensor tells."), line=where))
    if not file.is_file():
        return _nothing(error(path, _("there is no file {file}.").format(file=file), line=where))
    if not convertible(unit, _GLUCOSE, "glucose"):
        text, line = _('glucose is given in "{unit}".').format(unit=unit), lined.line(("sensor", "unit"))
        return _nothing(error(path, text, _("Write mg_per_dL or mmol_per_L."), line=line))
    trace, problems = read_trace(file, catalog.sensor_words["sensor_words"])
    if trace is None:
        return _nothing(*problems)
    told = _told_by(catalog, question)
    every = _step(trace, number(catalog.clocks.cgm_every, "min"), number(question.sensor.apart, "min"))
    places = np.round((trace.minutes - trace.minutes.min()) / every).astype(int)
    short = _too_few(places, every, question.sensor, told.values())
    if short:
        text = _("the readings of {file} are too few: {why}").format(file=file, why=short)
        return _nothing(error(path, text, _(_INSTEAD), line=where))
    facts = _facts(
        question, told, _visit(trace, places, _in_whole(trace.glucose, unit, question.sensor), every)
    )
    twice = [error(path, _(_TWICE).format(fact=name), _("Keep one of them."), line=lined.line(("facts", name)))
             for name in sorted(set(facts) & set(patient.facts))]  # fmt: skip
    return SensorFacts(facts, len(np.unique(places)) * every / MINUTES_PER_DAY, twice)


def _step(trace: Trace, least: float, most: float) -> float:
    """Return the distance of readings in minutes: that of half of them, within limits."""
    between = np.diff(np.sort(trace.minutes))
    return min(max(least, float(np.round(np.median(between)))), most) if between.size else least


def _nothing(*problems: Problem) -> SensorFacts:
    return SensorFacts(problems=problems)


def _told_by(catalog: Catalog, question: Question) -> dict[str, Definition]:
    """Return the endpoint of every fact that a sensor tells."""
    definitions = load_definitions(catalog.root / "endpoints.yaml")
    return {
        name: definitions[fact.sensor] for name, fact in question.facts.items() if fact.sensor is not None
    }


def _too_few(
    places: NDArray[np.int64], every: float, record: SensorRecord, told: Iterable[Definition]
) -> str:
    """Return why the readings tell nothing; empty where they do."""
    complete = max((one.limits.get("complete", 0.0) for one in told), default=0.0)
    readings, expected = len(np.unique(places)), int(places.max()) + 1
    hours, needed = readings * every / 60, complete / 100 * number(record.covers, "hour")
    if hours < needed:
        text = _("they cover {hours} hours, and {needed} are needed.")
        return text.format(hours=f"{hours:.3g}", needed=f"{needed:.3g}")
    if 100 * readings < complete * expected:
        share = 100 * readings / expected
        text = _("between the first and the last {share} % are there, and {needed} % are needed.")
        return text.format(share=f"{share:.0f}", needed=f"{complete:.0f}")
    return ""


def _in_whole(glucose: Floats, unit: str, record: SensorRecord) -> Floats:
    """Return readings as a sensor holds them, whole mg/dL; what lies beyond its range stands just outside of it."""
    shown = np.asarray(convert(glucose, unit, _GLUCOSE, quantity="glucose"), dtype=np.float64)
    whole = shown if unit == _GLUCOSE else np.round(shown)
    whole = np.where(np.isneginf(whole), number(record.low, _GLUCOSE), whole)
    return np.where(np.isposinf(whole), number(record.high, _GLUCOSE), whole)


def _facts(question: Question, told: Mapping[str, Definition], visit: Visit) -> dict[str, float]:
    """Measure the endpoints that facts name."""
    facts = {}
    for name, definition in told.items():
        fact = question.facts[name]
        value = measure(visit, {definition.id: definition})[definition.id][0]
        facts[name] = float(convert(value, definition.unit, fact.unit, quantity=fact.quantity))
    return facts


def _visit(trace: Trace, places: NDArray[np.int64], glucose: Floats, every: float) -> Visit:
    """Return a visit that holds this one trace, from its first to its last reading, and nothing else."""
    shown = np.full(places.max() + 1, np.nan)
    shown[places] = glucose
    start = np.mod(trace.minutes.min(), MINUTES_PER_DAY)
    missing = {one.name: np.full(1, np.nan) for one in fields(Visit)}
    empty = {"meal_test_time": np.empty(0)} | {
        name: np.empty((1, 0)) for name in ("meal_test_glucose", "meal_test_c_peptide", "insulin_dose")
    }
    times = {"cgm_time": start + every * np.arange(shown.size), "cgm_glucose": shown[None]}
    return Visit(**{**missing, **empty, **times, "day": 0.0, "read": {}})
