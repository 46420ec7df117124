"""Published rows that a replay can be held against, each with what it predicts and how uncertain the row is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.calibration.row_noise import sampling_error
from insula.core.units import convert
from insula.statistics.arm_statistics import NEEDS_BASELINE, STATISTICS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from insula.catalog.records import CalibrationPlan
    from insula.evidence.calibration_rows import PublishedRow
    from insula.trial.map_replay import Replayed

    Floats = NDArray[np.float64]

NOT_ASKED = "the plan does not ask for this endpoint"
MADE_OF_ENDPOINTS = "a relation across people, or what visits tell: compared, not fitted"
NO_ARM = "this arm was not simulated"
NO_VISIT = "no visit within half a month"
NO_BASELINE = "the run has no visit before the therapy"
NO_SPREAD = "no spread was published, and the virtual patients do not differ: state a model error"
NOT_ON_MAP = "the averaged map does not tell this endpoint"


@dataclass(frozen=True)
class Target:
    """A row that is fitted.

    Two sd in the unit of the row: ``sampling`` of its patients, and of the virtual ones; ``model_error`` as the plan
    states it.
    """

    study: str
    row: PublishedRow
    day: float
    sampling: float
    model_error: float

    @property
    def noise(self) -> float:
        """Standard deviation of everything that a perfect fit may miss the row by."""
        return float(np.hypot(self.sampling, self.model_error))

    @property
    def moment(self) -> tuple[str, str, str, float]:
        """What the rows of the arms of a trial have in common."""
        return self.study, self.row.endpoint, self.row.statistic, self.day

    def predict(self, found: Replayed) -> Floats:
        """Return what an arm of the published size would report on average, (J,); NaN where nobody is left."""
        return _statistic(self.row, self.patients(found))

    def patients(self, found: Replayed) -> Floats:
        """Return the value of each patient with its baseline where the row needs it, (J, P, 1 or 2)."""
        return patients_of(found, self.row, self.day)


@dataclass(frozen=True)
class Unfitted:
    """A row that is not fitted, and why."""

    study: str
    row: PublishedRow
    reason: str


def targets_of(
    study: str, rows: Sequence[PublishedRow], medians: Replayed, plan: CalibrationPlan
) -> tuple[list[Target], list[Unfitted]]:
    """Sort the rows of a study into those that are fitted and those that are not.

    Parameters
    ----------
    study
        Id of the study file.
    medians
        Replay of one vector, which shows what the averaged map can tell.
    """
    fitted: list[Target] = []
    left: list[Unfitted] = []
    for row in rows:
        reason, day = _visit(row, medians, plan.studies[study].endpoints)
        error = sampling = 0.0
        if not reason:
            virtual = patients_of(medians, row, day)[0]
            sampling = sampling_error(row, virtual, plan.seed) * np.sqrt(1.0 + row.n / len(virtual))
            error = _model_error(row, plan)
        if max(sampling, error) > 0:
            fitted.append(Target(study, row, day, float(sampling), error))
        else:
            left.append(Unfitted(study, row, reason or NO_SPREAD))
    return fitted, left


def patients_of(found: Replayed, row: PublishedRow, day: float) -> Floats:
    """Return the endpoint of a row for each vector and patient, with the baseline where the row needs it."""
    days = [day, 0.0] if row.statistic in NEEDS_BASELINE else [day]
    return np.stack([found[row.arm_id][when][row.endpoint] for when in days], axis=-1)


def covariance_of(targets: Sequence[Target]) -> Floats:
    """Return the covariance (M, M) of what the rows may be missed by.

    The model's error holds for all arms of a trial alike, its tests and its clinic, so the rows of one moment share it:
    the difference between two arms is as sure as their patients make it.
    """
    alike = np.array([[one.moment == other.moment for other in targets] for one in targets])
    errors = np.array([one.model_error for one in targets])
    return np.asarray(np.diag([one.sampling**2 for one in targets]) + alike * np.outer(errors, errors))


def _visit(row: PublishedRow, found: Replayed, asked: tuple[str, ...] | None) -> tuple[str, float]:
    """Return why a row is not fitted, or an empty reason and the day of its visit."""
    if not row.scorable:
        return row.reason, np.nan
    if row.made_of is not None:
        return MADE_OF_ENDPOINTS, np.nan
    if asked is not None and row.endpoint not in asked:
        return NOT_ASKED, np.nan
    if row.arm_id not in found:
        return NO_ARM, np.nan
    days = found[row.arm_id]
    day = min(days, key=lambda visit: (abs(visit - row.day), visit))
    if abs(day - row.day) > convert(0.5, "month", "day"):
        return NO_VISIT, np.nan
    if row.statistic in NEEDS_BASELINE and 0.0 not in days:
        return NO_BASELINE, np.nan
    if not np.isfinite(patients_of(found, row, day)).all():
        return NOT_ON_MAP, np.nan
    return "", day


def _statistic(row: PublishedRow, patients: Floats) -> Floats:
    """Statistic of each vector's patients, failed ones left out; a count is that of an arm of the row's size."""
    known = np.asarray(np.isfinite(patients).all(axis=2))
    statistic = STATISTICS["mean" if row.statistic == "count" else row.statistic]
    found = np.array(
        [
            statistic(mine[present][None])[0] if present.any() else np.nan
            for mine, present in zip(patients, known, strict=True)
        ]
    )
    return found * row.n if row.statistic == "count" else found


def _model_error(row: PublishedRow, plan: CalibrationPlan) -> float:
    """Return the plan's model error of an endpoint as sd in the unit of the row; 0 where none is stated."""
    stated = plan.model_error.get(row.endpoint)
    return 0.0 if stated is None or stated.value is None else row.error_of(stated.value, stated.unit)
