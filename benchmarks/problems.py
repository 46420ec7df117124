"""What is solved: a model, its patients, what is done to them and when they are read."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import libsbml
import numpy as np
from numpy.typing import NDArray

from benchmarks import synthetic
from insula.catalog import Catalog
from insula.compiler.antimony_text import to_sbml
from insula.compiler.compose import compose
from insula.compiler.read_sbml import build_system
from insula.compiler.system import System
from insula.core.random_streams import normal
from insula.engine.kernel import Kernel, build_kernel
from insula.engine.schedule import READ, Schedule
from insula.engine.solve import solve
from insula.population.sample import sample
from insula.trial.clinic import Clinic
from insula.trial.clock import Clock
from insula.trial.metabolic_clock import sample_times
from insula.trial.open_clinic import open_clinic

Floats = NDArray[np.float64]
STUDY = "reichman_2025_zimislecel"
SEED = 1
SPREAD = 0.3  # coefficient of variation between patients of the synthetic models
PUBLISHED_SPREAD = 0.1  # and of the published ones, which leave their range of meaning beyond
SMALL = 1e-3  # absolute tolerance, as a share of the relative one and of a state's size
PUBLISHED = Path(os.environ.get("INSULA_BIOMODELS", Path(__file__).parents[1] / "../shared/data/biomodels"))


@dataclass(frozen=True)
class Dose:
    """What is done to every patient at one time; ``amount`` is one number or (P,)."""

    time: float
    action: str
    amount: float | Floats


@dataclass(frozen=True, eq=False)
class Problem:
    """One model with its patients.

    Attributes
    ----------
    title : what a person calls it
    sbml, flat : the model as others get it; its identifiers by the system's names
    outputs : Q names
    times : (T,) readings, the first at the start
    parameters : (P, K)
    """

    name: str
    title: str
    system: System
    sbml: str
    flat: dict[str, str]
    outputs: tuple[str, ...]
    times: Floats
    doses: tuple[Dose, ...]
    parameters: Floats

    @property
    def n_patients(self) -> int:
        """Number of different patients."""
        return len(self.parameters)

    def schedule(self, kernel: Kernel, n: int) -> Schedule:
        """Rows of the first n patients; beyond the last the first comes again."""
        who = np.arange(n)
        columns = [(np.repeat(who, len(self.times)), np.tile(self.times, n), READ, np.nan)]
        for dose in self.doses:
            amount = np.broadcast_to(np.asarray(dose.amount, float), (self.n_patients,))[
                who % self.n_patients
            ]
            columns.append((who, np.full(n, dose.time), kernel.action(dose.action), amount))
        sizes = [len(patients) for patients, *_ in columns]
        whole = ([np.broadcast_to(c[k], (m,)) for c, m in zip(columns, sizes, strict=True)] for k in range(4))
        return Schedule.build(n, *map(np.concatenate, whole))

    @cached_property
    def sizes(self) -> Floats:
        """Largest value that each state of the first patient takes at a reading, at least 1e-6 of the largest."""
        kernel = build_kernel(self.system, self.system.states)
        found = solve(kernel, self.parameters[:1], self.schedule(kernel, 1), rtol=1e-6, atol=1e-9)
        top = np.nanmax(np.abs(found.table()[0]), axis=0)
        return np.maximum(top, 1e-6 * top.max())

    def atol(self, rtol: float) -> Floats:
        """Absolute tolerance of each state, (N,)."""
        return SMALL * rtol * self.sizes

    def first(self, n: int) -> "Problem":
        """Return the problem with its first n patients."""
        doses = [
            d if np.ndim(d.amount) == 0 else replace(d, amount=np.asarray(d.amount)[:n]) for d in self.doses
        ]
        return replace(self, parameters=self.parameters[:n], doses=tuple(doses))


def varied(system: System, names: Sequence[str], n: int, spread: float = SPREAD) -> Floats:
    """Parameters of n patients who differ log-normally in the named ones, (n, K)."""
    table, sigma = np.tile(system.defaults, (n, 1)), np.sqrt(np.log(1 + spread**2))
    for name in names:
        table[:, system.parameters.index(name)] *= np.exp(sigma * normal(SEED, name, np.arange(n))[:, 0])
    return table


def from_text(
    name: str,
    title: str,
    model: tuple[str, Sequence[str]],
    outputs: Sequence[str],
    times: Sequence[float],
    doses: Sequence[Dose],
    n: int,
) -> Problem:
    """Problem of an Antimony text."""
    text, names = model
    sbml = to_sbml(text, name)
    system = build_system(sbml, inputs=sorted({dose.action.partition(":")[2] for dose in doses}))
    flat = {symbol: symbol for symbol in system.observables}
    rows = varied(system, names, n)
    return Problem(name, title, system, sbml, flat, tuple(outputs), np.array(times), tuple(doses), rows)


def immune(sites: int, n: int) -> Problem:
    """The synthetic model with this many islet sites, five years with two courses of a drug."""
    model = synthetic.immune_model(sites)
    doses = [Dose(day, f"add:{synthetic.DRUG}", synthetic.DOSE) for day in synthetic.DOSE_DAYS]
    states = 23 * (sites + 1)
    title = f"synthetic model, {states} states, 5 years"
    return from_text(f"synthetic_{states}", title, model, synthetic.OUTPUTS, synthetic.VISITS, doses, n)


def ring(states: int, n: int) -> Problem:
    """The ring with this many states; ten readings."""
    outputs = [f"x{i}" for i in range(0, states, 5)]
    model, times = synthetic.ring_model(states), [10.0 * k for k in range(11)]
    return from_text(f"ring_{states}", f"ring, {states} states", model, outputs, times, (), n)


def published(number: str, title: str, end: float, n: int) -> Problem | None:
    """A model of BioModels, all parameters varied; nothing where the archive is not at hand."""
    path = PUBLISHED / f"BIOMD0000000{number}.xml"
    if not path.is_file():
        return None
    sbml = path.read_text(encoding="utf-8")
    system = build_system(sbml)
    flat = {symbol: symbol for symbol in system.observables}
    moving = [p for p in system.parameters if p not in _sizes_and_starts(sbml)]
    times, rows = np.linspace(0.0, end, 31), varied(system, moving, n, PUBLISHED_SPREAD)
    return Problem(f"biomodel_{number}", title, system, sbml, flat, system.states, times, (), rows)


def _sizes_and_starts(sbml: str) -> set[str]:
    """Compartments: they are the same in everybody."""
    document = libsbml.readSBMLFromString(sbml)
    return {c.getId() for c in document.getModel().getListOfCompartments()}


def clinic() -> Clinic:
    """The clinic whose models are measured."""
    catalog = Catalog.open()
    return open_clinic(catalog, catalog.studies[STUDY])


def disease_parameters(place: Clinic, candidates: NDArray[np.int64]) -> Floats:
    """Parameters of the disease clock for candidates of the study's population."""
    return _drawn(place, place.disease, candidates)[0]


def _drawn(place: Clinic, clock: Clock, candidates: NDArray[np.int64]) -> tuple[Floats, dict[str, Floats]]:
    people = sample(
        place.quantities,
        seed=SEED,
        candidates=candidates,
        ensemble_members=place.population.ensemble_members,
        correlations=place.population.correlations,
    )
    drawn = {symbol: people.column(symbol) for symbol in people.symbols}
    return clock.table(drawn, len(candidates)), drawn


def disease(n: int) -> Problem:
    """The disease clock with the averaged day, five years, all that the first arm is given."""
    place = clinic()
    composed = compose(Catalog.open(), "disease", place.averaged_map.module)
    given = [g for g in next(iter(place.arms.values())).given if g.day < 1825.0]
    rows, drawn = _drawn(place, place.disease, np.arange(n))
    doses = [Dose(g.day, g.action, g.amounts(drawn[place.symbols.weight])) for g in given]
    system = composed.system(sorted({g.action.partition(":")[2] for g in given}))
    flat = {dotted: identifier for identifier, dotted in composed.names.items()}
    times = np.concatenate([[0.0], 30.0 + np.arange(0.0, 1800.0, 91.25)])
    order = [place.disease.parameters.index(name) for name in system.parameters]
    title = f"disease clock, {system.n_states} states, 5 years"
    sbml, outputs = composed.sbml, place.disease.outputs
    return Problem("disease", title, system, sbml, flat, outputs, times, tuple(doses), rows[:, order])


MEALS = ((420.0, 50.0, 5.0), (750.0, 70.0, 6.0), (1110.0, 60.0, 5.0))  # minute, g, U: of no one in particular


def day(n: int) -> Problem:
    """One day of the metabolic clock: three meals with their boluses, read every 5 minutes."""
    place, clock = clinic(), clinic().life.clock
    composed = compose(Catalog.open(), "metabolic")
    system = composed.system(("subcutaneous_insulin.pump_rate",))
    flat = {dotted: identifier for identifier, dotted in composed.names.items()}
    rows, _ = _drawn(place, clock, np.arange(n))
    rows = rows[:, [clock.parameters.index(name) for name in system.parameters]]
    doses = [Dose(t, what, x) for t, g, u in MEALS for what, x in (("bolus", u), ("meal", g))]
    title = f"metabolic clock, {system.n_states} states, one day, three meals, 289 readings"
    outputs, times = (place.symbols.glucose, place.symbols.interstitial), sample_times(1, 5.0)
    return Problem("day", title, system, composed.sbml, flat, outputs, times, tuple(doses), rows)


def problems(n: int) -> list[Problem]:
    """All problems with n patients each."""
    found = [disease(n), day(n), immune(1, n), immune(4, n)]
    found.append(published("379", "Dalla Man 2007 (BioModels 379), 12 states, one meal", 1440.0, n))
    found.append(published("381", "Maree 2006 (BioModels 381), 5 states, 300 days", 300.0, n))
    return [problem for problem in found if problem is not None]
