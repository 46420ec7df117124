"""Learn the averaged day from simulated days of the nominal patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.compiler.wiring import read_wiring
from insula.core.errors import CompileError
from insula.core.spoken import _
from insula.trial.averaged_map import MODULE, AveragedMap
from insula.trial.day_plan import Doses, People
from insula.trial.handover import average
from insula.trial.metabolic_clock import OrdinaryLife, Subjects, live
from insula.trial.quantities import number
from insula.trial.scales import from_scale, to_scale
from insula.trial.surrogate import design, fit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insula.catalog import Catalog
    from insula.catalog.base import Sourced
    from insula.catalog.records import AveragedMapText, ClockSymbols, MapInput
    from insula.trial.handover import ToFast, ToSlow
    from insula.trial.metabolic_clock import Readings
    from insula.trial.settings import Settings

_FIRST_DAY = 0


@dataclass(frozen=True)
class DesignDays:
    """The nominal patient of a population at the D design points of the averaged map.

    Parameters
    ----------
    points : (D, inputs), in [-1, 1]
    natural
        The inputs in their own units, (D,) each, by id.
    sources
        Disease symbols that add up to each input; none for the dose, which is injected, per kilogram of size.
    subjects
        At the end of the days that `readings` holds; the first of these is thrown away.
    """

    points: NDArray[np.float64]
    natural: dict[str, NDArray[np.float64]]
    sources: tuple[tuple[str, ...], ...]
    subjects: Subjects
    readings: Readings


def learn(text: AveragedMapText, days: DesignDays, to_slow: tuple[ToSlow, ...]) -> AveragedMap:
    """Fit the map to the simulated design."""
    rows = {row.target.partition(".")[2]: row for row in to_slow if row.target.startswith(f"{MODULE}.")}
    values = np.stack(
        [to_scale(output.scale, average(rows[output.id], days.readings)) for output in text.outputs],
        axis=1,
    )
    return AveragedMap(text, fit(days.points, values, text.degree))


def simulate_design(
    catalog: Catalog, life: OrdinaryLife, settings: Settings, to_fast: tuple[ToFast, ...]
) -> DesignDays:
    """Let the nominal patient of the population live through ordinary days at every point of the design.

    Raises
    ------
    CompileError
        When an input of the map is neither handed over nor the one that is injected, or a design point cannot be
        integrated.
    """
    text = catalog.averaged_map
    unit_cube = design(text.points, len(text.inputs))
    columns = {item.id: _natural(item, unit_cube[:, k]) for k, item in enumerate(text.inputs)}
    handed, injected = _roles(catalog, text.inputs, to_fast)
    symbols = catalog.clocks.symbols
    size = np.prod([life.clock.defaults[life.clock.parameter(s)] for s in (symbols.weight, symbols.need)])
    given = {handed[item.ports[0]]: columns[item.id] for item in text.inputs if item.id != injected}
    subjects = _subjects(life, symbols, given, columns[injected] * size)
    readings = live(life, subjects, _FIRST_DAY, text.days + 1, settings.every, unread=1)
    if readings.solution.status.any():
        failed = int(np.flatnonzero(readings.solution.status)[0])
        point = ", ".join(f"{name} {column[failed]:.3g}" for name, column in columns.items())
        raise CompileError(
            _("The averaged map cannot be learnt: {point}: {reason}").format(
                point=point, reason=readings.solution.explain(failed)
            )
        )
    source = {row.target: row.source for row in to_fast}
    sources = tuple(
        tuple(source[handed[port]] for port in item.ports if port in handed) for item in text.inputs
    )
    return DesignDays(unit_cube, columns, sources, subjects.after(readings.solution), readings)


def _natural(item: MapInput, z: NDArray[np.float64]) -> NDArray[np.float64]:
    """An input in its own unit, from its place in [-1, 1]."""
    low, high = to_scale(item.scale, item.low), to_scale(item.scale, item.high)
    return from_scale(item.scale, (low + high) / 2 + z * (high - low) / 2)


def _roles(
    catalog: Catalog, inputs: tuple[MapInput, ...], to_fast: tuple[ToFast, ...]
) -> tuple[dict[str, str], str]:
    """Return the metabolic parameter of each handed-over port, and the input that is injected instead."""
    wiring = read_wiring(catalog.models["disease"].text, "disease.ant")
    joined = {}
    for join in wiring.joins:
        for one, other in ((join.first, join.second), (join.second, join.first)):
            if one.instance == MODULE:
                joined[one.symbol] = f"{other.instance}.{other.symbol}"
    target = {row.source: row.target for row in to_fast}
    ports = (port for item in inputs for port in item.ports)
    handed = {port: target[joined[port]] for port in ports if joined.get(port) in target}
    rest = [item.id for item in inputs if not handed.keys() >= set(item.ports)]
    if len(rest) != 1:
        raise CompileError(
            _(
                "averaged_map.yaml: {names} is not handed over in handover.csv; exactly one input, the "
                "injected dose, must not be."
            ).format(names=", ".join(rest) or _("no input"))
        )
    return handed, rest[0]


def _subjects(
    life: OrdinaryLife,
    symbols: ClockSymbols,
    given: dict[str, NDArray[np.float64]],
    daily: NDArray[np.float64],
) -> Subjects:
    """Nominal patients at the design points, dosed (`daily`, U/day) by the regimen's rules.

    `given` are metabolic parameters; of ports that add up the first has the sum, the others are 0 as in the text.
    """
    n = len(daily)
    parameters = life.clock.table(given, n)
    start, habits = life.regimen.start, life.habits
    injected = np.maximum(daily, 1e-6)  # a dose of nothing has no ratio; such people are off insulin
    doses = Doses(
        basal=daily * number(start.basal_share, "dimensionless"),
        carbohydrate_ratio=number(start.carbohydrate_rule, "g_per_day") / injected,
        correction_factor=number(start.correction_rule, "mg_per_dL_per_day") / injected,
        on_insulin=daily > 0,
    )
    alarm = habits.rescue.alarm
    for symbol, values in (
        (symbols.carbohydrate_ratio, doses.carbohydrate_ratio),
        (symbols.correction_factor, doses.correction_factor),
        (symbols.correction_target, number(life.regimen.correction.target, "mg_per_dL")),
        (symbols.alarm_threshold, number(alarm.threshold, "mg_per_dL") if alarm else 0.0),
    ):
        parameters[:, life.clock.parameter(symbol)] = values
    heeds = number(alarm.worn, "dimensionless") * number(alarm.heeded, "dimensionless") if alarm else 0.0
    people = People(
        np.arange(n),
        np.full(n, number(habits.carbohydrate_per_day, "g")),
        np.full(n, _chance(habits.missed_bolus)),
        np.full(n, _chance(habits.missed_basal)),
        np.full(n, heeds),
    )
    first = life.clock.initial(parameters)
    return Subjects(people, parameters, first.state, first.inputs, doses)


def _chance(quantity: Sourced | None) -> float:
    """A chance of the text; what is left out never happens."""
    return 0.0 if quantity is None else number(quantity, "dimensionless")
