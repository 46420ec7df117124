"""Whom a therapy was studied in, and whether the patient is one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from insula.core.units import convert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from insula.catalog.records import Criterion, Question

Verdict = Literal["met", "not met", "not known"]


@dataclass(frozen=True)
class Judged:
    """A criterion of those who were studied, with limits in the unit of the fact (None: no limit) and the verdict."""

    fact: str
    low: float | None
    high: float | None
    source: str
    place: str
    verdict: Verdict


def judge(question: Question, protocol: str, stated: Mapping[str, float]) -> list[Judged]:
    """Hold the patient against the criteria of a therapy; a fact that is not stated leaves its criterion open."""
    return [_judge(question, one, stated) for one in question.protocols[protocol].studied_in]


def suits(judged: Sequence[Judged]) -> bool:
    """Whether no criterion speaks against the patient."""
    return all(one.verdict != "not met" for one in judged)


def _judge(question: Question, criterion: Criterion, stated: Mapping[str, float]) -> Judged:
    fact = question.facts[criterion.quantity]

    def limit(end: str) -> float | None:
        found = getattr(criterion, end)
        if found is None:
            return None
        return float(convert(found.value, found.unit, fact.unit, quantity=fact.quantity))

    low, high = limit("at_least"), limit("at_most")
    value = stated.get(criterion.quantity)
    verdict: Verdict = "not known"
    if value is not None:
        inside = (low is None or value >= low) and (high is None or value <= high)
        verdict = "met" if inside else "not met"
    return Judged(criterion.quantity, low, high, criterion.source or "", criterion.place or "", verdict)
