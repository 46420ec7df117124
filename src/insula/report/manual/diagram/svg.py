"""A wiring diagram as SVG: ink on white, so that it reads the same in grey print."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

from insula.report.manual.diagram.rows import FOOT, ROW, TITLE, Item, Rows, arrange, lanes
from insula.report.manual.diagram.tracks import make_room, tracks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from insula.report.manual.diagram.network import Net, Network

_LETTER, _TITLE_LETTER = 6.6, 8.4  # width of a letter of ports and of titles
_INSIDE = 10.0  # from the edge of a box to its text
_TRACK, _MARGIN, _ARROW = 8.0, 12.0, 6.0
_EDGE = 12.0
_SMALLEST = 0.75  # of the natural size, below which letters would be too small: then it is scrolled


class _Widths(NamedTuple):
    """Left edges and widths of columns; for every gap the track of each net in it and where the gap begins."""

    left: list[float]
    width: list[float]
    track: list[dict[int, int]]
    gap: list[float]
    whole: float


def wiring_svg(network: Network, links: Mapping[str, str], label: str) -> str:
    """Draw a network.

    Parameters
    ----------
    links : shown name of a box -> address
        Boxes that lead somewhere.
    label
        What a screen reader says.
    """
    rows = arrange(network)
    make_room(rows)
    widths = _widths(rows)
    height = max((rows.top[item] + rows.height(item) for items in rows.order for item in items), default=0.0)
    parts = [_net(rows, widths, number, net) for number, net in enumerate(network.nets)]
    parts += [_box(rows, widths, item, links) for items in rows.order for item in items if item.box]
    width, height = round(widths.whole), round(height + 2 * _EDGE)
    sizes = f"max-width:{width}px;min-width:{_SMALLEST * width:.0f}px"
    return (
        f'<svg role="img" aria-label="{escape(label)}" class="wiring" style="{sizes}"'
        f' viewBox="0 {-_EDGE:.0f} {width} {height}">{"".join(parts)}</svg>'
    )


def _widths(rows: Rows) -> _Widths:
    track = [tracks(rows, gap) for gap in range(len(rows.order) + 1)]
    width = [
        max((_box_width(rows, item.box) for item in items if item.box), default=0.0) for items in rows.order
    ]
    left, gap, x = [], [], 0.0
    for column, used in enumerate(track):
        gap.append(x)
        count = max(used.values(), default=-1) + 1
        x += _MARGIN + _TRACK * count + (_MARGIN + _ARROW if count else 0.0)
        if column < len(width):
            left.append(x)
            x += width[column]
    return _Widths(left, width, track, gap, x)


def _box_width(rows: Rows, box: str) -> float:
    names = [*rows.network.inputs(box), *rows.network.outputs(box)]
    title = _TITLE_LETTER * len(rows.network.boxes[box])
    return max([title, *(_LETTER * len(name) for name in names)]) + 2 * _INSIDE


def _box(rows: Rows, widths: _Widths, item: Item, links: Mapping[str, str]) -> str:
    x, y, width = widths.left[item.column], rows.top[item], widths.width[item.column]
    name = rows.network.boxes[item.box]
    title = f'<text class="title" x="{x + width / 2:.1f}" y="{y + TITLE - 8:.1f}">{escape(name)}</text>'
    if name in links:
        title = f'<a href="{escape(links[name])}">{title}</a>'
    texts = [title]
    inputs = rows.network.inputs(item.box)
    for number, symbol in enumerate([*inputs, *rows.network.outputs(item.box)]):
        taken = number < len(inputs)
        at = x + _INSIDE if taken else x + width - _INSIDE
        below = y + TITLE + ROW * (number + 0.5) + 4
        kind = "taken" if taken else "given"
        texts.append(f'<text class="{kind}" x="{at:.1f}" y="{below:.1f}">{escape(symbol)}</text>')
    frame = f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{rows.height(item) - FOOT / 3:.1f}" rx="5"/>'
    return f'<g class="box">{frame}{"".join(texts)}</g>'


def _net(rows: Rows, widths: _Widths, number: int, net: Net) -> str:
    """Draw all lines of a net: first a white border, so that it is seen which of two crossing lines goes on."""
    start = rows.column[net.source.box]
    on: list[str] = []
    back: list[str] = []
    marks: list[str] = []
    for gap, used in enumerate(widths.track):
        if number in used:
            lines, signs = _in_gap(rows, widths, number, gap)
            (on if gap > start else back).extend(lines)
            marks += signs
    for column in lanes(net, rows.column):
        y, x = rows.lane(Item(column, net=number)), widths.left[column]
        (on if column > start else back).append(f"M{x:.1f} {y:.1f}H{x + widths.width[column]:.1f}")
    ends = ", ".join(f"{sink.box}.{sink.symbol}" for sink in net.sinks)
    title = f"<title>{escape(f'{net.source.box}.{net.source.symbol} → {ends}')}</title>"
    path = " ".join([*on, *back])
    paths = [f'<path class="border" d="{path}"/>']
    paths += [f'<path class="on" d="{" ".join(on)}"/>'] if on else []
    paths += [f'<path class="back" d="{" ".join(back)}"/>'] if back else []
    return f'<g class="net">{title}{"".join(paths)}{"".join(marks)}</g>'


def _in_gap(rows: Rows, widths: _Widths, number: int, gap: int) -> tuple[list[str], list[str]]:
    """Return the lines of a net in one gap, and its dots and arrowheads there."""
    left, right = rows.ends(number, gap)
    x = widths.gap[gap] + _MARGIN + _TRACK * (widths.track[gap][number] + 0.5)
    begin = widths.gap[gap]
    end = widths.left[gap] if gap < len(widths.left) else x
    heights = sorted(left + right)
    lines = [f"M{begin:.1f} {y:.1f}H{x:.1f}" for y in left]
    lines += [f"M{x:.1f} {heights[0]:.1f}V{heights[-1]:.1f}"] if heights[0] < heights[-1] else []
    lines += [f"M{x:.1f} {y:.1f}H{end:.1f}" for y in right]
    marks = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2"/>' for y in heights[1:-1]]
    sinks = [sink for sink in rows.network.nets[number].sinks if rows.column[sink.box] == gap]
    for y in (rows.port(sink, source=False) for sink in sinks):
        marks.append(f'<path class="head" d="M{end:.1f} {y:.1f}l-{_ARROW:.0f} -3.5v7z"/>')
    return lines, marks
