"""A plan carried out on the tiny study: the truth is found again, the same plan gives the same bytes."""

from dataclasses import replace

import numpy as np
import pytest

from insula.calibration.answer import answer_of
from insula.calibration.calibrate import calibrate
from insula.calibration.identifiability import identifiability
from insula.calibration.iterations import Problem, fit
from insula.calibration.plan import read_plan
from insula.calibration.targets import MADE_OF_ENDPOINTS, targets_of
from insula.core.errors import EvidenceError
from insula.core.provenance import tree_hashes
from insula.evidence.made_of import Relation
from insula.trial.map_replay import replay
from small_plan import SECOND, SYMBOL
from tiny_study import STUDY

TRUTH = -1.2  # score of the graft's function below its prior median


@pytest.fixture(scope="module")
def module_tmp(tmp_path_factory):
    return tmp_path_factory.mktemp("calibrate")


@pytest.fixture
def found(catalog, plan_file, module_tmp):
    """The plan, fitted once; what is on disk is used again by later tests."""
    return calibrate(catalog, read_plan(catalog, plan_file()), module_tmp / "out")


def test_the_fit_ends_with_all_of_the_misfit_and_as_many_members_as_asked(found):
    assert found.posterior.share == pytest.approx(1.0)
    assert found.posterior.scores.shape == (12, 1)
    assert found.replays.values(found.posterior.scores).min() > 0


def test_rows_that_are_not_fitted_have_a_reason(catalog, plan_file, tmp_path):
    plan = read_plan(catalog, plan_file(studies={"tiny": {"endpoints": ["tir"]}}))
    with pytest.raises(EvidenceError, match="does not ask"):
        calibrate(catalog, plan, tmp_path)


def test_a_fit_that_is_asked_again_replays_nothing_and_has_the_same_bytes(
    catalog, plan_file, module_tmp, found
):
    before = tree_hashes(module_tmp / "out" / "parts")
    again = calibrate(catalog, read_plan(catalog, plan_file()), module_tmp / "out")
    assert tree_hashes(module_tmp / "out" / "parts") == before
    assert again.posterior.scores.tobytes() == found.posterior.scores.tobytes()


def test_the_same_plan_in_another_folder_has_the_same_bytes(catalog, plan_file, module_tmp, tmp_path, found):
    calibrate(catalog, read_plan(catalog, plan_file()), tmp_path / "other")
    assert tree_hashes(tmp_path / "other" / "parts") == tree_hashes(module_tmp / "out" / "parts")


def test_a_true_parameter_is_found_again(found, tmp_path):
    """The published value is made by the replay itself; the interval of the posterior holds what made it.

    Everybody has what is uncertain and not fitted from the same member: else it could explain the value too.
    """
    every = np.ones(len(found.replays.targets), dtype=bool)

    def forward(members, scores, rows):
        return found.replays.predict(np.zeros_like(members), scores, rows)

    truth = forward(np.array([0]), np.full((1, 1), TRUTH), every)[0]
    noise = 0.02**2 * np.eye(len(truth))  # HbA1c, per cent: small beside what the parameter does
    problem = Problem(forward, truth, noise, every, every, parameters=1, members=24, iterations=8, seed=1)
    iterations = fit(problem, tmp_path)
    low, high = np.quantile(iterations[-1].scores, (0.01, 0.99))
    assert low < TRUTH < high
    assert identifiability(iterations[0].scores, iterations[-1].scores).left[0] < 0.2


def test_members_differ_in_what_is_not_fitted(found):
    every = np.ones(len(found.replays.targets), dtype=bool)
    alike = found.replays.predict(np.arange(3), np.zeros((3, 1)), every)[:, 0]
    assert len(np.unique(alike)) == 3


def test_the_map_says_what_the_days_say_at_the_medians(found):
    assert found.replays.at_medians == pytest.approx(found.replays.on_days, rel=0.02)


def test_a_stated_model_error_widens_the_row(catalog, plan_file, found):
    stated = {"value": 0.5, "unit": "percent", "source": "assumed", "place": "-", "reason": "assumed"}
    plan = read_plan(catalog, plan_file(model_error={"hba1c": stated}))
    rows = [target.row for target in found.replays.targets]
    medians = replay(found.replays.places["tiny"], {SYMBOL: np.array([1.0])})
    (wider,), left = targets_of("tiny", rows, medians, plan)
    assert left == []
    assert wider.noise**2 == pytest.approx(found.replays.targets[0].noise ** 2 + 0.5**2)


def test_what_is_made_of_endpoints_is_compared_and_never_fitted(catalog, plan_file, found):
    row = replace(found.replays.targets[0].row, made_of=Relation("hba1c", "hba1c", True, "slope"))
    medians = replay(found.replays.places["tiny"], {SYMBOL: np.array([1.0])})
    fitted, (left,) = targets_of("tiny", [row], medians, read_plan(catalog, plan_file()))
    assert fitted == []
    assert left.reason == MADE_OF_ENDPOINTS


def test_a_study_that_is_left_out_is_predicted_by_the_others(catalog, plan_file, tmp_path):
    plan = read_plan(catalog, plan_file(studies={STUDY: {}, SECOND: {}}, leave_one_out=True))
    found = calibrate(catalog, plan, tmp_path)
    assert set(found.left_out) == {STUDY, SECOND}
    rows = {target.study: k for k, target in enumerate(found.replays.targets)}
    assert np.isnan(
        found.left_out[STUDY].predicted[:, rows[SECOND]]
    ).all()  # nobody asks for it: not replayed
    # The second study reports the higher HbA1c, so without the first the graft is thought to do less.
    scores = {name: one.scores.mean() for name, one in found.left_out.items()}
    assert scores[STUDY] < found.posterior.scores.mean() < scores[SECOND]
    predicted = found.left_out[STUDY].predicted[:, rows[STUDY]].mean()
    assert found.posterior.predicted[:, rows[STUDY]].mean() < predicted
    summary = answer_of(found, catalog)["summary"]
    assert summary["rows"] == summary["left_out_rows"] == 2
