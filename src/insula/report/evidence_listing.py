"""What is published, harmonised and as printed side by side: one study, one outcome, or an overview of the topics."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from insula.core.errors import UnknownName
from insula.evidence import load_vocabulary
from insula.evidence.disagreements import Disagreement, disagreements, same_sources
from insula.evidence.harmonise import HarmonisedRow, harmonised_rows
from insula.evidence.per_weight import rows_per_weight
from insula.evidence.pooled import PooledEffect, cell_doses, pooled_effects

if TYPE_CHECKING:
    from insula.catalog import Catalog
    from insula.evidence.vocabulary import Vocabulary


def evidence_listing(
    catalog: Catalog, study: str | None = None, outcome: str | None = None
) -> dict[str, Any]:
    """Return harmonised rows with their original cells, pooled effects and disagreements, ready for JSON.

    Parameters
    ----------
    study
        Study or meta-analysis id; None: all.
    outcome
        Endpoint or outcome id; None: all. Totals divided by weight are listed with the outcome per kg.

    Raises
    ------
    UnknownName
        For a study or outcome that there is not; with close names.
    """
    vocabulary = load_vocabulary(catalog.root / "evidence")
    printed = harmonised_rows(catalog, vocabulary)
    effects = pooled_effects(catalog, vocabulary)
    _check_names(catalog, vocabulary, effects, study, outcome)
    rows = (*printed, *rows_per_weight(printed, catalog, vocabulary))

    def wanted(of_study: str, meaning: str) -> bool:
        return study in (None, of_study) and outcome in (None, meaning)

    chosen = [row for row in rows if wanted(row.published.study_id, row.meaning)]
    return {
        "study": study,
        "outcome": outcome,
        "definition": _definition(vocabulary, outcome),
        "not_replayed_because": _not_replayed(catalog, study),
        "rows": [_row(row, vocabulary) for row in chosen],
        "pooled": [_effect(one, vocabulary) for one in effects if wanted(one.meta_analysis_id, one.meaning)],
        "disagreements": [listed_disagreement(one) for one in disagreements(chosen)],
    }


def evidence_overview(catalog: Catalog) -> dict[str, Any]:
    """Return how many rows each table of each topic has, how many are harmonised, and the reasons of the others."""
    vocabulary = load_vocabulary(catalog.root / "evidence")
    rows, doses = harmonised_rows(catalog, vocabulary), cell_doses(catalog)
    effects = pooled_effects(catalog, vocabulary)
    found = {}
    for topic in catalog.topics:
        tables = catalog.evidence(topic)
        found[topic] = {
            "studies": len(tables.studies),
            "arms": _counts(
                [dose.reason for dose in doses if dose.topic == topic and dose.original["cell_dose"]]
            )
            | {"rows": len(tables.arms)},
            "outcomes": _counts([row.reason for row in rows if row.topic == topic])
            | {"with_sd": sum(row.topic == topic and not math.isnan(row.moments.sd) for row in rows)},
            "pooled": _counts([effect.reason for effect in effects if effect.topic == topic]),
        }
    return {
        "topics": found,
        "not_replayed": [
            {"reason": group.reason.model_dump(), "studies": list(group.studies)}
            for group in catalog.not_replayed.values()
        ],
        "disagreements": [listed_disagreement(one) for one in disagreements(rows)],
        "same_source": [
            {"source": one.source, "studies": list(one.studies)} for one in same_sources(catalog)
        ],
    }


def _counts(reasons: list[str]) -> dict[str, Any]:
    why: dict[str, int] = {}
    for reason in filter(None, reasons):
        why[reason] = why.get(reason, 0) + 1
    return {"rows": len(reasons), "harmonised": reasons.count(""), "reasons": why}


def _check_names(
    catalog: Catalog,
    vocabulary: Vocabulary,
    effects: tuple[PooledEffect, ...],
    study: str | None,
    outcome: str | None,
) -> None:
    studies = {row.cells["study_id"] for topic in catalog.topics for row in catalog.evidence(topic).studies}
    studies |= {effect.meta_analysis_id for effect in effects}
    if study is not None and study not in studies:
        raise UnknownName("study in evidence/", study, studies)
    if outcome is not None and outcome not in vocabulary.meanings:
        raise UnknownName("published outcome", outcome, vocabulary.meanings)


def _definition(vocabulary: Vocabulary, outcome: str | None) -> dict[str, Any] | None:
    if outcome is None:
        return None
    meaning = vocabulary.meanings[outcome]
    return {"title": dict(meaning.title), "definition": dict(meaning.definition), "unit": meaning.unit}


def _not_replayed(catalog: Catalog, study: str | None) -> dict[str, Any] | None:
    """Return by language why no study file replays this study; None where one does, or nothing is said."""
    reasons = [group.reason for group in catalog.not_replayed.values() if study in group.studies]
    return reasons[0].model_dump() if reasons else None


def _row(row: HarmonisedRow, vocabulary: Vocabulary) -> dict[str, Any]:
    published, moments = row.published, row.moments
    meaning = vocabulary.meanings.get(row.meaning)
    return {
        "topic": row.topic,
        "row": published.number,
        "study": published.study_id,
        "role": published.role,
        "arm": published.arm_id,
        "outcome": row.meaning,
        "title": dict(meaning.title) if meaning else None,
        "quantity": meaning.quantity if meaning else None,
        "time_months": _known(published.time_months),
        "statistic": row.statistic,
        "scale": row.scale,
        "value": _known(row.value),
        "low": _known(row.low),
        "high": _known(row.high),
        "unit": row.unit,
        "mean": _known(moments.mean),
        "sd": _known(moments.sd),
        "sd_method": moments.method,
        "no_sd_because": moments.reason,
        "n": published.n or None,
        "n_from": published.n_from,
        "not_harmonised_because": row.reason,
        "not_scored_because": published.reason,
        "derived": row.derived,
        "original": dict(row.original),
    }


def _effect(effect: PooledEffect, vocabulary: Vocabulary) -> dict[str, Any]:
    meaning = vocabulary.meanings.get(effect.meaning)
    return {
        "topic": effect.topic,
        "row": effect.number,
        "meta_analysis": effect.meta_analysis_id,
        "outcome": effect.meaning,
        "title": dict(meaning.title) if meaning else None,
        "quantity": meaning.quantity if meaning else None,
        "scale": effect.scale,
        "estimate": _known(effect.estimate),
        "low": _known(effect.low),
        "high": _known(effect.high),
        "unit": effect.unit,
        "unit_presumed": effect.presumed,
        "not_harmonised_because": effect.reason,
        "original": dict(effect.original),
    }


def listed_disagreement(one: Disagreement) -> dict[str, Any]:
    """Return a disagreement with its rows, ready for JSON."""
    return {
        "kind": one.kind,
        "study": one.study_id,
        "arm": one.arm_id,
        "outcome": one.meaning,
        "time_months": _known(one.time_months),
        "rows": [
            {
                "topic": row.topic,
                "row": row.published.number,
                "statistic": row.statistic,
                "value": _known(row.value),
                "unit": row.unit,
                "analysis": row.original["analysis"],
                "seen_in": row.original["seen_in"],
            }
            for row in one.rows
        ],
    }


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
