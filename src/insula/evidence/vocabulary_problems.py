"""What can be wrong with the two tables that translate the words of the sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insula.core.errors import close_names, suggest
from insula.core.problems import Problem, error
from insula.core.spoken import _
from insula.core.tables import Row, read_csv
from insula.core.units import convertible, is_unit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WORDS = ("outcome", "unit", "study_id", "means", "scale", "factor", "offset", "from_unit", "reason", "note")
RULES = ("study_id", "column", "contains", "reason", "show", "note")
SCALES = (
    "own", "share", "count", "events", "per_patient", "relative", "against", "ratio", "per_year", "relative_per_year"
)  # fmt: skip
Units = dict[str, tuple[str, str | None]]


def vocabulary_problems(
    folder: Path, units: Units, unit_on_scale: Callable[[str, str], str]
) -> list[Problem]:
    """Return everything wrong with the two tables.

    Parameters
    ----------
    folder
        Where the tables lie.
    units
        Unit and quantity of every endpoint and outcome, by id.
    unit_on_scale
        The unit of an outcome on a scale.
    """
    words, problems = read_csv(folder / "vocabulary.csv", WORDS)
    rules, more = read_csv(folder / "not_scorable.csv", RULES)
    problems += more
    seen: set[tuple[str, str, str]] = set()
    for row in words:
        problems += _Word(folder / "vocabulary.csv", row).problems(units, unit_on_scale, seen)
    for row in rules:
        problems += _rule_problems(folder / "not_scorable.csv", row)
    return problems


class _Word:
    """One row of vocabulary.csv and its faults."""

    def __init__(self, path: Path, row: Row) -> None:
        self._path, self._row, self._cells = path, row, row.cells
        self._found: list[Problem] = []

    def problems(
        self, units: Units, unit_on_scale: Callable[[str, str], str], seen: set[tuple[str, str, str]]
    ) -> list[Problem]:
        cells = self._cells
        key = (cells["outcome"], cells["unit"], cells["study_id"])
        if key in seen:
            self._tell(_("this outcome in this unit is there twice."), _("Keep one."))
        seen.add(key)
        if not all(key):
            self._tell(_("outcome, unit and study_id must not be empty."), _("Write * for any."))
        if bool(cells["means"]) == bool(cells["reason"]):
            self._tell(_("either a meaning or a reason why there is none is needed."))
        elif cells["means"]:
            self._meaning(units, unit_on_scale)
        return self._found

    def _meaning(self, units: Units, unit_on_scale: Callable[[str, str], str]) -> None:
        cells = self._cells
        means, scale = cells["means"], cells["scale"]
        for name in ("factor", "offset"):
            if not _number(cells[name]):
                self._tell(_('the {name} "{cell}" is no number.').format(name=name, cell=cells[name]))
        if means not in units:
            hint = suggest(means, close_names(means, units)) or _("Define it in evidence/outcomes.yaml.")
            self._tell(
                _('there is no endpoint or outcome "{means}" ({outcome} in {unit}).').format(
                    means=means, outcome=cells["outcome"], unit=cells["unit"]
                ),
                hint,
            )
        elif scale not in SCALES:
            self._tell(
                _('scale "{scale}" is none of {names}.').format(scale=scale, names=", ".join(SCALES)),
                suggest(scale, SCALES),
            )
        elif cells["unit"] == "*":
            self._tell(_("a number in any unit cannot be converted."), _("Write the unit of the source."))
        else:
            self._convertible(cells["from_unit"], unit_on_scale(scale, units[means][0]), units[means][1])

    def _convertible(self, start: str, end: str, quantity: str | None) -> None:
        for unit in (start, end):
            if not is_unit(unit):
                self._tell(
                    _('there is no unit "{unit}".').format(unit=unit),
                    _("Units are spelt of the atoms in biology/units.txt."),
                )
                return
        if not convertible(start, end, quantity):
            self._tell(_('"{start}" cannot be converted into "{end}".').format(start=start, end=end))

    def _tell(self, text: str, hint: str = "") -> None:
        key = _("{outcome} in {unit}").format(outcome=self._cells["outcome"], unit=self._cells["unit"])
        self._found.append(error(self._path, text, hint, row=self._row.number, key=key))


def _rule_problems(path: Path, row: Row) -> list[Problem]:
    cells, found = row.cells, []
    if cells["column"] not in ("analysis", "notes", "arm_id", "outcome", "seen_in"):
        text = _('a rule cannot look at the column "{column}".').format(column=cells["column"])
        found.append(error(path, text, _("Use analysis, notes, arm_id, outcome or seen_in."), row=row.number))
    if not cells["contains"] or not cells["reason"] or not cells["study_id"]:
        found.append(error(path, _("study_id, contains and reason must not be empty."), row=row.number))
    if cells["show"] not in ("yes", "no"):
        found.append(
            error(path, _('show must be yes or no, not "{show}".').format(show=cells["show"]), row=row.number)
        )
    return found


def _number(text: str) -> bool:
    try:
        float(text or 1)
    except ValueError:
        return False
    return True
