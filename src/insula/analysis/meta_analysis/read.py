"""From a CSV file to studies: every mistake is named by row and column, all in one message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from insula.analysis.meta_analysis import cells
from insula.analysis.meta_analysis.left_out import AS_COUNTED, reasons
from insula.analysis.meta_analysis.people import refuse_uncounted
from insula.analysis.meta_analysis.shared_controls import check_control_group, divide, unlike_rows
from insula.analysis.meta_analysis.studies import Roles, Studies
from insula.core.foreign_tables import ForeignTable, read_foreign_csv
from insula.core.problems import error, raise_if_any
from insula.core.spoken import _
from insula.statistics.meta.effect_sizes import COLUMNS, TOTALS, effect_sizes
from insula.statistics.meta.records import Effects, InvalidStudy

if TYPE_CHECKING:
    from pathlib import Path

    from insula.core.problems import Problem
    from insula.statistics.meta.records import Floats, Note

    Columns = dict[str, Floats]

_WITH_TOTAL = {"PLO": "ni", "PLN": "ni", "PR": "ni", "PAS": "ni", "PFT": "ni"}


def read_studies(path: Path, measure: str, roles: Roles, correlation: float | None = None) -> Studies:
    """Read the studies of a CSV file.

    Parameters
    ----------
    path
        See `read_foreign_csv`.
    measure
        A name of `COLUMNS`.
    roles
        Further columns.
    correlation
        Stands in for a missing `ri`.

    Raises
    ------
    InvalidText
        With all rows that cannot be read or are impossible, and all columns that are missing.
    MetaAnalysisError
        When a control group is to be divided and the measure has none.
    """
    table = read_foreign_csv(path)
    problems = list(table.problems)
    if table.header:
        problems += _missing_columns(table, measure, correlation) + cells.missing(table, roles.named)
    if table.header and not table.rows and not problems:
        problems.append(error(path, _("the table has a header and no study."), _("A row per study.")))
    raise_if_any([problem for problem in problems if problem.row in (None, 1)])
    studies = _studies(table, measure, roles, correlation, problems)
    raise_if_any(problems)
    return studies


def _missing_columns(table: ForeignTable, measure: str, correlation: float | None) -> list[Problem]:
    needed = [name for name in COLUMNS[measure] if not (name == "ri" and correlation is not None)]
    have = set(table.header)
    return [
        error(
            table.path,
            _('The measure {measure} needs the column "{name}".').format(measure=measure, name=name),
            _taken(measure, name),
            row=1,
        )
        for name in needed
        if name not in have and not (name in TOTALS and set(TOTALS[name]) <= have)
    ]


def _taken(measure: str, missing: str) -> str:
    """Return what a measure takes, and what may stand in for the missing column."""
    columns = " ".join(COLUMNS[measure])
    if missing not in TOTALS:
        return _("It takes {columns}.").format(columns=columns)
    told = _("It takes {columns}; {total} may replace {name}.")
    return told.format(columns=columns, total=TOTALS[missing][0], name=missing)


def _studies(
    table: ForeignTable, measure: str, roles: Roles, correlation: float | None, problems: list[Problem]
) -> Studies:
    labels = cells.labels(table, bool(roles.cluster or roles.shared_control), problems)
    kinds, unit = cells.kinds(table, problems), cells.one_unit(table, problems)
    clusters = cells.filled(table, roles.cluster, problems) if roles.cluster else None
    order = cells.filled(table, roles.order, problems) if roles.order else ()
    columns = {
        name: cells.numbers(table, name, problems)
        for name in dict.fromkeys((*COLUMNS[measure], *(total for total, _ in TOTALS.values()), "ri"))
        if name in table.header
    }
    columns = refuse_uncounted(table, measure, columns, problems)
    effects = _effects(table, measure, columns, correlation, problems)
    columns = _complete(measure, columns)
    if roles.shared_control:
        columns, notes = _divided(table, measure, columns, roles.shared_control, problems)
        if not problems:
            effects = _with_notes(_sizes(measure, columns, correlation), notes)
    effects = _with_notes(effects, reasons(measure, columns, effects, labels))
    return Studies(
        labels, cells.names(table), kinds, effects, columns, roles,
        tuple(row.cells[roles.by] for row in table.rows) if roles.by else None,
        clusters, cells.moderators(table, roles.moderators, problems),
        cells.ranks(order) if order else None, order, unit,
    )  # fmt: skip


def _effects(
    table: ForeignTable, measure: str, columns: Columns, correlation: float | None, problems: list[Problem]
) -> Effects:
    """Compute the effects; an impossible number becomes a problem, is blanked, and the next one is looked for."""
    data = {name: values.copy() for name, values in columns.items()}
    while True:
        try:
            effects = _sizes(measure, data, correlation)
            break
        except InvalidStudy as wrong:
            row = table.rows[wrong.position]
            told = _("{column}: {reason}").format(column=wrong.column, reason=wrong.reason)
            problems.append(cells.at(table, row, told))
            for name in [wrong.column] if wrong.column in data else list(data):
                if np.isnan(data[name][wrong.position]):
                    data = _blank(data, wrong.position)
                    break
                data[name][wrong.position] = np.nan
    for i in np.flatnonzero(effects.variance <= 0):
        message = _("variance: the {measure} of this study has no variance to weigh it by.").format(
            measure=measure
        )
        problems.append(cells.at(table, table.rows[int(i)], message))
    return effects


def _sizes(measure: str, columns: Columns, correlation: float | None) -> Effects:
    return effect_sizes(
        measure, columns, to="none" if measure in AS_COUNTED else None, correlation=correlation
    )


def _blank(data: Columns, position: int) -> Columns:
    for values in data.values():
        values[position] = np.nan
    return data


def _complete(measure: str, columns: Columns) -> Columns:
    """Return the columns with the counts that totals stand for, and the total of single groups."""
    found = dict(columns)
    for name, (total, part) in TOTALS.items():
        if name in COLUMNS[measure] and name not in found and {total, part} <= set(found):
            found[name] = found[total] - found[part]
    if measure in _WITH_TOTAL and "ni" not in found:
        found["ni"] = found["xi"] + found["mi"]
    return {name: values for name, values in found.items() if name in (*COLUMNS[measure], "ni")}


def _divided(
    table: ForeignTable, measure: str, columns: Columns, name: str, problems: list[Problem]
) -> tuple[Columns, tuple[Note, ...]]:
    check_control_group(measure, list(columns))
    shared = [row.cells[name] for row in table.rows]
    for i in unlike_rows(columns, shared):
        message = _('{name}: "{label}" has another control in an earlier row.').format(
            name=name, label=shared[i]
        )
        problems.append(
            cells.at(table, table.rows[i], message, _("Rows of one control group repeat its numbers."))
        )
    return divide(columns, shared)


def _with_notes(effects: Effects, notes: tuple[Note, ...]) -> Effects:
    return Effects(
        effects.measure, effects.estimate, effects.variance, effects.size, (*effects.notes, *notes)
    )
