"""Every row of behaviour.csv is tried in its model, and judged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from insula.analysis.behaviour.bench import Bench, still_day
from insula.catalog.behaviour_protocol import STATISTICS, read_protocol
from insula.compiler.compose import compose
from insula.compiler.wiring import read_wiring
from insula.core.errors import ProtocolError, suggest
from insula.core.spoken import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from insula.analysis.behaviour.bench import Course
    from insula.catalog import Catalog
    from insula.catalog.behaviour_protocol import Experiment
    from insula.catalog.records import BehaviourRow
    from insula.compiler.system import System

_EVERY = {"minute": 5.0}  # between two readings of a window, in model time; 1 where nothing else is said
_ATOL = {"day": 1e-9}  # shares of cells that almost vanish
_USUAL_ATOL = 1e-8


@dataclass(frozen=True)
class Held:
    """One row of a module, the model it is tried in and what is done there."""

    module: str
    model: str
    row: BehaviourRow
    experiment: Experiment

    @property
    def id(self) -> str:
        """Module and row: ``gut-meal_appears_late``."""
        return f"{self.module}-{self.row.id}"


@dataclass(frozen=True)
class Verdict:
    """What the model gave for a row.

    Attributes
    ----------
    value
        In the unit of the row; None where the experiment failed.
    failure
        Why it failed, in words; empty when it did not.
    """

    held: Held
    value: float | None
    failure: str

    @property
    def met(self) -> bool:
        """Whether the value lies within the limits of the row, both included; never for an experiment that failed."""
        low, high = self.held.row.low, self.held.row.high
        inside = self.value is not None and (low is None or self.value >= low)
        return inside and (high is None or self.value is not None and self.value <= high)


def held_rows(catalog: Catalog, modules: Iterable[str] | None = None) -> list[Held]:
    """Return the rows of these modules (default: all) that stand in a model.

    Raises
    ------
    ProtocolError
        For every row whose protocol cannot be read or whose statistic is unknown, all at once.
    """
    places = models_of(catalog)
    found: list[Held] = []
    problems: list[str] = []
    for name in catalog.modules if modules is None else modules:
        for row in catalog.modules[name].behaviour if name in places else ():
            try:
                found.append(_held(catalog, name, places[name], row))
            except ProtocolError as problem:
                problems.append(
                    _("behaviour.csv of {name}, row {row} ({id}): {problem}").format(
                        name=name, row=row.row, id=row.id, problem=problem
                    )
                )
    if problems:
        raise ProtocolError("\n".join(problems))
    return found


def models_of(catalog: Catalog) -> dict[str, str]:
    """Return the model in which each module stands."""
    return {
        module: model
        for model, text in catalog.models.items()
        for module in read_wiring(text.text, f"{model}.ant").instances.values()
    }


def judge(catalog: Catalog, modules: Iterable[str] | None = None) -> list[Verdict]:
    """Try every row of these modules (default: all) and judge it; rows of one model run side by side.

    Raises
    ------
    ProtocolError, UnknownName
        For a row that cannot be tried.
    """
    rows = held_rows(catalog, modules)
    found = {held.id: verdict for model in catalog.models for held, verdict in _tried(catalog, model, rows)}
    return [found[held.id] for held in rows]


def behaviour_bench(catalog: Catalog, model: str, rows: Sequence[Held]) -> Bench:
    """Compile a model for these rows: what they measure, set and add to."""
    return Bench(behaviour_system(catalog, model, rows), [held.row.quantity for held in rows])


def behaviour_system(catalog: Catalog, model: str, rows: Sequence[Held] = ()) -> System:
    """Compose a model whose averaged day stays at what a row sets."""
    acted = [act.action for held in rows for act in held.experiment.actions]
    inputs = [action.partition(":")[2] for action in acted if action.startswith(("set:", "add:"))]
    return compose(catalog, model, still_day(catalog)).system(inputs)


def absolute_tolerance(catalog: Catalog, model: str) -> float:
    """Return the tolerance of the integration in units of the states."""
    return _ATOL.get(_time_unit(catalog, model), _USUAL_ATOL)


def _held(catalog: Catalog, module: str, model: str, row: BehaviourRow) -> Held:
    if row.statistic not in STATISTICS:
        raise ProtocolError(
            _('there is no statistic "{statistic}". {hint}').format(
                statistic=row.statistic, hint=suggest(row.statistic, STATISTICS)
            )
        )
    told = read_protocol(row.protocol, _EVERY.get(_time_unit(catalog, model), 1.0))
    settings = _person(catalog, row.population) | told.settings
    return Held(module, model, row, replace(told, settings=settings))


def _person(catalog: Catalog, name: str | None) -> dict[str, float]:
    """Return the numbers of a published person; none for the tables themselves."""
    if name is None:
        return {}
    rows = catalog.persons["persons"]
    if name not in {row.person for row in rows}:
        raise ProtocolError(
            _('there is no person "{name}". {hint}').format(
                name=name, hint=suggest(name, {row.person for row in rows})
            )
        )
    return {row.symbol: row.value for row in rows if row.person == name}


def _time_unit(catalog: Catalog, model: str) -> str:
    return read_wiring(catalog.models[model].text, f"{model}.ant").time_unit


def _tried(catalog: Catalog, model: str, rows: Sequence[Held]) -> list[tuple[Held, Verdict]]:
    mine = [held for held in rows if held.model == model]
    if not mine:
        return []
    bench = behaviour_bench(catalog, model, mine)
    courses = bench.run([held.experiment for held in mine], atol=absolute_tolerance(catalog, model))
    return [(held, _verdict(held, course, bench)) for held, course in zip(mine, courses, strict=True)]


def _verdict(held: Held, course: Course, bench: Bench) -> Verdict:
    if course.failure:
        return Verdict(held, None, course.failure)
    readings = course.values[:, bench.kernel.output(held.row.quantity)]
    value = float(STATISTICS[held.row.statistic](held.experiment.times, readings))
    if not np.isfinite(value):
        return Verdict(
            held,
            None,
            _("{statistic} of {quantity} is not finite.").format(
                statistic=held.row.statistic, quantity=held.row.quantity
            ),
        )
    return Verdict(held, value, "")
