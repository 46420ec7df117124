"""Columns of a wiring diagram: what flows on stands further right; what flows back is as little as possible."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from insula.report.manual.diagram.network import Network

Edges = set[tuple[str, str]]


def columns(network: Network) -> dict[str, int]:
    """Return the column of every box, from 0; boxes without any net stand in the column with the fewest ports."""
    edges = {
        (net.source.box, sink.box) for net in network.nets for sink in net.sinks if net.source.box != sink.box
    }
    joined = [box for box in network.boxes if any(box in edge for edge in edges)]
    order = {box: place for place, box in enumerate(_forward_order(joined, edges))}
    forward = {edge for edge in edges if order[edge[0]] < order[edge[1]]}
    found = _longest_path(sorted(order, key=order.__getitem__), forward)
    _pull_to_consumers(found, forward)
    for box in network.boxes:
        if box not in found:
            found[box] = _emptiest(found, network)
    return found


def _forward_order(boxes: Sequence[str], edges: Edges) -> list[str]:
    """Order the boxes so that few edges point back (the greedy rule of Eades, Lin and Smyth)."""
    left, right = list(boxes), list[str]()
    first: list[str] = []
    while left:
        inside = {edge for edge in edges if edge[0] in left and edge[1] in left}
        out_of = {box: sum(edge[0] == box for edge in inside) for box in left}
        into = {box: sum(edge[1] == box for edge in inside) for box in left}
        if ends := [box for box in left if not out_of[box]]:
            right = [*ends, *right]
        else:
            starts = [box for box in left if not into[box]]
            ends = starts or [max(left, key=lambda box: out_of[box] - into[box])]
            first += ends
        left = [box for box in left if box not in ends]
    return first + right


def _longest_path(order: Sequence[str], forward: Edges) -> dict[str, int]:
    found: dict[str, int] = {}
    for box in order:
        found[box] = max((found[a] + 1 for a, b in forward if b == box), default=0)
    return found


def _pull_to_consumers(found: dict[str, int], forward: Edges) -> None:
    """Move a box that takes nothing right up to what it feeds."""
    for box in found:
        takers = [found[b] for a, b in forward if a == box]
        if takers and not any(b == box for _, b in forward):
            found[box] = min(takers) - 1


def _emptiest(found: Mapping[str, int], network: Network) -> int:
    load = dict.fromkeys(range(max(found.values(), default=0) + 1), 0)
    for box, column in found.items():
        load[column] += 2 + len(network.inputs(box)) + len(network.outputs(box))
    return min(load, key=load.__getitem__)
