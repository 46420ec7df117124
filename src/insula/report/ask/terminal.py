"""An answer as tables for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table as RichTable
from rich.text import Text

from insula.report.ask import words
from insula.report.ask.tables import not_compared, not_from_people, sections
from insula.report.writing import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from insula.report.ask.section import Table

_ON_THE_PAGE = (
    "resembling",
    "harms",
    "therapies",
    "expected_harms",
)  # too long for a terminal where there is an answer


def terminal_answer(s: dict[str, Any], lang: str) -> Group:
    """Return the chances, what limits them and what is known; the rest stands on the page."""
    return Group(*_parts(s, Writer(lang)))


def _parts(s: dict[str, Any], w: Writer) -> Iterator[RenderableType]:
    yield Text(w.title(s["title"]), style="bold")
    yield Text(w.title(s["disclaimer"]), style="yellow")
    if not s["answered"]:
        yield from (Text(line) for line in (*words.refusal(s, w), *not_compared(s, w)))
        return
    for section in sections(s, w):
        if section.id in _ON_THE_PAGE:
            continue
        yield Text()
        yield Text(section.title, style="bold")
        yield from (Text(line) for line in section.lead)
        yield from (_table(table) for table in section.tables)
        yield from (Text(line) for line in section.notes)
    yield Text()
    yield from (Text(line) for line in (*not_from_people(s, w), *not_compared(s, w)))


def _table(table: Table) -> RichTable:
    shown = RichTable(title=table.caption, title_justify="left", title_style="", pad_edge=False, box=None)
    for head in table.heads:
        shown.add_column(head, vertical="top", overflow="fold")
    for row in table.rows:
        shown.add_row(*row)
    return shown
