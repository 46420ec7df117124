"""The answer of a meta-analysis in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from insula.core.i18n import translator
from insula.report.meta_tables import notes, sheets
from insula.report.plain_table import plain_table

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from insula.report.meta_tables import Sheet


def show(found: dict[str, Any], lang: str) -> Group:
    """Return the answer as tables in a language, with the notes below."""
    _ = translator(lang)
    parts: list[RenderableType] = []
    for sheet in sheets(found, _).values():
        parts += [_table(sheet), *([Text(sheet.below)] if sheet.below else []), Text()]
    return Group(*parts, *map(Text, notes(found, _)))


def _table(sheet: Sheet) -> Table:
    table = plain_table(sheet.title, sheet.heads, right=sheet.heads[1:])
    for row in sheet.rows:
        table.add_row(*map(Text, row))
    return table
