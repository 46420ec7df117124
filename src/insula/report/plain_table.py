"""The table of the terminal: a bold title on the left, no lines, a caption on the left, long texts folded."""

from __future__ import annotations

from rich.table import Table


def plain_table(title: str, heads: tuple[str, ...]) -> Table:
    """Return an empty table with these columns."""
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        caption_justify="left",
        box=None,
        pad_edge=False,
    )
    for head in heads:
        table.add_column(head, overflow="fold")
    return table
