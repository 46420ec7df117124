"""Published rows of a study in the unit of the endpoint, each scorable or with the reason why not."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from insula.core.errors import EvidenceError, UnknownName
from insula.core.spoken import _
from insula.core.units import convert
from insula.evidence.spread import moments, size_of_mean, size_of_share
from insula.evidence.vocabulary import Rule, Vocabulary, Word, load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from insula.catalog import Catalog
    from insula.catalog.evidence_tables import EvidenceTables
    from insula.evidence.made_of import MadeOf

NO_VALUE = "no value is given"
NO_SIZE = "no size is given"
NO_TIME = "no time is given"
ONE_PATIENT = "a single patient"
NO_STATISTIC = "this statistic is not predicted for an arm"
IMPOSSIBLE = "the published value is impossible for its statistic or unit"

_MEANS = ("mean", "change_from_baseline")


@dataclass(frozen=True)
class PublishedRow:
    """One published number.

    Parameters
    ----------
    study_id, role, arm_id, outcome
        As in the tables; role is ``calibration`` or ``validation``.
    endpoint
        Id of the endpoint, or of what is made of endpoints, that it is compared with; empty where there is none.
    time_months, day
        NaN where no time is given.
    statistic
        As in the table, but that a mean share of baseline has become a ``percent_change``, and what is printed of a
        relation across people has become what `made_of` says.
    value, unit
        In the unit of the endpoint (``dimensionless`` for proportions, ``patient`` for counts); NaN where
        not given or not translatable. The number as printed is in `cells`.
    spread_type, spread_low, spread_high
        In `unit`; NaN where not given.
    n, n_from
        Size, and whether it stands in the ``row``, with the ``arm`` or with the ``study`` (only if the
        study has one arm), or is what its printed error implies: the ``interval`` of a share (`size_of_share`), or
        the error of a mean beside the ``other arm`` of its trial (`size_of_mean`); 0 and empty where there is none.
    reason
        Why the row is not scored; empty where it is.
    show
        Whether a prediction may stand beside a row that is not scored.
    cells, number
        All columns of outcomes.csv as text, and the row in that file.
    made_of
        How the outcome is made of endpoints; None where it is an endpoint or not predicted.
    """

    study_id: str
    role: str
    arm_id: str
    outcome: str
    endpoint: str
    time_months: float
    day: float
    statistic: str
    value: float
    unit: str
    spread_type: str
    spread_low: float
    spread_high: float
    n: int
    n_from: str
    reason: str
    show: bool
    cells: Mapping[str, str]
    number: int
    made_of: MadeOf | None = None

    @property
    def scorable(self) -> bool:
        """Whether the row can be held against a prediction."""
        return not self.reason

    def error_of(self, sd: float, unit: str) -> float:
        """Turn an error of the endpoint, as SD, into the unit of the row; 0 for a percent change, which has no unit."""
        if self.statistic == "percent_change":
            return 0.0
        if self.statistic == "count":
            return sd * self.n
        return float(convert(sd, unit, self.unit, difference=True))


def rows_of_study(
    catalog: Catalog, study_id: str, vocabulary: Vocabulary | None = None
) -> tuple[PublishedRow, ...]:
    """Return the published rows of a study, those of every topic that holds it.

    Raises
    ------
    UnknownName
        When no topic has this study; with close names.
    """
    holders = {
        topic: {row.cells["study_id"] for row in catalog.evidence(topic).studies} for topic in catalog.topics
    }
    topics = [topic for topic, studies in holders.items() if study_id in studies]
    if not topics:
        raise UnknownName("study in evidence/", study_id, set().union(*holders.values()))
    known = vocabulary or load_vocabulary()
    return tuple(row for topic in topics for row in published_rows(catalog.evidence(topic), study_id, known))


def published_rows(tables: EvidenceTables, study_id: str, vocabulary: Vocabulary) -> tuple[PublishedRow, ...]:
    """Translate the rows of one study of a topic, in the order of the table.

    Raises
    ------
    EvidenceError
        When a row names an arm that the study does not have, or holds text where a number belongs.
    """
    roles = {row.cells["study_id"]: row.cells["role"] for row in tables.studies}
    totals = {row.cells["study_id"]: row.cells["n_total"] for row in tables.studies}
    arms = {row.cells["arm_id"]: row.cells["n"] for row in tables.arms if row.cells["study_id"] == study_id}
    place = f"{tables.folder.name}/outcomes.csv"
    rows = {
        row.number: _Reader(f"{place} row {row.number} ({study_id})", row.cells)
        for row in tables.outcomes
        if row.cells["study_id"] == study_id
    }
    sizes = _Sizes(arms, totals[study_id] if len(arms) == 1 else "")
    sizes = replace(sizes, patients_sd=_patients_sd(rows.values(), sizes))
    return tuple(
        _translate(reader, number, roles[study_id], sizes, vocabulary) for number, reader in rows.items()
    )


@dataclass(frozen=True)
class _Sizes:
    """Sizes of the arms, of the study where it can stand for its only arm, and SDs of patients by `_measured`."""

    arms: Mapping[str, str]
    study: str
    patients_sd: Mapping[tuple[str, ...], float] = field(default_factory=dict)


@dataclass(frozen=True)
class _Reader:
    """Cells of a row, with an address for complaints."""

    where: str
    cells: Mapping[str, str]

    def number(self, column: str) -> float:
        """Return a number, NaN where the cell is empty."""
        return self.parse(column, self.cells[column])

    def parse(self, column: str, text: str) -> float:
        try:
            return float(text) if text else math.nan
        except ValueError:
            raise EvidenceError(
                _('{where}: {column} is "{text}", which is no number.').format(
                    where=self.where, column=column, text=text
                )
            ) from None

    def size(self, sizes: _Sizes) -> tuple[int, str]:
        arm = self.cells["arm_id"]
        if arm not in sizes.arms:
            raise EvidenceError(f"{self.where}: {UnknownName('arm of this study', arm, sizes.arms)}")
        for text, origin in ((self.cells["n"], "row"), (sizes.arms[arm], "arm"), (sizes.study, "study")):
            size = self.parse("n", text)
            if size >= 1:
                return int(size), origin
        implied = size_of_mean(sizes.patients_sd.get(_measured(self.cells), math.nan), *self.spread())
        return implied, "other arm" if implied else ""

    def spread(self) -> tuple[str, float, float]:
        """Kind and ends of the printed spread."""
        return self.cells["spread_type"], self.number("spread_low"), self.number("spread_high")


def _measured(cells: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(cells[name] for name in ("outcome", "time_months", "statistic", "unit", "spread_type"))


def _patients_sd(rows: Iterable[_Reader], sizes: _Sizes) -> dict[tuple[str, ...], float]:
    """SD of the patients of each mean whose arm has a size and whose error is printed, by what was measured."""
    found = {}
    for row in rows:
        size, _ = row.size(sizes)
        if size > 1 and row.cells["statistic"] in _MEANS:
            statistic, value = row.cells["statistic"], row.number("value")
            found[_measured(row.cells)] = moments(
                row.cells["spread_type"], statistic, value, *row.spread()[1:], size
            ).sd
    return found


def _translate(
    reader: _Reader, number: int, role: str, sizes: _Sizes, vocabulary: Vocabulary
) -> PublishedRow:
    cells = reader.cells
    word = vocabulary.word(cells["outcome"], cells["unit"], cells["study_id"])
    rule = vocabulary.rule(cells)
    statistic, months = word.brought(cells["statistic"]), reader.number("time_months")
    value, low, high = (reader.number(name) for name in ("value", "spread_low", "spread_high"))
    width = cells["spread_type"] in ("sd", "se")
    if word.endpoint:
        value = word.translate(value, statistic)
        low, high = (word.translate(end, statistic, spread=width) for end in (low, high))
    size, origin = reader.size(sizes)
    if not size and statistic == "proportion" and cells["spread_type"] == "ci95":
        size = size_of_share(value, low, high)
        origin = "interval" if size else ""
    reason = _reason(word, rule, statistic, value, size, months)
    return PublishedRow(
        study_id=cells["study_id"],
        role=role,
        arm_id=cells["arm_id"],
        outcome=cells["outcome"],
        endpoint=word.endpoint,
        time_months=months,
        day=float(convert(months, "month", "day")),
        statistic=statistic,
        value=value,
        unit=word.to_unit if word.endpoint else "",
        spread_type=cells["spread_type"],
        spread_low=low,
        spread_high=high,
        n=size,
        n_from=origin,
        reason=reason,
        show=_shown(rule, reason),
        cells=cells,
        number=number,
        made_of=word.made_of,
    )


def _reason(word: Word, rule: Rule | None, statistic: str, value: float, size: int, months: float) -> str:
    """Return the first reason not to score a row."""
    reasons: Iterable[tuple[bool, str]] = (
        (not word.endpoint, word.reason),
        (math.isnan(value), NO_VALUE),
        (not word.predicts(statistic), NO_STATISTIC),
        (math.isnan(months) and word.made_of is None, NO_TIME),
        (size < 1, NO_SIZE),
        (impossible(word, statistic, value, size), IMPOSSIBLE),
        (rule is not None, rule.reason if rule else ""),
        (size == 1, ONE_PATIENT),
    )
    return next((reason for holds, reason in reasons if holds), "")


def _shown(rule: Rule | None, reason: str) -> bool:
    """Say whether a prediction may stand beside a row: one person's year can be predicted, but judges nothing."""
    return reason == ONE_PATIENT if rule is None else rule.show and reason == rule.reason


def impossible(word: Word, statistic: str, value: float, size: int) -> bool:
    """Return whether no group of this size can have this number, given on the scale of the word; never for NaN."""
    limits: dict[str, tuple[float, float]] = {"percent_change": (-100, math.inf)}
    if word.scale in ("share", "count"):
        limits |= {"proportion": (0, 1), "count": (0, size)}
    elif word.scale == "own" and word.meaning:
        limits |= dict.fromkeys(("mean", "median"), word.meaning.possible)
    low, high = limits.get(statistic, (-math.inf, math.inf))
    return value < low or value > high
