"""The people of a saved population, in place of candidates that are drawn and looked over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from insula.catalog.saved_population import (
    LIVES,
    PATIENTS,
    SCREENED,
    SPARE,
    how_to_save_again,
    read_made,
)
from insula.core.errors import InsulaError
from insula.core.problems import raise_if_any
from insula.core.spoken import _
from insula.core.tables import read_numbers
from insula.population.sample import ParameterTable, completed, varying
from insula.population.saved import misfits
from insula.population.screening import Screening, describe_life
from insula.trial.candidates import ENTERED, Candidates, look_over, units_judged
from insula.trial.saved_lives import past_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from insula.catalog import Catalog
    from insula.catalog.records import Population
    from insula.trial.candidates import Judged
    from insula.trial.clinic import Clinic
    from insula.trial.past import Past

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SavedPeople:
    """What `insula population` wrote, ready for a study.

    Parameters
    ----------
    made
        What stands in population.json.
    looked
        Everybody who was looked at: what they were judged by, NaN where it did not come to that.
    people, past
        Those who were left, with every number, and where they stand after their life (None without a history): first
        the patients, then those of the last block who came after them and are only screened, as a draw screens them.
    """

    population: Population
    made: Mapping[str, Any]
    looked: ParameterTable
    people: ParameterTable
    past: Past | None

    @property
    def size(self) -> int:
        """Number of patients."""
        return int(self.made["patients"])

    @property
    def seed(self) -> int:
        """Seed that they were drawn with."""
        return int(self.made["seed"])

    @cached_property
    def end(self) -> int:
        """Number of the first candidate who was not looked at."""
        return int(self.looked.candidates[-1]) + 1

    def are_patients(self, candidates: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether candidates (C,) are among the patients."""
        last: np.int64 = self.people.candidates[self.size - 1]
        return np.asarray(candidates <= last)

    def among(self, numbers: NDArray[np.int64]) -> Candidates:
        """Return the candidates of these numbers as they were looked over; those never looked at are left out."""
        drawn = self.looked.rows(np.isin(self.looked.candidates, numbers))
        known = look_over(self.population, drawn, self._entered if self.past is not None else None)
        kept = np.isin(self.people.candidates, known.people.candidates)
        return replace(
            known, people=self.people.rows(kept), past=None if self.past is None else self.past.take(kept)
        )

    def _entered(self, looked: ParameterTable) -> tuple[ParameterTable, None, Judged]:
        """Tell again who reached the stage."""
        assert self.population.history is not None
        age = looked.column(ENTERED)
        entered = np.isfinite(age)
        told = Screening((describe_life(self.population.history),), age[:, None], entered[:, None])
        return looked.rows(entered), None, (looked.candidates, told)


def with_saved_people(catalog: Catalog, clinic: Clinic) -> Clinic:
    """Return the clinic with the people that its study names, where these are saved ones.

    Raises
    ------
    InvalidText, InsulaError
        They do not fit the science as it is.
    """
    name = clinic.study.population
    if name not in catalog.saved:
        return clinic
    raise_if_any(misfits(catalog, name, clinic.quantities))
    folder = catalog.saved[name]
    made = read_made(folder)
    parts = [read_numbers(folder / table) for table in (PATIENTS, SPARE)]
    symbols, quantities = varying(clinic.quantities), clinic.quantities
    both = {
        one: np.concatenate([part[one] for part in parts])
        for one in ("candidate", "ensemble_member", *symbols)
    }
    people = completed(_table(both, symbols, [quantities[symbol].unit for symbol in symbols]), quantities)
    looked, units = read_numbers(folder / SCREENED), units_judged(clinic.population, quantities)
    past = None
    if clinic.population.history is not None:
        drawn = {symbol: people.column(symbol) for symbol in people.symbols}
        start = clinic.disease.initial(clinic.disease.table(drawn, len(people.candidates)))
        past = past_of(clinic, read_numbers(folder / LIVES), start.inputs)
    saved = SavedPeople(
        clinic.population, made, _table(looked, tuple(units), list(units.values())), people, past
    )
    return replace(clinic, saved=saved)


def refuse_saved_people(clinic: Clinic) -> None:
    """Refuse what draws people of its own, or other numbers for the same ones."""
    if clinic.saved is not None:
        told = _(
            'The people of the population "{name}" are saved ones: they can be run, not varied or searched.'
        )
        hint = _("Name a population of text, such as {origin}, from which they were drawn.")
        name, origin = clinic.population.id, clinic.saved.made["population"]
        raise InsulaError(f"{told.format(name=name)} {hint.format(origin=origin)}")


def refuse_too_few(clinic: Clinic, patients: int) -> None:
    """Refuse a run of more patients than were saved."""
    if clinic.saved is not None and patients > clinic.saved.size:
        told = _('The saved population "{name}" has {size} patients, and every arm is to have {patients}.')
        raise InsulaError(_how_to_have_more(clinic, told, patients=patients, size=clinic.saved.size))


def too_few_eligible(clinic: Clinic, patients: int, enrolled: int) -> InsulaError:
    """Return the error that too few of the saved people meet what a visit measures."""
    assert clinic.saved is not None
    told = _(
        'Only {enrolled} of the {size} patients in the saved population "{name}" are eligible, not {patients}.'
    )
    text = _how_to_have_more(clinic, told, patients=patients, size=clinic.saved.size, enrolled=enrolled)
    return InsulaError(text)


def _how_to_have_more(clinic: Clinic, told: str, **numbers: int) -> str:
    assert clinic.saved is not None
    told = told.format(name=clinic.population.id, **numbers)
    most = numbers.get("enrolled", numbers["size"])
    hint = _("Ask for at most {most} with --patients, or save more, with another --size: {command}")
    return f"{told} {hint.format(most=most, command=how_to_save_again(clinic.saved.made))}"


def _table(columns: Mapping[str, Floats], symbols: Sequence[str], units: Sequence[str]) -> ParameterTable:
    candidates, members = (columns[name].astype(np.int64) for name in ("candidate", "ensemble_member"))
    values = (
        np.stack([columns[symbol] for symbol in symbols], axis=1)
        if symbols
        else np.empty((len(candidates), 0))
    )
    return ParameterTable(candidates, members, tuple(symbols), values, tuple(units))
