"""A compiled model with its names: what the two clocks have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.core.errors import UnknownName
from insula.core.spoken import _
from insula.engine.schedule import Schedule
from insula.engine.solve import Solution, solve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from insula.engine.kernel import Kernel

_NO_STEP = 1e-5  # readings at the start take no step; any tolerance that both precisions keep will do


@dataclass(frozen=True)
class Clock:
    """One model as the trial uses it: kernel, and the places of parameters, outputs and actions by dotted name."""

    name: str
    kernel: Kernel
    parameters: tuple[str, ...]
    defaults: NDArray[np.float64]
    outputs: tuple[str, ...]
    actions: Mapping[str, int]
    aliases: Mapping[str, str]

    def parameter(self, symbol: str) -> int:
        """Column of a parameter; raises UnknownName with a suggestion."""
        return _place(
            _("parameter of the {name} model").format(name=self.name),
            self.aliases.get(symbol, symbol),
            self.parameters,
        )

    def column(self, symbol: str) -> int:
        """Column of an output; raises UnknownName with a suggestion."""
        return _place(_("output of the {name} model").format(name=self.name), symbol, self.outputs)

    def table(self, drawn: Mapping[str, NDArray[np.float64]], n: int) -> NDArray[np.float64]:
        """Parameters of n patients, (n, K): what was drawn, else the text's value."""
        table = np.tile(self.defaults, (n, 1))
        for k, symbol in enumerate(self.parameters):
            if symbol in drawn:
                table[:, k] = drawn[symbol]
        return table

    def initial(self, parameters: NDArray[np.float64]) -> Solution:
        """Return states, inputs and outputs of n patients at the start, from the text's own initial values."""
        return solve(self.kernel, parameters, Schedule.readings(len(parameters), 0.0), rtol=_NO_STEP)


def _place(kind: str, symbol: str, known: tuple[str, ...]) -> int:
    """Index of a name."""
    try:
        return known.index(symbol)
    except ValueError:
        raise UnknownName(kind, symbol, known) from None
