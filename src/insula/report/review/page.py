"""A review as a folder: one page that needs nothing else, its forest plots as pictures, every number as CSV."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from insula.core.tables import write_csv
from insula.report.figures.style import to_svg
from insula.report.html import fill, markup
from insula.report.meta_figures.forest import Forest, forest_columns, forest_figure
from insula.report.meta_figures.saving import save_picture
from insula.report.review import agreement_words, words
from insula.report.review.forests import forests
from insula.report.review.tables import review_tables
from insula.report.writing import Writer

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_XML = '<?xml version="1.0" encoding="utf-8"?>\n'

Data = dict[str, Any]
Drawn = dict[str, tuple[str, Forest, "Figure"]]


def write_review(summary: Data, out: Path, lang: str) -> Path:
    """Write page, figures and tables of a review into a folder, all of them or none, and return the page's path.

    Parameters
    ----------
    summary
        Of `review_summary`.
    out
        Is made where it is not there; files of an earlier review are replaced.
    lang
        ``zh`` or ``en``; of page and figures. The tables are in English.
    """
    writer = Writer(lang)
    plots = forests(summary, writer)
    drawn = {name: (title, forest, forest_figure(forest, writer)) for name, (title, forest) in plots.items()}
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as folder:
        unfinished = Path(folder)
        _write(summary, drawn, unfinished, writer)
        out.mkdir(exist_ok=True)
        for file in sorted(unfinished.iterdir()):
            file.replace(out / file.name)
    return out / "report.html"


def _write(summary: Data, drawn: Drawn, folder: Path, writer: Writer) -> None:
    figures = []
    for name, (title, forest, figure) in drawn.items():
        svg = to_svg(figure, name.replace("_", "-"), title)
        figures.append({"title": title, "svg": markup(svg), "name": name})
        (folder / f"{name}.svg").write_text(_XML + svg, encoding="utf-8")
        save_picture(figure, folder / f"{name}.png")
        write_csv(folder / f"{name}.csv", forest_columns(forest))
    for name, columns in review_tables(summary).items():
        if columns:  # no table without rows
            write_csv(folder / f"{name}.csv", columns)
    told = {"words": words, "agreement": agreement_words}
    page = fill("review.html.j2", writer, s=summary, figures=figures, **told)
    (folder / "report.html").write_text(page, encoding="utf-8")
