"""Conditioning never adds what is not there: nothing known leaves the population, more exactness leaves fewer alike."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from insula.analysis.ask.patient import Known
from insula.analysis.ask.pool import candidates
from insula.analysis.ask.weights import draw, log_likelihood, weights_of
from insula.statistics.chance import effective_number

VALUES = st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=50).map(np.array)
AGE = Known("age", 30.0, False, "trait.age", 5.0, 0.0, None)


def alike(known, own):
    return effective_number(weights_of({known.name: log_likelihood(known, own)}, np.ones(len(own))))


@given(VALUES, st.floats(-1e3, 1e3), st.floats(1e-2, 1e3), st.floats(0.05, 1.0))
def test_a_tighter_fact_never_raises_the_effective_number(own, value, error, share):
    known = replace(AGE, value=value, error=error)
    tight = replace(known, error=share * error)
    assert alike(tight, own) <= alike(known, own) * (1 + 1e-9)


@given(VALUES, st.floats(1e-2, 1e3))
def test_the_effective_number_lies_between_one_and_all(own, error):
    assert 1 - 1e-9 <= alike(replace(AGE, value=float(own[0]), error=error), own) <= len(own) * (1 + 1e-9)


@given(st.integers(2, 300), st.integers(1, 100), st.integers(0, 50))
def test_nothing_known_draws_everybody_alike(size, drawn, seed):
    counts = draw(weights_of({}, np.ones(size)), np.arange(size) % 40, drawn, seed, "test")
    assert counts.sum() == drawn
    assert np.ptp(counts) <= 1


def test_nothing_known_leaves_the_population(clinic):
    stage = candidates(clinic, 400, ())
    assert stage.likelihoods == {}
    assert effective_number(stage.weights) == pytest.approx(len(stage.prior))
    often = stage.drawn(len(stage.prior), clinic.seed, "test")
    assert often.tolist() == [1] * len(stage.prior)


def test_a_fact_moves_the_candidates_towards_the_patient(clinic):
    stage = candidates(clinic, 400, (AGE,))
    age = stage.people.column("trait.age")
    assert age.mean() == pytest.approx(43.0, abs=1.5)
    # a normal of mean 43 and SD 9.7 times one of 30 and 5
    assert np.average(age, weights=stage.weights) == pytest.approx(32.7, abs=1.0)
