"""The words of the sources and what they mean here: two tables beside the evidence.

``vocabulary.csv``: a word in a unit (of one study or of all) -> endpoint or outcome, scale and unit.
``not_scorable.csv``: rows that no arm of virtual patients can be held against, recognised by their words.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from insula.catalog import Catalog
from insula.core.paths import science_root
from insula.core.problems import raise_if_any
from insula.core.tables import Row, read_csv
from insula.core.units import convert
from insula.evidence.made_of import MadeOf, made_of
from insula.evidence.vocabulary_problems import RULES, WORDS, vocabulary_problems

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from insula.catalog.records import Endpoint

_ANY = "*"
DIFFERENCES = frozenset({"change_from_baseline", "mean_difference", "slope"})

UNKNOWN_OUTCOME = "there is no endpoint for this outcome"
UNKNOWN_UNIT = "this outcome is not known in this unit"
SEVERAL_MEANINGS = "this word has several meanings, and no row says which one this study means"

# The statistics that an arm of virtual patients has on each scale.
_PREDICTED = {
    "own": frozenset({"mean", "median", "rate", "change_from_baseline"}),
    "share": frozenset({"proportion"}),
    "count": frozenset({"count"}),
    "relative": frozenset({"percent_change"}),
}
_SHARES_OF_BASELINE = frozenset({"mean", "median", "proportion"})
_UNITS = {
    "share": "dimensionless",
    "count": "patient",
    "events": "event",
    "per_patient": "dimensionless",
    "relative": "percent",
    "against": "percent",
    "ratio": "dimensionless",
    "relative_per_year": "percent_per_year",
}


@dataclass(frozen=True)
class Meaning:
    """What a word stands for: an endpoint, or an outcome that no virtual patient has.

    Parameters
    ----------
    id, unit, quantity
        As in endpoints.yaml or outcomes.yaml.
    title, definition
        What a person reads, by language; endpoints have no definition beyond their title and limits.
    endpoint
        Whether a clinic here measures it.
    reason
        Why it is not predicted; empty for endpoints and for what is made of them.
    made_of
        How an outcome is made of endpoints, None where it is not.
    possible
        Between which values a mean or median can lie at all, in `unit`.
    """

    id: str
    unit: str
    quantity: str | None
    title: Mapping[str, str]
    definition: Mapping[str, str]
    endpoint: bool
    reason: str
    possible: tuple[float, float] = (-math.inf, math.inf)
    made_of: MadeOf | None = None


@dataclass(frozen=True)
class Word:
    """A word in the unit of a source.

    Parameters
    ----------
    meaning
        None where there is none, and `reason` says why.
    scale
        What the number is of: ``own`` unit, ``share``, ``count`` ... (schema.yaml).
    factor, offset, from_unit
        A value times `factor` plus `offset` is in `from_unit`.
    """

    meaning: Meaning | None
    scale: str
    factor: float
    offset: float
    from_unit: str
    reason: str

    @property
    def endpoint(self) -> str:
        """Id of the endpoint, or of what is made of endpoints, that a row can be held against; empty without."""
        return self.meaning.id if self.meaning and (self.meaning.endpoint or self.meaning.made_of) else ""

    @property
    def made_of(self) -> MadeOf | None:
        """How the outcome is made of endpoints; None where it is not."""
        return self.meaning.made_of if self.meaning else None

    @property
    def to_unit(self) -> str:
        """The unit that values are brought to; empty without a meaning."""
        return unit_on_scale(self.scale, self.meaning.unit) if self.meaning else ""

    def predicts(self, statistic: str) -> bool:
        """Say whether an arm of virtual patients has this statistic on this scale."""
        on_scale = _PREDICTED.get(self.scale, ())
        return self.made_of.predicts(statistic) if self.made_of else statistic in on_scale

    def brought(self, statistic: str) -> str:
        """Return the statistic that a printed one becomes: a mean share of baseline is a percent change."""
        if self.made_of:
            return self.made_of.brought(statistic)
        return (
            "percent_change" if self.scale == "relative" and statistic in _SHARES_OF_BASELINE else statistic
        )

    def translate(self, value: float, statistic: str, *, spread: bool = False) -> float:
        """Return a published number in `to_unit`; offsets do not apply to differences and spreads."""
        difference = spread or statistic in DIFFERENCES
        quantity = self.meaning.quantity if self.meaning else None
        shifted = value * self.factor + (0.0 if difference else self.offset)
        return float(convert(shifted, self.from_unit, self.to_unit, quantity=quantity, difference=difference))


def unit_on_scale(scale: str, unit: str) -> str:
    """Return the unit of an outcome on a scale; a share per year is patients per patient-year, ``per_year``."""
    if scale == "per_year":
        return (
            "per_year"
            if unit == "dimensionless"
            else f"{unit}_year"
            if "_per_" in unit
            else f"{unit}_per_year"
        )
    return _UNITS.get(scale, unit)


@dataclass(frozen=True)
class Rule:
    """Rows whose `column` contains a text are not scored; `show`: a prediction may stand beside them."""

    study_id: str
    column: str
    contains: str
    reason: str
    show: bool

    def applies(self, cells: Mapping[str, str]) -> bool:
        """Say whether a row is meant; letter case is ignored, and ``=text`` must be the whole cell."""
        cell, text = cells[self.column].casefold(), self.contains.casefold()
        meant = cell == text[1:] if text.startswith("=") else text in cell
        return meant and self.study_id in (_ANY, cells["study_id"])


@dataclass(frozen=True)
class Vocabulary:
    """Words by (outcome, unit, study), what they can mean by id, and the rules in the order of their table."""

    words: Mapping[tuple[str, str, str], Word]
    meanings: Mapping[str, Meaning]
    rules: tuple[Rule, ...]

    def word(self, outcome: str, unit: str, study_id: str = _ANY) -> Word:
        """Return what an outcome in a unit means in a study; an unknown one has no meaning and a reason."""
        names = (outcome, _group(outcome))
        keys = ((name, u, study) for name in names for study in (study_id, _ANY) for u in (unit, _ANY))
        found = next((self.words[key] for key in keys if key in self.words), None)
        if found is not None:
            return found
        known = [study for name, _, study in self.words if name in names]
        reason = (
            UNKNOWN_UNIT if {study_id, _ANY} & set(known) else SEVERAL_MEANINGS if known else UNKNOWN_OUTCOME
        )
        return Word(None, "", 1.0, 0.0, "", reason)

    def meaning(self, outcome: str, study_id: str) -> Meaning | None:
        """Return what an outcome means whatever its unit: the one meaning of the study, else of all, else None."""
        for name in (outcome, _group(outcome)):
            for study in (study_id, _ANY):
                found = {
                    w.meaning.id: w.meaning
                    for k, w in self.words.items()
                    if (k[0], k[2]) == (name, study) and w.meaning
                }
                if found:
                    return next(iter(found.values())) if len(found) == 1 else None
        return None

    def rule(self, cells: Mapping[str, str]) -> Rule | None:
        """Return the first rule that a row falls under."""
        return next((rule for rule in self.rules if rule.applies(cells)), None)


def _group(outcome: str) -> str:
    return outcome.split(":")[0] + ":" + _ANY


def load_vocabulary(folder: Path | None = None) -> Vocabulary:
    """Read both tables.

    Parameters
    ----------
    folder
        Where they lie; by default ``evidence/`` of the science text. The outcomes lie beside them, the
        endpoints in the folder above.

    Raises
    ------
    InvalidText
        With every faulty row.
    """
    folder = folder or science_root() / "evidence"
    meanings = read_meanings(Catalog(folder.parent))
    raise_if_any(
        vocabulary_problems(folder, {m.id: (m.unit, m.quantity) for m in meanings.values()}, unit_on_scale)
    )
    words, _ = read_csv(folder / "vocabulary.csv", WORDS)
    rules, _ = read_csv(folder / "not_scorable.csv", RULES)
    return Vocabulary(
        {(r.cells["outcome"], r.cells["unit"], r.cells["study_id"]): _word(r, meanings) for r in words},
        meanings,
        tuple(_rule(row.cells) for row in rules),
    )


def read_meanings(catalog: Catalog) -> dict[str, Meaning]:
    """Return every endpoint and outcome that can be read, by id."""
    found, endpoints = {}, catalog.endpoints.readable()
    for name, end in endpoints.items():
        title = {"en": end.title.en, "zh": end.title.zh}
        found[name] = Meaning(
            name, end.unit, end.quantity, title, {}, endpoint=True, reason="", possible=_possible(end)
        )
    for name, out in catalog.outcomes.readable().items():
        title = {"en": out.title.en, "zh": out.title.zh}
        definition = {"en": out.definition.en, "zh": out.definition.zh}
        made = made_of(out, endpoints)
        reason = "" if made else out.not_predicted or UNKNOWN_OUTCOME
        found[name] = Meaning(
            name, out.unit, out.quantity, title, definition, endpoint=False, reason=reason, made_of=made
        )
    return found


def _possible(end: Endpoint) -> tuple[float, float]:
    if end.possible is None:
        return -math.inf, math.inf
    ends = (end.possible.low, end.possible.high)
    low, high = (float(convert(one.value, one.unit, end.unit, quantity=end.quantity)) for one in ends)
    return low, high


def _word(row: Row, meanings: Mapping[str, Meaning]) -> Word:
    cells = row.cells
    meaning = meanings.get(cells["means"])
    factor, offset = float(cells["factor"] or 1), float(cells["offset"] or 0)
    reason = cells["reason"] or (meaning.reason if meaning else "")
    return Word(meaning, cells["scale"], factor, offset, cells["from_unit"], reason)


def _rule(cells: Mapping[str, str]) -> Rule:
    study, column, contains, reason = (cells[name] for name in ("study_id", "column", "contains", "reason"))
    return Rule(study, column, contains, reason, cells["show"] == "yes")
