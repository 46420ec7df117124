"""A living review: what the evidence tables hold now, pooled and held against what was published."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from insula.analysis.review.agreement import verdict
from insula.analysis.review.cells import Cell, Place, pool_effects
from insula.analysis.review.effects import study_effect
from insula.analysis.review.events import SHARES, treated_events
from insula.analysis.review.published import Unplaced, place_published
from insula.analysis.review.studies import ReviewedStudy, reviewed_studies
from insula.analysis.review.unused import UnusedRow, unused_rows
from insula.analysis.review.windows import windows_of
from insula.catalog.records.reviews import OVERALL
from insula.evidence import load_vocabulary
from insula.evidence.harmonise import HarmonisedRow, harmonised_tables
from insula.evidence.pooled import PooledEffect, pooled_effects_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from insula.catalog import Catalog
    from insula.catalog.records import Review
    from insula.catalog.records.reviews import Claim, ReviewOutcome

    Claims = dict[Place, list[tuple[str, Claim]]]
    Rows = Mapping[str, Sequence[HarmonisedRow]]


@dataclass(frozen=True)
class Findings:
    """What a review found.

    Parameters
    ----------
    studies
        Every study of the topic, pooled or with the reason why not.
    cells
        Every outcome at every time in every subgroup, in the order of the review.
    unused, unplaced
        Rows of single studies, and published pooled numbers, that have no place in it, with the reason.
    """

    review: Review
    studies: tuple[ReviewedStudy, ...]
    cells: tuple[Cell, ...]
    unused: tuple[UnusedRow, ...]
    unplaced: tuple[Unplaced, ...]

    @property
    def pooled_studies(self) -> dict[str, int]:
        """Studies that gave any effect, with the most patients that one of their effects has."""
        found: dict[str, int] = {}
        for cell in self.cells:
            for effect in cell.effects:
                study = effect.study.study_id
                found[study] = max(effect.n, found.get(study, 0))
        return found


def conduct_review(catalog: Catalog, review_id: str) -> Findings:
    """Pool the evidence tables as a review says.

    Raises
    ------
    UnknownName
        For a review or topic that there is not; with close names.
    InvalidText
        When the review, the vocabulary or a table cannot be read; with every fault.
    MetaAnalysisError
        When a study has an impossible number.
    """
    review = catalog.reviews[review_id]
    tables = catalog.evidence(review.topic)
    vocabulary = load_vocabulary(catalog.root / "evidence")
    rows = harmonised_tables(tables, vocabulary)
    studies = reviewed_studies(review, tables)
    placed, unplaced = place_published(review, pooled_effects_of(tables, vocabulary))
    cells = tuple(_cells(review, studies, rows, placed))
    used = {row.published.number: cell.place.outcome for cell in cells for row in cell.rows}
    unused = unused_rows(review, {study.study_id: study for study in studies}, rows, used)
    return Findings(review, studies, cells, unused, unplaced)


def _cells(
    review: Review,
    studies: Sequence[ReviewedStudy],
    rows: Sequence[HarmonisedRow],
    published: Mapping[Place, Sequence[PooledEffect]],
) -> Iterator[Cell]:
    meeting = [study for study in studies if study.meets]
    claims = _claims(review)
    for name, outcome in review.outcomes.items():
        own = {study.study_id: _rows_of(study, outcome, rows) for study in meeting}
        for window in windows_of(review, name):
            effects = {
                study.study_id: study_effect(study, own[study.study_id], outcome, window) for study in meeting
            }
            counts = [
                treated_events(study, own[study.study_id], window)
                for study in meeting
                if outcome.measure in SHARES and effects[study.study_id] is None
            ]
            for subgroup in (OVERALL, *review.subgroups):
                place = Place(name, window.months, subgroup)
                here = tuple(one for one in effects.values() if one and _belongs(review, one.study, subgroup))
                counted = tuple(one for one in counts if one and _belongs(review, one.study, subgroup))
                pooled = pool_effects(outcome.measure, here)
                told, numbers = tuple(claims.get(place, ())), tuple(published.get(place, ()))
                found = verdict(outcome.measure, pooled, told, numbers, counted)
                yield Cell(place, outcome.measure, here, pooled, counted, told, numbers, found)


def _rows_of(
    study: ReviewedStudy, outcome: ReviewOutcome, rows: Sequence[HarmonisedRow]
) -> list[HarmonisedRow]:
    own = (row for row in rows if row.published.study_id == study.study_id)
    return [row for row in own if outcome.asks(row.meaning, row.original["outcome"])]


def _belongs(review: Review, study: ReviewedStudy, subgroup: str) -> bool:
    return subgroup == OVERALL or study.disease in review.subgroups[subgroup].diseases


def _claims(review: Review) -> Claims:
    found: Claims = {}
    for block in review.claims:
        for claim in block.rows:
            place = Place(claim.outcome, claim.months, claim.subgroup)
            found.setdefault(place, []).append((block.source, claim))
    return found
