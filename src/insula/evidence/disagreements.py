"""Where sources disagree: one question of one arm with two answers. Both stay; nothing is chosen here."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from insula.catalog import Catalog
    from insula.evidence.harmonise import HarmonisedRow

TWO_VALUES = "two values for one arm, outcome, time and statistic"
CHANGE_DIFFERS = "the printed change is not that of the printed means"
TWO_TOPICS = "the study stands in two topics"

# Two numbers agree when they are as near as rounding to two digits can bring them.
_AGREE = 0.02
_LEVELS = ("mean", "median")
_ARTICLE = re.compile(r"PMC\d+")


@dataclass(frozen=True)
class Disagreement:
    """Rows that do not agree, and in what."""

    kind: str
    study_id: str
    arm_id: str
    meaning: str
    time_months: float
    rows: tuple[HarmonisedRow, ...]


def disagreements(rows: Iterable[HarmonisedRow]) -> tuple[Disagreement, ...]:
    """Return every disagreement among harmonised rows: double values, changes, studies in two topics.

    Two values may both be right, for different patients or analyses: the rows carry what their source says. A
    change of means is not the mean of the changes either; what differs by more than rounding is shown. Rows of a
    single patient are left out: patients differ.
    """
    printed = [row for row in rows if not row.reason and not row.derived and row.published.n != 1]
    return (*_double_values(printed), *_changes(printed), *_two_topics(printed))


def _key(row: HarmonisedRow) -> tuple[str, ...]:
    """Return what one question is; in a comparison, with whom is part of it, and stands in unit or analysis."""
    cells, published = row.original, row.published
    word = cells["outcome"] if ":" in cells["outcome"] else ""
    other = cells["unit"] + cells["analysis"] if row.scale in ("against", "ratio") else ""
    when = cells["time_months"]
    return published.study_id, published.arm_id, row.meaning, word, when, row.statistic, row.scale, other


def _double_values(rows: list[HarmonisedRow]) -> Iterable[Disagreement]:
    groups: dict[tuple[str, ...], list[HarmonisedRow]] = {}
    for row in rows:
        groups.setdefault(_key(row), []).append(row)
    for key, same in groups.items():
        first = same[0].value
        if not all(_agree(first, row.value) for row in same):
            yield Disagreement(TWO_VALUES, key[0], key[1], key[2], same[0].published.time_months, tuple(same))


def _changes(rows: list[HarmonisedRow]) -> Iterable[Disagreement]:
    levels = {_level_key(row): row for row in rows if row.scale == "own" and row.statistic in _LEVELS}
    for row in rows:
        change = row.statistic in ("change_from_baseline", "percent_change") and row.scale in (
            "own",
            "relative",
        )
        for statistic in _LEVELS if change else ():
            place = (row.published.study_id, row.published.arm_id, row.meaning, statistic)
            before, after = (levels.get((*place, months)) for months in (0.0, row.published.time_months))
            if before and after and not _agree(row.value, _change(row.scale, before.value, after.value)):
                months = row.published.time_months
                yield Disagreement(
                    CHANGE_DIFFERS, place[0], place[1], row.meaning, months, (before, after, row)
                )


def _level_key(row: HarmonisedRow) -> tuple[str, str, str, str, float]:
    published = row.published
    return published.study_id, published.arm_id, row.meaning, row.statistic, published.time_months


def _change(scale: str, before: float, after: float) -> float:
    if scale == "own":
        return after - before
    return 100 * (after / before - 1) if before else math.nan  # percent


def _two_topics(rows: list[HarmonisedRow]) -> Iterable[Disagreement]:
    topics: dict[str, dict[str, list[HarmonisedRow]]] = {}
    for row in rows:
        topics.setdefault(row.published.study_id, {}).setdefault(row.topic, []).append(row)
    for study, held in topics.items():
        if len(held) > 1:
            both = tuple(row for part in held.values() for row in part)
            yield Disagreement(TWO_TOPICS, study, "", "", math.nan, both)


def _agree(first: float, second: float) -> bool:
    if math.isnan(first) or math.isnan(second):
        return True
    return math.isclose(first, second, rel_tol=_AGREE, abs_tol=0.0)


@dataclass(frozen=True)
class SameSource:
    """Studies under different ids that name one publication: their patients must not be counted twice."""

    source: str
    studies: tuple[str, ...]


def same_sources(*catalogs: Catalog) -> tuple[SameSource, ...]:
    """Return publications (doi, pmid or PubMed Central number) that two or more study ids name."""
    named: dict[str, set[str]] = {}
    for tables in (tables for catalog in catalogs for tables in catalog.topics.values()):
        for row in tables.studies:
            cells = row.cells
            names = [
                cells["doi"].casefold(),
                cells["pmid"],
                *_ARTICLE.findall(cells["notes"]),
            ]
            for name in filter(None, names):
                named.setdefault(name, set()).add(cells["study_id"])
    return tuple(SameSource(name, tuple(sorted(ids))) for name, ids in sorted(named.items()) if len(ids) > 1)
