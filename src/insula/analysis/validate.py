"""Replay every planned study and judge it: the whole of ``insula validate`` but its page."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from insula.analysis.compare_with_published import NO_ARM, compare_folder
from insula.analysis.dose_order import dose_orders
from insula.analysis.scorecard import Card, Replay, judge
from insula.analysis.scorecard_summary import summarise_card
from insula.analysis.visit_values import read_manifest, read_visit_values
from insula.trial.conduct import conduct
from insula.trial.finished import finished_run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from insula.analysis.replays import Plan, Planned

    Progress = Callable[[str, float], None]

# With fewer ensemble members among the patients the interval is unstable. Monte Carlo (normal members and patients,
# trial of 12, the nominal 90 % interval): 20 patients of 13 members cover 77 to 86 %, 200 patients of 10 members 82 to
# 90 %, 40 patients of 17 members 84 to 89 %, 200 patients of 20 members 87 to 90 %.
FEW_MEMBERS = 15


@dataclass(frozen=True)
class StudyRun:
    """How the replay of a study went.

    Parameters
    ----------
    study_id, role
        Of the published study.
    study_file
        Id of the study that was simulated; its folder has this name.
    members
        Ensemble members that stand among the patients.
    reused
        A complete run was found and not repeated.
    """

    study_id: str
    study_file: str
    role: str
    n_patients: int
    n_failed: int
    failed_share: float
    failure_limit: float
    members: int
    reused: bool

    @property
    def acceptable(self) -> bool:
        """Whether no more patients failed than the study allows."""
        return self.failed_share <= self.failure_limit

    @property
    def stable(self) -> bool:
        """Whether enough ensemble members stand behind the intervals."""
        return self.members >= FEW_MEMBERS


@dataclass(frozen=True)
class Scorecard:
    """All rows, how each study went, and where doses were compared (`insula.analysis.dose_order`)."""

    card: Card
    runs: tuple[StudyRun, ...]
    doses: tuple[dict[str, Any], ...]

    def answer(self) -> dict[str, Any]:
        """Return the one JSON object: rows, not_scorable and summary."""
        runs = [asdict(run) | {"acceptable": run.acceptable, "stable": run.stable} for run in self.runs]
        return {
            "rows": self.card.rows,
            "not_scorable": self.card.not_scorable,
            "summary": {**summarise_card(self.card), "studies": runs, "dose_order": list(self.doses)},
        }


def validate(plan: Plan, *, patients: int, out: Path, workers: int | None, progress: Progress) -> Scorecard:
    """Replay every study into ``out/<study id>`` and judge its rows.

    Parameters
    ----------
    progress : called with the title id of the study at work and the share of all the work that is done

    Raises
    ------
    InsulaError
        As `insula.trial.conduct.conduct`; finished studies stay and are reused when the same is asked again.
    """
    card, runs, doses = Card([], []), [], []
    for number, planned in enumerate(plan.replays):
        share = _Share(planned.study.id, number, len(plan.replays), progress)
        found, run = _replay(plan, planned, patients=patients, out=out, workers=workers, progress=share)
        card.rows.extend(found.rows)
        card.not_scorable.extend(found.not_scorable)
        runs.append(run)
        doses += dose_orders(plan.catalog, planned.study, found.rows)
    return Scorecard(told_once(card), tuple(runs), tuple(doses))


def told_once(card: Card) -> Card:
    """Tell each row that is not scorable once, and only where no study file scores it.

    Several study files may replay one published study, each some of its arms; of the reasons for one row, that it was
    not simulated is the least.
    """
    judged = {_row(row) for row in card.rows}
    told: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in card.not_scorable:
        key = _row(row)
        if key not in judged and (key not in told or told[key]["reason"] == NO_ARM):
            told[key] = row
    return Card(card.rows, list(told.values()))


def _row(row: dict[str, Any]) -> tuple[Any, ...]:
    """Return what a published row is known by; the same in both lists of a card."""
    return tuple(
        row[name] for name in ("study_id", "arm_id", "outcome", "time_months", "statistic", "observed")
    )


@dataclass(frozen=True)
class _Share:
    """Turns the progress of one study into that of all."""

    study: str
    number: int
    studies: int
    progress: Progress

    def __call__(self, stage: str, share: float) -> None:
        part = {"prepare": 0.0, "simulate": share, "collect": 1.0}[stage]
        self.progress(self.study, (self.number + part) / self.studies)


def _replay(
    plan: Plan, planned: Planned, *, patients: int, out: Path, workers: int | None, progress: Progress
) -> tuple[Card, StudyRun]:
    study, folder = planned.study, out / planned.study.id
    progress("prepare", 0.0)
    ready = finished_run(plan.catalog, study, patients=patients, out=folder)
    outcome = ready or conduct(
        plan.catalog, study, patients=patients, out=folder, workers=workers, progress=progress
    )
    compare_folder(folder, [row for row, _ in planned.rows.rows])
    values = read_visit_values(folder)
    card = judge(Replay(values, int(read_manifest(folder)["seed"]), planned.rows), plan.published)
    status = values.patients["status"]
    run = StudyRun(
        study_id=study.evidence or study.id,
        study_file=study.id,
        role=planned.rows.role,
        n_patients=int(status.size),
        n_failed=int((status != "ok").sum()),
        failed_share=outcome.failed_share,
        failure_limit=outcome.failure_limit,
        members=int(np.unique(values.patients["ensemble_member"]).size),
        reused=ready is not None,
    )
    return card, run
