"""The effect of one study on one outcome at one time: treated less control."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from insula.analysis.review.groups import FINAL, KINDS, SHARE, Group, group
from insula.analysis.review.windows import BASELINE
from insula.statistics.meta.coefficients import critical_value
from insula.statistics.meta.effect_sizes import effect_sizes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from insula.analysis.review.studies import ReviewedStudy
    from insula.analysis.review.windows import Window
    from insula.catalog.records.reviews import ReviewOutcome
    from insula.evidence.harmonise import HarmonisedRow

ARMS_TOGETHER = "several arms are taken together as one group"
ZERO_COUNT = "a count is 0: 1/2 was added to each count"
ROUNDED = "counts are the printed shares, rounded to whole patients"


@dataclass(frozen=True)
class StudyEffect:
    """What one study says.

    Parameters
    ----------
    kind
        What is compared: change from baseline, final value or share of patients.
    estimate, variance
        On the scale on which it is pooled: ratios as logarithms.
    baseline_difference
        Of the means before the treatment, treated less control, in the unit of the outcome; NaN where not printed.
    remarks
        English texts that belong to the number.
    """

    study: ReviewedStudy
    kind: str
    treated: Group
    control: Group
    estimate: float
    variance: float
    baseline_difference: float
    remarks: tuple[str, ...]

    @property
    def n(self) -> int:
        """Patients on both sides."""
        return self.treated.n + self.control.n

    def interval(self, level: float) -> tuple[float, float]:
        """Return the Wald interval of the effect, on the scale of `estimate`."""
        reach = float(critical_value(level)) * math.sqrt(self.variance)
        return self.estimate - reach, self.estimate + reach


def study_effect(
    study: ReviewedStudy, rows: Sequence[HarmonisedRow], outcome: ReviewOutcome, window: Window
) -> StudyEffect | None:
    """Return the effect of a study; None where the tables do not allow one.

    Parameters
    ----------
    rows
        Harmonised rows of this study.
    outcome
        The first of its endpoints that both sides have is taken, and of this the best kind of comparison.

    Raises
    ------
    InvalidStudy
        When a number of the study is impossible.
    """
    for meaning in outcome.of:
        own = [row for row in rows if row.meaning == meaning]
        for kind in KINDS[outcome.measure]:
            treated, control = (group(own, arms, window, kind) for arms in (study.treated, study.control))
            if treated and control:
                return _effect(study, outcome.measure, kind, treated, control, _baseline(study, own))
    return None


def _baseline(study: ReviewedStudy, rows: Sequence[HarmonisedRow]) -> float:
    before = [group(rows, arms, BASELINE, FINAL) for arms in (study.treated, study.control)]
    return before[0].mean - before[1].mean if before[0] and before[1] else math.nan


def _effect(
    study: ReviewedStudy, measure: str, kind: str, treated: Group, control: Group, baseline: float
) -> StudyEffect | None:
    found = effect_sizes(measure, _columns(kind, treated, control), drop00=kind == SHARE and measure != "RD")
    estimate, variance = float(found.estimate[0]), float(found.variance[0])
    if not (math.isfinite(estimate) and variance > 0):
        return None
    remarks = _remarks(kind, treated, control)
    return StudyEffect(study, kind, treated, control, estimate, variance, baseline, remarks)


def _columns(kind: str, treated: Group, control: Group) -> dict[str, list[float]]:
    sides = (("1", treated), ("2", control))
    if kind != SHARE:
        return {
            name: [value]
            for side, one in sides
            for name, value in ((f"m{side}i", one.mean), (f"sd{side}i", one.sd), (f"n{side}i", float(one.n)))
        }
    return {
        "ai": [treated.events],
        "bi": [treated.n - treated.events],
        "ci": [control.events],
        "di": [control.n - control.events],
    }


def _remarks(kind: str, treated: Group, control: Group) -> tuple[str, ...]:
    rows = (*treated.rows, *control.rows)
    told = [ARMS_TOGETHER] if max(len(treated.rows), len(control.rows)) > 1 else []
    if kind == SHARE:
        counts = (treated.events, treated.n - treated.events, control.events, control.n - control.events)
        told += [ROUNDED] if any(row.original["statistic"] != "count" for row in rows) else []
        told += [ZERO_COUNT] if 0 in counts else []
    return tuple(told)
