"""The table of the terminal: a bold title on the left, no lines, a caption on the left, long texts folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def plain_table(title: str, heads: Sequence[str], right: Collection[str] = ()) -> Table:
    """Return an empty table with these columns; those named in `right` hold numbers and stand on the right."""
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        caption_justify="left",
        box=None,
        pad_edge=False,
    )
    for head in heads:
        table.add_column(Text(head), justify="right" if head in right else "left", overflow="fold")
    return table
