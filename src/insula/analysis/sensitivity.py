"""Which uncertain number moves which endpoint: effects of Morris or Sobol on a replay on the averaged map.

Every uncertain number that the disease clock uses moves over the central 90 % of its prior, by one of the two methods
of `insula.analysis.sensitivity_methods`; the same virtual patients live through every vector. What the metabolic clock
alone uses cannot be seen on the map and is listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from insula.population.fixed import uncertain
from insula.population.spread import distribution_of
from insula.trial.many_replays import replay_many
from insula.trial.map_replay import open_map_clinic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from insula.analysis.sensitivity_methods import Method
    from insula.catalog import Catalog
    from insula.catalog.records import Study
    from insula.trial.map_replay import MapClinic, Replayed

    Floats = NDArray[np.float64]
    Progress = Callable[[str, float], None]
    Output = tuple[str, float, str]  # arm, day, endpoint

_RANGE = (0.05, 0.95)
NO_VALUE = "the averaged map does not tell this endpoint"
UNMOVED = "no uncertain number moves it"


@dataclass(frozen=True)
class Sensitivity:
    """Effects of the numbers on the endpoints.

    Parameters
    ----------
    symbols : (K,)
        Numbers that moved.
    unseen
        Uncertain numbers that only the metabolic clock uses.
    effects
        By arm, day and endpoint: the columns of the method, (K,) each.
    without
        Outputs without effects, and why.
    vectors
        How many parameter vectors were replayed.
    """

    study: Study
    symbols: tuple[str, ...]
    unseen: tuple[str, ...]
    effects: dict[Output, dict[str, Floats]]
    without: dict[Output, str]
    patients: int
    method: Method
    vectors: int


def sensitivity(
    catalog: Catalog,
    study: Study,
    *,
    patients: int,
    method: Method,
    progress: Progress = lambda *_: None,
) -> Sensitivity:
    """Move every uncertain number of a study and see what its endpoints do.

    Parameters
    ----------
    patients
        Virtual patients in every arm.
    method
        Each of its trajectories costs one replay for every uncertain number and one more, each base point two more.
    progress : called with ``prepare`` or ``fit`` and the share of it that is done

    Raises
    ------
    InsulaError
        As `insula.trial.map_replay.open_map_clinic`.
    """
    progress("prepare", 0.0)
    place = open_map_clinic(catalog, study, patients)
    numbers = uncertain(place.quantities)
    symbols = tuple(symbol for symbol in numbers if symbol in place.clinic.disease.parameters)
    problem = {"num_vars": len(symbols), "names": list(symbols), "bounds": [[0.0, 1.0]] * len(symbols)}
    points = method.points(problem, study.seed)
    low, high = _RANGE
    values = np.stack(
        [
            distribution_of(symbol, numbers[symbol]).quantile(low + (high - low) * points[:, k])
            for k, symbol in enumerate(symbols)
        ],
        axis=1,
    )
    means = _means(place, symbols, values, lambda share: progress("fit", share))
    effects, without = _effects(method, problem, points, means, study.seed)
    return Sensitivity(
        study=study,
        symbols=symbols,
        unseen=tuple(symbol for symbol in numbers if symbol not in symbols),
        effects=effects,
        without=without,
        patients=patients,
        method=method,
        vectors=len(points),
    )


def _means(
    place: MapClinic, symbols: Sequence[str], values: Floats, progress: Callable[[float], None]
) -> dict[Output, Floats]:
    """Mean of every endpoint over the patients of each vector, (J,); NaN where nobody has a value."""
    study, columns = place.clinic.study.id, dict(zip(symbols, values.T, strict=True))
    parts = replay_many({study: place}, {study: columns}, _outputs, progress)[study]
    return {output: np.concatenate([part[output] for part in parts]) for output in parts[0]}


def _outputs(_: str, replayed: Replayed) -> dict[Output, Floats]:
    found = {}
    for arm, days in replayed.items():
        for day, endpoints in days.items():
            for name, column in endpoints.items():
                known = np.isfinite(column)
                total = np.where(known, column, 0.0).sum(axis=1)
                found[arm, day, name] = total / np.where(known.any(axis=1), known.sum(axis=1), np.nan)
    return found


def _effects(
    method: Method, problem: dict[str, Any], points: Floats, means: dict[Output, Floats], seed: int
) -> tuple[dict[Output, dict[str, Floats]], dict[Output, str]]:
    """Effects on what has a value everywhere and moves; the reason for the rest."""
    effects, without = {}, {}
    for output, mean in means.items():
        if not np.isfinite(mean).all():
            without[output] = NO_VALUE
        elif np.ptp(mean) == 0:
            without[output] = UNMOVED
        else:
            effects[output] = method.effects(problem, points, mean, seed)
    return effects, without


def answer_of(found: Sensitivity, catalog: Catalog) -> dict[str, Any]:
    """Return the one JSON object: effects by arm, day and endpoint, the largest first; what has none, and why."""
    return {
        "study": found.study.id,
        "title": found.study.title.model_dump(),
        "patients": found.patients,
        "method": found.method.name,
        "size": found.method.size,
        "vectors": found.vectors,
        "range": list(_RANGE),
        "seed": found.study.seed,
        "parameters": list(found.symbols),
        "unseen": list(found.unseen),
        "outputs": [
            {
                "arm": arm,
                "arm_title": found.study.arms[arm].title.model_dump(),
                "day": day,
                "endpoint": endpoint,
                "title": catalog.endpoints[endpoint].title.model_dump(),
                "unit": catalog.endpoints[endpoint].unit,
                "effects": _largest_first(found.symbols, columns),
            }
            for (arm, day, endpoint), columns in found.effects.items()
        ],
        "without": [
            {"arm": arm, "day": day, "endpoint": endpoint, "reason": reason}
            for (arm, day, endpoint), reason in found.without.items()
        ],
    }


def _largest_first(symbols: Sequence[str], columns: dict[str, Floats]) -> list[dict[str, Any]]:
    order = np.argsort(-next(iter(columns.values())), kind="stable")
    return [
        {"symbol": symbols[k], **{name: float(column[k]) for name, column in columns.items()}} for k in order
    ]
