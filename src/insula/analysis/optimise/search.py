"""The search itself: Optuna's tree-structured Parzen estimator over schedules, every trial kept in a journal.

Each trial has a sampler of its own, seeded by how many trials are complete, so that a search that was interrupted goes
on as it would have done.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from insula.analysis.optimise.schedules import DOSE, INFUSIONS, SPACING, Schedule
from insula.core.random_streams import uniform

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from insula.analysis.optimise.schedules import Space

    Floats = NDArray[np.float64]

_PATIENTS, _SEEDS = "patients", 2**32


@dataclass(frozen=True)
class Tried:
    """A schedule, what it costs (a multiple of what the protocol gives) and the endpoint of each patient, (P,)."""

    schedule: Schedule
    cost: float
    values: Floats

    @property
    def benefit(self) -> float:
        """Mean over patients with a value."""
        return float(np.nanmean(self.values))


def search(
    journal: Path,
    space: Space,
    *,
    trials: int,
    seed: int,
    lower_is_better: bool,
    evaluate: Callable[[Schedule, Callable[[float], None]], Floats],
    progress: Callable[[float], None],
) -> list[Tried]:
    """Try schedules until there are so many, those in the journal included; the protocol's own is the first.

    Parameters
    ----------
    journal
        File of the trials; created where there is none.
    evaluate
        Gives the endpoint of each patient, (P,), under a schedule.
    """
    study = _open(journal, lower_is_better)
    tried = _complete(study, space)

    def told(share: float) -> None:
        progress((len(tried) + share) / trials)

    while len(tried) < trials:
        told(0.0)
        trial = _next(study, space, seed, len(tried))
        schedule = _suggested(trial, space)
        same = [one.values for one in tried if one.schedule == schedule]
        values = same[0] if same else evaluate(schedule, told)
        found = Tried(schedule, space.cost(schedule), values)
        trial.set_user_attr(_PATIENTS, [None if np.isnan(value) else value for value in values.tolist()])
        study.tell(trial, (found.benefit, found.cost))
        tried.append(found)
    return tried


def _open(journal: Path, lower_is_better: bool) -> Any:
    """Return Optuna's study of the journal; a trial that was interrupted counts no more."""
    import optuna  # heavy: only this command needs it
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        storage=optuna.storages.JournalStorage(JournalFileBackend(str(journal))),
        study_name=journal.stem,
        directions=["minimize" if lower_is_better else "maximize", "minimize"],
        load_if_exists=True,
    )
    for left in study.get_trials(states=(optuna.trial.TrialState.RUNNING,)):
        study.tell(left.number, state=optuna.trial.TrialState.FAIL)
    return study


def _next(study: Any, space: Space, seed: int, done: int) -> Any:
    """Ask for the next trial; the first is the protocol's own schedule, if that is one of those that are tried."""
    import optuna

    sampling = int(_SEEDS * uniform(seed, "optimise: sampler", done)[0])
    study.sampler = optuna.samplers.TPESampler(seed=sampling)
    waiting = study.get_trials(states=(optuna.trial.TrialState.WAITING,))
    if space.own is not None and done == 0 and not waiting and space.holds(space.own):
        study.enqueue_trial(_as_parameters(space, space.own))
    return study.ask()


def front(tried: Sequence[Tried], *, lower_is_better: bool) -> list[int]:
    """Return the places of those that no other beats in benefit and cost, each schedule once, the cheapest first."""
    sign = -1.0 if lower_is_better else 1.0
    order = sorted(range(len(tried)), key=lambda k: (tried[k].cost, -sign * tried[k].benefit, k))
    found: list[int] = []
    for k in order:
        if not found or sign * tried[k].benefit > sign * tried[found[-1]].benefit:
            found.append(k)
    return found


def _complete(study: Any, space: Space) -> list[Tried]:
    """Return the trials of the journal that were told, in their order."""
    import optuna

    found = []
    for trial in study.get_trials(states=(optuna.trial.TrialState.COMPLETE,)):
        schedule = _suggested(optuna.trial.FixedTrial(trial.params), space)
        values = np.array(trial.user_attrs[_PATIENTS], dtype=np.float64)
        found.append(Tried(schedule, space.cost(schedule), values))
    return found


def _suggested(trial: Any, space: Space) -> Schedule:
    """Ask for a schedule; there is nothing to ask of what is not varied."""
    dose = trial.suggest_float(DOSE, *space.dose) if DOSE in space.over else 1.0
    count = trial.suggest_int(INFUSIONS, *space.infusions) if INFUSIONS in space.over else space.infusions[1]
    spacing = space.spacing[0] if count > 1 and space.own else None
    if count > 1 and SPACING in space.over:
        spacing = trial.suggest_int(SPACING, *space.spacing)
    return Schedule(dose, count, spacing)


def _as_parameters(space: Space, schedule: Schedule) -> dict[str, float]:
    """Return a schedule as the trial would have asked for it."""
    every = {DOSE: schedule.dose, INFUSIONS: schedule.infusions, SPACING: schedule.spacing}
    return {name: value for name, value in every.items() if name in space.over and value is not None}
