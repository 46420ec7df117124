"""Weights by which the virtual patients have the marginals that their population's text states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from insula.core.errors import ProtocolError, UnknownName
from insula.core.spoken import _
from insula.core.units import convert
from insula.statistics.chance import effective_number
from insula.statistics.entropy_balancing import UnbalancedError, balance
from insula.trial.quantities import number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from insula.catalog.records import Marginal, Population

    Floats = NDArray[np.float64]

    Matched = tuple[dict[str, float | str], ...]


@dataclass(frozen=True)
class Weights:
    """Weights (P,) with mean 1, 0 for who has no value of what is matched; and what they do, a row for each number.

    ``rows`` have statistic, quantity, unit, ``stated``, ``unweighted`` and ``weighted``.
    """

    weights: Floats
    rows: Matched = ()


@dataclass(frozen=True)
class _Target:
    """One published number of the people's own values (P,), of a share 1 and 0; NaN where somebody has none."""

    statistic: Literal["mean", "sd", "share"]
    quantity: str  # of a share with its limits
    unit: str
    own: Floats
    stated: float
    mean: float  # from which an sd is measured

    def balanced(self) -> tuple[Floats, float]:
        """Return of what the weighted mean is given, (P,), and that mean."""
        if self.statistic == "sd":
            return (self.own - self.mean) ** 2, self.stated**2
        return self.own, self.stated

    def of(self, weights: Floats) -> float:
        """Return the number that weighted people (P,) have; who has no value has weight 0."""
        own, weights = self.own[weights > 0], weights[weights > 0]
        mean = np.average(own, weights=weights)
        if self.statistic == "sd":
            return float(np.sqrt(np.average((own - mean) ** 2, weights=weights)))
        return float(mean)

    def row(self, before: Floats, after: Floats) -> dict[str, float | str]:
        """Return what is told of it, with the number before and after weighing."""
        return {
            "statistic": self.statistic,
            "quantity": self.quantity,
            "unit": self.unit,
            "stated": self.stated,
            "unweighted": self.of(before),
            "weighted": self.of(after),
        }


def weigh(
    population: Population,
    marginals: Sequence[Marginal],
    values: Mapping[str, Floats],
    units: Mapping[str, str],
) -> Weights:
    """Weigh people so that they have marginals of their population's text.

    Parameters
    ----------
    marginals
        Those that are to be matched, at least one.
    values, units
        By quantity: (P,) each, NaN where a patient has no value, and its unit.

    Raises
    ------
    UnknownName
        A quantity that nobody has.
    ProtocolError
        No weights give the marginals, or the effective sample size would be less than the text allows.
    """
    targets = [target for one in marginals for target in _targets(one, values, units)]
    known = np.asarray(np.isfinite(np.stack([target.own for target in targets])).all(axis=0))
    if not known.any():
        told = ", ".join(dict.fromkeys(one.quantity for one in marginals))
        raise ProtocolError(
            _("No virtual patient of {id} has a value of all that is matched: {told}.").format(
                id=population.id, told=told
            )
        )
    weights = np.zeros(len(known))
    weights[known] = _balanced(population, targets, known) * (len(known) / known.sum())
    _refuse_few(population, weights)
    alike = np.asarray(known, dtype=np.float64)
    return Weights(weights, tuple(target.row(alike, weights) for target in targets))


def _targets(one: Marginal, values: Mapping[str, Floats], units: Mapping[str, str]) -> list[_Target]:
    if one.quantity not in values:
        raise UnknownName("quantity to match, called", one.quantity, values)
    own, unit = values[one.quantity], units[one.quantity]
    if one.mean is None:
        return [_share(one, own, unit)]
    mean = number(one.mean, unit)
    found = [_Target("mean", one.quantity, unit, own, mean, mean)]
    if one.sd is not None:
        sd = float(convert(one.sd.value, one.sd.unit, unit, difference=True))
        found.append(_Target("sd", one.quantity, unit, own, sd, mean))
    return found


def _share(one: Marginal, own: Floats, unit: str) -> _Target:
    inside, name = np.where(np.isfinite(own), 1.0, np.nan), one.quantity
    if one.at_least is not None:
        low = number(one.at_least, unit)
        inside, name = inside * (own >= low), f"{name} ≥ {low:g} {unit}"
    if one.at_most is not None:
        high = number(one.at_most, unit)
        inside, name = inside * (own <= high), f"{name} ≤ {high:g} {unit}"
    share = number(one.share, "dimensionless")
    return _Target("share", name, "fraction", inside, share, share)


def _balanced(population: Population, targets: Sequence[_Target], known: NDArray[np.bool_]) -> Floats:
    """Return the weights of those who have all values."""
    columns, means = zip(*(target.balanced() for target in targets), strict=True)
    try:
        return balance(np.stack([column[known] for column in columns], axis=1), np.array(means))
    except UnbalancedError:
        told = "; ".join(
            _("{statistic} of {quantity} {stated:g}, unweighted {unweighted:.3g}").format(
                statistic=one.statistic,
                quantity=one.quantity,
                stated=one.stated,
                unweighted=one.of(known.astype(np.float64)),
            )
            for one in targets
        )
        raise ProtocolError(
            _(
                "No weights give {known} virtual patients of {id} what its matches state ({told}). Take "
                "more patients, or bring the population's traits nearer to the published people."
            ).format(known=int(known.sum()), id=population.id, told=told)
        ) from None


def _refuse_few(population: Population, weights: Floats) -> None:
    """Refuse weights that leave less of the patients than the text allows."""
    effective, n = effective_number(weights), len(weights)
    fewest = number(population.matches.fewest, "dimensionless") if population.matches else 0.0
    if effective < fewest * n:
        raise ProtocolError(
            _(
                "Weighted to what the matches of {id} state, {n} virtual patients count as "
                "{effective:.1f} ({share:.0%}); matches.fewest asks for {fewest:.0%}. They differ too "
                "much from the published people: bring the population's traits nearer to them."
            ).format(id=population.id, n=n, effective=effective, share=effective / n, fewest=fewest)
        )
