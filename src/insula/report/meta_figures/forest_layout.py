"""How a forest plot is laid out: lines from the top down, columns of text left and right of the axis.

All places are inches, the widths of texts are estimates (`lettering`), so the layout is the same on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from insula.report.figures.style import INK, drawing
from insula.report.meta_figures.forest_axis import draw_line, finish_axis, limits
from insula.report.meta_figures.kinds import legend_marks
from insula.report.meta_figures.lettering import decimals_for, fixed, ratio, text_inches, wrap

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from insula.report.meta_figures.forest import Forest, ForestRow, ForestSummary
    from insula.report.writing import Writer

    Spelling = Callable[[float | None], str]

POINTS = 8.5
_LINE, _GAP, _PAD, _MARGIN = 0.165, 0.055, 0.14, 0.12
_TOP = _MARGIN + _LINE + 2 * _GAP
_BASE = 0.04  # inches from the middle of a letter down to the line it stands on
_LABEL_MOST, _NOTE_LEAST, _NOTE_POINTS, _INDENT = 2.9, 2.4, 7.5, 0.1
_ERRORS = 4  # standard errors in a usual interval
_AXIS_WIDTH, _FOOT, _LEGEND = 3.2, 0.52, 0.28


@dataclass(frozen=True)
class Line:
    """One line: texts, and what is drawn on the axis (None: nothing)."""

    label: str
    role: str  # heading, study, pooled, prediction, note
    drawn: ForestRow | ForestSummary | None = None
    cells: tuple[str, ...] = ()
    interval: str = ""
    weight: str = ""

    @property
    def bold(self) -> bool:
        """Headings and pooled effects stand out."""
        return self.role in ("heading", "pooled")


def draw_forest(forest: Forest, writer: Writer) -> Figure:
    """Draw what `forest_figure` has checked."""
    lines, heads = _lines(forest, writer), _heads(forest, writer)
    label_width, left, right = _widths(lines, heads)
    axis_left = _MARGIN + label_width + _PAD + sum(width + _PAD for width in left)
    labels = [_label(line, label_width, axis_left - _MARGIN - _INDENT) for line in lines]
    heights = [_LINE * (label.count("\n") + 1) + _GAP for label in labels]
    marks = legend_marks((row.kind for row in forest.rows), writer)
    width = axis_left + _AXIS_WIDTH + _PAD + sum(width + _PAD for width in right)
    foot = _FOOT + _LINE * any(forest.favours) + _LEGEND * bool(marks)
    with drawing():
        page = _Page(Figure(figsize=(width, _TOP + sum(heights) + foot)), width, _TOP + sum(heights) + foot)
        axes = page.frame(axis_left, sum(heights))
        finish_axis(axes, forest, limits(forest))
        columns = _columns(axis_left, left, right)
        page.row(heads, columns, _MARGIN + _LINE / 2, bold=True)
        page.rule(_TOP - _GAP)
        below = 0.0
        for i, (line, label, own) in enumerate(zip(lines, labels, heights, strict=True)):
            y, below = below + own / 2, below + own
            draw_line(axes, line.role, line.drawn, y, f"{line.role}-{i}")
            page.row(
                (label, *line.cells, line.interval, line.weight), columns, _TOP + y, line.bold, line.role
            )
        if marks:
            page.figure.legend(handles=marks, loc="lower center", ncols=2, frameon=False, fontsize=POINTS)
    return page.figure


@dataclass(frozen=True)
class _Page:
    """The whole figure, in inches from the top left."""

    figure: Figure
    width: float
    height: float

    def frame(self, left: float, height: float) -> Axes:
        """Return axes whose vertical unit is inches from their top."""
        bottom = self.height - _TOP - height
        place = (left / self.width, bottom / self.height, _AXIS_WIDTH / self.width, height / self.height)
        axes = self.figure.add_axes(place)
        axes.set_ylim(height, 0)
        return axes

    def row(
        self,
        texts: tuple[str, ...],
        columns: list[tuple[float, str]],
        y: float,
        bold: bool = False,
        role: str = "",
    ) -> None:
        """Write the texts of one line into the columns."""
        for i, (text, (x, side)) in enumerate(zip(texts, columns, strict=True)):
            indent = _INDENT if i == 0 and role in ("study", "prediction", "note") else 0.0
            one = "\n" not in text
            self.figure.text(
                (x + indent) / self.width, 1 - (y + _BASE * one) / self.height, text, ha=side, linespacing=1.15,
                va="baseline" if one else "center",
                fontsize=_NOTE_POINTS if role == "note" else POINTS, fontweight="bold" if bold else "normal",
            )  # fmt: skip

    def rule(self, y: float) -> None:
        """Draw a line over the whole width."""
        ends, place = (_MARGIN / self.width, 1 - _MARGIN / self.width), 1 - y / self.height
        self.figure.add_artist(Line2D(ends, (place, place), color=INK, linewidth=0.7))


def _heads(forest: Forest, writer: Writer) -> tuple[str, ...]:
    interval = writer._("Effect [{level} % interval]").format(level=f"{100 * forest.level:g}")
    weighed = any(row.weight is not None for row in forest.rows)
    return (writer._("Study"), *forest.headings, interval, writer._("Weight, %") if weighed else "")


def _lines(forest: Forest, writer: Writer) -> list[Line]:
    spell = _spelling(forest)
    found: list[Line] = []
    for group in dict.fromkeys(row.subgroup for row in forest.rows):
        if group:
            found.append(Line(group, "heading", cells=("",) * len(forest.headings)))
        found += [_study(row, spell) for row in forest.rows if row.subgroup == group]
        if group:
            found += _pooled(forest, group, spell, writer)
    found += _pooled(forest, "", spell, writer)
    return [*found, *(Line(note, "note", cells=("",) * len(forest.headings)) for note in forest.notes)]


def _study(row: ForestRow, spell: Spelling) -> Line:
    weight = "" if row.weight is None else fixed(row.weight, 1)
    return Line(row.label, "study", row, row.cells, _interval(row, spell), weight)


def _pooled(forest: Forest, group: str, spell: Spelling, writer: Writer) -> list[Line]:
    blank = ("",) * len(forest.headings)
    found = []
    for pooled in (summary for summary in forest.summaries if summary.subgroup == group):
        found.append(Line(pooled.label, "pooled", pooled, blank, _interval(pooled, spell)))
        if pooled.prediction:
            low, high = map(spell, pooled.prediction)
            text = writer._("{level} % prediction interval").format(level=f"{100 * forest.level:g}")
            found.append(Line(text, "prediction", pooled, blank, f"[{low}, {high}]"))
        if pooled.heterogeneity:
            found.append(Line(pooled.heterogeneity, "note", None, blank))
    return found


def _interval(row: ForestRow | ForestSummary, spell: Spelling) -> str:
    if row.effect != row.effect:
        return "–"
    return f"{spell(row.effect)} [{spell(row.low)}, {spell(row.high)}]"


def _spelling(forest: Forest) -> Spelling:
    """Return how numbers are written: ratios by `ratio`, others with two digits of a usual standard error."""
    if forest.log:
        return ratio
    widths = sorted(row.high - row.low for row in forest.rows if row.high > row.low)
    decimals = decimals_for(widths[len(widths) // 2] / _ERRORS) if widths else 2
    return lambda value: fixed(value, decimals)


def _widths(lines: list[Line], heads: tuple[str, ...]) -> tuple[float, list[float], list[float]]:
    """Return the widths of the labels, of the columns left of the axis and of the two right of it."""
    own = [text_inches(line.label, POINTS, bold=line.bold) for line in lines if line.role != "note"]
    label = min(_LABEL_MOST, _INDENT + max([text_inches(heads[0], POINTS, bold=True), *own]))
    others = [
        max(text_inches(text, POINTS, bold=line.bold) for line in lines for text in [_texts(line)[i]])
        for i in range(len(heads) - 1)
    ]
    wide = [
        max(width, text_inches(head, POINTS, bold=True))
        for width, head in zip(others, heads[1:], strict=True)
    ]
    return label, wide[:-2], wide[-2:]


def _texts(line: Line) -> tuple[str, ...]:
    return (*line.cells, line.interval, line.weight)


def _label(line: Line, width: float, room: float) -> str:
    if line.role == "note":
        return wrap(line.label, _NOTE_POINTS, max(room, _NOTE_LEAST))
    return wrap(line.label, POINTS, width - _INDENT, bold=line.bold)


def _columns(axis_left: float, left: list[float], right: list[float]) -> list[tuple[float, str]]:
    """Return where each column stands and to which side it is set."""
    found: list[tuple[float, str]] = [(_MARGIN, "left")]
    x = axis_left - sum(width + _PAD for width in left)
    for width in left:
        found.append((x + width, "right"))
        x += width + _PAD
    x = axis_left + _AXIS_WIDTH + _PAD
    for width in right:
        found.append((x + width, "right"))
        x += width + _PAD
    return found
