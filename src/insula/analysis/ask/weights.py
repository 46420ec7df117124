"""How like the patient each virtual patient is: likelihoods of the known facts, weights, and who is drawn by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln, log_ndtr

from insula.core.random_streams import uniform
from insula.statistics.chance import effective_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from insula.analysis.ask.patient import Known

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

Likelihoods = dict[str, "Floats"]  # logarithm by fact, (P,) each


def log_likelihood(known: Known, own: Floats) -> Floats:
    """Return the logarithm of the likelihood of a fact, given what each virtual patient has.

    Parameters
    ----------
    known
        The fact as stated, with its measurement error.
    own : (P,)
        The virtual patients' own values, in the unit of the fact; a missing one makes the fact impossible.

    Returns
    -------
    (P,), up to a constant; -inf where impossible. A measurement is normal round the virtual patient's value, a value
    below a limit of detection has the probability of lying there, a number of events is a Poisson count.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        if known.counted_over is not None:
            expected = np.maximum(own, 0.0) * known.counted_over
            told = known.value * np.log(expected) - expected - gammaln(known.value + 1.0)
            told = np.where((expected == 0) & (known.value == 0), 0.0, told)
        else:
            sd = np.hypot(known.error, known.relative_error * own)
            away = (known.value - own) / sd
            told = log_ndtr(away) if known.below else -0.5 * away**2 - np.log(sd)
    return np.where(np.isfinite(own) & ~np.isnan(told), told, -np.inf)


def weights_of(likelihoods: Mapping[str, Floats], prior: Floats, without: str = "") -> Floats:
    """Return weights (P,) that sum to 1 (all 0 where nobody is possible).

    Parameters
    ----------
    likelihoods
        Logarithms by fact, (P,) each.
    prior : (P,)
        How often each virtual patient was drawn before these facts were looked at.
    without
        A fact that is left out.
    """
    with np.errstate(divide="ignore"):
        total = np.log(prior)
    for name, told in likelihoods.items():
        if name != without:
            total = total + told
    best = total.max(initial=-np.inf)
    if not np.isfinite(best):
        return np.zeros_like(prior)
    weights = np.exp(total - best)
    return np.asarray(weights / weights.sum())


def effective_without(likelihoods: Mapping[str, Floats], prior: Floats) -> dict[str, float]:
    """Return the effective number of virtual patients if each fact alone were not known."""
    return {name: effective_number(weights_of(likelihoods, prior, name)) for name in likelihoods}


def draw(weights: Floats, group: Whole, size: int, seed: int, purpose: str) -> Whole:
    """Draw by systematic resampling; return how often each was drawn, (P,).

    Everybody is drawn their expected number of times, rounded down or up. They stand in the order of `group` (P,), so
    that each group has its share too.
    """
    order = np.argsort(group, kind="stable")
    ends = np.cumsum(weights[order])
    points = (np.arange(size) + uniform(seed, purpose, 0)) / size * ends[-1]
    place = np.minimum(np.searchsorted(ends, points, side="left"), len(order) - 1)
    counts = np.zeros(len(weights), dtype=np.int64)
    np.add.at(counts, order[place], 1)
    return counts
