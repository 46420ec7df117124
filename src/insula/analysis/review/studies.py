"""Which studies of a topic a review pools: criteria over their words, with the reason for every one left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insula.catalog import Catalog
    from insula.catalog.base import Title
    from insula.catalog.evidence_tables import EvidenceTables
    from insula.catalog.records import Review
    from insula.catalog.records.reviews import Words

OTHER_DESIGN = "its design is not that of the review"
OTHER_DISEASE = "its disease is not that of the review"
OTHER_THERAPY = "no treated arm has a therapy of the review"
NO_CONTROL = "it has no control arm"


@dataclass(frozen=True)
class ReviewedStudy:
    """A study of the topic as a review sees it.

    Parameters
    ----------
    study_id, name, disease, role
        As in studies.csv; the role says whether a model was ever fitted to it.
    patients
        Of these arms; of the whole study where an arm has no size; 0 where neither is given.
    treated, control
        Arms that are compared; several arms of one side count as one group.
    reason
        Why it is not pooled, in English or as the review words it; empty where it is.
    """

    study_id: str
    name: str
    disease: str
    role: str
    patients: int
    treated: tuple[str, ...]
    control: tuple[str, ...]
    reason: str | Title

    @property
    def meets(self) -> bool:
        """Whether the review pools it."""
        return not self.reason


def reviewed_studies(review: Review, tables: EvidenceTables) -> tuple[ReviewedStudy, ...]:
    """Return every study of the topic, pooled or with the reason why not, in the order of its table."""
    arms: dict[str, list[Mapping[str, str]]] = {}
    for row in tables.arms:
        arms.setdefault(row.cells["study_id"], []).append(row.cells)
    return tuple(_study(review, row.cells, arms.get(row.cells["study_id"], [])) for row in tables.studies)


def trials_of_review(catalog: Catalog, review_id: str) -> frozenset[str]:
    """Return the ids of the published studies that meet the criteria of a review.

    Raises
    ------
    UnknownName
        For a review or topic that there is not; with close names.
    """
    review = catalog.reviews[review_id]
    studies = reviewed_studies(review, catalog.evidence(review.topic))
    return frozenset(study.study_id for study in studies if study.meets)


def arms_left_out(review: Review) -> dict[tuple[str, str], Title]:
    """Return the reason by (study, arm) of single arms that the review leaves out."""
    return {(one.study, arm): one.reason for one in review.left_out for arm in one.arms}


def _study(review: Review, cells: Mapping[str, str], arms: list[Mapping[str, str]]) -> ReviewedStudy:
    study = cells["study_id"]
    absent = arms_left_out(review)
    kept = [arm for arm in arms if (study, arm["arm_id"]) not in absent]
    treated = [
        arm for arm in kept if arm["role"] == "treatment" and arm["therapy"] in review.studies.therapies
    ]
    control = [arm for arm in kept if arm["role"] == "control"]
    return ReviewedStudy(
        study_id=study,
        name=cells["short_name"],
        disease=cells["disease"],
        role=cells["role"],
        patients=_patients(cells, [*treated, *control] if treated and control else []),
        treated=tuple(arm["arm_id"] for arm in treated),
        control=tuple(arm["arm_id"] for arm in control),
        reason=_reason(review, cells, bool(treated), bool(control)),
    )


def _patients(cells: Mapping[str, str], arms: list[Mapping[str, str]]) -> int:
    sizes = [arm["n"] for arm in arms]
    return sum(map(int, sizes)) if sizes and all(sizes) else int(cells["n_total"] or 0)


def _reason(review: Review, cells: Mapping[str, str], treated: bool, control: bool) -> str | Title:
    left_out = (one.reason for one in review.left_out if one.study == cells["study_id"] and not one.arms)
    criteria = review.studies
    reasons = (
        (not _fits(criteria.design, cells["design"]), OTHER_DESIGN),
        (cells["disease"] not in criteria.diseases, OTHER_DISEASE),
        (not treated, OTHER_THERAPY),
        (not control, NO_CONTROL),
    )
    return next((reason for holds, reason in reasons if holds), next(left_out, ""))


def _fits(words: Words, text: str) -> bool:
    text = text.casefold()
    has, lacks = (any(word.casefold() in text for word in some) for some in (words.contains, words.lacks))
    return has and not lacks
