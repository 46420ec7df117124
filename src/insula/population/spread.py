"""From a published spread to a distribution that can be drawn from.

How the two numbers of a row are read (``z`` is the standard normal quantile):

============ ==========================================================================================
spread_type  standard deviation, on the scale on which the distribution is normal
============ ==========================================================================================
sd           the number itself
cv           the number times the value
se           the number itself: how well a mean is known, so only for what varies by ensemble
ci95         (high - low) / (2 z(0.975)); likewise only for what varies by ensemble
iqr          (high - low) / (2 z(0.75))
range        (high - low) / 4 (hozo2005: samples of 15 to 70 people); exact limits for (log)uniform
============ ==========================================================================================

Lognormal: with sd, cv or se the value is the mean, with two limits the median, and the limits are taken as
logarithms. Logitnormal: the value is the median; an sd is carried to the logit scale by the slope there.
Uniform: with sd or cv the limits are value +- sqrt(3) sd; with ci95 and iqr the limits are widened to the
whole. Loguniform needs limits. Bernoulli: 1 with the chance that is the value, else 0. A truncated normal
is a normal with the value as mean and the spread as sd *before* it is cut off.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri

from insula.core.errors import InsulaError
from insula.core.spoken import _
from insula.population.tabled import Tabled

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from insula.population.records import Sourced

    Floats = NDArray[np.float64]

_Z = {"ci95": float(ndtri(0.975)), "iqr": float(ndtri(0.75)), "range": 2.0}
_COVERED = {"ci95": 0.95, "iqr": 0.5, "range": 1.0}
_OF_A_MEAN = ("se", "ci95")
_TRUNCATED = re.compile(r"^truncated_normal\((?P<low>[^)]+)\)$")


class SpreadError(InsulaError):
    """A value and a spread from which nothing can be drawn."""


@dataclass(frozen=True)
class Distribution:
    """A normal or uniform on a transformed scale, cut off at two limits.

    Parameters
    ----------
    base
        What is drawn on the transformed scale; ``location`` and ``scale`` are mean and sd of a normal, lower
        end and width of a uniform.
    scale_of
        The scale on which `base` holds.
    low, high
        Limits of the quantity itself; infinite when it is not cut off.
    """

    base: Literal["normal", "uniform"]
    scale_of: Literal["linear", "log", "logit"]
    location: float
    scale: float
    low: float = -np.inf
    high: float = np.inf

    def quantile(self, probability: Floats) -> Floats:
        """Inverse distribution function.

        Parameters
        ----------
        probability : any shape, in (0, 1)

        Returns
        -------
        Same shape, in the unit of the value, within [low, high].
        """
        below, above = self.probability(self.low), self.probability(self.high)
        inside = below + np.asarray(probability, dtype=np.float64) * (above - below)
        standard = ndtri(inside) if self.base == "normal" else inside
        drawn = _INVERSE[self.scale_of](self.location + self.scale * standard)
        return np.asarray(np.clip(drawn, self.low, self.high), dtype=np.float64)

    def probability(self, value: float) -> float:
        """Distribution function before it is cut off."""
        with np.errstate(divide="ignore", invalid="ignore"):
            standard = (_FORWARD[self.scale_of](_within(value, self.scale_of)) - self.location) / self.scale
        return float(ndtr(standard) if self.base == "normal" else np.clip(standard, 0.0, 1.0))


@dataclass(frozen=True)
class YesOrNo:
    """1 with the given chance, else 0."""

    chance: float

    def quantile(self, probability: Floats) -> Floats:
        """Return 1.0 where the probability lies below the chance (any shape)."""
        return (np.asarray(probability) < self.chance).astype(np.float64)


_FORWARD: dict[str, Callable[[float], float]] = {"linear": float, "log": np.log, "logit": logit}
_INVERSE: dict[str, Callable[[Floats], Floats]] = {"linear": np.asarray, "log": np.exp, "logit": expit}


def distribution_of(symbol: str, row: Sourced) -> Distribution | YesOrNo | Tabled:
    """Return the distribution that a row describes.

    Parameters
    ----------
    symbol
        Named in messages.
    row
        With ``low`` and ``high`` (optional attributes) as limits at which the distribution is cut off.

    Raises
    ------
    SpreadError
        The row has no spread, a spread of the wrong kind, or limits that leave nothing.
    """
    if isinstance(row, Tabled):
        return row
    if row.distribution == "bernoulli":
        return YesOrNo(_chance(symbol, row, _value(symbol, row)))
    _refuse_spread_of_a_mean(symbol, row)
    name, low, high = _name_and_limits(symbol, row)
    if name not in _BUILDERS:
        told = _('the distribution "{name}" cannot be drawn from').format(name=name)
        raise _refusal(symbol, row, told, _("Use one of {known}.").format(known=", ".join(sorted(_BUILDERS))))
    found = _BUILDERS[name](symbol, row)
    if not found.scale > 0:
        raise _refusal(
            symbol, row, _("its spread is not above zero"), _("Give a spread, or set varies_by to none.")
        )
    cut = Distribution(found.base, found.scale_of, found.location, found.scale, low, high)
    if not cut.probability(low) < cut.probability(high):
        told = _("nothing is left between its limits {low:g} and {high:g}").format(low=low, high=high)
        raise _refusal(symbol, row, told, _("Widen them."))
    return cut


def _refuse_spread_of_a_mean(symbol: str, row: Sourced) -> None:
    if row.varies_by == "patient" and row.spread_type in _OF_A_MEAN:
        raise _refusal(
            symbol,
            row,
            _("a {spread_type} says how well a mean is known, not how people differ").format(
                spread_type=row.spread_type
            ),
            _("Set varies_by to ensemble, or give the sd, cv, iqr or range between people."),
        )


def _name_and_limits(symbol: str, row: Sourced) -> tuple[str, float, float]:
    name = row.distribution or "point"
    low, high = (getattr(row, end, None) for end in ("low", "high"))
    match = _TRUNCATED.match(name)
    if match:
        name, low = "truncated_normal", float(match["low"])
    if name == "truncated_normal" and low is None and high is None:
        raise _refusal(symbol, row, _("its normal is truncated nowhere"), _("Give low, high or both."))
    return name, -np.inf if low is None else float(low), np.inf if high is None else float(high)


def _normal(symbol: str, row: Sourced) -> Distribution:
    return Distribution("normal", "linear", _value(symbol, row), _sd(symbol, row))


def _lognormal(symbol: str, row: Sourced) -> Distribution:
    value = _positive(symbol, row, _value(symbol, row))
    if _has_limits(row):
        low, high = (_positive(symbol, row, limit) for limit in _limits(symbol, row))
        return Distribution(
            "normal", "log", np.log(value), np.log(high / low) / (2 * _Z[str(row.spread_type)])
        )
    variance = np.log1p((_sd(symbol, row) / value) ** 2)
    return Distribution("normal", "log", np.log(value) - variance / 2, float(np.sqrt(variance)))


def _logitnormal(symbol: str, row: Sourced) -> Distribution:
    value = _share(symbol, row, _value(symbol, row))
    if _has_limits(row):
        low, high = (_share(symbol, row, limit) for limit in _limits(symbol, row))
        sd = (logit(high) - logit(low)) / (2 * _Z[str(row.spread_type)])
        return Distribution("normal", "logit", logit(value), sd)
    return Distribution("normal", "logit", logit(value), _sd(symbol, row) / (value * (1 - value)))


def _uniform(symbol: str, row: Sourced) -> Distribution:
    if _has_limits(row):
        low, high = _widened(row, *_limits(symbol, row))
        return Distribution("uniform", "linear", low, high - low)
    half = np.sqrt(3.0) * _sd(symbol, row)
    return Distribution("uniform", "linear", _value(symbol, row) - half, 2 * half)


def _loguniform(symbol: str, row: Sourced) -> Distribution:
    if not _has_limits(row):
        raise _refusal(
            symbol,
            row,
            _("a loguniform has no {spread_type}").format(spread_type=row.spread_type),
            _("Give its limits as a range."),
        )
    limits = (float(np.log(_positive(symbol, row, limit))) for limit in _limits(symbol, row))
    low, high = _widened(row, *limits)
    return Distribution("uniform", "log", low, high - low)


_BUILDERS: dict[str, Callable[[str, Sourced], Distribution]] = {
    "normal": _normal,
    "truncated_normal": _normal,
    "lognormal": _lognormal,
    "logitnormal": _logitnormal,
    "uniform": _uniform,
    "loguniform": _loguniform,
}


def _sd(symbol: str, row: Sourced) -> float:
    if _has_limits(row):
        low, high = _limits(symbol, row)
        return (high - low) / (2 * _Z[str(row.spread_type)])
    if row.spread_low is None or row.spread_type not in ("sd", "cv", "se"):
        raise _refusal(
            symbol,
            row,
            _("it has no spread"),
            _("Give spread_type and spread_low, or set varies_by to none."),
        )
    return row.spread_low * abs(_value(symbol, row)) if row.spread_type == "cv" else row.spread_low


def _has_limits(row: Sourced) -> bool:
    return row.spread_type in _Z


def _limits(symbol: str, row: Sourced) -> tuple[float, float]:
    if row.spread_low is None or row.spread_high is None or not row.spread_low < row.spread_high:
        raise _refusal(
            symbol,
            row,
            _("its {spread_type} needs two limits, the lower first").format(spread_type=row.spread_type),
            _("Fill in spread_low and spread_high."),
        )
    return row.spread_low, row.spread_high


def _widened(row: Sourced, low: float, high: float) -> tuple[float, float]:
    """Limits of the whole uniform of which the published limits hold the central part."""
    centre, half = (low + high) / 2, (high - low) / 2 / _COVERED[str(row.spread_type)]
    return centre - half, centre + half


def _value(symbol: str, row: Sourced) -> float:
    if row.value is None:
        raise _refusal(symbol, row, _("it has no value"), _("Fill in value."))
    return float(row.value)


def _positive(symbol: str, row: Sourced, number: float) -> float:
    if not number > 0:
        raise _refusal(
            symbol,
            row,
            _("{number:g} has no logarithm").format(number=number),
            _("Use a normal, or numbers above zero."),
        )
    return number


def _share(symbol: str, row: Sourced, number: float) -> float:
    if not 0 < number < 1:
        raise _refusal(
            symbol, row, _("{number:g} has no logit").format(number=number), _("Use numbers between 0 and 1.")
        )
    return number


def _chance(symbol: str, row: Sourced, number: float) -> float:
    if not 0 <= number <= 1:
        raise _refusal(
            symbol,
            row,
            _("{number:g} is no chance").format(number=number),
            _("Use a number from 0 (nobody) to 1 (all)."),
        )
    return number


def _within(value: float, scale_of: str) -> float:
    """Bring a limit to where the transformed scale is defined."""
    floor, ceiling = {"linear": (-np.inf, np.inf), "log": (0.0, np.inf), "logit": (0.0, 1.0)}[scale_of]
    return float(np.clip(value, floor, ceiling))


def _refusal(symbol: str, row: Sourced, what: str, todo: str) -> SpreadError:
    return SpreadError(
        _(
            "{symbol} cannot be drawn: {what} (value {value}, {kind} {spread_low} {spread_high}, "
            "{distribution}). {todo}"
        ).format(
            symbol=symbol,
            what=what,
            value=row.value,
            kind=row.spread_type or _("no spread"),
            spread_low=row.spread_low,
            spread_high=row.spread_high,
            distribution=row.distribution or _("no distribution"),
            todo=todo,
        )
    )
