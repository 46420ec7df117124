"""Gaussian copula: standard normal scores that belong together in named pairs."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from insula.core.errors import InsulaError, UnknownName
from insula.core.spoken import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from insula.population.records import Correlation

    Floats = NDArray[np.float64]


class CorrelationError(InsulaError):
    """Correlations that no set of people can have."""


def correlate(scores: Mapping[str, Floats], pairs: Iterable[Correlation]) -> dict[str, Floats]:
    """Give independent scores the correlations asked for.

    Pairs that are not named stay independent unless a third quantity ties them together. A candidate's
    scores depend on nothing but the candidate, so the result is the same in any batch.

    Parameters
    ----------
    scores : (C,) standard normal, by symbol
    pairs
        Pearson correlations of the normal scores (of the quantities themselves where both are normal).

    Returns
    -------
    (C,) standard normal, by symbol, in the order of `scores`.

    Raises
    ------
    UnknownName
        A pair names something that is not drawn here.
    CorrelationError
        The correlations contradict each other (their matrix is not positive definite).
    """
    pairs = list(pairs)
    together = dict(scores)
    for group in _groups(pairs, scores):
        factor = _factor(group, pairs)
        for row, symbol in zip(factor, group, strict=True):
            # term by term: a matrix product rounds differently for batches of different size
            terms = [row[k] * scores[other] for k, other in enumerate(group)]
            together[symbol] = functools.reduce(np.add, terms)
    return together


def _groups(pairs: Iterable[Correlation], scores: Mapping[str, Floats]) -> list[list[str]]:
    """Return the sets of symbols that are tied together, each in alphabetical order."""
    groups: list[set[str]] = []
    for pair in pairs:
        for symbol in pair.between:
            if symbol not in scores:
                raise UnknownName(
                    "quantity drawn at this level that could be correlated, called", symbol, scores
                )
        touched = [group for group in groups if group & set(pair.between)]
        groups = [group for group in groups if group not in touched] + [set(pair.between).union(*touched)]
    return [sorted(group) for group in groups]


def _factor(group: list[str], pairs: Iterable[Correlation]) -> Floats:
    matrix = np.eye(len(group))
    for pair in pairs:
        if set(pair.between) <= set(group):
            first, second = (group.index(symbol) for symbol in pair.between)
            matrix[first, second] = matrix[second, first] = pair.value
    smallest = float(np.linalg.eigvalsh(matrix)[0])
    if smallest <= 0:
        raise CorrelationError(
            _(
                "The correlations between {names} contradict each other: their matrix is not positive "
                "definite (smallest eigenvalue {smallest:.3g}). Bring at least one of them nearer to 0."
            ).format(names=", ".join(group), smallest=smallest)
        )
    return np.asarray(np.linalg.cholesky(matrix))
