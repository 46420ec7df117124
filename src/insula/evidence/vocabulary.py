"""The words of the sources and what they mean here: two tables beside the evidence.

``vocabulary.csv``: an outcome in a unit -> endpoint and its unit. ``not_scorable.csv``: rows that no arm of
virtual patients can be held against, recognised by their words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from insula.core.paths import science_root
from insula.core.problems import Problem, error, raise_if_any
from insula.core.tables import Row, read_csv
from insula.core.units import convert, convertible

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_WORDS = ("outcome", "unit", "endpoint", "factor", "from_unit", "to_unit", "quantity", "reason", "note")
_RULES = ("study_id", "column", "contains", "reason", "show", "note")
_ANY = "*"
_DIFFERENCES = frozenset({"change_from_baseline", "mean_difference", "slope"})

UNKNOWN_OUTCOME = "there is no endpoint for this outcome"
UNKNOWN_UNIT = "this outcome is not known in this unit"


@dataclass(frozen=True)
class Word:
    """An outcome in the unit of a source.

    Parameters
    ----------
    endpoint
        Endpoint id; empty where there is none, and `reason` says why.
    factor, from_unit, to_unit, quantity
        A value is multiplied by `factor`, is then in `from_unit`, and is converted to `to_unit` for that
        quantity.
    """

    endpoint: str
    factor: float
    from_unit: str
    to_unit: str
    quantity: str | None
    reason: str

    def translate(self, value: float, statistic: str, *, spread: bool = False) -> float:
        """Return a published number in `to_unit`; offsets (HbA1c) do not apply to differences and spreads."""
        difference = spread or statistic in _DIFFERENCES
        return float(
            convert(
                value * self.factor,
                self.from_unit,
                self.to_unit,
                quantity=self.quantity,
                difference=difference,
            )
        )


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
    """Words by (outcome, unit), and the rules in the order of their table."""

    words: Mapping[tuple[str, str], Word]
    rules: tuple[Rule, ...]

    def word(self, outcome: str, unit: str) -> Word:
        """Return what an outcome in a unit means; an unknown one has no endpoint and a reason."""
        group = outcome.split(":")[0] + ":" + _ANY
        for key in ((outcome, unit), (outcome, _ANY), (group, _ANY)):
            if key in self.words:
                return self.words[key]
        known = any(name == outcome for name, _ in self.words)
        return Word("", 1.0, "", "", None, UNKNOWN_UNIT if known else UNKNOWN_OUTCOME)

    def rule(self, cells: Mapping[str, str]) -> Rule | None:
        """Return the first rule that a row falls under."""
        return next((rule for rule in self.rules if rule.applies(cells)), None)


def load_vocabulary(folder: Path | None = None) -> Vocabulary:
    """Read both tables.

    Parameters
    ----------
    folder
        Where they lie; by default ``evidence/`` of the science text.

    Raises
    ------
    InvalidText
        With every faulty row.
    """
    folder = folder or science_root() / "evidence"
    raise_if_any(vocabulary_problems(folder))
    words, _ = read_csv(folder / "vocabulary.csv", _WORDS)
    rules, _ = read_csv(folder / "not_scorable.csv", _RULES)
    return Vocabulary(
        {(row.cells["outcome"], row.cells["unit"]): _word(row.cells) for row in words},
        tuple(_rule(row.cells) for row in rules),
    )


def vocabulary_problems(folder: Path) -> list[Problem]:
    """Return everything wrong with the two tables (for the linter)."""
    words, problems = read_csv(folder / "vocabulary.csv", _WORDS)
    rules, more = read_csv(folder / "not_scorable.csv", _RULES)
    problems += more
    for row in words:
        problems += _word_problems(folder / "vocabulary.csv", row, words)
    for row in rules:
        problems += _rule_problems(folder / "not_scorable.csv", row)
    return problems


def _word(cells: Mapping[str, str]) -> Word:
    factor = float(cells["factor"] or 1)
    quantity = cells["quantity"] or None
    return Word(cells["endpoint"], factor, cells["from_unit"], cells["to_unit"], quantity, cells["reason"])


def _rule(cells: Mapping[str, str]) -> Rule:
    study, column, contains, reason = (cells[name] for name in ("study_id", "column", "contains", "reason"))
    return Rule(study, column, contains, reason, cells["show"] == "yes")


def _word_problems(path: Path, row: Row, rows: list[Row]) -> list[Problem]:
    cells, found = row.cells, []
    key = f"{cells['outcome']} in {cells['unit']}"
    if any(
        (r.cells["outcome"], r.cells["unit"]) == (cells["outcome"], cells["unit"])
        for r in rows
        if r is not row
    ):
        found.append(
            error(path, "this outcome in this unit is there twice.", "Keep one.", row=row.number, key=key)
        )
    if bool(cells["endpoint"]) == bool(cells["reason"]):
        text = "either an endpoint or a reason why there is none is needed."
        found.append(error(path, text, row=row.number, key=key))
    if cells["endpoint"] and not _number(cells["factor"]):
        found.append(error(path, f'the factor "{cells["factor"]}" is no number.', row=row.number, key=key))
    if cells["endpoint"] and not convertible(cells["from_unit"], cells["to_unit"], cells["quantity"] or None):
        text = f'"{cells["from_unit"]}" cannot be converted into "{cells["to_unit"]}".'
        found.append(error(path, text, row=row.number, key=key))
    return found


def _rule_problems(path: Path, row: Row) -> list[Problem]:
    cells, found = row.cells, []
    if cells["column"] not in ("analysis", "notes", "arm_id", "outcome"):
        text = f'a rule cannot look at the column "{cells["column"]}".'
        found.append(error(path, text, "Use analysis, notes, arm_id or outcome.", row=row.number))
    if not cells["contains"] or not cells["reason"] or not cells["study_id"]:
        found.append(error(path, "study_id, contains and reason must not be empty.", row=row.number))
    if cells["show"] not in ("yes", "no"):
        found.append(error(path, f'show must be yes or no, not "{cells["show"]}".', row=row.number))
    return found


def _number(text: str) -> bool:
    try:
        float(text or 1)
    except ValueError:
        return False
    return True
