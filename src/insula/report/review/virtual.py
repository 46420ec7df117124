"""The virtual counterpart of a review as plain data, added to its summary."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from insula.analysis.review.agreement import readable
from insula.analysis.review.virtual import DRAWS, predicted, virtual_counterpart
from insula.report.review.explanations import VIRTUAL, explanation, tally

if TYPE_CHECKING:
    from pathlib import Path

    from insula.analysis.review import Findings
    from insula.analysis.review.runs import Replay
    from insula.analysis.review.virtual import Predicted, VirtualCell
    from insula.analysis.review.virtual_effects import VirtualEffect, VirtualSide
    from insula.catalog import Catalog

Data = dict[str, Any]


def add_virtual(summary: Data, catalog: Catalog, found: Findings, runs: Path) -> None:
    """Add what virtual trials find to the summary of a review: ``virtual``, of the whole and of each cell.

    Raises
    ------
    InsulaError
        As `virtual_counterpart`.
    """
    counterpart = virtual_counterpart(catalog, found, runs)
    for cell, one in zip(summary["cells"], found.cells, strict=True):
        virtual = counterpart.cells[one.place]
        why = explanation(found.review, one.place, VIRTUAL, virtual.verdict.word)
        cell["virtual"] = _cell(virtual, one.measure) | {"explanation": why}
    summary["virtual"] = {
        "trials": [_trial(replay) for replay in counterpart.replays],
        "draws": DRAWS,
        **tally(cell["virtual"] for cell in summary["cells"]),
    }


def _trial(replay: Replay) -> Data:
    return {
        "study": replay.trial.study_id,
        "name": replay.trial.name,
        "disease": replay.trial.disease,
        "role": replay.trial.role,
        "study_file": replay.file.id if replay.file else None,
        "patients": replay.patients or None,
        "members": replay.members or None,
        "same_text": replay.same_text,
        "reason": replay.reason,
    }


def _cell(cell: VirtualCell, measure: str) -> Data:
    return {
        "k": len(cell.effects),
        "n": sum(effect.n for effect in cell.effects),
        "pooled": _pooled(cell, measure),
        "effects": [_effect(effect, measure) for effect in cell.effects],
        "missing": [{"study": study, "reason": reason} for study, reason in cell.missing],
        "verdict": cell.verdict.word,
        "judgements": [
            {"question": one.question, "source": one.source, "agrees": one.agrees}
            for one in cell.verdict.judgements
        ],
        "reason": cell.verdict.reason,
    }


def _pooled(cell: VirtualCell, measure: str) -> Data | None:
    pooled = cell.pooled
    if pooled is None:
        return None
    low, high = pooled.typical
    return {
        **_predicted(pooled.found, measure),
        "typical_low": readable(measure, low),
        "typical_high": readable(measure, high),
        "share_significant": pooled.significant,
        "share_below_no_effect": pooled.below,
    }


def _predicted(found: Predicted, measure: str) -> Data:
    return {name: readable(measure, getattr(found, name)) for name in ("estimate", "low", "high")}


def _effect(effect: VirtualEffect, measure: str) -> Data:
    return {
        "study": effect.trial.study_id,
        "name": effect.trial.name,
        "role": effect.trial.role,
        "disease": effect.trial.disease,
        "endpoint": effect.endpoint,
        "kind": effect.kind,
        "time_months": effect.months,
        **_predicted(predicted(effect.estimate), measure),
        "treated": _side(effect.treated),
        "control": _side(effect.control),
    }


def _side(side: VirtualSide) -> Data:
    return {"n": side.n, "mean": side.mean, "sd": side.sd if math.isfinite(side.sd) else None}
