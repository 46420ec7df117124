"""Published rows as the naive predictors and the pairs of arms see them: harmonised, with therapy and disease."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from insula.evidence.disagreements import same_sources
from insula.evidence.harmonise import harmonised_rows
from insula.evidence.therapies import class_of, classes_in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from insula.catalog import Catalog
    from insula.evidence import PublishedRow
    from insula.evidence.harmonise import HarmonisedRow
    from insula.evidence.vocabulary import Vocabulary


@dataclass(frozen=True)
class KnownRow:
    """One scorable published number of an arm; shares stand for counts.

    Parameters
    ----------
    arm_place
        Where the arm stands in its study: treated arms first, then controls, else as in arms.csv.
    analysis
        As printed, small letters.
    value, sd
        In the unit of the endpoint; sd of the patients, NaN where not known.
    therapy, disease
        Class of the arm's therapy; disease of the study, small letters.
    source
        The row as the virtual trials see it.
    """

    study_id: str
    arm_id: str
    arm_place: tuple[int, int]
    outcome: str
    statistic: str
    analysis: str
    time_months: float
    value: float
    sd: float
    n: int
    therapy: str
    disease: str
    source: PublishedRow

    @property
    def standard_error(self) -> float:
        """Standard error of the value; 0 where its spread is not known."""
        if self.statistic == "proportion":
            return math.sqrt(self.value * (1 - self.value) / self.n)
        return 0.0 if math.isnan(self.sd) else self.sd / math.sqrt(self.n)


@dataclass(frozen=True)
class StudyRows:
    """Every published row of a study, in the order of its tables, with what can be judged of it (None: nothing)."""

    role: str
    rows: tuple[tuple[PublishedRow, KnownRow | None], ...]

    @property
    def known(self) -> list[KnownRow]:
        """Rows that can be judged."""
        return [known for _, known in self.rows if known]


@dataclass(frozen=True)
class _Arm:
    place: tuple[int, int]
    therapy: str
    disease: str


def rows_by_study(catalogs: Sequence[Catalog], vocabulary: Vocabulary) -> dict[str, StudyRows]:
    """Return the rows of every study; a study of an earlier catalog hides one of the same id in a later one."""
    found: dict[str, StudyRows] = {}
    for catalog in reversed(catalogs):
        arms = _arms(catalog)
        studies: dict[str, list[tuple[PublishedRow, KnownRow | None]]] = {}
        roles = {
            row.cells["study_id"]: row.cells["role"] for t in catalog.topics.values() for row in t.studies
        }
        for row in harmonised_rows(catalog, vocabulary):
            arm = arms[row.topic, row.published.study_id, row.published.arm_id]
            studies.setdefault(row.published.study_id, []).append((row.published, _known(row, arm)))
        found |= {name: StudyRows(role, tuple(studies.get(name, ()))) for name, role in roles.items()}
    return found


def twins(catalogs: Sequence[Catalog]) -> dict[str, frozenset[str]]:
    """Return, for studies that name one publication, the ids of all of them."""
    found: dict[str, frozenset[str]] = {}
    for source in same_sources(*catalogs):
        for name in source.studies:
            found[name] = found.get(name, frozenset()) | set(source.studies)
    return found


def _known(row: HarmonisedRow, arm: _Arm) -> KnownRow | None:
    """Return what can be judged of a row: it is scorable, or may be shown beside those that are."""
    published = row.published
    if not (published.scorable or published.show):
        return None
    return KnownRow(
        study_id=published.study_id,
        arm_id=published.arm_id,
        arm_place=arm.place,
        outcome=published.endpoint,
        statistic=row.statistic,
        analysis=row.original["analysis"].casefold(),
        time_months=published.time_months,
        value=row.value,
        sd=row.moments.sd,
        n=published.n,
        therapy=arm.therapy,
        disease=arm.disease,
        source=published,
    )


def _arms(catalog: Catalog) -> dict[tuple[str, str, str], _Arm]:
    classes = classes_in_order(catalog)
    found = {}
    for topic, tables in catalog.topics.items():
        diseases = {row.cells["study_id"]: row.cells["disease"].casefold() for row in tables.studies}
        for number, row in enumerate(tables.arms):
            cells = row.cells
            place = (int(cells["role"] == "control"), number)
            therapy = class_of(cells["therapy"], classes)
            key = (topic, cells["study_id"], cells["arm_id"])
            found[key] = _Arm(place, therapy, diseases[cells["study_id"]])
    return found
