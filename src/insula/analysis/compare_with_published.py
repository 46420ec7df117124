"""Every published row of a study against what a trial of that size would report with these virtual patients.

Rules
-----
Visit: the one nearest to the published time, at most half a month away; of an outcome that is made of endpoints
(a relation across people, what visits tell) and printed without a time, the last one. Interval: central 90 % of
imagined arms of the published size (`insula.statistics.prediction_interval`); where the population's ensemble was
fitted with a stated error of the model, the interval has it too. Counts and proportions: "inside" allows
for half a patient, and z is the normal quantile of the mid-probability, which is defined at 0 and 1 too; for
everything else z is (published - mean) / sd. A row that cannot be scored keeps its reason; where the evidence
allows it, a prediction stands beside it without z and without a verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from insula.analysis.visit_values import VisitValues, read_manifest, read_visit_values
from insula.core.tables import write_parquet
from insula.core.units import convert
from insula.evidence import PublishedRow, rows_of_study
from insula.evidence.made_of import Course, Relation
from insula.statistics.arm_statistics import NEEDS_BASELINE, STATISTICS, limits_of, parts_of
from insula.statistics.prediction_interval import Prediction, predict_arm

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from insula.analysis.visit_values import Floats
    from insula.catalog import Catalog
    from insula.catalog.records import Study

LEVEL = 0.9
BASELINE_DAY = 0.0
COLUMNS = (
    "arm",
    "outcome",
    "time_months",
    "statistic",
    "published",
    "unit",
    "n",
    "predicted",
    "low",
    "high",
    "z",
    "inside",
    "scored",
    "note",
)
NO_ARM = "this arm was not simulated"
NOT_MEASURED = "the run did not measure this"
NO_VISIT = "no visit within half a month"
NO_BASELINE = "the run has no visit before the therapy"
NO_PATIENT = "no virtual patient has a value"
NOT_FINITE = "the prediction is not a finite number"
MATCHED = "the virtual patients are weighted to have this before the therapy"
INCOMPLETE = "some virtual patients have no value"
TOO_FEW = "too few virtual patients have a value"
WHO_HAD_IT = "of those who ever had it, among the virtual patients too"
FEWEST = (
    5  # virtual patients with a value of an outcome that not all have: of fewer nobody knows how they differ
)

_UNITS = {"count": "patients", "proportion": "fraction"}


@dataclass(frozen=True)
class Predicted:
    """A prediction, or why there is none; `note` may also qualify a prediction."""

    prediction: Prediction | None
    note: str


def compare_run(catalog: Catalog, study: Study, folder: Path) -> dict[str, list[Any]]:
    """Compare a finished run with the evidence that its study names, and write results/comparison.parquet.

    Parameters
    ----------
    catalog
        The science text.
    study
        What was run; names its evidence.
    folder
        Run folder; its manifest names the seed.

    Returns
    -------
    Columns of `COLUMNS`; empty where the study names no evidence.
    """
    rows = rows_of_study(catalog, study.evidence) if study.evidence else ()
    return compare_folder(folder, rows)


def compare_folder(folder: Path, rows: Sequence[PublishedRow]) -> dict[str, list[Any]]:
    """Compare a finished run with published rows as `compare_run` does, wherever they come from."""
    seed = int(read_manifest(folder)["seed"])
    table = compare_with_published(read_visit_values(folder), rows, seed=seed)
    write_parquet(folder / "results" / "comparison.parquet", _typed(table))
    return table


def compare_with_published(
    run: VisitValues, rows: Sequence[PublishedRow], *, seed: int
) -> dict[str, list[Any]]:
    """Hold published rows against a run.

    Parameters
    ----------
    run
        Endpoints of the virtual patients.
    rows
        From `insula.evidence`.
    seed
        Of the imagined trials.

    Returns
    -------
    Columns of `COLUMNS`, one entry for each row in its order. ``published``, ``predicted``, ``low``, ``high`` are
    in ``unit``. What is not known is None; ``scored`` is False exactly where ``inside`` and ``z`` are None.
    """
    lines = [_line(run, row, seed) for row in rows]
    return {name: [line[name] for line in lines] for name in COLUMNS}


def _line(run: VisitValues, row: PublishedRow, seed: int) -> dict[str, Any]:
    wanted = row.scorable or row.show
    result = predict_row(run, row, seed) if wanted else Predicted(None, row.reason)
    found = result.prediction
    scored = row.scorable and found is not None
    tie = half_a_patient(row)
    return {
        "arm": row.arm_id,
        "outcome": row.endpoint or row.outcome,
        "time_months": _known(row.time_months),
        "statistic": row.statistic,
        "published": _known(row.value),
        "unit": unit_of(row),
        "n": row.n or None,
        "predicted": found.mean if found else None,
        "low": found.low if found else None,
        "high": found.high if found else None,
        "z": score(found, row.value, tie) if found and scored else None,
        "inside": found.contains(row.value, tie) if found and scored else None,
        "scored": scored,
        "note": row.reason or result.note,
    }


def predict_row(run: VisitValues, row: PublishedRow, seed: int) -> Predicted:
    """Predict what an arm of the published size would report, or say why not."""
    patients = patients_at(run, row)
    if isinstance(patients, str):
        return Predicted(None, patients)
    missing = np.asarray(np.isnan(patients).any(axis=1))
    if missing.all():
        return Predicted(None, NO_PATIENT)
    if row.made_of and (~missing).sum() < FEWEST:
        return Predicted(None, TOO_FEW)
    size = _size(row, missing)
    purpose = f"comparison.{row.arm_id}.{row.endpoint}.{row.statistic}.{row.time_months:g}.{row.n}"
    found = predict_arm(
        patients,
        run.people(row.arm_id)[2],
        size,
        STATISTICS[row.statistic],
        seed=seed,
        purpose=purpose,
        scores=parts_of(row.statistic, patients),
        weights=run.weights_in(row.arm_id),
        yes_or_no=row.statistic in _UNITS,
        level=LEVEL,
    )
    level = row.made_of.level if row.made_of else row.endpoint
    if level in run.model_error:
        error = row.error_of(*run.model_error[level])
        found = found.with_error(error, limits_of(row.statistic, row.n), seed=seed, purpose=purpose)
    return Predicted(found, WHO_HAD_IT) if _of_some(row) else finite(found, missing)


def _of_some(row: PublishedRow) -> bool:
    """Whether the number is of those alone who ever had what it is about."""
    return isinstance(row.made_of, Course) and row.made_of.of_some


def _size(row: PublishedRow, missing: NDArray[np.bool_]) -> int:
    """Return the people behind the number of an imagined arm: of the whole arm, as many as have a value."""
    if not _of_some(row) or row.n_from == "row":
        return row.n
    return max(1, round(row.n * float(1 - missing.mean())))


def patients_at(run: VisitValues, row: PublishedRow) -> Floats | str:
    """Return what a row is about for each virtual patient of its arm, or why there is nothing.

    Returns
    -------
    (P, 1), the value at the visit, or (P, 2) with the baseline beside it where the statistic needs it, or for a
    relation what it is held against; NaN where a patient has no value. In the order of `VisitValues.people`.
    """
    if row.arm_id not in run.arms:
        return NO_ARM
    day = _day_of(run, row)
    if isinstance(day, str):
        return day
    if isinstance(row.made_of, Relation):
        return _two_endpoints(run, row, row.made_of, day)
    if isinstance(row.made_of, Course):
        return _over_visits(run, row, row.made_of, day)
    days = run.visit_days(row.arm_id, row.endpoint)
    if day == BASELINE_DAY and row.endpoint in run.matched and row.statistic not in NEEDS_BASELINE:
        return MATCHED
    columns = [run.values(row.arm_id, row.endpoint, day)]
    if row.statistic in NEEDS_BASELINE:
        if BASELINE_DAY not in days:
            return NO_BASELINE
        columns.append(run.values(row.arm_id, row.endpoint, BASELINE_DAY))
    return np.stack(columns, axis=1)


def _day_of(run: VisitValues, row: PublishedRow) -> float | str:
    """Return the visit that a row is held against, or why there is none."""
    days = run.visit_days(row.arm_id, row.made_of.of if row.made_of else row.endpoint)
    if not days:
        return NOT_MEASURED
    if row.made_of and np.isnan(row.day):
        return days[-1]
    day = min(days, key=lambda visit: (abs(visit - row.day), visit))
    return NO_VISIT if abs(day - row.day) > convert(0.5, "month", "day") else day


def _two_endpoints(run: VisitValues, row: PublishedRow, relation: Relation, day: float) -> Floats | str:
    """Return both endpoints of a relation, (P, 2)."""
    other = BASELINE_DAY if relation.before else day
    if other not in run.visit_days(row.arm_id, relation.on):
        return NOT_MEASURED
    days = run.visit_days(row.arm_id, relation.of) if relation.averaged else [day]
    after = [one for one in days if BASELINE_DAY < one <= day] or [day]
    first = np.mean([run.values(row.arm_id, relation.of, one) for one in after], axis=0)
    return np.stack([first, relation.scaled(run.values(row.arm_id, relation.on, other))], axis=1)


def _over_visits(run: VisitValues, row: PublishedRow, course: Course, last: float) -> Floats:
    """Return what the visits of each patient up to a day tell, (P, 1)."""
    days = [day for day in run.visit_days(row.arm_id, course.of) if day <= last]
    states = np.stack([run.values(row.arm_id, course.of, day) for day in days])
    return course.told(np.array(days), states)[:, None]


def finite(found: Prediction, missing: NDArray[np.bool_]) -> Predicted:
    """Refuse a prediction that is no number; note one that lacks patients."""
    if not np.isfinite(found.samples).all():
        return Predicted(None, NOT_FINITE)
    return Predicted(found, INCOMPLETE if missing.any() else "")


def half_a_patient(row: PublishedRow) -> float:
    """Return half a patient in the unit of a count or proportion; 0 for every other statistic."""
    return {"count": 0.5, "proportion": 0.5 / max(row.n, 1)}.get(row.statistic, 0.0)


def unit_of(row: PublishedRow) -> str:
    """Return the unit that a row is compared in; the printed one where it cannot be translated."""
    return _UNITS.get(row.statistic, row.unit) if row.unit else row.cells["unit"]


def score(found: Prediction, observed: float, tie: float) -> float:
    """Return z of a published value; of counts and proportions, which have a tie, the normal score."""
    return found.normal_score(observed, tie) if tie else found.z(observed)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _typed(table: dict[str, list[Any]]) -> dict[str, Any]:
    """Give columns that may be empty or all missing their type, so that every run has the same schema."""
    texts = ("arm", "outcome", "statistic", "unit", "note")
    types = {**dict.fromkeys(texts, pa.string()), "n": pa.int64(), "inside": pa.bool_(), "scored": pa.bool_()}
    return {name: pa.array(values, types.get(name, pa.float64())) for name, values in table.items()}
