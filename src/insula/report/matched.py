"""What the weights of virtual patients do, as a table for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from insula.report.plain_table import plain_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from insula.report.writing import Writer


def matched_table(rows: Iterable[dict[str, Any]], writer: Writer) -> Table:
    """Return published numbers beside those of the patients before and after weighing."""
    _ = writer._
    words = {"mean": _("Mean"), "sd": _("Standard deviation"), "share": _("Share")}
    heads = (_("Quantity"), _("Statistic"), _("Published"), _("Unweighted"), _("Weighted"))
    table = plain_table(_("Weights: the patients before and after, beside what was published"), heads)
    for row in rows:
        numbers = (
            writer.value(row[key], row["unit"], difference=row["statistic"] == "sd")
            for key in ("stated", "unweighted", "weighted")
        )
        table.add_row(row["quantity"], words[row["statistic"]], *numbers)
    return table
