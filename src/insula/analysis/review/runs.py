"""The trials of a review that were replayed: their finished runs, or why a trial has none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.analysis.visit_values import MANIFEST, VisitValues, read_manifest, read_visit_values

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from insula.analysis.review.studies import ReviewedStudy
    from insula.catalog import Catalog
    from insula.catalog.records import Study

NO_FILE = "no study file replays it"
OTHER_ARMS = "no study file has all of its arms"
NO_RUN = "the folder holds no finished run of it"


@dataclass(frozen=True)
class Replay:
    """A trial that meets the criteria of a review, as virtual patients went through it.

    Parameters
    ----------
    file
        The study that replays it; None where there is none.
    run, patients, members, seed
        Endpoints, virtual patients in an arm, ensemble members among them, and seed of the run; None and 0 without one.
    same_text
        Whether the run was made with the science text as it is now.
    reason
        Why there is no run; empty where there is one.
    """

    trial: ReviewedStudy
    file: Study | None
    run: VisitValues | None
    patients: int
    members: int
    seed: int
    same_text: bool
    reason: str


def read_replays(catalog: Catalog, trials: Iterable[ReviewedStudy], runs: Path) -> tuple[Replay, ...]:
    """Return every trial that meets the criteria with its run in ``runs/<study file>/``.

    Raises
    ------
    InsulaError
        When a run is damaged.
    """
    files: dict[str, list[Study]] = {}
    for study in catalog.studies.values():
        files.setdefault(study.published, []).append(study)
    now = catalog.science_hash
    return tuple(_replay(trial, files.get(trial.study_id, []), runs, now) for trial in trials if trial.meets)


def _replay(trial: ReviewedStudy, files: list[Study], runs: Path, now: str) -> Replay:
    """Return the run of the first study file that has every arm and a run, or why there is none."""
    whole = [file for file in files if {*trial.treated, *trial.control} <= set(file.arms)]
    done = [file for file in whole if (runs / file.id / MANIFEST).is_file()]
    if not done:
        reason = NO_RUN if whole else OTHER_ARMS if files else NO_FILE
        return Replay(trial, whole[0] if whole else None, None, 0, 0, 0, False, reason)
    file = done[0]
    folder = runs / file.id
    manifest, run = read_manifest(folder), read_visit_values(folder)
    members = np.unique(run.patients["ensemble_member"]).size
    same = manifest.get("science") == now
    return Replay(trial, file, run, int(manifest["patients"]), int(members), int(manifest["seed"]), same, "")
