"""What goes into a meta-analysis, and the errors it names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from insula.core.errors import InsulaError
from insula.core.spoken import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike

Floats = NDArray[np.float64]
_LARGEST = 1e60  # fourth powers of effects and squares of weights stay far from the largest double, 1.8e308


class MetaAnalysisError(InsulaError):
    """A meta-analysis that cannot be done as asked."""


class InvalidStudy(MetaAnalysisError):
    """A number of one study that cannot be; knows its position (from 0) and its column."""

    def __init__(self, position: int, column: str, reason: str) -> None:
        self.position, self.column, self.reason = position, column, reason
        super().__init__(
            _("Study {position}, {column}: {reason}").format(
                position=position + 1, column=column, reason=reason
            )
        )

    def __reduce__(self) -> tuple[type[InvalidStudy], tuple[int, str, str]]:
        return type(self), (self.position, self.column, self.reason)


class TooFewStudies(MetaAnalysisError):
    """Fewer studies than the method needs."""


class NotConverged(MetaAnalysisError):
    """An iteration that found no end."""


class RankDeficient(MetaAnalysisError):
    """Moderators that say the same thing twice."""


@dataclass(frozen=True)
class Note:
    """A warning that belongs to numbers: an English text with places {0}, {1} for values."""

    text: str
    values: tuple[float | str, ...] = ()

    def __str__(self) -> str:
        return self.text.format(*self.values)


@dataclass(frozen=True)
class Effects:
    """One effect size per study, on the scale on which it is pooled.

    Parameters
    ----------
    measure
        Name of the measure, as in metafor's escalc; ``GEN`` for effects given directly.
    estimate, variance : (k,)
        Effect and its sampling variance; NaN where a study gives none.
    size : (k,)
        Patients (or person-time) behind each effect; NaN where unknown.
    notes
        Warnings that belong to the numbers.
    """

    measure: str
    estimate: Floats
    variance: Floats
    size: Floats
    notes: tuple[Note, ...] = ()

    @property
    def standard_error(self) -> Floats:
        """Standard errors, (k,)."""
        return np.sqrt(self.variance)


def given_effects(estimate: ArrayLike, variance: ArrayLike, size: ArrayLike | None = None) -> Effects:
    """Take effects and variances as they are.

    Parameters
    ----------
    estimate, variance, size : (k,)
        NaN leaves the study out of everything that follows.

    Raises
    ------
    MetaAnalysisError
        When the lengths differ.
    InvalidStudy
        When a variance is 0 or less, or infinite, or an estimate is infinite.
    """
    yi, vi = as_floats(estimate), as_floats(variance)
    ni = np.full(yi.shape, np.nan) if size is None else as_floats(size)
    if not yi.shape == vi.shape == ni.shape or yi.ndim != 1:
        raise MetaAnalysisError(
            f"Estimates, variances and sizes need one length each, not {yi.shape}, {vi.shape}, {ni.shape}."
        )
    refuse(np.isinf(yi), "estimate", _("is infinite."))
    refuse(vi <= 0, "variance", _("must be above 0; give the true variance or leave the study out."))
    refuse(np.isinf(vi), "variance", _("is infinite."))
    return Effects("GEN", yi, vi, ni)


def refuse(bad: NDArray[np.bool_], column: str, reason: str) -> None:
    """Raise `InvalidStudy` for the first study that is bad."""
    if bad.any():
        raise InvalidStudy(int(np.argmax(bad)), column, reason)


def as_floats(values: ArrayLike) -> Floats:
    """Return an array of doubles."""
    return np.asarray(values, dtype=np.float64)


def check_numbers(estimate: Floats, variance: Floats) -> None:
    """Refuse variances of 0 or less, and numbers whose squares a computer cannot hold; NaN is none."""
    refuse(variance <= 0, "variance", _("must be above 0; give the true variance or leave the study out."))
    far = _("is too large or too small to compute with: give it in another unit.")
    refuse((variance > _LARGEST) | (variance < 1 / _LARGEST), "variance", far)
    refuse(np.abs(estimate) > _LARGEST, "estimate", far)


def known_studies(effects: Effects, design: Floats | None = None) -> NDArray[np.bool_]:
    """Return which studies have an effect, a variance and all moderators, (k,)."""
    known = np.isfinite(effects.estimate) & np.isfinite(effects.variance) & (effects.variance > 0)
    return known if design is None else known & np.isfinite(design).all(axis=1)


def select(effects: Effects, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Effects:
    """Return some of the studies."""
    return Effects(
        effects.measure, effects.estimate[rows], effects.variance[rows], effects.size[rows], effects.notes
    )


def complete_studies(effects: Effects, least: int, purpose: str) -> Effects:
    """Return the studies that have an effect and a variance; refuse where they are fewer than `least`."""
    check_numbers(effects.estimate, effects.variance)
    known = known_studies(effects)
    if known.sum() < least:
        raise TooFewStudies(
            _("{known} studies have an effect; {purpose} needs {least}.").format(
                known=int(known.sum()), purpose=purpose, least=least
            )
        )
    return select(effects, known)


def positions(mask: NDArray[np.bool_]) -> tuple[int, ...]:
    """Return the positions, from 0, where a mask is true."""
    return tuple(int(i) for i in np.flatnonzero(mask))


def joined(words: Iterable[object]) -> str:
    """Return words with commas between them."""
    return ", ".join(str(word) for word in words)
