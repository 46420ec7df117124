"""One model, one patient, an even grid of times: the function behind ``insula simulate``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from insula.compiler.numpy_reference import start_values
from insula.compiler.read_sbml import read_model
from insula.compiler.system import System
from insula.core.errors import ProtocolError, SolverFailure, UnknownName
from insula.core.spoken import _
from insula.engine.kernel import build_kernel
from insula.engine.schedule import Schedule
from insula.engine.solve import solve

Floats = NDArray[np.float64]
MAX_STEPS = 1_000_000
MOST_SHOWN = 8
"""States that are named where an integration failed."""


@dataclass(frozen=True, eq=False)
class Simulation:
    """A table with a column per symbol.

    Attributes
    ----------
    names : Q names
    time : (T,) model time
    values : (T, Q) model units
    """

    names: tuple[str, ...]
    time: Floats
    values: Floats


def simulate(
    model: Path | str | System,
    end: float,
    steps: int,
    *,
    variables: Sequence[str] | None = None,
    changes: Mapping[str, float] | None = None,
    rtol: float = 1e-9,
    atol: float = 1e-12,
    method: str = "rodas5p",
) -> Simulation:
    """Integrate a model from time 0 and read it at ``steps`` + 1 evenly spaced times.

    A symbol means what it means in SBML mathematics: a species is a concentration unless it has only
    substance units, a reaction is its rate.

    Parameters
    ----------
    model
        A file (.ant, .xml, .sbml) or a system.
    variables
        Names of the columns; the states if left out.
    changes
        New values of parameters and, for states, of their start.

    Raises
    ------
    UnknownName
        For a variable or change that the model does not have.
    ProtocolError
        If the grid is impossible.
    SolverFailure
        If the end is not reached; says when, why and in which state.
    """
    if not end > 0.0 or steps < 1:
        raise ProtocolError(
            _("simulate to {end:g} in {steps} steps: the end must be after 0, with at least 1 step.").format(
                end=end, steps=steps
            )
        )
    system = model if isinstance(model, System) else read_model(model)
    names = tuple(system.states if variables is None else variables)
    kernel = build_kernel(system, names, method)
    parameters, initial = _start(system, changes or {})
    schedule = Schedule.readings(1, end * np.arange(steps + 1) / steps)
    found = solve(kernel, parameters, schedule, initial=initial, rtol=rtol, atol=atol, max_steps=MAX_STEPS)
    if not found.ok[0]:
        raise SolverFailure(f"{system.name}: {found.explain(0)} {_reached(system.states, found.state[0])}")
    return Simulation(names, found.row_time, found.values)


def _reached(names: Sequence[str], state: Floats) -> str:
    """Say in words which state was reached; the largest numbers, where the trouble usually is, come first."""
    size = np.where(np.isfinite(state), np.abs(state), np.inf)
    order = np.argsort(-size, kind="stable")[:MOST_SHOWN]
    shown = ", ".join(f"{names[k]} = {state[k]:g}" for k in order)
    more = len(names) - len(order)
    if not shown:
        return ""
    rest = _(", and {more} more").format(more=more) if more else ""
    return _("State reached: {shown}{rest}.").format(shown=shown, rest=rest)


def _start(system: System, changes: Mapping[str, float]) -> tuple[Floats, Floats | None]:
    """Parameters, and the states at the start if one of them is changed."""
    parameters = system.defaults.copy()
    for name in changes.keys() - set(system.states):
        if name not in system.parameters:
            raise UnknownName("parameter or state", name, [*system.parameters, *system.states])
        parameters[system.parameters.index(name)] = changes[name]
    if changes.keys().isdisjoint(system.states):
        return parameters, None
    initial = start_values(system, parameters).state
    for index, name in enumerate(system.states):
        initial[index] = changes.get(name, initial[index])
    return parameters, initial
