"""Every row of the evidence says something known: a word, a statistic of its scale, a measure, a unit of a dose."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from insula.checks.evidence import rows_join
from insula.checks.evidence_cells import cells_follow_the_schema
from insula.checks.evidence_words import sound_vocabulary
from insula.checks.survey import Place, Survey
from insula.core.errors import close_names, suggest
from insula.core.spoken import _
from insula.evidence.harmonise import HarmonisedRow, harmonised_tables
from insula.evidence.pooled import UNKNOWN_DOSE_UNIT, UNKNOWN_MEASURE, cell_doses_of, pooled_effects_of
from insula.evidence.published import IMPOSSIBLE
from insula.evidence.vocabulary import SEVERAL_MEANINGS, UNKNOWN_OUTCOME, UNKNOWN_UNIT, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from insula.catalog.evidence_tables import EvidenceTables
    from insula.core.problems import Problem
    from insula.core.tables import Row

_UNKNOWN = (UNKNOWN_OUTCOME, UNKNOWN_UNIT, SEVERAL_MEANINGS)
# Statistics that a number on a scale can have.
STATISTICS = {
    "own": {"mean", "median", "rate", "change_from_baseline", "mean_difference", "proportion"},
    "share": {"proportion", "mean", "median"},
    "count": {"count"},
    "events": {"count"},
    "per_patient": {"rate", "mean"},
    "relative": {"percent_change", "mean", "median"},
    "against": {"percent_change", "mean"},
    "ratio": {"hazard_ratio", "odds_ratio", "ratio"},
    "per_year": {"rate", "slope"},
    "relative_per_year": {"slope"},
}


def rows_have_meaning(survey: Survey) -> Iterator[Problem]:
    """Every row of every topic has a known word, a statistic of its scale and a possible number."""
    vocabulary = sound_vocabulary(survey)
    if vocabulary is None:
        return
    for tables in _sound(survey):
        for row in harmonised_tables(tables, vocabulary):
            place = Place(
                tables.folder / "outcomes.csv", row=row.published.number, key=row.published.study_id
            )
            for message, hint in _row_faults(row, vocabulary):
                yield place.error(message, hint)


def _row_faults(row: HarmonisedRow, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    cells = row.original
    what = _('"{outcome}" in {unit}').format(outcome=cells["outcome"], unit=cells["unit"])
    if not row.meaning and row.reason in _UNKNOWN:
        yield f"{what}: {_(row.reason)}.", _hint(vocabulary, cells["outcome"])
    elif row.reason == IMPOSSIBLE:
        yield (
            _("{what}: {statistic} {value} is impossible for {n} patients.").format(
                what=what, statistic=cells["statistic"], value=cells["value"], n=row.published.n
            ),
            _("Look at its unit, too."),
        )
    elif row.meaning and not _fits(row):
        wanted = ", ".join(sorted(STATISTICS[row.scale]))
        yield (
            _('statistic "{statistic}" does not fit {what}.').format(statistic=cells["statistic"], what=what),
            _("Use {wanted}, or another unit.").format(wanted=wanted),
        )


def _fits(row: HarmonisedRow) -> bool:
    """Whether a number on this scale, or of an outcome that is made of endpoints, can have the printed statistic."""
    made_of = row.published.made_of
    if made_of:
        return made_of.predicts(row.published.statistic)
    return row.original["statistic"] in STATISTICS[row.scale]


def _hint(vocabulary: Vocabulary, outcome: str) -> str:
    close = close_names(outcome, {name for name, _, _ in vocabulary.words} - {outcome})
    return suggest(outcome, close) or _("Add it to evidence/vocabulary.csv, with a meaning or a reason.")


def pooled_effects_are_known(survey: Survey) -> Iterator[Problem]:
    """The measure and the word of every pooled effect are known."""
    vocabulary = sound_vocabulary(survey)
    if vocabulary is None:
        return
    for tables in _sound(survey):
        for effect in pooled_effects_of(tables, vocabulary):
            if effect.reason in (UNKNOWN_MEASURE, *_UNKNOWN):
                place = Place(tables.folder / "pooled.csv", row=effect.number, key=effect.meta_analysis_id)
                what = _('"{measure}" of "{outcome}": {reason}.').format(
                    measure=effect.original["measure"],
                    outcome=effect.original["outcome"],
                    reason=_(effect.reason),
                )
                yield place.error(
                    what, _("Add it to evidence/pooled_measures.csv or evidence/vocabulary.csv.")
                )


def units_of_doses_are_known(survey: Survey) -> Iterator[Problem]:
    """The unit of every dose of cells is known."""
    for tables in _sound(survey):
        for dose in cell_doses_of(tables):
            if dose.reason == UNKNOWN_DOSE_UNIT:
                place = Place(tables.folder / "arms.csv", row=dose.number, key=dose.study_id)
                what = _('the unit of a dose "{unit}" is not known.').format(
                    unit=dose.original["cell_dose_unit"]
                )
                yield place.error(what, _("Add it to evidence/dose_units.csv."))


def _sound(survey: Survey) -> list[EvidenceTables]:
    """Return the tables without the rows that are faulty in themselves; none when a table beside them is."""
    faults = {
        (problem.where, problem.row)
        for ask in (rows_join, cells_follow_the_schema)
        for problem in ask(survey)
    }
    if any(path.parent == survey.catalog.root / "evidence" for path, _ in faults):
        return []
    return [_without(tables, faults) for tables in survey.catalog.topics.readable().values()]


def _without(tables: EvidenceTables, faults: set[tuple[Path, int | None]]) -> EvidenceTables:
    def kept(name: str, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        path = tables.folder / f"{name}.csv"
        return tuple(row for row in rows if (path, row.number) not in faults)

    arms = kept("arms", tables.arms)
    known = {(row.cells["study_id"], row.cells["arm_id"]) for row in arms}
    outcomes = kept("outcomes", tables.outcomes)
    joined = tuple(row for row in outcomes if (row.cells["study_id"], row.cells["arm_id"]) in known)
    return replace(tables, arms=arms, outcomes=joined, pooled=kept("pooled", tables.pooled))
