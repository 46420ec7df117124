"""What a wiring diagram shows: boxes with inputs and outputs, and the nets that join them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FROM, TO = "from ", "to "  # the neighbours of one module stand on its two sides, twice if need be


class Port(NamedTuple):
    """A symbol at the edge of a box: on its right as the source of a net, on its left as a sink."""

    box: str
    symbol: str


class Net(NamedTuple):
    """One quantity and all ports that take it."""

    source: Port
    sinks: tuple[Port, ...]


@dataclass(frozen=True)
class Network:
    """Boxes by key with the name each shows, in a fixed order, and nets."""

    boxes: Mapping[str, str]
    nets: tuple[Net, ...]

    def inputs(self, box: str) -> list[str]:
        """Symbols on the left of a box, from the top down."""
        return [sink.symbol for net in self.nets for sink in net.sinks if sink.box == box]

    def outputs(self, box: str) -> list[str]:
        """Symbols on the right of a box, from the top down."""
        return [net.source.symbol for net in self.nets if net.source.box == box]


def network(instances: Iterable[str], aliases: Mapping[str, str]) -> Network:
    """Return all boxes and nets of a model.

    Parameters
    ----------
    aliases : dotted port -> dotted owner, as `compose` gives them
    """
    sinks: dict[Port, list[Port]] = {}
    for port, owner in aliases.items():
        sinks.setdefault(_port(owner), []).append(_port(port))
    nets = tuple(Net(source, tuple(found)) for source, found in sinks.items())
    return Network({name: name for name in instances}, nets)


def around(whole: Network, module: str) -> Network:
    """Return one module between those it takes from, on its left, and those it gives to, on its right."""
    nets = []
    for net in whole.nets:
        taken = tuple(sink for sink in net.sinks if sink.box == module)
        if net.source.box == module:
            nets.append(Net(net.source, tuple(Port(TO + sink.box, sink.symbol) for sink in net.sinks)))
        elif taken:
            nets.append(Net(Port(FROM + net.source.box, net.source.symbol), taken))
    used = {port.box for net in nets for port in (net.source, *net.sinks)} | {module}
    shown = {side + name: name for name in whole.boxes for side in (FROM, TO, "") if side + name in used}
    return Network(shown, tuple(nets))


def _port(dotted: str) -> Port:
    return Port(*dotted.split("."))
