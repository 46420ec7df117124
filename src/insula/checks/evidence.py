"""Evidence tables: rows join, and a study has one role wherever it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insula.checks.survey import Place, Survey
from insula.core.errors import close_names, suggest
from insula.core.spoken import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from insula.core.problems import Problem
    from insula.core.tables import Row


def rows_join(survey: Survey) -> Iterator[Problem]:
    """Arms belong to studies, outcomes to arms, and each is there once."""
    for topic in survey.catalog.topics.readable().values():
        studies = [(row.cells["study_id"],) for row in topic.studies]
        arms = [(row.cells["study_id"], row.cells["arm_id"]) for row in topic.arms]
        yield from _once(topic.folder / "studies.csv", topic.studies, studies, "study")
        yield from _once(topic.folder / "arms.csv", topic.arms, arms, "arm")
        for row in topic.arms:
            yield from _joins(topic.folder / "arms.csv", row, (row.cells["study_id"],), studies, "study")
        for row in topic.outcomes:
            key = (row.cells["study_id"], row.cells["arm_id"])
            yield from _joins(topic.folder / "outcomes.csv", row, key, arms, "arm")


def _once(path: Path, rows: tuple[Row, ...], keys: Sequence[tuple[str, ...]], kind: str) -> Iterator[Problem]:
    for index, (row, key) in enumerate(zip(rows, keys, strict=True)):
        if key in keys[:index]:
            yield Place(path, row=row.number, key=key[-1]).error(
                _('{kind} "{name}" is there twice.').format(kind=_(kind), name=".".join(key))
            )


def _joins(
    path: Path, row: Row, key: tuple[str, ...], known: Sequence[tuple[str, ...]], kind: str
) -> Iterator[Problem]:
    if key not in known:
        name, names = ".".join(key), [".".join(other) for other in known]
        place = Place(path, row=row.number, key=row.cells["study_id"])
        yield place.error(
            _('there is no {kind} "{name}".').format(kind=_(kind), name=name),
            suggest(name, close_names(name, names)),
        )


def roles_agree(survey: Survey) -> Iterator[Problem]:
    """A study that stands in two topics has one role, so that no row for validation is fitted by the other door."""
    roles: dict[str, tuple[str, str]] = {}
    for name, topic in survey.catalog.topics.readable().items():
        for row in topic.studies:
            study, role = row.cells["study_id"], row.cells["role"]
            other, first = roles.setdefault(study, (name, role))
            if role != first:
                place = Place(topic.folder / "studies.csv", row=row.number, key=study)
                yield place.error(
                    _('role "{role}" is not that of {other}/studies.csv, "{first}".').format(
                        role=role, other=other, first=first
                    ),
                    _("Roles never change."),
                )
