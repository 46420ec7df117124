"""A file of sensor readings as facts: every fact that names an endpoint of the trace."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from insula.core.calendar import MINUTES_PER_DAY
from insula.core.foreign_tables import read_foreign_csv
from insula.core.problems import error
from insula.core.units import convert, convertible
from insula.endpoints.definitions import load_definitions
from insula.endpoints.measure import measure
from insula.endpoints.visit import Visit
from insula.trial.quantities import number

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from insula.catalog import Catalog
    from insula.catalog.records import Patient, Question
    from insula.core.foreign_tables import ForeignTable
    from insula.core.problems import Problem
    from insula.core.yaml_lines import LinedYaml

    Floats = NDArray[np.float64]

COLUMNS = ("time", "glucose")
_GLUCOSE = "mg_per_dL"


def read_sensor_facts(
    catalog: Catalog, question: Question, patient: Patient, path: Path, lined: LinedYaml
) -> tuple[dict[str, float], list[Problem]]:
    """Return the facts that the patient's sensor trace tells, in their units, and what is wrong with it.

    The trace lies beside the patient's file or anywhere: columns ``time`` (ISO 8601, or minutes) and ``glucose``.
    Readings are laid on the grid of the simulated sensor; a place without one is missing, and a trace in which too many
    are missing tells nothing.
    """
    if patient.sensor is None:
        return {}, []
    file = path.parent / patient.sensor.file
    where = lined.line(("sensor", "file"))
    if not file.is_file():
        return {}, [error(path, f"there is no file {file}.", line=where)]
    if not convertible(patient.sensor.unit, _GLUCOSE, "glucose"):
        text = f'glucose is given in "{patient.sensor.unit}".'
        return {}, [error(path, text, "Write mg_per_dL or mmol_per_L.", line=lined.line(("sensor", "unit")))]
    table = read_foreign_csv(file)
    minutes, glucose, problems = _readings(table)
    if problems:
        return {}, problems
    glucose = convert(glucose, patient.sensor.unit, _GLUCOSE, quantity="glucose")
    visit = _visit(minutes, glucose, number(catalog.clocks.cgm_every, "min"))
    facts = _facts(catalog, question, visit)
    twice = sorted(set(facts) & set(patient.facts))
    told = [f'"{name}" is stated and also told by the sensor\'s file.' for name in twice]
    problems = [
        error(path, text, "Keep one of them.", line=lined.line(("facts", name)))
        for text, name in zip(told, twice, strict=True)
    ]
    if not facts:
        problems.append(error(path, f"the readings of {file} are too few to tell anything.", line=where))
    return facts, problems


def _facts(catalog: Catalog, question: Question, visit: Visit) -> dict[str, float]:
    """Measure the endpoints that facts name; left out where too many readings are missing."""
    definitions = load_definitions(catalog.root / "endpoints.yaml")
    facts = {}
    for name, fact in question.facts.items():
        if fact.sensor is not None:
            definition = definitions[fact.sensor]
            value = measure(visit, {fact.sensor: definition})[fact.sensor][0]
            if np.isfinite(value):
                facts[name] = float(convert(value, definition.unit, fact.unit, quantity=fact.quantity))
    return facts


def _readings(table: ForeignTable) -> tuple[Floats, Floats, list[Problem]]:
    """Return minutes since the first midnight and readings in order of time."""
    problems = list(table.problems)
    missing = [name for name in COLUMNS if name not in table.header]
    if missing:
        text = f"column {' and '.join(missing)} is missing; the file has {', '.join(table.header)}."
        return np.empty(0), np.empty(0), [*problems, error(table.path, text, "Name them time and glucose.")]
    minutes, glucose = [], []
    for row in table.rows:
        when, reading = _minute(row.cells["time"]), _number(row.cells["glucose"])
        if when is None or reading is None:
            text = f'"{row.cells["time"]}", "{row.cells["glucose"]}" is no time with a reading.'
            problems.append(error(table.path, text, "Leave such rows out.", row=row.number))
        else:
            minutes.append(when)
            glucose.append(reading)
    if problems or not minutes:
        return np.empty(0), np.empty(0), problems or [error(table.path, "there is no reading.")]
    times = np.array(minutes)
    times -= np.floor(times.min() / MINUTES_PER_DAY) * MINUTES_PER_DAY
    return times, np.array(glucose), []


def _minute(text: str) -> float | None:
    """Return minutes since any midnight."""
    found = _number(text)
    if found is not None:
        return found
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when.toordinal() * MINUTES_PER_DAY + when.hour * 60 + when.minute + when.second / 60


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if np.isfinite(found) else None


def _visit(minutes: Floats, glucose: Floats, every: float) -> Visit:
    """Return a visit that holds this one trace, from its first to its last reading, and nothing else."""
    places = np.round((minutes - minutes.min()) / every).astype(int)
    trace = np.full(places.max() + 1, np.nan)
    trace[places] = glucose
    start = np.mod(minutes.min(), MINUTES_PER_DAY)
    missing = {field.name: np.full(1, np.nan) for field in fields(Visit)}
    empty = {"meal_test_time": np.empty(0)} | {
        name: np.empty((1, 0)) for name in ("meal_test_glucose", "meal_test_c_peptide", "insulin_dose")
    }
    shown = {"cgm_time": start + every * np.arange(trace.size), "cgm_glucose": trace[None]}
    return Visit(**{**missing, **empty, **shown, "day": 0.0, "read": {}})
