"""Published rows on one scale: one unit for each outcome, counts as shares, spreads as SD, the original beside."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from insula.evidence.published import IMPOSSIBLE, NO_SIZE, NO_VALUE, PublishedRow, impossible, published_rows
from insula.evidence.spread import Moments, moments

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insula.catalog import Catalog
    from insula.catalog.evidence_tables import EvidenceTables
    from insula.evidence.vocabulary import Vocabulary, Word

OF_A_GROUP = "this number is of the group and has no spread between patients"
GEOMETRIC = "a geometric mean: its spread is that of logarithms"
OF_A_MODEL = "the spread is that of an adjusted number, made by a model of the source"
_OF_PATIENTS = frozenset({"mean", "median", "change_from_baseline", "percent_change"})
_SPREAD_SCALES = frozenset({"own", "relative"})
# Statistics that a number gets by being brought to the scale.
_RENAMED = {
    "count": {"count": "proportion"},
    "share": {"mean": "proportion", "median": "proportion"},
}


@dataclass(frozen=True)
class HarmonisedRow:
    """One published number on the scale of its outcome.

    Parameters
    ----------
    topic
        Where the row stands; its number and every cell are in `published`.
    published
        The row as the virtual trials see it: study, role, arm, size, original cells, why it is not scored.
    meaning, scale
        Endpoint or outcome id (empty where there is none), and what the number is of.
    statistic
        Of `value`: a count has become a ``proportion``.
    value, low, high, unit
        In the one unit of the outcome on this scale; low and high are ends of an interval, NaN where none.
    moments
        Mean and SD of the patients, with the method, or why there is no SD.
    reason
        Why the row could not be harmonised; empty where it could.
    derived
        How the number was made from another outcome's row; empty for what the source printed.
    """

    topic: str
    published: PublishedRow
    meaning: str
    scale: str
    statistic: str
    value: float
    low: float
    high: float
    unit: str
    moments: Moments
    reason: str
    derived: str = ""

    @property
    def original(self) -> Mapping[str, str]:
        """The cells as printed."""
        return self.published.cells


def harmonised_rows(
    catalog: Catalog, vocabulary: Vocabulary, study_id: str | None = None
) -> tuple[HarmonisedRow, ...]:
    """Return every row of every topic, or those of one study, in the order of the tables."""
    topics = (catalog.evidence(topic) for topic in catalog.topics)
    return tuple(row for tables in topics for row in harmonised_tables(tables, vocabulary, study_id))


def harmonised_tables(
    tables: EvidenceTables, vocabulary: Vocabulary, study_id: str | None = None
) -> tuple[HarmonisedRow, ...]:
    """Return every row of a topic, or those of one study, study after study."""
    studies = [row.cells["study_id"] for row in tables.studies if study_id in (None, row.cells["study_id"])]
    rows = (row for study in studies for row in published_rows(tables, study, vocabulary))
    return tuple(_harmonise(tables.topic, row, vocabulary) for row in rows)


def _harmonise(topic: str, row: PublishedRow, vocabulary: Vocabulary) -> HarmonisedRow:
    cells = row.cells
    word = vocabulary.word(cells["outcome"], cells["unit"], cells["study_id"])
    statistic = _RENAMED.get(word.scale, {}).get(row.statistic, row.statistic)
    value, low, high = _numbers(word, row)
    reason = _reason(word, row, value)
    unit = "dimensionless" if word.scale == "count" else word.to_unit
    if reason:
        value = low = high = math.nan
    ends = (math.nan, math.nan) if cells["spread_type"] in ("sd", "se") else (low, high)
    return HarmonisedRow(
        topic=topic,
        published=row,
        meaning=word.meaning.id if word.meaning else "",
        scale=word.scale,
        statistic=statistic,
        value=value,
        low=ends[0],
        high=ends[1],
        unit=unit,
        moments=_moments(word, row, (value, low, high)),
        reason=reason,
    )


def _numbers(word: Word, row: PublishedRow) -> tuple[float, float, float]:
    """Return value and both numbers of the spread on the scale of the word; NaN where there is none."""
    if word.meaning is None:
        return math.nan, math.nan, math.nan
    width = row.cells["spread_type"] in ("sd", "se")
    printed = [float(row.cells[name] or math.nan) for name in ("value", "spread_low", "spread_high")]
    value = word.translate(printed[0], row.statistic)
    low, high = (word.translate(end, row.statistic, spread=width) for end in printed[1:])
    if word.scale == "count":
        size = row.n or math.nan
        return value / size, low / size, high / size
    return value, low, high


def _reason(word: Word, row: PublishedRow, value: float) -> str:
    """Return why a row cannot be harmonised."""
    if word.meaning is None:
        return word.reason
    if not row.cells["value"]:
        return NO_VALUE
    if word.scale == "count" and row.n < 1:
        return NO_SIZE
    share = word.scale in ("count", "share") and row.statistic in ("count", "proportion", "mean")
    return IMPOSSIBLE if impossible(word, "proportion" if share else row.statistic, value, row.n) else ""


def _moments(word: Word, row: PublishedRow, numbers: tuple[float, float, float]) -> Moments:
    if word.scale not in _SPREAD_SCALES or row.statistic not in _OF_PATIENTS:
        return Moments(math.nan, math.nan, "", OF_A_GROUP)
    analysis = row.cells["analysis"].casefold()
    if "geometric" in analysis:
        return Moments(math.nan, math.nan, "", GEOMETRIC)
    if "adjusted" in analysis.replace("unadjusted", "") and row.cells["spread_type"] in ("se", "ci95"):
        return Moments(numbers[0], math.nan, "", OF_A_MODEL)
    return moments(row.cells["spread_type"], row.statistic, *numbers, row.n)
