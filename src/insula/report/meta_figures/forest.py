"""Forest plot: studies and pooled effects on one axis, virtual trials beside published ones.

Use it in three steps: fill a `Forest` (numbers on the scale that people read, ratios as ratios), draw it with
`forest_figure(forest, writer)`, and save what is drawn with `forest_columns(forest)` as a table::

    forest = Forest(
        rows=(ForestRow("Li 2019", "published", -0.8, -1.3, -0.3, weight=21.5, subgroup="T2D"),),
        summaries=(ForestSummary("T2D", "published", -0.6, -0.9, -0.3, prediction=(-1.4, 0.2), subgroup="T2D"),),
        axis_label="HbA1c, mean difference, %",
    )
    figure = forest_figure(forest, Writer("zh"))
    svg = to_svg(figure, "forest", "forest plot")     # report.figures.style
    write_csv(path, forest_columns(forest))           # core.tables
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from insula.report.meta_figures.forest_layout import draw_forest

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from insula.report.writing import Writer


@dataclass(frozen=True)
class ForestRow:
    """One study.

    Parameters
    ----------
    label
    kind
        ``published`` (filled blue square) or ``virtual`` (hollow orange diamond, dashed line).
    effect, low, high
        On the scale of the axis; NaN where the study gives no effect: its line says so and carries no mark.
    weight
        Percent, the size of the mark; None where the study has none.
    subgroup
        Rows of one subgroup stand together, in the order in which the subgroups first appear; empty: none.
    cells
        Further texts, one for each of `Forest.headings`, say ``12/120``.
    """

    label: str
    kind: str
    effect: float
    low: float
    high: float
    weight: float | None = None
    subgroup: str = ""
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class ForestSummary:
    """One pooled effect, drawn as a diamond.

    Parameters
    ----------
    label
    kind
        As of a row, or empty for a diamond over both kinds (grey).
    effect, low, high
    prediction
        (low, high) where the true effect of a new study lies, drawn as a bar below; None: no bar.
    subgroup
        Below whose rows it stands; empty: at the end, over all.
    heterogeneity
        A finished text, such as ``Q 12.3, df 5, p 0.03; I² 59 %; τ² 0.1``; empty: no line.
    """

    label: str
    kind: str
    effect: float
    low: float
    high: float
    prediction: tuple[float, float] | None = None
    subgroup: str = ""
    heterogeneity: str = ""


@dataclass(frozen=True)
class Forest:
    """All that a forest plot shows.

    Parameters
    ----------
    rows, summaries
    axis_label
        Measure and unit.
    null
        Where a line marks no effect; None: no line.
    log
        A logarithmic axis; all numbers must be above 0.
    headings
        Of `ForestRow.cells`.
    favours
        What the left and the right side of the null line speak for; empty texts: nothing.
    level
        Confidence level, for the heading.
    notes
        Finished lines at the foot, say the test of subgroup differences.
    """

    rows: tuple[ForestRow, ...]
    summaries: tuple[ForestSummary, ...]
    axis_label: str
    null: float | None = 0.0
    log: bool = False
    headings: tuple[str, ...] = ()
    favours: tuple[str, str] = ("", "")
    level: float = 0.95
    notes: tuple[str, ...] = ()


def forest_figure(forest: Forest, writer: Writer) -> Figure:
    """Draw a forest plot; it grows with its lines and columns, long names are broken into lines.

    Raises
    ------
    ValueError
        When a number on a logarithmic axis is not above 0, or a row has not one cell for each heading.
    """
    if forest.log:
        lines: list[ForestRow | ForestSummary] = [*forest.rows, *forest.summaries]
        ends = [value for row in lines for value in (row.effect, row.low, row.high)]
        if not all(value > 0 or np.isnan(value) for value in ends):
            raise ValueError("A logarithmic axis takes numbers above 0 only.")
    if any(len(row.cells) != len(forest.headings) for row in forest.rows):
        raise ValueError("Every row needs one cell for each heading.")
    return draw_forest(forest, writer)


def forest_columns(forest: Forest) -> dict[str, list[Any]]:
    """Return every number of the figure as columns: first the studies, then the pooled effects."""
    lines: list[tuple[str, ForestRow | ForestSummary]] = [
        *(("study", row) for row in forest.rows),
        *(("pooled", row) for row in forest.summaries),
    ]
    columns: dict[str, list[Any]] = {
        "row": [what for what, _ in lines],
        **{name: [getattr(row, name) for _, row in lines] for name in ("label", "kind", "subgroup")},
        **{name: [getattr(row, name) for _, row in lines] for name in ("effect", "low", "high")},
        "weight_percent": [getattr(row, "weight", None) for _, row in lines],
        **{
            f"prediction_{name}": [
                end and end[i] for end in (getattr(row, "prediction", None) for _, row in lines)
            ]
            for i, name in enumerate(("low", "high"))
        },
        "heterogeneity": [getattr(row, "heterogeneity", "") for _, row in lines],
    }
    for i, name in enumerate(forest.headings):
        columns[name] = [getattr(row, "cells", ())[i] if what == "study" else "" for what, row in lines]
    return columns
