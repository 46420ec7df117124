"""Virtual patients who are like the patient: candidates by their traits, then by what is measured of them.

Both steps are one importance sampling. Candidates cost nothing, so many are drawn, and those who go through the run-in
are resampled by the facts that are known of a candidate from the start; what only a simulated run-in can tell weighs
those again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from insula.analysis.ask.kept import NOTHING_KEPT
from insula.analysis.ask.side_by_side import side_by_side
from insula.analysis.ask.weights import Likelihoods, draw, log_likelihood, weights_of
from insula.core.units import convert
from insula.endpoints.measure import measure
from insula.population.derived import evaluate, symbols_in
from insula.population.quantities import WAIT
from insula.population.sample import sample
from insula.population.screening import screen
from insula.trial.biography import DIAGNOSED_FOR
from insula.trial.block import ordinary_days
from insula.trial.cohort import YEAR
from insula.trial.enrol import enrol
from insula.trial.follow_up import Record, follow
from insula.trial.growth import lived as life
from insula.trial.history import live_until_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from insula.analysis.ask.kept import Kept, Table
    from insula.analysis.ask.patient import Known
    from insula.endpoints.visit import Visit
    from insula.population.sample import ParameterTable
    from insula.trial.clinic import Clinic
    from insula.trial.cohort import Cohort

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

_AT_ONCE = (
    192  # people of a task: enough for the lanes of the machine code, few enough that all workers are busy
)
_CANDIDATE, _MEMBER = _COUNTED = ("candidate", "member")  # columns beside those of dotted names


@dataclass(frozen=True)
class Stage:
    """One step of the conditioning, over P virtual patients.

    Parameters
    ----------
    people
        What was drawn of them.
    prior : (P,)
        How often each stands for somebody before the facts of this step.
    values, likelihoods
        By fact of this step, (P,) each: the virtual patient's own value in the unit of the fact, NaN where it has none,
        and the logarithm of the likelihood.
    """

    people: ParameterTable
    prior: Floats
    values: dict[str, Floats]
    likelihoods: Likelihoods

    @property
    def weights(self) -> Floats:
        """Weights (P,) that sum to 1; all 0 where nobody is possible."""
        return weights_of(self.likelihoods, self.prior)

    def drawn(self, size: int, seed: int, purpose: str) -> Whole:
        """Draw by the weights; return how often each virtual patient was drawn, (P,)."""
        return draw(self.weights, self.people.members, size, seed, purpose)


def candidates(clinic: Clinic, size: int, known: Sequence[Known]) -> Stage:
    """Draw plausible candidates, whoever a trial would take, and weigh them by the facts that a candidate brings."""
    population = clinic.population
    people = sample(
        clinic.quantities,
        seed=clinic.seed,
        candidates=np.arange(size),
        ensemble_members=population.ensemble_members,
        correlations=population.correlations,
    )
    if population.history is None:
        people = people.rows(_plausible(clinic, people))
    columns = _drawn(people) | _foretold(clinic, people)
    mine = [one for one in known if _is_known_early(one, columns)]
    return _stage(people, np.ones(len(people.candidates)), mine, columns)


def _is_known_early(known: Known, columns: dict[str, Floats]) -> bool:
    """Whether a fact is about what candidates have when they are drawn, so that nobody has to be simulated for it."""
    names = symbols_in(known.name, known.of)
    return all(name in columns and np.isfinite(columns[name]).any() for name in names)


def _foretold(clinic: Clinic, people: ParameterTable) -> dict[str, Floats]:
    """Return what is known of a life before it is lived: the duration of who enters a time after the diagnosis.

    To within a meeting of the clocks; nothing where people enter at another stage.
    """
    history = clinic.population.history
    if history is None or WAIT not in people.symbols:
        return {}
    if [criterion.quantity for criterion in history.reached] != [DIAGNOSED_FOR]:
        return {}
    wait = np.asarray(convert(people.column(WAIT), clinic.quantities[WAIT].unit, "day"))
    told = life(clinic, np.full_like(wait, np.nan), -wait - clinic.run_in, 0.0)
    return {symbol: column for symbol, column in told.items() if np.isfinite(column).all()}


def lived(
    clinic: Clinic,
    early: Stage,
    often: Whole,
    known: Sequence[Known],
    workers: int,
    progress: Callable[[float], None],
    kept: Kept = NOTHING_KEPT,
) -> Stage:
    """Let the drawn candidates live up to the day of the therapy, and weigh them by what is measured then.

    `often` says how often each candidate of the step before was drawn. Whoever never gets there counts no more.
    """
    pieces = _pieces(early.people.rows(often > 0))
    tasks = [kept.task(f"pool_{k:04d}", partial(_measured, clinic, piece)) for k, piece in enumerate(pieces)]
    found = [table for table in side_by_side(tasks, workers, progress) if len(table[_CANDIDATE])]
    if not found:
        return _stage(early.people.rows(np.zeros(len(often), dtype=bool)), np.empty(0), (), {})
    columns = {name: np.concatenate([table[name] for table in found]) for name in found[0]}
    people = _people_of(columns, early.people)
    values = {name: column for name, column in columns.items() if not name.startswith(_COUNTED)}
    prior = often[np.isin(early.people.candidates, people.candidates)].astype(np.float64)
    mine = [one for one in known if one.name not in early.values]
    return _stage(people, prior, mine, values)


def live(
    clinic: Clinic, people: ParameterTable, progress: Callable[[float], None] = lambda _: None
) -> tuple[ParameterTable, Cohort, Visit]:
    """Return those who get as far as the day of the therapy, before it, and what is read off them then."""
    past = None
    if clinic.population.history is not None:
        people, past, _ = live_until_entry(clinic, people)
        plausible = _plausible(clinic, people)
        people, past = people.rows(plausible), past.take(plausible)
    cohort, days = enrol(clinic, people, past), ordinary_days(clinic)
    follow(clinic, cohort, days[0], days[1:], (), Record(), lambda day: progress(1 - day / days[0]))
    return people, cohort, clinic.days.visit(clinic, cohort, 0.0, clinic.visit_days[0.0], since=-YEAR)


def _measured(clinic: Clinic, people: ParameterTable, progress: Callable[[float], None]) -> Table:
    """Return those who get as far as the day of the therapy: their numbers, candidates and members, (P,) each.

    Endpoints and disease symbols on that day beside them, NaN where a patient failed; none where nobody got there.
    """
    people, cohort, baseline = live(clinic, people, progress)
    found: Table = {_CANDIDATE: people.candidates, _MEMBER: people.members, **_drawn(people)}
    if not cohort.size:
        return found
    found |= {f"endpoint.{name}": column for name, column in measure(baseline, clinic.endpoints).items()}
    alive = np.where(cohort.alive, 1.0, np.nan)
    found |= {name: cohort.observed[:, k] * alive for k, name in enumerate(clinic.disease.outputs)}
    return found


def _plausible(clinic: Clinic, people: ParameterTable) -> NDArray[np.bool_]:
    """Who of the candidates could be a person; what a life before the study decides must have been lived."""
    units = dict(zip(people.symbols, people.units, strict=True))
    return screen(clinic.population.plausible, _drawn(people), units, len(people.candidates)).passed_all


def _stage(
    people: ParameterTable, prior: Floats, known: Sequence[Known], columns: dict[str, Floats]
) -> Stage:
    values = {one.name: evaluate(one.name, one.of, columns) for one in known}
    return Stage(people, prior, values, {one.name: log_likelihood(one, values[one.name]) for one in known})


def _drawn(people: ParameterTable) -> dict[str, Floats]:
    return {symbol: people.column(symbol) for symbol in people.symbols}


def _pieces(people: ParameterTable) -> list[ParameterTable]:
    """Cut the people into groups that are simulated at once."""
    number = np.arange(len(people.candidates)) // _AT_ONCE
    return [people.rows(number == k) for k in range(number[-1] + 1)]


def _people_of(columns: Table, like: ParameterTable) -> ParameterTable:
    """Return the people of these columns, with the symbols and units of others."""
    return replace(
        like,
        candidates=columns[_CANDIDATE],
        members=columns[_MEMBER],
        values=np.column_stack([columns[symbol] for symbol in like.symbols]),
    )
