"""Carry out a calibration plan: the fit, what it identified, and how it predicts each study when that is left out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from insula.calibration.identifiability import Identifiability, identifiability
from insula.calibration.iterations import Ensemble, Problem, fit
from insula.calibration.left_out import fit_without, learn_rows
from insula.calibration.replays import Replays, open_replays
from insula.calibration.targets import covariance_of
from insula.core.errors import InsulaError
from insula.core.parts import open_parts
from insula.core.provenance import cpu_features, text_hash, tree_hash, versions
from insula.core.spoken import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from insula.catalog import Catalog
    from insula.catalog.records import CalibrationPlan

    Progress = Callable[[str, float], None]

_TEXT = ("**/*.ant", "**/*.csv", "**/*.yaml", "**/*.txt", "**/*.bib")


@dataclass(frozen=True)
class Calibration:
    """A finished fit.

    Parameters
    ----------
    iterations
        The prior first, the posterior last.
    left_out
        Posterior of a fit without the rows of a study, by study; empty where the plan asks for none.
    """

    plan: CalibrationPlan
    identity: dict[str, Any]
    replays: Replays
    iterations: tuple[Ensemble, ...]
    identified: Identifiability
    left_out: dict[str, Ensemble]

    @property
    def prior(self) -> Ensemble:
        """Members before anything was fitted."""
        return self.iterations[0]

    @property
    def posterior(self) -> Ensemble:
        """Members that every later prediction can use."""
        return self.iterations[-1]


def calibrate(
    catalog: Catalog, plan: CalibrationPlan, out: Path, progress: Progress = lambda *_: None
) -> Calibration:
    """Fit the plan's parameters; what ``out/parts`` holds of the same fit is not repeated.

    Parameters
    ----------
    progress : called with ``prepare``, ``fit`` or ``leave out`` and the share of it that is done

    Raises
    ------
    InsulaError
        When no row can be fitted, too many members cannot be predicted, or the folder cannot be written.
    """
    identity = identity_of(catalog, plan)
    parts = out / "parts"
    try:
        out.mkdir(parents=True, exist_ok=True)
        open_parts(parts, text_hash(json.dumps(identity, sort_keys=True)))
    except OSError as trouble:
        raise InsulaError(
            _("The folder {out} cannot be written: {reason}. Choose another.").format(
                out=out, reason=trouble.strerror
            )
        ) from trouble
    replays = open_replays(catalog.fitting(plan.id), plan, lambda share: progress("prepare", share))
    problem = _problem(plan, replays)
    found = fit(problem, parts / "all", lambda share: progress("fit", share))
    without = _leave_out(problem, found, replays, parts, progress) if plan.leave_one_out else {}
    known = identifiability(found[0].scores, found[-1].scores)
    return Calibration(plan, identity, replays, tuple(found), known, without)


def identity_of(catalog: Catalog, plan: CalibrationPlan) -> dict[str, Any]:
    """Return what decides the numbers of a fit."""
    return {
        "plan": plan.model_dump(mode="json", by_alias=True),
        "science": tree_hash(catalog.root, _TEXT),
        "versions": versions(),
        "cpu": cpu_features(),
    }


def _leave_out(
    problem: Problem, found: Sequence[Ensemble], replays: Replays, parts: Path, progress: Progress
) -> dict[str, Ensemble]:
    """Return the posterior of the fit without each study; of one study alone nothing can be left out."""
    studies = list(dict.fromkeys(target.study for target in replays.targets))
    if len(studies) == 1:
        return {}
    without, learnt = {}, learn_rows(found)
    for number, study in enumerate(studies):
        progress("leave out", number / len(studies))
        used = np.array([target.study != study for target in replays.targets])
        without[study] = fit_without(problem, used, found[0], learnt, parts / f"without_{study}")
    return without


def _problem(plan: CalibrationPlan, replays: Replays) -> Problem:
    every = np.ones(len(replays.targets), dtype=bool)
    return Problem(
        forward=replays.predict,
        observed=np.array([target.row.value for target in replays.targets]),
        covariance=covariance_of(replays.targets),
        used=every,
        wanted=every,
        parameters=len(plan.parameters),
        members=plan.members,
        iterations=plan.iterations,
        seed=plan.seed,
    )
