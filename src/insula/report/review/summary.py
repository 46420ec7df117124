"""A review as plain data: the one dictionary from which terminal, page, tables and JSON are made."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from insula.analysis.review import Findings, conduct_review
from insula.analysis.review.agreement import readable
from insula.analysis.review.cells import METHOD
from insula.catalog.records.reviews import OVERALL
from insula.core.citations import format_reference
from insula.evidence.vocabulary import read_meanings
from insula.report.review.explanations import TABLES, explanation, tally
from insula.report.review.virtual import add_virtual

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from insula.analysis.review.cells import Cell
    from insula.analysis.review.effects import StudyEffect
    from insula.analysis.review.events import EventCount
    from insula.analysis.review.groups import Group
    from insula.analysis.review.published import Unplaced
    from insula.analysis.review.studies import ReviewedStudy
    from insula.analysis.review.unused import UnusedRow
    from insula.catalog import Catalog
    from insula.catalog.base import Title
    from insula.catalog.records import Sentences
    from insula.evidence.harmonise import HarmonisedRow
    from insula.evidence.pooled import PooledEffect
    from insula.evidence.vocabulary import Meaning

Data = dict[str, Any]
OVERALL_TITLE = {"en": "All", "zh": "全部"}


def review_summary(catalog: Catalog, review_id: str, runs: Path | None = None) -> Data:
    """Conduct a review and return everything it found, ready for JSON; numbers that are not known are None.

    Parameters
    ----------
    runs
        Folder of finished runs of its trials; with it the summary holds what virtual trials find (`add_virtual`).

    Returns
    -------
    dict
        ``review``: its text; ``reached``: how much of the published set is here; ``outcomes``: title, measure and unit
        of each; ``cells``: what was pooled, published, judged and explained; ``studies``, ``unused_rows`` and
        ``published_without_place``: everything else, with reasons; ``sources``: references by key.

    Raises
    ------
    UnknownName, InvalidText, MetaAnalysisError
        As `conduct_review`.
    InsulaError
        When a run is damaged.
    """
    found = conduct_review(catalog, review_id)
    summary = _summary(catalog, found)
    if runs is not None:
        add_virtual(summary, catalog, found, runs)
    return summary


def _summary(catalog: Catalog, found: Findings) -> Data:
    review = found.review
    outcomes = _outcomes(found, read_meanings(catalog))
    cells = [_cell(found, cell, outcomes[cell.place.outcome]) for cell in found.cells]
    return {
        "review": {
            "id": review.id, "title": _text(review.title), "question": _text(review.question), "topic": review.topic,
            "limitations": _sentences(review.limitations),
            "method": METHOD,
        },
        "reached": _reached(found) | tally(cells),
        "outcomes": outcomes,
        "cells": cells,
        "studies": [_study(study, found) for study in found.studies],
        "unused_rows": [_unused(one) for one in found.unused],
        "published_without_place": [_unplaced(one) for one in found.unplaced],
        "sources": {
            block.source: {"reference": format_reference(catalog.citations[block.source]), "place": block.place}
            for block in review.claims
            if block.source in catalog.citations
        },
    }  # fmt: skip


def _text(text: str | Title) -> str | dict[str, str]:
    return text if isinstance(text, str) else {"en": text.en, "zh": text.zh}


def _sentences(sentences: Sentences | None) -> list[dict[str, str]]:
    pairs = zip(sentences.en, sentences.zh, strict=True) if sentences else ()
    return [{"en": en, "zh": zh} for en, zh in pairs]


def _outcomes(found: Findings, meanings: Mapping[str, Meaning]) -> dict[str, Data]:
    described = {}
    for name, outcome in found.review.outcomes.items():
        first = meanings[outcome.of[0]]
        difference = outcome.measure == "MD"
        described[name] = {
            "title": _text(outcome.title) if outcome.title else dict(first.title),
            "measure": outcome.measure,
            "unit": first.unit if difference else "dimensionless",
            "quantity": (first.quantity or "") if difference else "",
            "endpoint_unit": first.unit,
            "ratio": outcome.measure in ("RR", "OR"),
        }
    return described


def _reached(found: Findings) -> Data:
    meeting = [study for study in found.studies if study.meets]
    published = found.review.published_set
    return {
        "trials_published": int(published.trials.value or 0) if published else None,
        "patients_published": int(published.patients.value or 0) if published else None,
        "trials_meeting_criteria": len(meeting),
        "patients_meeting_criteria": sum(study.patients for study in meeting),
        "trials_pooled": len(found.pooled_studies),
        "patients_pooled": sum(found.pooled_studies.values()),
    }


def _cell(found: Findings, cell: Cell, outcome: Data) -> Data:
    subgroup = cell.place.subgroup
    title = OVERALL_TITLE if subgroup == OVERALL else _text(found.review.subgroups[subgroup].title)
    return {
        "outcome": cell.place.outcome,
        "months": cell.place.months,
        "subgroup": subgroup,
        "subgroup_title": title,
        "measure": cell.measure,
        "unit": outcome["unit"],
        "k": len(cell.effects),
        "n": cell.n,
        "pooled": _pooled(cell),
        "effects": [_effect(effect, cell) for effect in cell.effects],
        "treated_events": [_counted(one) for one in cell.counted],
        "claims": [
            {"source": source, **claim.model_dump(include={"direction", "significant", "no_events", "note"})}
            for source, claim in cell.claims
        ],
        "published": [_published(effect) for effect in cell.published],
        "verdict": cell.verdict.word,
        "judgements": [
            {"question": one.question, "source": one.source, "agrees": one.agrees}
            for one in cell.verdict.judgements
        ],
        "reason": cell.verdict.reason,
        "explanation": explanation(found.review, cell.place, TABLES, cell.verdict.word),
    }


def _pooled(cell: Cell) -> Data | None:
    pooled = cell.pooled
    if pooled is None:
        return None
    spread = pooled.model.heterogeneity
    several = len(cell.effects) > 1
    prediction = [readable(cell.measure, end) for end in pooled.prediction] if pooled.prediction else None
    return {
        "estimate": readable(cell.measure, pooled.estimate),
        "low": readable(cell.measure, pooled.low),
        "high": readable(cell.measure, pooled.high),
        "p": pooled.p_value,
        "i2": spread.i2 if several else None,
        "tau2": spread.tau2 if several else None,
        "prediction": prediction,
        "interval": pooled.model.interval,
        "single_study": not several,
    }


def _effect(effect: StudyEffect, cell: Cell) -> Data:
    pooled = cell.pooled
    assert pooled is not None  # a cell with an effect is pooled
    low, high = effect.interval(pooled.level)
    weight = pooled.model.weight[cell.effects.index(effect)]
    return {
        "study": effect.study.study_id,
        "name": effect.study.name,
        "role": effect.study.role,
        "disease": effect.study.disease,
        "kind": effect.kind,
        "estimate": readable(cell.measure, effect.estimate),
        "low": readable(cell.measure, low),
        "high": readable(cell.measure, high),
        "weight_percent": float(weight),
        "treated": _group(effect.treated),
        "control": _group(effect.control),
        "baseline_difference": _known(effect.baseline_difference),
        "remarks": list(effect.remarks),
    }


def _counted(one: EventCount) -> Data:
    return {
        "study": one.study.study_id,
        "name": one.study.name,
        "role": one.study.role,
        "disease": one.study.disease,
        "events": one.events,
        "patients": one.patients,
        "words": [row.original["outcome"] for row in one.rows],
        "rows": [_place(row) for row in one.rows],
    }


def _group(group: Group) -> Data:
    return {
        "n": group.n,
        "mean": group.mean,
        "sd": _known(group.sd),
        "sd_methods": list(group.methods),
        "rows": [_place(row) for row in group.rows],
    }


def _place(row: HarmonisedRow) -> Data:
    published = row.published
    return {"row": published.number, "arm": published.arm_id, "time_months": _known(published.time_months)}


def _published(effect: PooledEffect) -> Data:
    return {
        "meta_analysis": effect.meta_analysis_id,
        "row": effect.number,
        "estimate": _known(effect.estimate),
        "low": _known(effect.low),
        "high": _known(effect.high),
        "unit": effect.unit,
        "unit_presumed": effect.presumed,
        "original": dict(effect.original),
    }


def _study(study: ReviewedStudy, found: Findings) -> Data:
    return {
        "study": study.study_id,
        "name": study.name,
        "disease": study.disease,
        "role": study.role,
        "patients": study.patients or None,
        "meets_criteria": study.meets,
        "pooled": study.study_id in found.pooled_studies,
        "reason": _text(study.reason),
    }


def _unused(one: UnusedRow) -> Data:
    row = one.row
    return {
        "study": row.published.study_id,
        **_place(row),
        "outcome": one.outcome,
        "statistic": row.statistic,
        "original": dict(row.original),
        "reason": _text(one.reason),
    }


def _unplaced(one: Unplaced) -> Data:
    return {**_published(one.effect), "reason": one.reason}


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
