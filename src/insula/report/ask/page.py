"""What was asked of one patient, as a page that needs nothing else and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.report.answer_files import save_answer
from insula.report.ask import words
from insula.report.ask.figure import chance_figure
from insula.report.ask.tables import headline, not_compared, not_from_people, sections
from insula.report.figures.style import to_svg
from insula.report.html import fill, markup
from insula.report.writing import Writer

if TYPE_CHECKING:
    from pathlib import Path


def write_answer(answer: dict[str, Any], out: Path, lang: str) -> Path:
    """Write answer.json and report.html into a folder; return the path of the page."""
    return save_answer(answer, render_answer(answer, lang), out, "answer")


def render_answer(answer: dict[str, Any], lang: str) -> str:
    """Return the page as text; the same answer gives the same bytes."""
    w = Writer(lang)
    limitations = answer["limitations"] or {}
    return fill(
        "ask.html.j2",
        w,
        s=answer,
        headline=[*headline(answer, w), *not_from_people(answer, w), *not_compared(answer, w)],
        refusal=[] if answer["answered"] else [*words.refusal(answer, w), *not_compared(answer, w)],
        figure=_figure(answer, w) if answer["answered"] else None,
        sections=sections(answer, w),
        limitations=limitations.get(lang, limitations.get("en", ())),
    )


def _figure(answer: dict[str, Any], w: Writer) -> dict[str, Any]:
    title = w.title(answer["benefits"][answer["goal"]])
    return {"title": title, "svg": markup(to_svg(chance_figure(answer, w), "chance", title))}
