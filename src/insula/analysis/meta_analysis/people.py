"""Numbers that nobody could have counted: half an event, half a patient, the spread of a single one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from insula.analysis.meta_analysis import cells
from insula.core.spoken import N_, _
from insula.statistics.meta.effect_sizes import COLUMNS, TOTALS

if TYPE_CHECKING:
    from insula.core.foreign_tables import ForeignTable
    from insula.core.problems import Problem
    from insula.statistics.meta.records import Floats

_EVENTS = ("ai", "bi", "ci", "di", "xi", "mi", "x1i", "x2i")
_SIZES = ("n1i", "n2i", "ni")
_SPREADS = {"sd1i": ("n1i", "ni"), "sd2i": ("n2i", "ni")}  # of whom an SD is told
_CONTROLS = ("ci", "di", "x2i", "n2i")
_COUNTED = N_("Give patients and events as they were counted.")
_SHARED = N_("Give the control group whole; --shared-control divides it among the comparisons that share it.")
_SINGLE = N_("Leave the SD empty, then the study has no effect and is named, or take the row out.")


def refuse_uncounted(
    table: ForeignTable, measure: str, columns: dict[str, Floats], problems: list[Problem]
) -> dict[str, Floats]:
    """Name every count that is no whole number, and every SD of a single patient.

    Parameters
    ----------
    table
    measure
        A name of `COLUMNS`; columns that it does not take may hold anything.
    columns
        Of the table, (k,) each.
    problems
        Grows by one for each such cell.

    Returns
    -------
    The columns, with NaN in these cells.
    """
    found = {name: values.copy() for name, values in columns.items()}
    for name in _counted(measure, columns):
        for i in np.flatnonzero((found[name] > 0) & (found[name] % 1 != 0)):
            row = table.rows[int(i)]
            message = _('{name}: "{cell}" is no whole number.').format(name=name, cell=row.cells[name])
            problems.append(cells.at(table, row, message, _(_SHARED if name in _CONTROLS else _COUNTED)))
            found[name][i] = np.nan
    for spread, size in _spreads(measure):
        for i in np.flatnonzero((found[size] == 1) & ~np.isnan(found[spread])):
            message = _(
                "{size}: must be 2 or more where {spread} is given; a single patient has no SD."
            ).format(size=size, spread=spread)
            problems.append(cells.at(table, table.rows[int(i)], message, _(_SINGLE)))
            found[size][i] = np.nan
    return found


def _counted(measure: str, columns: dict[str, Floats]) -> list[str]:
    totals = [TOTALS[name][0] for name in COLUMNS[measure] if name in TOTALS and name not in columns]
    return [name for name in (*COLUMNS[measure], *totals) if name in (*_EVENTS, *_SIZES) and name in columns]


def _spreads(measure: str) -> list[tuple[str, str]]:
    taken = COLUMNS[measure]
    return [(spread, size) for spread in taken for size in _SPREADS.get(spread, ()) if size in taken]
