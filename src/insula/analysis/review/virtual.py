"""The virtual counterpart of a review: its trials replayed, pooled alike, and held against the same publications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.analysis.review.agreement import NOT_COMPARED, NOTHING_PUBLISHED, Verdict, verdict
from insula.analysis.review.cells import INTERVAL, METHOD, OF_ONE
from insula.analysis.review.runs import Replay, read_replays
from insula.analysis.review.virtual_effects import (
    BEYOND_CONTROLS,
    NOT_SIMULATED,
    VirtualEffect,
    virtual_effect,
)
from insula.analysis.review.windows import windows_of
from insula.core.random_streams import uniform
from insula.endpoints.families import FAMILIES
from insula.statistics.meta.many import PooledTables, pool_many

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from insula.analysis.review.cells import Cell, Place
    from insula.analysis.review.findings import Findings
    from insula.catalog import Catalog
    from insula.catalog.records.reviews import ReviewOutcome

    Floats = NDArray[np.float64]
    Effects = dict[str, VirtualEffect | str]

DRAWS = 4000
LEVEL = 0.95  # that of the pooled intervals of a review
_SEED, _PURPOSE = 0, "review.truths"  # one series of truths for all reviews: nothing else is drawn from it


@dataclass(frozen=True)
class Predicted:
    """What the draws say of one number.

    Parameters
    ----------
    estimate
        Mean of the draws that have one.
    low, high
        Hold `LEVEL` of them.
    """

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class VirtualPooled:
    """What the meta-analysis of the trials would find.

    Parameters
    ----------
    found
        Its pooled effect.
    typical
        The ends of the interval that it would print, median over the draws.
    significant, below
        In which share of the draws that interval excludes no effect, and the pooled effect lies below none.
    """

    found: Predicted
    typical: tuple[float, float]
    significant: float
    below: float


@dataclass(frozen=True)
class VirtualCell:
    """The virtual counterpart of one cell of a review.

    Parameters
    ----------
    missing
        Trials of the cell that have no virtual effect, with the reason.
    """

    effects: tuple[VirtualEffect, ...]
    pooled: VirtualPooled | None
    missing: tuple[tuple[str, str], ...]
    verdict: Verdict


@dataclass(frozen=True)
class Counterpart:
    """Every trial that meets the criteria with its run, and the counterpart of every cell."""

    replays: tuple[Replay, ...]
    cells: dict[Place, VirtualCell]


def virtual_counterpart(catalog: Catalog, found: Findings, runs: Path) -> Counterpart:
    """Imagine the trials of a review as often as `DRAWS` and pool them as the published ones are pooled.

    Parameters
    ----------
    runs
        Folder with a finished run of each trial in ``<study file>/``, as ``insula validate --out`` leaves them.

    Raises
    ------
    InsulaError
        When a run is damaged.
    """
    replays = read_replays(catalog, found.studies, runs)
    truths = uniform(_SEED, _PURPOSE, np.arange(DRAWS))[:, 0]
    effects = {
        (name, window.months): _effects(catalog, found, replays, (name, window.months), truths)
        for name in found.review.outcomes
        for window in windows_of(found.review, name)
    }
    cells = {
        cell.place: _cell(found, cell, effects[cell.place.outcome, cell.place.months]) for cell in found.cells
    }
    return Counterpart(replays, cells)


def _effects(
    catalog: Catalog,
    found: Findings,
    replays: tuple[Replay, ...],
    place: tuple[str, float | None],
    truths: Floats,
) -> Effects:
    """Return the effect of every trial on one outcome at one time, or why there is none."""
    name, months = place
    outcome = found.review.outcomes[name]
    if reason := _never_compared(catalog, outcome):
        return {replay.trial.study_id: reason for replay in replays}
    (window,) = (window for window in windows_of(found.review, name) if window.months == months)
    published = {
        effect.study.study_id: effect
        for cell in found.cells
        if (cell.place.outcome, cell.place.months) == place
        for effect in cell.effects
    }
    return {
        trial: virtual_effect(replay, outcome, window, published.get(trial), truths)
        for replay in replays
        for trial in (replay.trial.study_id,)
    }


def _never_compared(catalog: Catalog, outcome: ReviewOutcome) -> str:
    """Return why no run can have an effect on an outcome, else nothing."""
    simulated = [catalog.endpoints[meaning] for meaning in outcome.of if meaning in catalog.endpoints]
    if not simulated:
        return NOT_SIMULATED
    events = all(FAMILIES[endpoint.family].of == "event" for endpoint in simulated)
    return BEYOND_CONTROLS if events and outcome.measure != "RD" else ""


def _cell(found: Findings, cell: Cell, effects: Effects) -> VirtualCell:
    diseases = {study.study_id: study.disease for study in found.studies}
    groups = found.review.subgroups
    here = {
        trial: effect
        for trial, effect in effects.items()
        if cell.place.subgroup not in groups or diseases[trial] in groups[cell.place.subgroup].diseases
    }
    known = tuple(effect for effect in here.values() if isinstance(effect, VirtualEffect))
    missing = tuple((trial, reason) for trial, reason in here.items() if isinstance(reason, str))
    pooled = _pool(known)
    return VirtualCell(known, pooled, missing, _verdict(cell, pooled))


def _pool(effects: tuple[VirtualEffect, ...]) -> VirtualPooled | None:
    """Pool each draw as the published effects are pooled; None where no draw can be."""
    if not effects:
        return None
    estimate, variance = (
        np.stack([getattr(effect, name) for effect in effects], axis=1) for name in ("estimate", "variance")
    )
    tables = pool_many(
        estimate, variance, method=METHOD, interval=INTERVAL if len(effects) > 1 else OF_ONE, level=LEVEL
    )
    return _summary(tables) if tables.usable.any() else None


def _summary(tables: PooledTables) -> VirtualPooled:
    usable = tables.usable
    low, high = tables.low[usable], tables.high[usable]
    pooled = tables.estimate[usable]
    return VirtualPooled(
        predicted(pooled),
        (float(np.median(low)), float(np.median(high))),
        float(np.mean((low > 0) | (high < 0))),
        float(np.mean(pooled < 0)),
    )


def predicted(draws: Floats) -> Predicted:
    """Return mean and central interval of the draws that are numbers."""
    ends = np.nanquantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Predicted(float(np.nanmean(draws)), float(ends[0]), float(ends[1]))


def _verdict(cell: Cell, pooled: VirtualPooled | None) -> Verdict:
    """Hold the virtual meta-analysis against what was published, by the rule of the review.

    It is significant where it would be in more than half of the draws; its interval is where its pooled effect lies.
    """
    if pooled is None:
        word = NOT_COMPARED if cell.claims or cell.published else NOTHING_PUBLISHED
        return Verdict(word)
    return verdict(
        cell.measure, pooled.found, cell.claims, cell.published, significant=pooled.significant > 0.5
    )
