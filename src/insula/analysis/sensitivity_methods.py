"""The two ways of moving uncertain numbers: one at a time along trajectories, or all at once over the whole cube.

References
----------
Morris (1991), Factorial sampling plans for preliminary computational experiments, Technometrics 33:161-174.
Campolongo, Cariboni, Saltelli (2007), An effective screening design for sensitivity analysis of large models,
Environmental Modelling & Software 22:1509-1518 (the mean of the absolute effects).
Saltelli, Annoni, Azzini, Campolongo, Ratto, Tarantola (2010), Variance based sensitivity analysis of model output,
Computer Physics Communications 181:259-270 (estimators of Sobol's first and total indices). Computed by SALib.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_LEVELS = 4  # as Morris; the points lie at 0, 1/3, 2/3 and 1 of the range


class Method(Protocol):
    """A design of points in the unit cube, and what the outputs at its points say of each number.

    ``columns`` names what is said; numbers are sorted by the first of them.
    """

    @property
    def name(self) -> str:
        """``morris`` or ``sobol``."""

    @property
    def size(self) -> int:
        """How many trajectories or base points."""

    @property
    def columns(self) -> tuple[str, ...]:
        """What is said of each number."""

    def points(self, problem: dict[str, Any], seed: int) -> Floats:
        """Return the (J, K) points."""

    def effects(
        self, problem: dict[str, Any], points: Floats, output: Floats, seed: int
    ) -> dict[str, Floats]:
        """Return the columns, (K,) each, for the (J,) outputs at the points."""


@dataclass(frozen=True)
class Morris:
    """Elementary effects along `size` random trajectories of one move for every number.

    ``mu``, ``mu_star``, ``mu_star_conf`` (half the 95 % interval of mu_star) and ``sigma`` have the unit of the
    output per move over the range.
    """

    size: int
    name: str = "morris"
    columns: tuple[str, ...] = ("mu_star", "mu_star_conf", "mu", "sigma")

    def points(self, problem: dict[str, Any], seed: int) -> Floats:
        """Return the (size (K + 1), K) points."""
        from SALib.sample.morris import sample  # heavy: only one command needs it

        return np.asarray(sample(problem, self.size, num_levels=_LEVELS, seed=seed))

    def effects(
        self, problem: dict[str, Any], points: Floats, output: Floats, seed: int
    ) -> dict[str, Floats]:
        """Return the elementary effects."""
        from SALib.analyze.morris import analyze

        found = analyze(problem, points, output, num_levels=_LEVELS, seed=seed)
        return {name: np.asarray(found[name], dtype=np.float64) for name in self.columns}


@dataclass(frozen=True)
class Sobol:
    """Shares of the output's variance from `size` base points, a power of 2.

    ``first`` is the share that goes when the number alone is known, ``total`` the share that is left when all others
    are known; ``_conf`` is half the 95 % interval of each. With few points an estimate may lie below 0 or above 1.
    """

    size: int
    name: str = "sobol"
    columns: tuple[str, ...] = ("total", "total_conf", "first", "first_conf")

    def points(self, problem: dict[str, Any], seed: int) -> Floats:
        """Return the (size (K + 2), K) points."""
        from SALib.sample.sobol import sample

        return np.asarray(sample(problem, self.size, calc_second_order=False, seed=seed))

    def effects(
        self,
        problem: dict[str, Any],
        points: Floats,  # noqa: ARG002 (their order is known)
        output: Floats,
        seed: int,
    ) -> dict[str, Floats]:
        """Return the indices."""
        from SALib.analyze.sobol import analyze

        found = analyze(problem, output, calc_second_order=False, seed=seed)
        keys = ("ST", "ST_conf", "S1", "S1_conf")
        return {
            name: np.asarray(found[key], dtype=np.float64)
            for name, key in zip(self.columns, keys, strict=True)
        }
