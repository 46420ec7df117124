"""What people judged: risk of bias of each study, certainty of the evidence for each outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.analysis.meta_analysis.cells import STUDY, at, missing, study_of
from insula.core.errors import suggest
from insula.core.foreign_tables import ForeignTable, read_foreign_csv
from insula.core.problems import error, raise_if_any
from insula.core.spoken import _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from insula.core.problems import Problem

    Answer = dict[str, Any]

RISKS = ("low", "some concerns", "high")  # RoB 2
CERTAINTIES = ("high", "moderate", "low", "very low")  # GRADE
OVERALL = "overall"


def read_risk_of_bias(path: Path, studies: Sequence[str]) -> Answer:
    """Read judgements of risk of bias.

    Parameters
    ----------
    path
        A row per study: `study`, one column per domain (D1 ... D5 of RoB 2, or others), `overall`; words of `RISKS`,
        an empty cell is not judged.
    studies
        Those of the meta-analysis; each has one row in the answer, judged or not.

    Raises
    ------
    InvalidText
        With every cell that holds another word, and every study that is unknown or there twice.
    """
    table, problems = _table(path, (OVERALL,))
    if not set(STUDY) & set(table.header):
        problems.append(error(path, _('There is no column "study".'), _("A row per study."), row=1))
    raise_if_any(problems)
    domains = [name for name in table.header if name not in (*STUDY, OVERALL)]
    judged: dict[str, dict[str, str]] = {}
    for row in table.rows:
        name = study_of(row)
        if name not in studies:
            problems.append(
                at(
                    table,
                    row,
                    _('the meta-analysis has no study "{name}".').format(name=name),
                    suggest(name, studies),
                )
            )
        if name in judged:
            problems.append(at(table, row, _("the study is judged twice."), _("Keep one row.")))
        judged[name] = {column: " ".join(row.cells[column].lower().split()) for column in (*domains, OVERALL)}
        problems += [
            at(
                table,
                row,
                _('{column}: "{word}" is no judgement.').format(column=column, word=word),
                _("Known: {names}; or empty.").format(names=", ".join(RISKS)),
            )
            for column, word in judged[name].items()
            if word not in (*RISKS, "")
        ]
    raise_if_any(problems)
    rows = [{"study": name, "judgements": judged.get(name, {})} for name in dict.fromkeys(studies)]
    return {"domains": domains, "studies": rows}


def read_grade(path: Path) -> Answer:
    """Read the certainty of the evidence.

    Parameters
    ----------
    path
        A row per outcome: `outcome`, any columns of reasons, `certainty` with a word of `CERTAINTIES`.

    Raises
    ------
    InvalidText
        With every row without outcome or with another certainty.
    """
    table, problems = _table(path, ("outcome", "certainty"))
    raise_if_any(problems)
    reasons = [name for name in table.header if name not in ("outcome", "certainty")]
    rows = []
    for row in table.rows:
        certainty = " ".join(row.cells["certainty"].lower().split())
        if certainty not in CERTAINTIES:
            message = _('certainty: "{certainty}" is unknown.').format(certainty=row.cells["certainty"])
            problems.append(
                at(table, row, message, _("Known: {names}.").format(names=", ".join(CERTAINTIES)))
            )
        if not row.cells["outcome"]:
            problems.append(at(table, row, _("outcome: the cell is empty.")))
        cells = {name: row.cells[name] for name in reasons}
        rows.append({"outcome": row.cells["outcome"], "reasons": cells, "certainty": certainty})
    raise_if_any(problems)
    return {"reasons": reasons, "rows": rows}


def _table(path: Path, columns: Sequence[str]) -> tuple[ForeignTable, list[Problem]]:
    table = read_foreign_csv(path)
    problems = list(table.problems)
    if table.header:
        problems += missing(table, columns)
        if not table.rows and not problems:
            problems.append(error(path, _("the table has a header and no row."), _("A row per judgement.")))
    return table, problems
