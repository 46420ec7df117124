"""Trials with two sides as they would come out, drawn many times over, for a meta-analysis of such trials.

One truth holds for all the trials of a meta-analysis. Each run drew its uncertain numbers for itself, so which member
of one run is which of another is not known; the members of every run are therefore put in order of their effect, and
the same place in that order is the same truth in all of them. This makes the trials of one draw as alike as the spread
between members allows: the interval of what is pooled of them is never too narrow for that.

Numbers: a patient has the mean of the population, what the patient differs by from the mean of the own member, and,
if treated, what the effect of the true member differs by from the mean effect, without the chance of who stands in it
(`member_share`). So effects vary between draws as between members, and patients of a trial as within one member; what
else members differ by is alike on both sides and goes out of the effect. Shares: each patient stands for the true
member or for everybody, as `insula.statistics.drawn_patients` tells.

The virtual patients are few themselves: they are drawn anew for each draw (bootstrap), the same people for all arms, as
many as their effective number. Who stands for more people than others is drawn as much more often.

References
----------
Efron (1979), Bootstrap methods: another look at the jackknife, Annals of Statistics 7:1-26.
Davison, Hinkley (1997), Bootstrap methods and their application, section 3.8 (hierarchical data).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from insula.core.random_streams import uniform
from insula.statistics.drawn_patients import member_share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]
    Places = NDArray[np.intp]


@dataclass(frozen=True)
class TwoSides:
    """The virtual patients of a trial, all of whom have a value in every arm.

    Parameters
    ----------
    treated, control : (A, P)
        The value of each patient in each arm of a side.
    sizes
        Patients of each arm in the imagined trial, treated arms first.
    member : (P,)
        Ensemble member of each patient.
    weights : (P,)
        How many people each patient stands for, above 0.
    """

    treated: Floats
    control: Floats
    sizes: tuple[int, ...]
    member: Whole
    weights: Floats

    @cached_property
    def effects(self) -> Floats:
        """What each patient has in each treated arm, less the mean of the control arms, (A, P)."""
        return self.treated - np.average(self.control, axis=0, weights=self.sizes[len(self.treated) :])

    @cached_property
    def place(self) -> Whole:
        """Place of each patient's member when members are ordered by their mean effect, (P,)."""
        effect = np.average(self.effects, axis=0, weights=self.sizes[: len(self.treated)])
        _, group = np.unique(self.member, return_inverse=True)
        order = np.argsort(_means(effect, group, self.weights), kind="stable")
        return np.asarray(np.argsort(order)[group], dtype=np.int64)

    @property
    def effective_number(self) -> int:
        """How many patients of equal weight would tell a mean as well."""
        return max(1, round(float(self.weights.sum() ** 2 / (self.weights**2).sum())))

    @cached_property
    def counts(self) -> Whole:
        """Patients of each member, in that order."""
        return np.bincount(self.place)


def two_sides(
    treated: Floats, control: Floats, sizes: tuple[int, ...], member: Whole, weights: Floats | None = None
) -> TwoSides | None:
    """Return the patients who have a value in every arm, as `TwoSides`; None where nobody has.

    Without `weights` everybody counts alike.
    """
    weights = np.ones(len(member)) if weights is None else weights
    known = ~(np.isnan(treated).any(axis=0) | np.isnan(control).any(axis=0)) & (weights > 0)
    if not known.any():
        return None
    return TwoSides(treated[:, known], control[:, known], sizes, member[known], weights[known])


def imagine_numbers(people: TwoSides, truths: Floats, *, seed: int, purpose: str) -> tuple[Floats, Floats]:
    """Draw both sides of a trial once for each truth, of a measured number.

    Parameters
    ----------
    truths : (D,)
        From [0, 1): the place of the true member, in each draw.
    seed, purpose
        Address of the random numbers.

    Returns
    -------
    (D, treated), (D, control)
    """
    again, chosen = _again(people, len(truths), seed, purpose), _chosen(people, truths)
    sides: tuple[list[Floats], list[Floats]] = ([], [])
    for arm, values in enumerate((*people.treated, *people.control)):
        which = uniform(seed, f"{purpose}.{arm}", np.arange(len(truths)), 0, people.sizes[arm])
        drawn = np.average(values, weights=people.weights) + _own(people, values)[_rows(again, which)]
        if arm < len(people.treated):
            drawn = drawn + _shifts(people, people.effects[arm])[chosen]
        sides[arm >= len(people.treated)].append(drawn)
    return np.concatenate(sides[0], axis=1), np.concatenate(sides[1], axis=1)


def imagine_answers(people: TwoSides, truths: Floats, *, seed: int, purpose: str) -> tuple[Floats, Floats]:
    """Draw both sides as `imagine_numbers` does, of what a patient has (1) or has not (0)."""
    again, chosen = _again(people, len(truths), seed, purpose), _chosen(people, truths)
    order, first = np.argsort(people.place, kind="stable"), np.cumsum(people.counts) - people.counts
    share = member_share(people.effects.mean(axis=0), people.place, people.weights)
    sides: tuple[list[Floats], list[Floats]] = ([], [])
    for arm, values in enumerate((*people.treated, *people.control)):
        size = people.sizes[arm]
        numbers = uniform(seed, f"{purpose}.{arm}", np.arange(len(truths)), 0, 2 * size)
        own, which = numbers[:, :size] < share, numbers[:, size:]
        of_member = order[first[chosen] + (which * people.counts[chosen]).astype(np.intp)]
        sides[arm >= len(people.treated)].append(values[np.where(own, of_member, _rows(again, which))])
    return np.concatenate(sides[0], axis=1), np.concatenate(sides[1], axis=1)


def _chosen(people: TwoSides, truths: Floats) -> Places:
    """Return the place of the true member, (D, 1); each is as likely as its patients weigh on average."""
    reached = np.cumsum(_members(people))
    return np.searchsorted(reached / reached[-1], truths, side="right").clip(max=len(reached) - 1)[:, None]


def _again(people: TwoSides, draws: int, seed: int, purpose: str) -> Places:
    """Return who stands in the population of each draw, (D, effective number)."""
    drawn = uniform(seed, f"{purpose}.people", np.arange(draws), 0, people.effective_number)
    reached = np.cumsum(people.weights)
    return np.searchsorted(reached / reached[-1], drawn, side="right").clip(max=len(reached) - 1)


def _rows(again: Places, which: Floats) -> Places:
    """Return whom numbers from [0, 1), (D, n), fall on."""
    return np.take_along_axis(again, (which * again.shape[1]).astype(np.intp), axis=1)


def _own(people: TwoSides, values: Floats) -> Floats:
    """Return what each patient differs by from the member, (P,), with the variance that patients of one member have.

    Where nobody shares a member, from the mean of all.
    """
    patients, members = values.size, people.counts.size
    if patients == members:
        return np.asarray(values - np.average(values, weights=people.weights))
    means = _means(values, people.place, people.weights)
    return np.asarray((values - means[people.place]) * np.sqrt(patients / (patients - members)))


def _shifts(people: TwoSides, effects: Floats) -> Floats:
    """Return what the effect of each member differs by from that of all, (M,), sampling error taken off."""
    means = _means(effects, people.place, people.weights)
    middle = np.average(means, weights=_members(people))
    return np.asarray(member_share(effects, people.place, people.weights) * (means - middle))


def _means(values: Floats, group: Whole, weights: Floats) -> Floats:
    """Return the weighted mean of each group, (M,)."""
    return np.asarray(np.bincount(group, values * weights) / np.bincount(group, weights))


def _members(people: TwoSides) -> Floats:
    """Return the mean weight of the patients of each member, (M,)."""
    return np.asarray(np.bincount(people.place, people.weights) / people.counts)
