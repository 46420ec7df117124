"""Ensemble Kalman inversion against what is known exactly: the posterior of a linear model with Gaussian noise."""

import numpy as np
import pytest

from insula.calibration.ensemble_kalman import prior_scores, step_size
from insula.calibration.identifiability import identifiability
from insula.calibration.iterations import Problem, fit
from insula.core.errors import InsulaError

MEMBERS = 4000
# Means and variances of 4000 members are known to 1/sqrt(4000) = 1.6 % and sqrt(2/4000) = 2.2 % of an sd; four of them.
ERROR = 0.09
MODEL = np.array([[1.0, 0.5, 0.0], [0.2, -1.0, 0.0], [1.0, 1.0, 0.0]])
OBSERVED = np.array([1.5, -2.0, 0.3])
INDEPENDENT = np.diag([0.09, 0.25, 0.16])
SHARED = INDEPENDENT + 0.5 * np.array(
    [[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
)  # by the first two rows


def problem(members=MEMBERS, iterations=30, seed=1, forward=None, used=None, noise=INDEPENDENT):
    forward = forward or only_wanted
    used = np.ones(3, dtype=bool) if used is None else used
    wanted = used if used.all() else ~used
    return Problem(
        forward,
        OBSERVED,
        noise,
        used,
        wanted,
        parameters=3,
        members=members,
        iterations=iterations,
        seed=seed,
    )


def only_wanted(_, scores, rows):
    return np.where(rows, scores @ MODEL.T, np.nan)


def exact(used=slice(None), noise=INDEPENDENT):
    """Mean and covariance of the posterior under a standard normal prior, by Bayes' rule for Gaussians."""
    weighted = MODEL[used].T @ np.linalg.inv(noise[used][:, used])
    covariance = np.linalg.inv(np.eye(3) + weighted @ MODEL[used])
    return covariance @ weighted @ OBSERVED[used], covariance


def test_the_prior_ensemble_has_no_correlation_that_nobody_stated():
    scores = prior_scores(3, 12, 4)
    assert np.allclose(scores.mean(axis=0), 0.0, atol=1e-12)
    assert np.allclose(np.cov(scores, rowvar=False), np.eye(4), atol=1e-12)


@pytest.mark.parametrize("noise", [INDEPENDENT, SHARED], ids=["independent", "shared"])
@pytest.mark.parametrize("iterations", [1, 3, 30])
def test_the_posterior_of_a_linear_gaussian_problem_is_found(tmp_path, iterations, noise):
    last = fit(problem(iterations=iterations, noise=noise), tmp_path)[-1]
    mean, covariance = exact(noise=noise)
    assert last.share == pytest.approx(1.0)
    assert np.allclose(last.scores.mean(axis=0), mean, atol=ERROR)
    assert np.allclose(np.cov(last.scores, rowvar=False), covariance, atol=ERROR)


def test_far_data_are_taken_in_by_small_steps(tmp_path):
    shares = [one.share for one in fit(problem(), tmp_path)]
    assert len(shares) > 3
    assert np.all(np.diff(shares) > 0)


def test_data_inside_the_noise_are_taken_in_at_once():
    assert step_size(np.zeros((8, 2)) + 0.1, np.zeros(2), 1.0) == 1.0


def test_rows_that_are_not_used_are_predicted_at_the_end_and_change_nothing(tmp_path):
    used = np.array([True, True, False])
    last = fit(problem(used=used), tmp_path)[-1]
    assert last.predicted.shape == (MEMBERS, 3)
    assert np.array_equal(np.isfinite(last.predicted).all(axis=0), ~used)
    assert np.allclose(last.scores.mean(axis=0), exact(used)[0], atol=ERROR)


def test_what_no_row_tells_keeps_its_prior(tmp_path):
    found = fit(problem(), tmp_path)
    known = identifiability(found[0].scores, found[-1].scores)
    _, covariance = exact()
    assert known.left[2] == pytest.approx(1.0, abs=ERROR)
    assert np.allclose(known.directions_left, np.linalg.eigvalsh(covariance), atol=ERROR)
    assert known.identified.tolist() == [True, True, False]
    assert abs(known.directions[2, 2]) == pytest.approx(1.0, abs=0.02)


class Killed(Exception):
    """The process was ended from outside."""


def test_a_killed_fit_goes_on_and_ends_with_the_same_bytes(tmp_path):
    calls = []

    def forward(members, scores, rows):
        calls.append(1)
        if len(calls) == 3:
            raise Killed
        return only_wanted(members, scores, rows)

    whole = fit(problem(members=40), tmp_path / "whole")
    with pytest.raises(Killed):
        fit(problem(members=40, forward=forward), tmp_path / "killed")
    again = fit(problem(members=40, forward=forward), tmp_path / "killed")
    assert len(calls) == len(whole) + 1  # the iterations before the kill were not repeated
    assert [one.scores.tobytes() for one in again] == [one.scores.tobytes() for one in whole]


def test_another_seed_is_another_ensemble(tmp_path):
    one, other = (fit(problem(members=40, seed=seed), tmp_path / str(seed))[-1].scores for seed in (1, 2))
    assert not np.array_equal(one, other)


def test_what_is_uncertain_and_not_fitted_counts_as_noise(tmp_path):
    """Each member carries draws of its own that move the rows; the exact posterior takes their variance for noise."""
    unfitted = np.array([0.3, 0.1, 0.4])  # variances
    drawn = np.random.default_rng(7).normal(size=(MEMBERS, 3)) * np.sqrt(unfitted)

    def forward(members, scores, rows):
        return only_wanted(members, scores, rows) + drawn[members]

    last = fit(problem(forward=forward), tmp_path)[-1]
    mean, covariance = exact(noise=INDEPENDENT + np.diag(unfitted))
    assert np.allclose(last.scores.mean(axis=0), mean, atol=ERROR)
    assert np.allclose(np.cov(last.scores, rowvar=False), covariance, atol=ERROR)


def test_a_member_keeps_its_number_when_others_are_lost(tmp_path):
    asked = []

    def forward(members, scores, rows):
        asked.append(members.tolist())
        return without(1)(members, scores, rows)

    found = fit(problem(members=8, forward=forward), tmp_path)
    kept = [0, 2, 3, 4, 5, 6, 7]
    assert asked == [list(range(8))] + [kept] * (len(asked) - 1)
    assert found[-1].members.tolist() == kept


def without(*lost):
    def forward(members, scores, rows):
        predicted = only_wanted(members, scores, rows)
        predicted[np.isin(members, lost)] = np.nan
        return predicted

    return forward


def test_a_member_that_cannot_be_predicted_is_left_out_and_the_others_find_the_same(tmp_path):
    found = fit(problem(forward=without(MEMBERS - 1)), tmp_path)
    assert [len(one.scores) for one in found] == [MEMBERS - 1] * len(found)
    assert all(np.isfinite(one.predicted).all() for one in found)
    mean, covariance = exact()
    assert np.allclose(found[-1].scores.mean(axis=0), mean, atol=ERROR)
    assert np.allclose(np.cov(found[-1].scores, rowvar=False), covariance, atol=ERROR)
    again = fit(problem(forward=without(MEMBERS - 1)), tmp_path)
    assert [one.scores.tobytes() for one in again] == [one.scores.tobytes() for one in found]


def test_too_many_members_that_cannot_be_predicted_are_told(tmp_path):
    with pytest.raises(InsulaError, match=r"9 of 40 members .* \(members 0, 1, 2, 3, 4, 5, 6, 7, 8\)"):
        fit(problem(members=40, forward=without(*range(9))), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_fit_that_begins_from_a_prior_that_is_predicted_ends_as_the_other(tmp_path):
    whole = fit(problem(members=40), tmp_path / "whole")
    again = fit(problem(members=40), tmp_path / "again", prior=whole[0])
    assert not (tmp_path / "again" / "iteration_000").exists()
    assert [one.scores.tobytes() for one in again] == [one.scores.tobytes() for one in whole]
