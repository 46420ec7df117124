"""Published arms that resemble the patient under a therapy, and the harms that were published of the therapy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from insula.evidence import load_vocabulary
from insula.evidence.harmonise import harmonised_rows
from insula.evidence.therapies import class_of, classes_in_order

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from insula.catalog import Catalog
    from insula.catalog.evidence_tables import EvidenceTables
    from insula.core.tables import Row
    from insula.evidence.harmonise import HarmonisedRow


_OF_ONE_ARM = ("proportion", "mean", "median", "change_from_baseline", "percent_change")


@dataclass(frozen=True)
class PublishedArm:
    """An arm of the evidence.

    Parameters
    ----------
    therapy_class
        As evidence/therapy_classes.yaml sorts it.
    size, age, duration
        Number of patients, mean age and mean duration of diabetes in years; NaN where not given. An arm without age or
        duration has those of its study's largest arm that states an age.
    """

    topic: str
    study: str
    name: str
    arm: str
    label: str
    role: str
    disease: str
    therapy_class: str
    size: float
    age: float
    duration: float


def published_arms(catalog: Catalog) -> list[PublishedArm]:
    """Return every arm of every topic, in the order of the tables."""
    classes = classes_in_order(catalog)

    def of_topic(topic: str, tables: EvidenceTables) -> Iterator[PublishedArm]:
        studies = {row.cells["study_id"]: row.cells for row in tables.studies}
        largest = {row.cells["study_id"]: row for row in sorted(tables.arms, key=_stated)}
        for row in tables.arms:
            study, whole = studies[row.cells["study_id"]], largest[row.cells["study_id"]]
            yield PublishedArm(
                topic=topic,
                study=row.cells["study_id"],
                name=study["short_name"],
                arm=row.cells["arm_id"],
                label=row.cells["label"],
                role=study["role"],
                disease=study["disease"],
                therapy_class=class_of(row.cells["therapy"], classes),
                size=_cell(row, "n"),
                age=_cell(row, "age_mean", whole),
                duration=_cell(row, "duration_years_mean", whole),
            )

    return [arm for topic in catalog.topics for arm in of_topic(topic, catalog.evidence(topic))]


def nearest(
    arms: Sequence[PublishedArm],
    therapy_class: str,
    disease: str,
    patient: Mapping[str, float],
    spread: Mapping[str, float],
    most: int,
) -> list[tuple[PublishedArm, float | None]]:
    """Return the arms of a therapy class that are nearest to the patient, each with its distance.

    Parameters
    ----------
    disease
        Of the studies; one that names more than it counts too.
    patient, spread
        ``age`` and ``duration`` of the patient and their standard deviations in the population, in years; what is not
        known does not count.

    Returns
    -------
    At most `most` arms, one of each study. The distance is the root mean square of the differences in standard
    deviations; None where the arm gives neither age nor duration; those come last, larger ones first.
    """
    mine = [arm for arm in arms if arm.therapy_class == therapy_class and arm.disease.startswith(disease)]
    told = [(arm, _distance(arm, patient, spread)) for arm in mine]
    told.sort(key=lambda one: (one[1] is None, one[1] or 0.0, -one[0].size if one[0].size > 0 else 0.0))
    of_study: dict[tuple[str, str], tuple[PublishedArm, float | None]] = {}
    for arm, distance in told:
        of_study.setdefault((arm.topic, arm.study), (arm, distance))
    return list(of_study.values())[:most]


def rows_of(catalog: Catalog, meanings: Collection[str]) -> dict[tuple[str, str, str], list[HarmonisedRow]]:
    """Return the published rows that mean one of these endpoints or outcomes, by topic, study and arm."""
    found: dict[tuple[str, str, str], list[HarmonisedRow]] = {}
    for row in harmonised_rows(catalog, load_vocabulary(catalog.root / "evidence")):
        if row.meaning in meanings and not row.reason:
            key = (row.topic, row.published.study_id, row.published.arm_id)
            found.setdefault(key, []).append(row)
    return found


def telling(rows: Sequence[HarmonisedRow], outcomes: Sequence[str], most: int) -> list[HarmonisedRow]:
    """Return the most telling rows of one arm after its baseline.

    Parameters
    ----------
    outcomes
        What is told first comes first.
    most
        Rows that are returned. Of each outcome it is the latest; where few outcomes were published, the earliest of
        them too. Rows without a time count as latest; comparisons of two arms are left out.
    """
    own = [row for row in rows if row.statistic in _OF_ONE_ARM and not row.published.time_months <= 0]
    by_outcome = [sorted((row for row in own if row.meaning == name), key=_time) for name in outcomes]
    latest = [found[-1] for found in by_outcome if found]
    earliest = [found[0] for found in by_outcome if found and _time(found[0]) < _time(found[-1])]
    chosen = (latest + earliest)[:most]
    return sorted(chosen, key=lambda row: (outcomes.index(row.meaning), _time(row)))


def _time(row: HarmonisedRow) -> float:
    months = row.published.time_months
    return math.inf if math.isnan(months) else months


def _distance(arm: PublishedArm, patient: Mapping[str, float], spread: Mapping[str, float]) -> float | None:
    pairs = ((patient.get(name), spread.get(name), getattr(arm, name)) for name in ("age", "duration"))
    squares = [
        ((own - theirs) / wide) ** 2 for own, wide, theirs in pairs if own and wide and not math.isnan(theirs)
    ]
    return math.sqrt(sum(squares) / len(squares)) if squares else None


def _stated(row: Row) -> tuple[bool, float]:
    """Order arms by whether they state an age, then by size."""
    return bool(row.cells["age_mean"]), float(row.cells["n"] or 0.0)


def _cell(row: Row, name: str, otherwise: Row | None = None) -> float:
    text = row.cells[name] or (otherwise.cells[name] if otherwise else "")
    return float(text or math.nan)
