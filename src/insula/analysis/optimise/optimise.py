"""From a study to its trade-off front and the trial that the chosen schedule would need, as one JSON object."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from insula.analysis.optimise.design import LEVEL, Design
from insula.analysis.optimise.people import enrol_people
from insula.analysis.optimise.schedules import control_of, doses_of
from insula.analysis.optimise.search import front, search
from insula.core.disclaimer import disclaimer
from insula.core.errors import InsulaError, UnknownName
from insula.core.parts import open_parts
from insula.core.provenance import text_hash
from insula.core.spoken import _
from insula.core.tables import read_parquet, write_parquet
from insula.endpoints.definitions import load_definitions
from insula.trial.manifest import identity_of
from insula.trial.open_clinic import open_clinic
from insula.trial.quantities import number

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from insula.analysis.optimise.people import People
    from insula.analysis.optimise.schedules import Control, Schedule, Space
    from insula.analysis.optimise.search import Tried
    from insula.catalog import Catalog
    from insula.catalog.records import Study

    Floats = NDArray[np.float64]
    Progress = Callable[[str, float], None]

_JOURNAL, _PEOPLE = "optuna.log", "people.parquet"


@dataclass(frozen=True)
class Wanted:
    """What is asked of a search; `choose` is the place of a trial, None for the one with the greatest benefit."""

    benefit: str
    lower_is_better: bool
    trials: int
    patients: int
    members: int
    alpha: float
    power: float
    choose: int | None


def optimise(
    catalog: Catalog,
    study: Study,
    space: Space,
    wanted: Wanted,
    *,
    out: Path,
    workers: int,
    progress: Progress = lambda *_: None,
) -> dict[str, Any]:
    """Search for schedules and return what was found.

    Trials are kept in a folder of `out` and not simulated again, unless study, science or people are others.

    Raises
    ------
    InsulaError
        As `insula.trial.open_clinic.open_clinic`; an endpoint that nobody has at the last visit; too few patients;
        a chosen trial that does not lie on the front.
    """
    if wanted.benefit not in catalog.endpoints:
        raise UnknownName("endpoint called", wanted.benefit, catalog.endpoints)
    folder = out / "trials"
    open_parts(folder, _identity(catalog, study, space, wanted))
    place = _Place(catalog, study, space, wanted, workers, folder, progress)
    control, members = place.people_of_control()
    tried = search(
        folder / _JOURNAL,
        space,
        trials=wanted.trials,
        seed=study.seed,
        lower_is_better=wanted.lower_is_better,
        evaluate=place.evaluate,
        progress=lambda share: progress("search", share),
    )
    return _answer(place, tried, control, members)


def _identity(catalog: Catalog, study: Study, space: Space, wanted: Wanted) -> str:
    """Return what decides the numbers of a trial and which are tried; their number may grow."""
    control = control_of(catalog, study, space)
    asked = {
        **identity_of(catalog, study, study.seed),
        "space": repr(space.__dict__ | {"over": sorted(space.over)}),
        "benefit": [wanted.benefit, wanted.lower_is_better],
        "people": [wanted.patients, wanted.members],
        "control": None if control is None else [control.arm, control.protocol.id],
    }
    return text_hash(json.dumps(asked, sort_keys=True))


class _Place:
    """The clinic is opened when something has to be simulated, and only then."""

    def __init__(
        self,
        catalog: Catalog,
        study: Study,
        space: Space,
        wanted: Wanted,
        workers: int,
        folder: Path,
        progress: Progress,
    ) -> None:
        self.catalog, self.study, self.space, self.wanted = catalog, study, space, wanted
        self._workers, self._folder, self._progress = workers, folder, progress
        self._people: People | None = None

    def evaluate(self, schedule: Schedule, progress: Callable[[float], None]) -> Floats:
        """Return the endpoint of each patient under a schedule."""
        people = self._enrolled()
        protocol = self.space.given(schedule)
        return people.benefit(self.catalog, protocol, self.wanted.benefit, self._workers, progress)

    def people_of_control(self) -> tuple[Floats | None, NDArray[np.int64]]:
        """Return the endpoint of each patient under the control, if there is one, and the members, (P,) each."""
        kept = self._folder / _PEOPLE
        control = control_of(self.catalog, self.study, self.space)
        if not kept.is_file():
            people = self._enrolled()
            columns: dict[str, Any] = {"member": people.members}
            if control is not None:
                share = lambda done: self._progress("control", done)  # noqa: E731
                asked = (self.wanted.benefit, self._workers, share)
                columns["control"] = people.benefit(self.catalog, control.protocol, *asked)
            unfinished = kept.with_suffix(".unfinished")
            write_parquet(unfinished, columns)
            unfinished.replace(kept)
        table = read_parquet(kept)
        return (None if control is None else table["control"]), table["member"]

    def _enrolled(self) -> People:
        if self._people is None:
            self._progress("prepare", 0.0)
            clinic = open_clinic(self.catalog, self.study)
            share = lambda done: self._progress("enrol", done)  # noqa: E731
            self._people = enrol_people(clinic, self.wanted.patients, self.wanted.members, share)
        return self._people


def _answer(
    place: _Place, tried: list[Tried], control: Floats | None, members: NDArray[np.int64]
) -> dict[str, Any]:
    wanted, space, study, catalog = place.wanted, place.space, place.study, place.catalog
    design = _design(catalog, wanted)
    best = front(tried, lower_is_better=wanted.lower_is_better)
    chosen = _chosen(best, wanted.choose)
    endpoint, against, first = (
        catalog.endpoints[wanted.benefit],
        control_of(catalog, study, space),
        space.doses[0].dose,
    )
    shown = [_trial(place, tried[k], design, control, members) for k in range(len(tried))]
    return {
        "study": study.id,
        "disclaimer": disclaimer(),
        "title": study.title.model_dump(),
        "arm": _named(space.arm, study.arms[space.arm]),
        "therapy": _named(space.therapy, catalog.therapies[space.therapy]),
        "over": sorted(space.over),
        "range": {"dose": space.dose, "infusions": space.infusions, "spacing": space.spacing},
        "dose_unit": first.unit if first else "",
        "benefit": {**_named(wanted.benefit, endpoint), "unit": endpoint.unit},
        "lower_is_better": wanted.lower_is_better,
        "days": study.days,
        "last_visit": max(number(visit.at, "day") for visit in study.visits),
        "patients": len(members),
        "members": len(np.unique(members)),
        "seed": study.seed,
        "level": LEVEL,
        "control": None
        if control is None or against is None
        else {**_control(study, against), **design.interval(control, members)},
        "trials": [{"trial": k + 1, "front": k in best, **one} for k, one in enumerate(shown)],
        "chosen": chosen + 1,
        "design": None if control is None else design.trial(tried[chosen].values, control, members),
    }


def _design(catalog: Catalog, wanted: Wanted) -> Design:
    definition = load_definitions(catalog.root / "endpoints.yaml")[wanted.benefit]
    return Design(definition.yes_or_no, wanted.lower_is_better, wanted.alpha, wanted.power)


def _chosen(best: list[int], choose: int | None) -> int:
    """Return the place of the chosen trial; the greatest benefit of the front where none is named."""
    if choose is None:
        return best[-1]
    if choose - 1 not in best:
        known = ", ".join(str(k + 1) for k in best)
        raise InsulaError(
            _("Trial {choose} does not lie on the front. Choose one of {known} with --choose.").format(
                choose=choose, known=known
            )
        )
    return choose - 1


def _named(name: str, record: Any) -> dict[str, Any]:
    return {"id": name, "title": record.title.model_dump()}


def _control(study: Study, control: Control) -> dict[str, Any]:
    """Return id and title of the control, and whether the study has it."""
    if control.arm is None:
        return {**_named(control.protocol.id, control.protocol), "of_study": False}
    return {**_named(control.arm, study.arms[control.arm]), "of_study": True}


def _trial(
    place: _Place, one: Tried, design: Design, control: Floats | None, members: NDArray[np.int64]
) -> dict[str, Any]:
    """Return a trial: what was given, what it cost, what it brought, beside the control too."""
    schedule = one.schedule
    return {
        "dose": schedule.dose,
        "infusions": schedule.infusions,
        "spacing": schedule.spacing,
        "days": [
            number(entry.at, "day") for entry in doses_of(place.space.given(schedule), place.space.therapy)
        ],
        "cost": one.cost,
        "total": place.space.total(schedule),
        "benefit": design.interval(one.values, members),
        "effect": None if control is None else design.effect(one.values, control, members),
    }
