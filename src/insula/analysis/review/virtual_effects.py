"""The effect that a trial of the review would find, if the virtual patients were right: many imagined trials of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from insula.analysis.review.groups import CHANGE, KINDS, SHARE
from insula.core.units import convert
from insula.statistics.imagined_trials import imagine_answers, imagine_numbers, two_sides
from insula.statistics.meta.effect_sizes import effect_sizes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insula.analysis.review.effects import StudyEffect
    from insula.analysis.review.runs import Replay
    from insula.analysis.review.studies import ReviewedStudy
    from insula.analysis.review.windows import Window
    from insula.analysis.visit_values import VisitValues
    from insula.catalog.records.reviews import ReviewOutcome

    Floats = NDArray[np.float64]

NOT_SIMULATED = "insula does not simulate this outcome"
BEYOND_CONTROLS = (
    "harms are simulated as what a therapy adds to its controls, so there is nothing to divide by"
)
NOT_MEASURED_HERE = "its run measured this at no such time"
NO_EFFECT = "no virtual patient has a value in both groups, or no imagined trial has an event"


@dataclass(frozen=True)
class VirtualSide:
    """One side of an imagined trial: its size, and mean and SD of its patients over all draws (a share: SD NaN)."""

    n: int
    mean: float
    sd: float


@dataclass(frozen=True)
class VirtualEffect:
    """What one trial would find.

    Parameters
    ----------
    endpoint, kind, months
        What is compared, how and when, as in the published trial where its number could be used.
    estimate, variance : (D,)
        Of each imagined trial, on the scale on which effects are pooled; NaN where it has none.
    """

    trial: ReviewedStudy
    endpoint: str
    kind: str
    months: float
    treated: VirtualSide
    control: VirtualSide
    estimate: Floats
    variance: Floats

    @property
    def n(self) -> int:
        """Patients on both sides."""
        return self.treated.n + self.control.n


@dataclass(frozen=True)
class _Compared:
    """Which numbers of a run are compared: endpoint, kind, and the day of the visit."""

    endpoint: str
    kind: str
    day: float


def virtual_effect(
    replay: Replay,
    outcome: ReviewOutcome,
    window: Window,
    published: StudyEffect | None,
    truths: Floats,
) -> VirtualEffect | str:
    """Return the effect that a trial would find, or why there is none.

    Parameters
    ----------
    published
        Of the same trial; what is compared there is compared here. Without it, the first endpoint that the run
        measured, as change from baseline where it can be, else as final value.
    truths : (D,)
        As in `imagine_numbers`, the same for all trials.
    """
    run = replay.run
    if run is None:
        return replay.reason
    found = _compared(replay, run, outcome, window, published)
    if found is None:
        return NOT_MEASURED_HERE
    return _imagined(replay, run, outcome, found, truths) or NO_EFFECT


def _compared(
    replay: Replay, run: VisitValues, outcome: ReviewOutcome, window: Window, published: StudyEffect | None
) -> _Compared | None:
    arms = (*replay.trial.treated, *replay.trial.control)
    endpoints = (published.treated.rows[0].meaning,) if published else outcome.of
    for endpoint in endpoints:
        days = set.intersection(*(set(run.visit_days(arm, endpoint)) for arm in arms))
        timely = [day for day in days if window.holds(float(convert(day, "day", "month")))]
        if timely:
            day = min(timely, key=lambda day: (window.distance(float(convert(day, "day", "month"))), day))
            kinds = KINDS[outcome.measure]
            kind = published.kind if published else kinds[0] if 0.0 in days else kinds[-1]
            return None if kind == CHANGE and 0.0 not in days else _Compared(endpoint, kind, day)
    return None


def _imagined(
    replay: Replay, run: VisitValues, outcome: ReviewOutcome, found: _Compared, truths: Floats
) -> VirtualEffect | None:
    """Return what the imagined trials find; None where none of them finds anything."""
    trial = replay.trial
    treated, control = (
        np.stack([_values(run, arm, found) for arm in arms]) for arms in (trial.treated, trial.control)
    )
    people = two_sides(
        treated, control, _sizes(replay), run.people(trial.treated[0])[2], run.weights_in(trial.treated[0])
    )
    if people is None:
        return None
    imagine = imagine_answers if found.kind == SHARE else imagine_numbers
    purpose = f"review.{trial.study_id}.{found.endpoint}.{found.kind}.{found.day:g}"
    sides = imagine(people, truths, seed=replay.seed, purpose=purpose)
    effects = effect_sizes(
        outcome.measure, _columns(found.kind, *sides), drop00=found.kind == SHARE and outcome.measure != "RD"
    )
    usable = np.isfinite(effects.estimate) & (effects.variance > 0)
    if not usable.any():
        return None
    estimate, variance = (np.where(usable, one, np.nan) for one in (effects.estimate, effects.variance))
    first, second = (_side(side, found.kind) for side in sides)
    months = float(convert(found.day, "day", "month"))
    return VirtualEffect(trial, found.endpoint, found.kind, months, first, second, estimate, variance)


def _values(run: VisitValues, arm: str, found: _Compared) -> Floats:
    """Return what is compared of each virtual patient of an arm, (P,)."""
    value = run.values(arm, found.endpoint, found.day)
    return value - run.values(arm, found.endpoint, 0.0) if found.kind == CHANGE else value


def _sizes(replay: Replay) -> tuple[int, ...]:
    assert replay.file is not None  # it has a run
    return tuple(replay.file.arms[arm].size for arm in (*replay.trial.treated, *replay.trial.control))


def _columns(kind: str, treated: Floats, control: Floats) -> dict[str, Floats]:
    """Return what `effect_sizes` takes, a number for each draw; sides are (D, n)."""
    sides = (("1", treated), ("2", control))
    if kind != SHARE:
        return {
            name: number
            for side, of in sides
            for name, number in (
                (f"m{side}i", of.mean(axis=1)),
                (f"sd{side}i", _spread(of)),
                (f"n{side}i", np.full(len(of), float(of.shape[1]))),
            )
        }
    return {
        "ai": treated.sum(axis=1),
        "bi": (1 - treated).sum(axis=1),
        "ci": control.sum(axis=1),
        "di": (1 - control).sum(axis=1),
    }


def _spread(side: Floats) -> Floats:
    """Return the SD of the patients of each draw, (D,); NaN where they are all alike, as rows without width are."""
    sd = side.std(axis=1, ddof=1)
    return np.where(sd > 0, sd, np.nan)


def _side(drawn: Floats, kind: str) -> VirtualSide:
    sd = math.nan if kind == SHARE else float(drawn.std())
    return VirtualSide(drawn.shape[1], float(drawn.mean()), sd)
