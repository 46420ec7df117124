"""A drawn population beside its text: medians, quartiles and correlations, stated and drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from insula.analysis.criteria_texts import criteria_texts
from insula.population.screening import describe
from insula.population.spread import YesOrNo, distribution_of
from insula.statistics import weighted
from insula.trial.population_folder import varies_by

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insula.catalog import Catalog
    from insula.catalog.records import Correlation
    from insula.population.sample import ParameterTable
    from insula.trial.draw_patients import Patients

    Floats = NDArray[np.float64]

_QUARTILES = np.array([0.25, 0.5, 0.75])
_DRAWN = ("patient", "ensemble")
_FEWEST = 3  # people or members of whom a correlation is taken


def answer_of(catalog: Catalog, patients: Patients, made: dict[str, Any]) -> dict[str, Any]:
    """Return all that is shown, ready for JSON.

    Parameters
    ----------
    made
        What stands in population.json.

    Returns
    -------
    `made` with criteria and matches that only a visit tells
    (``judged_later``, ``matched_later``), what each criterion says (``criteria``), what the weights do (``matched``),
    `marginals` and `correlations`.
    """
    matches = patients.population.matches
    return made | {
        "judged_later": [describe(criterion) for criterion in patients.population.measured_criteria],
        "criteria": criteria_texts(catalog, patients.population),
        "matched": list(patients.matched),
        "matched_later": [one.quantity for one in matches.measured] if matches else [],
        "marginals": marginals(patients),
        "correlations": correlations(patients),
    }


def marginals(patients: Patients) -> list[dict[str, Any]]:
    """Return how every number that differs between people is distributed, in its unit.

    Returns
    -------
    A dictionary for each: symbol, unit, ``varies_by``, ``own`` (stated by the population or its people's habits, not by
    a model), ``statistic`` (``quartiles`` or, for yes and no, ``share``), and that statistic, a list: ``stated`` in the
    text (None for what is derived or lived), of all ``candidates`` (None for what only a life tells) and of the
    ``patients`` by their weights (None where nobody has a value), with how many of these have a value, ``n``.
    Candidates follow the text, patients also the screening and what is matched.
    """
    return [_marginal(patients, symbol) for symbol in patients.people.symbols]


def _marginal(patients: Patients, symbol: str) -> dict[str, Any]:
    row, values = patients.quantities[symbol], patients.people.column(symbol)
    kind, found = varies_by(row), distribution_of(symbol, row) if varies_by(row) in _DRAWN else None
    yes_or_no = isinstance(found, YesOrNo)
    stated = (
        [found.chance]
        if isinstance(found, YesOrNo)
        else found.quantile(_QUARTILES).tolist()
        if found
        else None
    )
    return {
        "symbol": symbol,
        "unit": row.unit,
        "varies_by": kind,
        "own": _is_own(patients, symbol, kind),
        "statistic": "share" if yes_or_no else "quartiles",
        "stated": stated,
        "candidates": _summary(patients.candidates.column(symbol), yes_or_no),
        "patients": _summary(values, yes_or_no, patients.weights if patients.matched else None),
        "n": int(np.isfinite(values).sum()),
    }


def correlations(patients: Patients) -> list[dict[str, Any]]:
    """Return the correlations of the text, of all candidates and of the patients, each of the normal scores.

    Scores are those of the ranks (van der Waerden), so that drawn and stated are the same kind of number. For what is
    uncertain each ensemble member counts once. None where too few have both values.
    """
    return [
        {
            "between": list(pair.between),
            "stated": pair.value,
            "candidates": _correlation(pair, patients, patients.candidates),
            "patients": _correlation(pair, patients, patients.people),
        }
        for pair in patients.population.correlations
    ]


def _is_own(patients: Patients, symbol: str, kind: str) -> bool:
    """Whether the population or its people's habits state it, and not only in the words of another module."""
    drawn_anew = symbol in patients.population.parameters and kind in _DRAWN
    return drawn_anew or symbol.startswith(("trait.", "habits.", "history."))


def _summary(values: Floats, yes_or_no: bool, weights: Floats | None = None) -> list[float] | None:
    known = np.isfinite(values) if weights is None else np.isfinite(values) & (weights > 0)
    values, weights = values[known], None if weights is None else weights[known]
    if not len(values):
        return None
    if yes_or_no:
        return [weighted.mean(values, weights)]
    found: list[float] = weighted.quantiles(values, _QUARTILES, weights).tolist()
    return found


def _correlation(pair: Correlation, patients: Patients, people: ParameterTable) -> float | None:
    first, second = (people.column(symbol) for symbol in pair.between)
    known = np.isfinite(first) & np.isfinite(second)
    if patients.quantities[pair.between[0]].varies_by == "ensemble":
        known &= np.isin(np.arange(len(known)), np.unique(people.members, return_index=True)[1])
    if known.sum() < _FEWEST:
        return None
    scores = [ndtri(rankdata(values[known]) / (known.sum() + 1)) for values in (first, second)]
    with np.errstate(invalid="ignore"):  # somebody has to differ
        found = float(np.corrcoef(scores)[0, 1])
    return found if np.isfinite(found) else None
