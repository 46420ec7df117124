"""The report of a meta-analysis: one page that needs nothing else, and every figure as SVG, PNG and CSV beside it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from insula.core.errors import InsulaError
from insula.core.spoken import _
from insula.core.tables import write_csv
from insula.report.figures.style import to_svg
from insula.report.html import fill, markup
from insula.report.meta_figures.from_answer import axis_label
from insula.report.meta_figures.gallery import Drawn, draw_all
from insula.report.meta_figures.saving import save_picture
from insula.report.meta_tables import notes, sheets
from insula.report.writing import Writer

if TYPE_CHECKING:
    from pathlib import Path

    Answer = dict[str, Any]

_READABLE = 0.6  # of its own size; a figure is drawn no smaller, on a narrow screen it scrolls
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'


def write_meta_report(
    found: Answer,
    out: Path,
    lang: str,
    *,
    source: str,
    favours: tuple[str, str] = ("", ""),
) -> Path:
    """Write the folder of a report, all of it or nothing.

    Parameters
    ----------
    found
        Of `analysis.meta_analysis.answer`, with `risk_of_bias` and `grade` of `analysis.meta_analysis.judgements`,
        None where nobody judged.
    out
        A folder that is empty or not there.
    lang
        ``zh`` or ``en``.
    source
        Name of the table.
    favours
        What the sides of the forest plot speak for.

    Returns
    -------
    Path of the page.

    Raises
    ------
    InsulaError
        When the folder holds something.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InsulaError(
            _("--out {out}: there is something already. Name a new folder, or empty this one.").format(
                out=out
            )
        )
    writer = Writer(lang)
    drawn = draw_all(found, favours, writer)
    unfinished = out.with_name(f".{out.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        svg = {name: _save(one, unfinished) for name, one in drawn.items()}
        if found["grade"]:
            write_csv(unfinished / "grade.csv", _grade_columns(found["grade"]))
        page = _page(found, drawn, svg, source, writer)
        (unfinished / "report.html").write_text(page, encoding="utf-8")
        unfinished.replace(out)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return out / "report.html"


def _save(one: Drawn, folder: Path) -> str:
    """Save a figure and its numbers; return it as an element of the page."""
    svg = to_svg(one.figure, one.name, one.title)
    (folder / f"{one.name}.svg").write_text(_XML + svg, encoding="utf-8")
    write_csv(folder / f"{one.name}.csv", one.columns)
    save_picture(one.figure, folder / f"{one.name}.png")
    return svg


def _page(found: Answer, drawn: dict[str, Drawn], svg: dict[str, str], source: str, writer: Writer) -> str:
    figures = {
        name: {
            "title": one.title,
            "caption": one.caption,
            "svg": markup(svg[name]),
            "inches": f"{one.figure.get_figwidth():.1f}",
            "least": f"{_READABLE * one.figure.get_figwidth():.1f}",
        }
        for name, one in drawn.items()
    }
    return fill(
        "meta.html.j2", writer, found=found, figures=figures, sheets=sheets(found, writer._),
        notes=notes(found, writer._), title=axis_label(found, writer), source=source,
    )  # fmt: skip


def _grade_columns(grade: Answer) -> dict[str, list[str]]:
    rows = grade["rows"]
    reasons = {name: [row["reasons"][name] for row in rows] for name in grade["reasons"]}
    certainty = [row["certainty"] for row in rows]
    return {"outcome": [row["outcome"] for row in rows], **reasons, "certainty": certainty}
