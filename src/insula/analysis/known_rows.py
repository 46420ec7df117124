"""Published rows as the naive predictors and the pairs of arms see them: harmonised, with therapy and disease."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from insula.evidence.disagreements import same_sources
from insula.evidence.harmonise import harmonised_rows
from insula.evidence.published import NO_STATISTIC, ONE_PATIENT
from insula.evidence.therapies import class_of, classes_in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from insula.catalog import Catalog
    from insula.evidence import PublishedRow
    from insula.evidence.harmonise import HarmonisedRow
    from insula.evidence.vocabulary import Vocabulary

PRINTED = "mean_difference"  # the statistic of a row that is a difference between two arms
FEWEST = 2  # patients of an arm


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
    """Every published row of a study, in the order of its tables, with what can be judged of it (None: nothing).

    `differences` are those that a source prints itself, of a treated arm from the only control arm of its study: as
    the changes of two arms, the difference in the first and 0 in the second, each with its own size.
    """

    role: str
    rows: tuple[tuple[PublishedRow, KnownRow | None], ...]
    differences: tuple[tuple[KnownRow, KnownRow], ...] = ()

    @property
    def known(self) -> list[KnownRow]:
        """Rows that can be judged."""
        return [known for _, known in self.rows if known]


@dataclass(frozen=True)
class _Arm:
    id: str
    place: tuple[int, int]
    size: str
    therapy: str
    disease: str


def rows_by_study(catalogs: Sequence[Catalog], vocabulary: Vocabulary) -> dict[str, StudyRows]:
    """Return the rows of every study; a study of an earlier catalog hides one of the same id in a later one."""
    found: dict[str, StudyRows] = {}
    for catalog in reversed(catalogs):
        arms = _arms(catalog)
        studies: dict[str, list[tuple[PublishedRow, KnownRow | None]]] = {}
        differences: dict[str, list[tuple[KnownRow, KnownRow]]] = {}
        roles = {
            row.cells["study_id"]: row.cells["role"] for t in catalog.topics.values() for row in t.studies
        }
        for row in harmonised_rows(catalog, vocabulary):
            study = row.published.study_id
            arm = arms[row.topic, study, row.published.arm_id]
            studies.setdefault(study, []).append((row.published, _known(row, arm)))
            if vocabulary.rule(row.published.cells) is None:
                controls = [
                    one for key, one in arms.items() if key[:2] == (row.topic, study) and one.place[0]
                ]
                differences.setdefault(study, []).extend(_difference(row.published, arm, controls))
        found |= {
            name: StudyRows(role, tuple(studies.get(name, ())), tuple(differences.get(name, ())))
            for name, role in roles.items()
        }
    return found


def twins(catalogs: Sequence[Catalog]) -> dict[str, frozenset[str]]:
    """Return, for studies that name one publication, the ids of all of them."""
    found: dict[str, frozenset[str]] = {}
    for source in same_sources(*catalogs):
        for name in source.studies:
            found[name] = found.get(name, frozenset()) | set(source.studies)
    return found


def _known(row: HarmonisedRow, arm: _Arm) -> KnownRow | None:
    """Return what can be judged of a row: it is scorable, or is of several people and may be shown beside those."""
    published = row.published
    if not (published.scorable or published.show) or published.reason == ONE_PATIENT:
        return None
    known = _row_of(published, arm, row.moments.sd)
    return replace(known, statistic=row.statistic, value=row.value)


def _row_of(published: PublishedRow, arm: _Arm, sd: float) -> KnownRow:
    return KnownRow(
        study_id=published.study_id,
        arm_id=published.arm_id,
        arm_place=arm.place,
        outcome=published.endpoint,
        statistic=published.statistic,
        analysis=published.cells["analysis"].casefold(),
        time_months=published.time_months,
        value=published.value,
        sd=sd,
        n=published.n,
        therapy=arm.therapy,
        disease=arm.disease,
        source=published,
    )


def _difference(row: PublishedRow, arm: _Arm, controls: Sequence[_Arm]) -> list[tuple[KnownRow, KnownRow]]:
    """Return the two arms of a printed difference; nothing where it cannot be said which they are, or their sizes."""
    told = row.statistic == PRINTED and row.reason == NO_STATISTIC and row.endpoint
    if not told or not math.isfinite(row.value + row.time_months) or len(controls) != 1 or arm in controls:
        return []
    if min(_size(arm), _size(controls[0])) < FEWEST:
        return []
    first, second = (
        replace(row, arm_id=one.id, statistic="change_from_baseline", value=value, n=_size(one), reason="")
        for one, value in ((arm, row.value), (controls[0], 0.0))
    )
    return [(_row_of(first, arm, math.nan), _row_of(second, controls[0], math.nan))]


def _size(arm: _Arm) -> int:
    return int(float(arm.size)) if arm.size else 0


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
            found[key] = _Arm(cells["arm_id"], place, cells["n"], therapy, diseases[cells["study_id"]])
    return found
