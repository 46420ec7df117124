"""The answer as plain data: what JSON holds, and what page and terminal are written from."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from insula.analysis.ask.clinic import horizon_days
from insula.analysis.ask.resembling import nearest, published_arms, rows_of, telling
from insula.analysis.ask.weights import effective_without
from insula.analysis.compare_with_published import LEVEL
from insula.analysis.expected_harms import expected_harms
from insula.core.disclaimer import disclaimer
from insula.population.derived import evaluate
from insula.statistics.chance import chance, effective_number
from insula.trial.quantities import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from insula.analysis.ask.ask import Alike, Courses, Inquiry
    from insula.analysis.ask.resembling import PublishedArm
    from insula.catalog import Catalog
    from insula.catalog.records import Fact
    from insula.evidence.harmonise import HarmonisedRow

    Floats = NDArray[np.float64]

Answer = dict[str, Any]


def answer_of(catalog: Catalog, inquiry: Inquiry) -> Answer:
    """Return the answer; missing numbers are None.

    ``answered`` is false where there is none, and ``refusal`` says why: ``type`` (with its reason), ``therapies`` (none
    suits) or ``alike`` (with the step, the effective number and what it would be without each fact).
    """
    question = inquiry.question
    return {
        "question": question.id,
        "disclaimer": disclaimer(),
        "title": question.title.model_dump(),
        "asks": question.question.model_dump(),
        "diabetes_type": inquiry.type.title.model_dump(),
        "population": _population(catalog, inquiry),
        "level": LEVEL,
        "seed": question.seed,
        "answered": inquiry.alike is not None,
        "refusal": _refusal(inquiry),
        "facts": _facts(inquiry),
        "sensor_days": inquiry.asked.sensor_days,
        "numbers": None if inquiry.alike is None else _numbers(inquiry, inquiry.alike),
        "horizons": [{"day": day, "value": h.value, "unit": h.unit} for h, day in _horizons(inquiry)],
        "goal": question.goal,
        "weans_insulin": question.weans_insulin,
        "benefits": {name: catalog.endpoints[name].title.model_dump() for name in question.benefits},
        "therapies": _therapies(catalog, inquiry),
        "not_asked_about": _not_asked_about(catalog, inquiry),
        "limits": {
            name: {"title": one.title.model_dump(), "without": one.without.model_dump()}
            for name, one in question.limits.items()
        },
        "limitations": None if question.limitations is None else question.limitations.model_dump(),
    }


def _horizons(inquiry: Inquiry) -> list[tuple[Any, float]]:
    ordered = sorted(inquiry.question.horizons, key=lambda one: number(one, "day"))
    return list(zip(ordered, horizon_days(inquiry.question), strict=True))


def _population(catalog: Catalog, inquiry: Inquiry) -> Answer | None:
    name = inquiry.type.population
    return None if name is None else {"id": name, "title": catalog.populations[name].title.model_dump()}


def _refusal(inquiry: Inquiry) -> Answer | None:
    """Return why there is no answer; None where there is one."""
    if inquiry.type.refused is not None:
        return {"why": "type", "reason": inquiry.type.refused.model_dump()}
    if not inquiry.compared:
        return {"why": "therapies"}
    if inquiry.too_few is None:
        return None
    stage = inquiry.too_few.stage
    without = effective_without(stage.likelihoods, stage.prior)
    return {
        "why": "alike",
        "effective": inquiry.too_few.effective,
        "fewest": number(inquiry.question.fewest, "dimensionless"),
        "of": len(stage.prior),
        "without": dict(sorted(without.items(), key=lambda one: -one[1])),
    }


def _facts(inquiry: Inquiry) -> list[Answer]:
    """Return every stated fact: value, and either why it is not used or whom it leaves."""
    found = []
    for name, value in inquiry.asked.stated.items():
        fact = inquiry.question.facts[name]
        found.append(
            {
                "id": name,
                "title": fact.title.model_dump(),
                "value": value,
                "below": name in inquiry.asked.below,
                "present": name in inquiry.asked.present,
                **_unit(fact),
                "used": fact.not_used is None,
                "brings": fact.brings.title.model_dump() if fact.brings and value else None,
                "not_used": None if fact.not_used is None else fact.not_used.model_dump(),
                **_left(inquiry, name),
            }
        )
    return found


def _left(inquiry: Inquiry, name: str) -> Answer:
    """Return what virtual patients have before this fact is looked at, those who are left, and how many without it."""
    alike, too_few = inquiry.alike, inquiry.too_few
    stages = [alike.early, alike.late] if alike else [too_few.stage] if too_few else []
    stage = next((one for one in stages if name in one.values), None)
    if stage is None:
        return {"before": None, "left": None, "effective_without": None}
    left = None
    if alike is not None:
        own = stage.values[name][alike.kept] if stage is alike.early else stage.values[name]
        left = _middle(own, alike.late.weights)
    return {
        "before": _middle(stage.values[name], stage.prior),
        "left": left,
        "effective_without": effective_without(stage.likelihoods, stage.prior)[name],
    }


def _middle(values: Floats, weights: Floats) -> Answer | None:
    """Return weighted median and central interval; NaN counts as nobody, and nobody has none."""
    known = np.isfinite(values) & (weights > 0)
    if not known.any():
        return None
    order = np.argsort(values[known])
    ends = np.cumsum(weights[known][order]) / weights[known].sum()
    places = {"low": (1 - LEVEL) / 2, "median": 0.5, "high": (1 + LEVEL) / 2}
    ordered = values[known][order]
    return {
        key: float(ordered[min(int(np.searchsorted(ends, share)), len(ends) - 1)])
        for key, share in places.items()
    }


def _numbers(inquiry: Inquiry, alike: Alike) -> Answer:
    """Return how many virtual patients the answer stands on at each step."""
    return {
        "candidates": len(alike.early.prior),
        "effective_candidates": effective_number(alike.early.weights),
        "run_in": len(alike.late.prior),
        "effective": effective_number(alike.late.weights),
        "fewest": number(inquiry.question.fewest, "dimensionless"),
        "drawn": int(alike.times.sum()),
        "distinct": len(alike.times),
        "members": len(np.unique(alike.members)),
    }


def _therapies(catalog: Catalog, inquiry: Inquiry) -> list[Answer]:
    """Return every therapy for this type of diabetes, compared or not, with the evidence beside it."""
    question = inquiry.question
    arms = published_arms(catalog)
    rows = rows_of(catalog, {*question.shown_of_arms, *question.harms})
    found = []
    for name in inquiry.judged:
        one = question.protocols[name]
        mine = {
            "id": name,
            "title": catalog.protocols[name].title.model_dump(),
            "therapy_class": one.therapy_class,
            "class_title": catalog.therapy_classes[one.therapy_class].title.model_dump(),
            "compared": inquiry.type.population is not None and name in inquiry.compared,
            "criteria": [_criterion(inquiry, judged) for judged in inquiry.judged[name]],
            "given": bool(catalog.protocols[name].give),
            "origins": _origins(catalog, name),
            "chances": [],
            "limits": None,
            "resembling": _resembling(catalog, inquiry, one.therapy_class, arms, rows),
            "harms": _harms(catalog, inquiry, one.therapy_class, arms, rows),
            "expected_harms": expected_harms(
                catalog, catalog.protocols[name], horizon_days(question), question.seed, LEVEL
            ),
        }
        if inquiry.alike is not None and inquiry.courses is not None and mine["compared"]:
            mine["chances"] = _chances(inquiry, inquiry.alike, inquiry.courses, name)
            mine["limits"] = _limits(inquiry, inquiry.courses, name)
        found.append(mine)
    return found


def _not_asked_about(catalog: Catalog, inquiry: Inquiry) -> list[Answer]:
    """Return the titles of therapies of the catalog that no protocol for this type of diabetes gives.

    Those that only change another one (its site, its origin, its route) share its module and are left out.
    """
    asked = {entry.therapy for name in inquiry.judged for entry in catalog.protocols[name].give}
    return [
        one.title.model_dump()
        for name, one in catalog.therapies.items()
        if one.module in (None, name) and name not in asked
    ]


def _origins(catalog: Catalog, protocol: str) -> list[Answer]:
    """Return the therapies of a protocol that state where numbers of their effect come from, with these words."""
    given = dict.fromkeys(entry.therapy for entry in catalog.protocols[protocol].give)
    therapies = [catalog.therapies[name] for name in given]
    return [
        {"title": one.title.model_dump(), "evidence_from": list(one.evidence_from)}
        for one in therapies
        if one.evidence_from
    ]


def _criterion(inquiry: Inquiry, judged: Any) -> Answer:
    fact = inquiry.question.facts[judged.fact]
    return asdict(judged) | {
        "title": fact.title.model_dump(),
        **_unit(fact),
    }


def _unit(fact: Fact) -> Answer:
    return {
        "unit": fact.unit,
        "quantity": fact.quantity or "",
        "said_in": None if fact.said_in is None else fact.said_in.model_dump(),
    }


def _chances(inquiry: Inquiry, alike: Alike, courses: Courses, name: str) -> list[Answer]:
    """Return the chance of every benefit at every horizon; None where too few virtual patients have a value."""
    found = []
    for endpoint in inquiry.question.benefits:
        for day in horizon_days(inquiry.question):
            yes = courses.arms[name][day][endpoint]
            told = chance(yes, alike.times, alike.members, LEVEL)
            found.append(
                {
                    "endpoint": endpoint,
                    "day": day,
                    "without_value": int(np.count_nonzero(~np.isfinite(yes))),
                    "chance": None if told is None else asdict(told),
                }
            )
    return found


def _limits(inquiry: Inquiry, courses: Courses, name: str) -> Answer | None:
    """Return how many who missed the goal at the last horizon reach it without each limit; None where nobody did."""
    if name not in courses.retried:
        return None
    question, last = inquiry.question, horizon_days(inquiry.question)[-1]
    missed = int(np.count_nonzero(courses.arms[name][last][question.goal] == 0))
    reached = {}
    for limit in question.limits:
        if (name, limit) not in courses.without:
            continue
        goal = courses.without[name, limit][last][question.goal]
        reached[limit] = {
            "reached": int(np.count_nonzero(goal == 1)),
            "of": int(np.count_nonzero(np.isfinite(goal))),
        }
    ordered = sorted(
        reached.items(), key=lambda one: -one[1]["reached"] / one[1]["of"] if one[1]["of"] else 0.0
    )
    retried = int(np.count_nonzero(courses.retried[name]))
    return {"day": last, "missed": missed, "retried": retried, "without": dict(ordered)}


def _resembling(
    catalog: Catalog,
    inquiry: Inquiry,
    therapy_class: str,
    arms: list[PublishedArm],
    rows: dict[tuple[str, str, str], list[HarmonisedRow]],
) -> list[Answer]:
    """Return the published arms nearest to the patient, with what was published of them."""
    question = inquiry.question
    if inquiry.alike is None or inquiry.type.disease is None:
        return []
    by = question.resembling_by
    patient: dict[str, float] = {
        name: inquiry.asked.stated[fact] for name, fact in by.items() if fact in inquiry.asked.stated
    }
    spread: dict[str, float] = {
        name: _spread(inquiry.alike, question.facts[fact].of or "") for name, fact in by.items()
    }
    told = {key: telling(found, question.shown_of_arms, question.shown) for key, found in rows.items()}
    arms = [arm for arm in arms if told.get((arm.topic, arm.study, arm.arm))]
    found = nearest(arms, therapy_class, inquiry.type.disease, patient, spread, question.resembling)
    return [
        {
            **_arm(arm),
            "distance": distance,
            "published": [_published(catalog, row) for row in told[arm.topic, arm.study, arm.arm]],
        }
        for arm, distance in found
    ]


def _harms(
    catalog: Catalog,
    inquiry: Inquiry,
    therapy_class: str,
    arms: list[PublishedArm],
    rows: dict[tuple[str, str, str], list[HarmonisedRow]],
) -> list[Answer]:
    """Return the harms that were published of a therapy, each with its arm."""
    disease = inquiry.type.disease
    mine = [
        arm
        for arm in arms
        if arm.therapy_class == therapy_class and disease and arm.disease.startswith(disease)
    ]
    return [
        {**_arm(arm), **_published(catalog, row)}
        for arm in mine
        for row in rows.get((arm.topic, arm.study, arm.arm), [])
        if row.meaning in inquiry.question.harms
    ]


def _arm(arm: PublishedArm) -> Answer:
    return {key: None if value != value else value for key, value in asdict(arm).items()}


def _published(catalog: Catalog, row: HarmonisedRow) -> Answer:
    shelf = catalog.endpoints if row.meaning in catalog.endpoints else catalog.outcomes
    return {
        "meaning": row.meaning,
        "title": shelf[row.meaning].title.model_dump(),
        "word": row.original["outcome"],
        "months": _known(row.published.time_months),
        "statistic": row.statistic,
        "value": _known(row.value),
        "unit": row.unit,
        "n": row.published.n or None,
    }


def _spread(alike: Alike, formula: str) -> float:
    """Return the standard deviation of a fact among the candidates; of those who lived to it, where a life tells it."""
    for people in (alike.early.people, alike.late.people):
        own = evaluate("", formula, {symbol: people.column(symbol) for symbol in people.symbols})
        if np.isfinite(own).all():
            break
    return float(np.nanstd(own))


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
