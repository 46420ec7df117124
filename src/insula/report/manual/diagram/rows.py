"""Who stands above whom in each column, and how high: so that lines are short and seldom cross."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from insula.report.manual.diagram.layers import columns

if TYPE_CHECKING:
    from insula.report.manual.diagram.network import Net, Network, Port

TITLE, ROW, FOOT = 24.0, 16.0, 6.0  # heights inside a box
SPACE, LANE = 20.0, 9.0  # between boxes; a lane of a line that passes a column
_SWEEPS = 24


class Item(NamedTuple):
    """Something in a column: a box, or the lane of net number `net` on its way on or back."""

    column: int
    box: str = ""
    net: int = -1


@dataclass
class Rows:
    """Columns from left to right, their items from the top down, and the upper edge of each item."""

    network: Network
    column: dict[str, int]
    order: list[list[Item]]
    top: dict[Item, float] = field(default_factory=dict)

    def height(self, item: Item) -> float:
        """Height of an item."""
        if not item.box:
            return LANE
        ports = len(self.network.inputs(item.box)) + len(self.network.outputs(item.box))
        return TITLE + ROW * ports + FOOT

    def port(self, port: Port, *, source: bool) -> float:
        """Height at which a net meets a box."""
        return self.top[Item(self.column[port.box], port.box)] + self._offset(port, source)

    def lane(self, item: Item) -> float:
        """Height at which a net passes a column."""
        return self.top[item] + LANE / 2

    def _offset(self, port: Port, source: bool) -> float:
        inputs, outputs = self.network.inputs(port.box), self.network.outputs(port.box)
        number = len(inputs) + outputs.index(port.symbol) if source else inputs.index(port.symbol)
        return TITLE + ROW * (number + 0.5)

    def ends(self, number: int, gap: int) -> tuple[list[float], list[float]]:
        """Heights at which a net comes into the gap before column `gap` from the left, and leaves it to the right."""
        net = self.network.nets[number]
        passed = lanes(net, self.column)
        left = [self.lane(Item(gap - 1, net=number))] if gap - 1 in passed else []
        if self.column[net.source.box] == gap - 1:
            left.append(self.port(net.source, source=True))
        right = [self.lane(Item(gap, net=number))] if gap in passed else []
        right += [self.port(sink, source=False) for sink in net.sinks if self.column[sink.box] == gap]
        return left, right


def lanes(net: Net, column: dict[str, int]) -> set[int]:
    """Return the columns that a net passes on its way: on to the farthest sink, and back past its own column."""
    start = column[net.source.box]
    ends = [column[sink.box] for sink in net.sinks]
    return set(range(start + 1, max(ends))) | set(range(min(ends), start + 1))


def arrange(network: Network) -> Rows:
    """Place all boxes and lanes; the same network gives the same picture."""
    column = columns(network)
    order: list[list[Item]] = [[] for _ in range(max(column.values(), default=0) + 1)]
    for box in network.boxes:
        order[column[box]].append(Item(column[box], box))
    for number, net in enumerate(network.nets):
        for passed in lanes(net, column):
            order[passed].append(Item(passed, net=number))
    rows = Rows(network, column, order)
    _stack(rows)
    best, least = _copied(rows), _cost(rows)
    for sweep in range(_SWEEPS):
        _sweep(rows, sweep)
        if (cost := _cost(rows)) < least:
            best, least = _copied(rows), cost
    rows.order, rows.top = best
    return rows


def _copied(rows: Rows) -> tuple[list[list[Item]], dict[Item, float]]:
    return [list(items) for items in rows.order], dict(rows.top)


def _cost(rows: Rows) -> float:
    """Return the length of all vertical lines."""
    found = 0.0
    for number in range(len(rows.network.nets)):
        for gap in range(len(rows.order) + 1):
            left, right = rows.ends(number, gap)
            found += np.ptp([*left, *right]) if left or right else 0.0
    return float(found)


def _stack(rows: Rows) -> None:
    for items in rows.order:
        height = 0.0
        for item in items:
            rows.top[item] = height
            height += rows.height(item) + _space(item)


def _space(item: Item) -> float:
    return SPACE if item.box else 0.0


def _sweep(rows: Rows, number: int) -> None:
    """Move every item towards what it is joined to, column by column; the first sweeps may change the order."""
    places = range(len(rows.order))
    for column in places if number % 2 == 0 else reversed(places):
        wished = _wishes(rows, column)
        if number < _SWEEPS // 2:
            rows.order[column].sort(key=lambda item: wished[item] + rows.height(item) / 2)
        _settle(rows, rows.order[column], wished)
    lowest = min(rows.top.values())
    rows.top = {item: top - lowest for item, top in rows.top.items()}


def _wishes(rows: Rows, column: int) -> dict[Item, float]:
    """Return the upper edge at which the lines of each item of a column would be shortest."""
    shifts: dict[Item, list[float]] = {item: [] for item in rows.order[column]}
    for number, net in enumerate(rows.network.nets):
        for gap in (column, column + 1):
            left, right = rows.ends(number, gap)
            other = left if gap == column else right
            mine = [(Item(column, net=number), rows.lane)] if Item(column, net=number) in shifts else []
            ends = [(item, height(item)) for item, height in mine]
            if gap == column + 1 and rows.column[net.source.box] == column:
                ends.append((Item(column, net.source.box), rows.port(net.source, source=True)))
            if gap == column:
                at = [sink for sink in net.sinks if rows.column[sink.box] == column]
                ends += [(Item(column, sink.box), rows.port(sink, source=False)) for sink in at]
            for item, height in ends:
                shifts[item] += [end - height for end in other]
    return {item: rows.top[item] + (float(np.mean(by)) if by else 0.0) for item, by in shifts.items()}


def _settle(rows: Rows, items: list[Item], wished: dict[Item, float]) -> None:
    """Place items in their order as near to their wishes as room allows (least squares, by pooling neighbours)."""
    blocks: list[tuple[float, int]] = []  # mean and number of items
    room = 0.0
    rooms = []
    for item in items:
        rooms.append(room)
        mean, count = wished[item] - room, 1
        while blocks and blocks[-1][0] > mean:
            earlier, several = blocks.pop()
            mean, count = (earlier * several + mean * count) / (several + count), several + count
        blocks.append((mean, count))
        room += rows.height(item) + _space(item)
    means = [mean for mean, count in blocks for _ in range(count)]
    for item, mean, before in zip(items, means, rooms, strict=True):
        rows.top[item] = mean + before
