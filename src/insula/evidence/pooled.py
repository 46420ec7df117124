"""Pooled effects of meta-analyses on one scale, and doses of cells as numbers: the rows beside the outcomes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from insula.core.tables import read_csv
from insula.evidence.published import NO_VALUE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from insula.catalog import Catalog
    from insula.catalog.evidence_tables import EvidenceTables
    from insula.core.tables import Row
    from insula.evidence.vocabulary import Vocabulary, Word

MEASURES = ("meta_analysis_id", "outcome", "measure", "scale", "unit", "sign", "presumed", "reason", "note")
DOSES = ("cell_dose_unit", "counts", "factor", "from_unit", "reason", "note")
_ANY = "*"

UNKNOWN_MEASURE = "this measure is not known for this outcome"
NO_MEANING = "this word has no meaning here"
NO_DOSE = "no dose of cells is given"
UNKNOWN_DOSE_UNIT = "this unit of a dose is not known"
DOSE_IN_WORDS = "the dose is a range or words, not one number"


@dataclass(frozen=True)
class PooledEffect:
    """One row of pooled.csv on the scale of its outcome.

    Parameters
    ----------
    topic, number, meta_analysis_id
        Where it stands.
    meaning, scale
        Endpoint or outcome id, and the kind of effect: ``own`` (a difference), ``share``, ``ratio``, ``standardised``.
    estimate, low, high, unit
        Low and high are the ends of the 95 % interval; a fall is negative. NaN where not known.
    presumed
        Whether the unit was presumed by whoever read the source.
    reason
        Why it could not be converted; empty where it could.
    original
        The cells as printed.
    """

    topic: str
    number: int
    meta_analysis_id: str
    meaning: str
    scale: str
    estimate: float
    low: float
    high: float
    unit: str
    presumed: bool
    reason: str
    original: Mapping[str, str]


def pooled_effects(catalog: Catalog, vocabulary: Vocabulary) -> tuple[PooledEffect, ...]:
    """Return every pooled effect of every topic, in the order of the tables."""
    topics = (catalog.evidence(topic) for topic in catalog.topics)
    return tuple(effect for tables in topics for effect in pooled_effects_of(tables, vocabulary))


def pooled_effects_of(tables: EvidenceTables, vocabulary: Vocabulary) -> tuple[PooledEffect, ...]:
    """Return every pooled effect of a topic; what the measures mean stands beside the topic's folder."""
    measures = _by_key(tables.folder.parent / "pooled_measures.csv", MEASURES, MEASURES[:3])
    return tuple(_effect(tables.topic, row, measures, vocabulary) for row in tables.pooled)


def _by_key(
    path: Path, columns: tuple[str, ...], key: tuple[str, ...]
) -> dict[tuple[str, ...], dict[str, str]]:
    rows = read_csv(path, columns)[0] if path.exists() else []
    return {tuple(row.cells[name] for name in key): row.cells for row in rows}


def _effect(
    topic: str, row: Row, measures: Mapping[tuple[str, ...], Mapping[str, str]], vocabulary: Vocabulary
) -> PooledEffect:
    cells = row.cells
    study, outcome = cells["meta_analysis_id"], cells["outcome"]
    keys = [(s, o, cells["measure"]) for s in (study, _ANY) for o in (outcome, _ANY)]
    measure = next((measures[key] for key in keys if key in measures), None)
    word = vocabulary.word(outcome, measure["unit"], study) if measure and measure["unit"] else None
    meaning = word.meaning if word else vocabulary.meaning(outcome, study)
    reason = _reason(cells, measure, word, meaning is None)
    ends = [math.nan] * 3 if reason or measure is None else _numbers(cells, measure, word)
    scale = measure["scale"] if measure else ""
    return PooledEffect(
        topic=topic,
        number=row.number,
        meta_analysis_id=study,
        meaning=meaning.id if meaning else "",
        scale=scale,
        estimate=ends[0],
        low=ends[1],
        high=ends[2],
        unit=word.to_unit if word and not reason else "" if reason else "dimensionless",
        presumed=measure is not None and measure["presumed"] == "yes",
        reason=reason,
        original=cells,
    )


def _reason(
    cells: Mapping[str, str], measure: Mapping[str, str] | None, word: Word | None, unknown: bool
) -> str:
    if measure is None:
        return UNKNOWN_MEASURE
    if not cells["estimate"]:
        return NO_VALUE
    if measure["reason"]:
        return measure["reason"]
    return (word.reason if word and word.meaning is None else NO_MEANING) if unknown else ""


def _numbers(cells: Mapping[str, str], measure: Mapping[str, str], word: Word | None) -> list[float]:
    """Return estimate and both ends; ends that were printed for a fall change places."""
    sign = int(measure["sign"] or 1)
    found = [sign * float(cells[name] or math.nan) for name in ("estimate", "ci_low", "ci_high")]
    if word is not None:
        difference = "mean_difference" if measure["scale"] == "own" else "proportion"
        found = [word.translate(number, difference) for number in found]
    return found if sign == 1 else [found[0], found[2], found[1]]


@dataclass(frozen=True)
class CellDose:
    """The dose of cells of an arm: number and unit (``cell``, ``cell_per_kg`` ...), or the reason why there is none."""

    topic: str
    study_id: str
    arm_id: str
    number: int
    counts: str
    value: float
    unit: str
    reason: str
    original: Mapping[str, str]


def cell_doses(catalog: Catalog) -> tuple[CellDose, ...]:
    """Return the dose of every arm of every topic."""
    return tuple(dose for topic in catalog.topics for dose in cell_doses_of(catalog.evidence(topic)))


def cell_doses_of(tables: EvidenceTables) -> tuple[CellDose, ...]:
    """Return the dose of every arm of a topic; what the units mean stands beside the topic's folder."""
    units = _by_key(tables.folder.parent / "dose_units.csv", DOSES, DOSES[:1])
    return tuple(_dose(tables.topic, row, units) for row in tables.arms)


def _dose(topic: str, row: Row, units: Mapping[tuple[str, ...], Mapping[str, str]]) -> CellDose:
    cells = row.cells
    known = units.get((cells["cell_dose_unit"],))
    value, unit, reason = math.nan, "", ""
    if not cells["cell_dose"]:
        reason = NO_DOSE
    elif known is None:
        reason = UNKNOWN_DOSE_UNIT
    elif known["reason"]:
        reason = known["reason"]
    elif not _is_number(cells["cell_dose"]):
        reason = DOSE_IN_WORDS
    else:
        value, unit = float(cells["cell_dose"]) * float(known["factor"]), known["from_unit"]
    counts = known["counts"] if known else ""
    return CellDose(topic, cells["study_id"], cells["arm_id"], row.number, counts, value, unit, reason, cells)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
