"""The scorecard: every scorable published row of a study judged against its replay, with skill.

A row of an arm is judged as in `insula.analysis.compare_with_published`; an effect between two arms of the study is a
row of its own (``arm_id`` "a - b"), with one truth for both arms. Interim looks and subgroups that the evidence lets be
shown are judged too, but are not ``primary`` and are not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from insula.analysis.compare_with_published import (
    LEVEL,
    NO_PATIENT,
    Predicted,
    finite,
    half_a_patient,
    patients_at,
    predict_row,
    score,
    unit_of,
)
from insula.analysis.effect_rows import effect_rows
from insula.analysis.naive import Naive, Published, skill_of
from insula.statistics.arm_statistics import STATISTICS, limits_of, parts_of
from insula.statistics.prediction_interval import predict_difference
from insula.statistics.skill import crps

if TYPE_CHECKING:
    from insula.analysis.known_rows import KnownRow, StudyRows
    from insula.analysis.visit_values import VisitValues
    from insula.evidence import PublishedRow
    from insula.statistics.prediction_interval import Prediction

FINISHED = "ok"
BETWEEN = " - "  # joins the arms of an effect
COLUMNS = (
    "study_id", "arm_id", "outcome", "time_months", "predicted", "pi_low", "pi_high", "observed", "z", "inside",
    "skill", "primary", "n_patients", "n_failed", "unit", "statistic", "role", "therapy", "n_published", "crps",
    "skill_against", "skill_reason", "note", "outcome_word",
)  # fmt: skip
NOT_SCORABLE = (
    "study_id", "arm_id", "outcome", "time_months", "reason", "observed", "unit", "statistic", "role", "n_published",
)  # fmt: skip


@dataclass(frozen=True)
class Replay:
    """A finished run of a study and the rows that it is held against.

    Parameters
    ----------
    rows
        What was published of the study.
    """

    run: VisitValues
    seed: int
    rows: StudyRows


@dataclass(frozen=True)
class Card:
    """Rows with the keys of `COLUMNS` and of `NOT_SCORABLE`; numbers are finite, None where there is none."""

    rows: list[dict[str, Any]]
    not_scorable: list[dict[str, Any]]


def judge(replay: Replay, published: Published) -> Card:
    """Judge every row of a replay, then every effect between two of its arms, from its rows or as it is printed."""
    card = Card([], [])
    effects = [(pair, _predict_effect(replay, *pair)) for pair in _effects(replay)]
    effects = [(pair, effect) for pair, effect in effects if effect.prediction]
    printed = [pair[0].source.cells for pair, _ in effects if pair in replay.rows.differences]
    for row, own in replay.rows.rows:
        found = predict_row(replay.run, row, replay.seed) if own else Predicted(None, row.reason)
        if own and found.prediction:
            card.rows.append(_judged(replay, own, found.prediction, published, row.reason or found.note))
        elif not any(row.cells is cells for cells in printed):
            card.not_scorable.append(_not_scorable(row, row.reason or found.note))
    card.rows.extend(_judged_effect(replay, pair, effect, published) for pair, effect in effects)
    return card


def _effects(replay: Replay) -> list[tuple[KnownRow, KnownRow]]:
    """Return what of the arms can be compared, and the differences that are printed of arms that are not told apart."""
    pairs = list(effect_rows([row for row in replay.rows.known if row.arm_id in replay.run.arms]))
    told = {_moment(pair) for pair in pairs}
    return [*pairs, *(pair for pair in replay.rows.differences if _moment(pair) not in told)]


def _moment(pair: tuple[KnownRow, KnownRow]) -> tuple[str, str, str, float]:
    first, second = pair
    return first.arm_id, second.arm_id, first.outcome, first.time_months


def _judged(
    replay: Replay, row: KnownRow, found: Prediction, published: Published, note: str
) -> dict[str, Any]:
    source = row.source
    naive = published.naive(row)
    if source.statistic == "count":  # the naive predictors speak of shares
        limits = limits_of(source.statistic, row.n)
        naive = [Naive(one.kind, one.mean * row.n, one.sd * row.n, limits) for one in naive]
    return {
        **_about(row, source.arm_id, unit_of(source), source.n),
        "therapy": row.therapy,
        **_verdict(found, source.value, half_a_patient(source), naive),
        "primary": source.scorable,
        **_people(replay, source.arm_id),
        "note": note,
    }


def _predict_effect(replay: Replay, first: KnownRow, second: KnownRow) -> Predicted:
    """Predict the difference between two arms: their virtual patients are the same people."""
    arms = [patients_at(replay.run, row.source) for row in (first, second)]
    if isinstance(arms[0], str) or isinstance(arms[1], str):
        return Predicted(None, "")  # told at the row of the arm
    member = replay.run.people(first.arm_id)[2]
    missing = np.asarray(np.isnan(arms[0]).any(axis=1) | np.isnan(arms[1]).any(axis=1))
    if missing.all():
        return Predicted(None, NO_PATIENT)
    what = f"{first.outcome}.{first.statistic}.{first.time_months:g}.{first.n}.{second.n}"
    found = predict_difference(
        arms[0],
        arms[1],
        member,
        (first.n, second.n),
        STATISTICS[first.statistic],
        seed=replay.seed,
        purpose=f"effect.{first.arm_id}.{second.arm_id}.{what}",
        scores=parts_of(first.statistic, arms[0]) - parts_of(first.statistic, arms[1]),
        weights=replay.run.weights_in(first.arm_id),
        yes_or_no=first.statistic == "proportion",
        level=LEVEL,
    )
    return finite(found, missing)


def _judged_effect(
    replay: Replay, pair: tuple[KnownRow, KnownRow], effect: Predicted, published: Published
) -> dict[str, Any]:
    first, second = pair
    assert effect.prediction is not None
    tie = 0.5 / max(first.n, second.n) if first.statistic == "proportion" else 0.0
    unit = "fraction" if first.statistic == "proportion" else unit_of(first.source)
    people = [_people(replay, row.arm_id) for row in pair]
    naive = published.naive_effect(first, second)
    reasons = dict.fromkeys(filter(None, (*(row.source.reason for row in pair), effect.note)))
    return {
        **_about(first, BETWEEN.join(row.arm_id for row in pair), unit, first.n + second.n),
        "statistic": first.statistic,
        "therapy": BETWEEN.join(row.therapy for row in pair),
        **_verdict(effect.prediction, first.value - second.value, tie, naive),
        "primary": first.source.scorable and second.source.scorable,
        **{name: sum(one[name] for one in people) for name in people[0]},
        "note": "; ".join(reasons),
    }


def _about(row: KnownRow, arm: str, unit: str, size: int) -> dict[str, Any]:
    return {
        "study_id": row.study_id,
        "arm_id": arm,
        "outcome": row.outcome,
        "outcome_word": row.source.outcome,
        "time_months": row.time_months if np.isfinite(row.time_months) else None,
        "statistic": row.source.statistic,
        "unit": unit,
        "role": row.source.role,
        "n_published": size,
    }


def _verdict(found: Prediction, observed: float, tie: float, naive: list[Naive]) -> dict[str, Any]:
    ranked = crps(found.samples, observed)
    skill = skill_of(ranked, observed, naive)
    return {
        "predicted": found.mean,
        "pi_low": found.low,
        "pi_high": found.high,
        "observed": observed,
        "z": score(found, observed, tie),
        "inside": found.contains(observed, tie),
        "crps": ranked,
        "skill": skill.skill,
        "skill_against": skill.against,
        "skill_reason": skill.reason,
    }


def _people(replay: Replay, arm: str) -> dict[str, int]:
    """Return how many virtual patients an arm has, and how many of them could not be integrated."""
    status = replay.run.patients["status"][replay.run.patients["arm"] == arm]
    return {"n_patients": int(status.size), "n_failed": int((status != FINISHED).sum())}


def _not_scorable(row: PublishedRow, reason: str) -> dict[str, Any]:
    numbers = {"time_months": row.time_months, "observed": row.value}
    return {
        "study_id": row.study_id,
        "arm_id": row.arm_id,
        "outcome": row.endpoint or row.outcome,
        **{name: float(value) if np.isfinite(value) else None for name, value in numbers.items()},
        "reason": reason,
        "unit": unit_of(row),
        "statistic": row.statistic,
        "role": row.role,
        "n_published": row.n or None,
    }
