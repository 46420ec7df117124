"""The studies of a plan, replayed for many vectors of parameters at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from insula.calibration.targets import Target, Unfitted, targets_of
from insula.core.errors import EvidenceError
from insula.core.spoken import _
from insula.evidence.calibration_rows import calibration_rows
from insula.population.spread import distribution_of
from insula.trial.many_replays import replay_many
from insula.trial.map_replay import open_map_clinic, replay

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from insula.catalog import Catalog
    from insula.catalog.records import CalibrationPlan
    from insula.evidence.calibration_rows import PublishedRow
    from insula.trial.map_replay import MapClinic, Replayed

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Replays:
    """Every study of a plan, ready to be replayed.

    Parameters
    ----------
    symbols : (K,)
        Parameters that are fitted.
    places
        Opened studies by id.
    targets : (M,)
        Rows that are fitted, study after study.
    at_medians, on_days : (M,)
        What the replay and the simulated days predict of them with every uncertain number at its median.
    """

    symbols: tuple[str, ...]
    places: dict[str, MapClinic]
    targets: tuple[Target, ...]
    unfitted: tuple[Unfitted, ...]
    at_medians: Floats
    on_days: Floats

    def values(self, scores: Floats) -> Floats:
        """Parameter values (J, K), in their units, at standard normal scores (J, K) of their priors."""
        rows = next(iter(self.places.values())).quantities
        columns = [
            distribution_of(symbol, rows[symbol]).quantile(ndtr(scores[:, k]))
            for k, symbol in enumerate(self.symbols)
        ]
        return np.stack(columns, axis=1)

    @property
    def units(self) -> tuple[str, ...]:
        """Unit of each parameter."""
        rows = next(iter(self.places.values())).quantities
        return tuple(rows[symbol].unit for symbol in self.symbols)

    def predict(self, members: Whole, scores: Floats, rows: NDArray[np.bool_]) -> Floats:
        """Predict the rows (M,) that are wanted of ensemble members (J,) with the scores (J, K): (J, M).

        What is uncertain and not fitted has the value that a run of each study draws for the member, so that what is
        fitted is what is predicted later. NaN where a row is not wanted, or nobody of its arm could be integrated.
        Only the studies of wanted rows are replayed.
        """
        fitted = dict(zip(self.symbols, self.values(scores).T, strict=True))
        studies = np.array([target.study for target in self.targets])
        places = {name: place for name, place in self.places.items() if rows[studies == name].any()}
        values = {name: {**place.uncertain_of(members), **fitted} for name, place in places.items()}
        predicted = np.full((len(scores), len(rows)), np.nan)
        for name, parts in replay_many(places, values, self._read).items():
            predicted[:, studies == name] = np.concatenate(parts)
        return predicted

    def _read(self, study: str, replayed: Replayed) -> Floats:
        return np.stack([target.predict(replayed) for target in self._of(study)], axis=1)

    def _of(self, study: str) -> list[Target]:
        return [target for target in self.targets if target.study == study]


def open_replays(
    catalog: Catalog, plan: CalibrationPlan, progress: Callable[[float], None] = lambda _: None
) -> Replays:
    """Open every study of a plan and sort its rows.

    Raises
    ------
    EvidenceError
        When no row is left to be fitted, with the reasons.
    InsulaError
        As `insula.trial.map_replay.open_map_clinic`.
    """
    places: dict[str, MapClinic] = {}
    targets: list[Target] = []
    unfitted: list[Unfitted] = []
    predicted: list[tuple[float, float]] = []
    for number, name in enumerate(plan.studies):
        progress(number / len(plan.studies))
        study = catalog.studies[name]
        rows = calibration_rows(catalog, [study.published])
        places[name] = open_map_clinic(catalog, study, plan.patients)
        mine, left, both = _sorted_rows(plan, name, places[name], rows)
        targets += mine
        unfitted += left
        predicted += both
    if not targets:
        told = "; ".join(
            sorted({f"{one.row.study_id} {one.row.outcome}: {_(one.reason)}" for one in unfitted})
        )
        raise EvidenceError(
            _("The plan {id} has no row that can be fitted. {told}.").format(id=plan.id, told=told)
        )
    map_says, days_say = np.array(predicted).T
    return Replays(plan.parameters, places, tuple(targets), tuple(unfitted), map_says, days_say)


def _sorted_rows(
    plan: CalibrationPlan, name: str, place: MapClinic, rows: Sequence[PublishedRow]
) -> tuple[list[Target], list[Unfitted], list[tuple[float, float]]]:
    """Return the targets of a study, the other rows, and what map and days predict of each target."""
    medians = replay(
        place, {symbol: np.array([place.clinic.quantities[symbol].value]) for symbol in plan.parameters}
    )
    on_days = {
        arm: {day: {key: column[None] for key, column in found.items()} for day, found in days.items()}
        for arm, days in place.people.measured.items()
    }
    mine, left = targets_of(name, rows, medians, plan)
    both = [(float(target.predict(medians)[0]), float(target.predict(on_days)[0])) for target in mine]
    return mine, left, both
