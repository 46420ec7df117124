"""A calibration on disk: the posterior ensemble, a page that needs nothing else, and every number in tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.core.tables import write_csv
from insula.report.answer_files import save_answer
from insula.report.calibration.figures import figures
from insula.report.calibration.terminal import (
    direction_table,
    effect_table,
    parameter_table,
    row_table,
    unfitted_table,
)
from insula.report.calibration.words import summary
from insula.report.html import fill
from insula.report.writing import Writer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_PREDICTIONS = ("prior", "posterior", "left_out")
_PREDICTED = ("predicted", "low", "high", "inside")


def write_calibration(answer: dict[str, Any], ensemble: Mapping[str, Any], out: Path, lang: str) -> Path:
    """Write ensemble.csv, rows.csv, effects.csv where arms are compared, calibration.json, report.html: its path."""
    page = render_calibration(answer, lang)
    write_csv(out / "ensemble.csv", ensemble)
    write_csv(out / "rows.csv", _columns(answer["rows"], _PREDICTIONS, _PREDICTED))
    if answer["effects"]:
        ends = (*_PREDICTED, "same_direction")
        write_csv(out / "effects.csv", _columns(answer["effects"], _PREDICTIONS[1:], ends))
    return save_answer(answer, page, out, "calibration")


def render_calibration(answer: dict[str, Any], lang: str) -> str:
    """Return the page as text; the same answer gives the same bytes."""
    writer = Writer(lang)
    _ = writer._
    tables = [
        (_("Parameters"), parameter_table(answer, writer)),
        (_("Combinations"), direction_table(answer, writer)),
        (_("Fitted rows"), row_table(answer, writer)),
        (_("Treated less control"), effect_table(answer, writer)),
        (_("Rows that are not fitted"), unfitted_table(answer, writer)),
    ]
    shown = [{"title": title, "heads": heads, "rows": rows} for title, (heads, rows) in tables if rows]
    return fill(
        "calibration.html.j2",
        writer,
        s=answer,
        figures=figures(answer, writer),
        tables=shown,
        counts=summary(answer["summary"], writer),
    )


def _columns(
    rows: list[dict[str, Any]], predictions: Sequence[str], ends: Sequence[str]
) -> dict[str, list[Any]]:
    """One column for each plain number of a row, and for each of its predictions."""
    plain = [name for name in rows[0] if name not in (*predictions, "title")]
    found: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in plain}
    for which in predictions:
        for name in ends:
            found[f"{which}_{name}"] = [row[which][name] if row[which] else None for row in rows]
    return found
