"""A forecast: what a trial of the planned size will report, written down before its result is known, and never again.

The file holds what it was made from (hash of the science text, commit, seed, number of virtual patients), so that
anyone can repeat it, and its date, so that anyone can see that it came first.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml

from insula.analysis.visit_values import read_manifest, read_visit_values
from insula.core.errors import InsulaError, UnknownName
from insula.core.provenance import text_hash
from insula.core.spoken import _
from insula.core.units import convert
from insula.endpoints.definitions import load_definitions
from insula.statistics.arm_statistics import limits_of, mean
from insula.statistics.prediction_interval import predict_arm

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from insula.analysis.visit_values import VisitValues
    from insula.catalog import Catalog
    from insula.catalog.records import Study
    from insula.endpoints.definitions import Definition

LEVEL = 0.9
HEADER = "# A forecast, registered before the result; written once by `insula forecast`, never edited.\n"
_MADE_FROM = ("science", "beside", "study", "commit", "seed", "patients")
_DIGITS = 4


def wanted_endpoints(catalog: Catalog, names: Sequence[str]) -> dict[str, Definition]:
    """Return the endpoints of these names, all where none is named; an unknown name is raised."""
    known = load_definitions(catalog.root / "endpoints.yaml")
    for name in names:
        if name not in known:
            raise UnknownName("endpoint", name, known)
    return {name: known[name] for name in names or known}


def refuse_what_exists(path: Path) -> None:
    """A forecast is not written over: what is known today must not change what was said before."""
    if path.exists():
        raise InsulaError(
            _("{path} exists, and a forecast is never written over. Name another file with --out.").format(
                path=path
            )
        )


def forecast_of(
    study: Study, endpoints: Mapping[str, Definition], folder: Path, day: date, command: str
) -> dict[str, Any]:
    """Return the forecast of a finished run.

    Parameters
    ----------
    study
        What was run; each arm has the size of the planned trial.
    endpoints
        Those that are forecast.
    folder
        Of the run.
    day
        Of registration.
    command
        That repeats it.

    Returns
    -------
    What the file says: an entry for every arm, endpoint and visit for which any virtual patient has a value, with the
    mean (of yes and no the proportion), its central 90 % interval, and the share of patients who have no value. Where
    the fit of the population's ensemble states an error of the model, the interval has it too, as on the scorecard.
    """
    run, manifest = read_visit_values(folder), read_manifest(folder)
    sizes = {arm: planned.size for arm, planned in study.arms.items()}
    return {
        "study": study.id,
        "title": study.title.model_dump(),
        "question": study.question.model_dump(),
        "registered": day.isoformat(),
        "command": command,
        "made_from": made_from(manifest),
        **({"limitations": study.limitations.model_dump()} if study.limitations else {}),
        "level": LEVEL,
        "forecasts": list(forecast_lines(sizes, endpoints, run, int(manifest["seed"]))),
    }


def made_from(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return what decides the numbers of a run: hashes of texts (``beside``: a user's own), commit, seed, patients."""
    study = text_hash(json.dumps(manifest["study_text"], sort_keys=True))
    known = {**manifest, "study": study}
    return {key: known[key] for key in _MADE_FROM if key in known}


def register(path: Path, forecast: Mapping[str, Any]) -> None:
    """Write a forecast to a file that must not exist yet."""
    text = HEADER + yaml.safe_dump(dict(forecast), sort_keys=False, allow_unicode=True, width=120)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(text)


def forecast_lines(
    sizes: Mapping[str, int], endpoints: Mapping[str, Definition], run: VisitValues, seed: int
) -> Iterator[dict[str, Any]]:
    """Yield the forecast of every arm (id and size), endpoint and visit for which any virtual patient has a value."""
    for arm, size in sizes.items():
        for name, definition in endpoints.items():
            for day in run.visit_days(arm, name):
                values = run.values(arm, name, day)
                if not np.isnan(values).all():
                    yield _line(run, arm, definition, day, size, seed)


def _line(
    run: VisitValues, arm: str, definition: Definition, day: float, size: int, seed: int
) -> dict[str, Any]:
    values = run.values(arm, definition.id, day)
    purpose = f"forecast.{arm}.{definition.id}.{day:g}.{size}"
    found = predict_arm(
        values[:, None],
        run.people(arm)[2],
        size,
        mean,
        seed=seed,
        purpose=purpose,
        weights=run.weights_in(arm),
        yes_or_no=definition.yes_or_no,
        level=LEVEL,
    )
    statistic = "proportion" if definition.yes_or_no else "mean"
    if definition.id in run.model_error:
        error, unit = run.model_error[definition.id]
        error = convert(error, unit, definition.unit, difference=True)
        found = found.with_error(error, limits_of(statistic, size), seed=seed, purpose=purpose)
    return {
        "arm": arm,
        "patients": size,
        "endpoint": definition.id,
        "day": _rounded(day),
        "statistic": statistic,
        "unit": "fraction" if definition.yes_or_no else definition.unit,
        "predicted": _rounded(found.mean),
        "low": _rounded(found.low),
        "high": _rounded(found.high),
        "without_value": _rounded(float(np.isnan(values).mean())),
    }


def _rounded(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")
