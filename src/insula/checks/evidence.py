"""Evidence tables: rows join, roles and spreads are known, numbers are numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insula.checks.survey import Place, Survey
from insula.core.errors import close_names, suggest
from insula.evidence.vocabulary import read_meanings, unit_on_scale
from insula.evidence.vocabulary_problems import vocabulary_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from insula.core.problems import Problem
    from insula.core.tables import Row

ROLES = {
    "studies": ("calibration", "validation"),
    "arms": ("treatment", "control", "single_arm", "natural_history"),
}
SPREADS = {"sd": 1, "se": 1, "ci95": 2, "iqr": 2, "range": 2, "none": 0}
NUMERIC = {
    "studies": ("year", "n_total", "follow_up_months"),
    "arms": (
        "n",
        "age_mean",
        "age_sd",
        "duration_years_mean",
        "duration_years_sd",
        "weight_kg_mean",
        "bmi_mean",
    ),
    "outcomes": ("time_months", "value", "spread_low", "spread_high", "n"),
    "pooled": ("k", "n", "estimate", "ci_low", "ci_high", "i2", "tau2"),
}


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
            yield Place(path, row=row.number, key=key[-1]).error(f'{kind} "{".".join(key)}" is there twice.')


def _joins(
    path: Path, row: Row, key: tuple[str, ...], known: Sequence[tuple[str, ...]], kind: str
) -> Iterator[Problem]:
    if key not in known:
        name, names = ".".join(key), [".".join(other) for other in known]
        place = Place(path, row=row.number, key=row.cells["study_id"])
        yield place.error(f'there is no {kind} "{name}".', suggest(name, close_names(name, names)))


def words_are_translated(survey: Survey) -> Iterator[Problem]:
    """The tables that translate the words of the sources are sound, and name endpoints and outcomes that exist."""
    folder = survey.catalog.root / "evidence"
    if (folder / "vocabulary.csv").exists():
        units = {m.id: (m.unit, m.quantity) for m in read_meanings(survey.catalog).values()}
        yield from vocabulary_problems(folder, units, unit_on_scale)


def roles_are_known(survey: Survey) -> Iterator[Problem]:
    """A study is for calibration or validation; an arm has one of four roles."""
    for topic in survey.catalog.topics.readable().values():
        for table, rows in (("studies", topic.studies), ("arms", topic.arms)):
            for row in rows:
                if row.cells["role"] not in ROLES[table]:
                    place = Place(topic.folder / f"{table}.csv", row=row.number, key=row.cells["study_id"])
                    yield place.error(f'role "{row.cells["role"]}" is none of {", ".join(ROLES[table])}.')


def numbers_are_numbers(survey: Survey) -> Iterator[Problem]:
    """Cells of numeric columns are empty or numbers."""
    for topic in survey.catalog.topics.readable().values():
        for table, names in NUMERIC.items():
            for row in getattr(topic, table):
                for name in names:
                    if not _is_number(row.cells[name]):
                        place = Place(topic.folder / f"{table}.csv", row=row.number, key=_key(row))
                        yield place.error(f'{name} "{row.cells[name]}" is not a number.')


def spreads_are_complete(survey: Survey) -> Iterator[Problem]:
    """A spread has as many numbers as its type needs, in order."""
    for topic in survey.catalog.topics.readable().values():
        for row in topic.outcomes:
            place = Place(topic.folder / "outcomes.csv", row=row.number, key=_key(row))
            kind, low, high = (row.cells[name] for name in ("spread_type", "spread_low", "spread_high"))
            if (kind or "none") not in SPREADS:
                yield place.error(f'spread_type "{kind}" is none of {", ".join(SPREADS)}.')
            elif bool(low) + bool(high) != SPREADS[kind or "none"]:
                yield place.error(f"spread_type {kind or 'none'} needs {SPREADS[kind or 'none']} numbers.")
            elif low and high and _is_number(low) and _is_number(high) and float(low) > float(high):
                yield place.error(f"spread_low {low} is above spread_high {high}.")


def _key(row: Row) -> str:
    return row.cells.get("study_id") or row.cells.get("meta_analysis_id", "")


def _is_number(cell: str) -> bool:
    try:
        return cell == "" or float(cell) == float(cell)
    except ValueError:
        return False
