"""A study that is left out: the others are fitted by polynomials, and it alone is replayed."""

import numpy as np
import pytest

from insula.calibration.iterations import Problem, fit
from insula.calibration.left_out import fit_without, learn_rows

MEMBERS, PARAMETERS = 2000, 2
OBSERVED, NOISE = np.array([1.0, -1.5, 0.4]), np.diag([0.09, 0.16, 0.04])
MODEL = np.array([[1.0, 0.4], [-0.3, 1.0], [1.0, 1.0]])
USED = np.array([True, True, False])


def linear(scores):
    return scores @ MODEL.T


def curved(scores):
    return linear(scores) + 0.2 * scores[:, :1] ** 2


class Replayed:
    """The model, and which rows it was asked for."""

    def __init__(self, model):
        self.model, self.asked = model, []

    def __call__(self, _, scores, rows):
        self.asked.append(rows.tolist())
        return np.where(rows, self.model(scores), np.nan)


def problem(model):
    every = np.ones(3, dtype=bool)
    return Problem(model, OBSERVED, NOISE, every, every, PARAMETERS, MEMBERS, 20, seed=3)


@pytest.fixture(params=[linear, curved])
def both(request, tmp_path):
    """The fit by polynomials and the fit by replays, both without the third row, and the replays of the former."""
    model = Replayed(request.param)
    whole = problem(model)
    found = fit(whole, tmp_path / "all")
    model.asked.clear()
    stand_in = fit_without(whole, USED, found[0], learn_rows(found), tmp_path / "stand_in")
    replayed = Problem(Replayed(request.param), OBSERVED, NOISE, USED, ~USED, PARAMETERS, MEMBERS, 20, seed=3)
    return stand_in, fit(replayed, tmp_path / "replayed")[-1], model.asked


def test_the_posterior_is_that_of_a_fit_by_replays(both):
    stand_in, replayed, _ = both
    error = 4 / np.sqrt(MEMBERS)
    assert stand_in.scores.mean(axis=0) == pytest.approx(replayed.scores.mean(axis=0), abs=error)
    assert np.allclose(np.cov(stand_in.scores.T), np.cov(replayed.scores.T), atol=error)


def test_only_what_is_left_out_is_replayed_and_once(both):
    stand_in, _, asked = both
    assert asked == [(~USED).tolist()]
    assert np.array_equal(np.isfinite(stand_in.predicted).all(axis=0), ~USED)


def test_what_the_polynomials_miss_is_noise(tmp_path):
    """A row that jumps is told badly by polynomials: the posterior without another row trusts it less."""

    def jumping(scores):
        return linear(scores) + np.where(np.sin(9 * scores[:, :1]) > 0, [2.0, 0.0, 0.0], [-2.0, 0.0, 0.0])

    whole = problem(Replayed(jumping))
    found = fit(whole, tmp_path / "all")
    learnt = learn_rows(found)
    assert learnt.error[0] > 1.0
    posterior = fit_without(whole, USED, found[0], learnt, tmp_path / "without")
    assert posterior.scores[:, 0].var() > 0.5  # with the row's own noise of 0.3 alone it would be 0.1
