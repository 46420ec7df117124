"""The rule of agreement, case by case."""

from types import SimpleNamespace

import pytest

from insula.analysis.review.agreement import AGREES, DISAGREES, NOT_COMPARED, NOTHING_PUBLISHED, verdict
from insula.catalog.records.reviews import Claim


def pooled(estimate, low, high):
    return SimpleNamespace(estimate=estimate, low=low, high=high)


def claim(direction=None, significant=None):
    return [("smith2001", Claim(outcome="x", months=3, direction=direction, significant=significant))]


def number(low, high, name="big_2020"):
    return SimpleNamespace(meta_analysis_id=name, low=low, high=high)


FALL, HINT = pooled(-1.0, -1.5, -0.5), pooled(-1.0, -2.5, 0.5)
CASES = [
    (FALL, claim("down", True), [], AGREES),
    (FALL, claim("down", False), [], DISAGREES),
    (FALL, claim("up"), [], DISAGREES),
    (FALL, claim(significant=False), [], DISAGREES),
    (HINT, claim("down"), [], AGREES),
    (HINT, claim("down", True), [], DISAGREES),
    (HINT, claim(significant=False), [], AGREES),
    (pooled(0.0, -1.0, 1.0), claim("down"), [], DISAGREES),
    (FALL, [], [number(-0.6, 2.0)], AGREES),
    (FALL, [], [number(-0.4, 2.0)], DISAGREES),
    (FALL, [], [number(-9.0, -1.6)], DISAGREES),
    (FALL, [], [number(-0.6, 2.0), number(0.1, 0.2, "other")], DISAGREES),
    (FALL, claim("down", True), [number(-0.4, 2.0)], DISAGREES),
]


@pytest.mark.parametrize(("found", "claims", "published", "word"), CASES)
def test_every_question_that_is_asked_must_be_answered_alike(found, claims, published, word):
    assert verdict("MD", found, claims, published).word == word


def test_a_missed_agreement_names_its_question():
    judgements = verdict("MD", HINT, claim("down", True), [number(-3.0, -2.0)]).judgements
    assert [(one.question, one.agrees) for one in judgements] == [
        ("direction", True),
        ("significance", False),
        ("interval", True),
    ]


@pytest.mark.parametrize(("events", "word"), [([0, 0], AGREES), ([0, 1], DISAGREES), ([], NOT_COMPARED)])
def test_no_event_is_held_against_what_was_counted(events, word):
    claims = [("smith2001", Claim(outcome="x", no_events=True))]
    assert verdict("RR", None, claims, [], [SimpleNamespace(events=n) for n in events]).word == word


def test_a_ratio_is_compared_as_a_ratio():
    half = pooled(-0.69, -1.2, -0.2)  # logarithms; 0.30 to 0.82 as ratios
    assert verdict("RR", half, claim("down", True), [number(0.75, 1.3)]).word == AGREES
    assert verdict("RR", half, [], [number(0.85, 1.3)]).word == DISAGREES


def test_without_a_number_here_or_there_nothing_is_compared():
    assert verdict("MD", FALL, [], []).word == NOTHING_PUBLISHED
    absent = verdict("MD", None, claim("down"), [])
    assert (absent.word, absent.judgements) == (NOT_COMPARED, ())
    assert absent.reason


def test_a_published_number_without_an_interval_is_not_judged():
    assert verdict("MD", FALL, claim("down"), [number(float("nan"), float("nan"))]).word == AGREES
