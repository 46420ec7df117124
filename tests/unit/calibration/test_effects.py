"""Treated less control in a fit: which rows make a pair, and how sure the difference is."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import norm

from insula.calibration.answer import answer_of
from insula.calibration.effects import effects_of
from insula.calibration.identifiability import identifiability
from insula.calibration.iterations import Ensemble
from insula.calibration.targets import Target, covariance_of
from insula.report.calibration.page import render_calibration
from insula.report.calibration.terminal import effect_table
from insula.report.writing import Writer

ENDPOINT = "hba1c"


def row(arm, value, statistic="mean", analysis="", endpoint=ENDPOINT):
    return SimpleNamespace(
        arm_id=arm,
        endpoint=endpoint,
        statistic=statistic,
        value=value,
        unit="percent",
        n=20,
        time_months=12.0,
        cells={"analysis": analysis},
    )


def target(study, one, sampling=0.3):
    return Target(study, one, 365.0, sampling, model_error=5.0)


def replays(targets, treated=("drug",)):
    arm = {name: SimpleNamespace(given=("dose",) * (name in treated)) for name in ("drug", "none", "more")}
    places = {name: SimpleNamespace(clinic=SimpleNamespace(arms=arm)) for name in ("a", "b")}
    return SimpleNamespace(
        targets=tuple(targets), places=places, unfitted=(), symbols=("x",), units=("dimensionless",)
    )


def test_a_treated_arm_is_compared_with_that_of_its_study_that_is_given_nothing():
    rows = [
        target("a", row("drug", 7.0)),
        target("a", row("none", 8.0)),
        target("b", row("drug", 7.0)),
        target("a", row("drug", 7.0, statistic="median")),
        target("a", row("more", 7.0)),
    ]
    pairs = [(one.treated, one.control) for one in effects_of(replays(rows))]
    assert pairs == [(0, 1), (0, 4)]  # "more" is given nothing either
    both = [(one.treated, one.control) for one in effects_of(replays(rows, treated=("drug", "more")))]
    assert both == [(0, 1), (4, 1)]


def test_two_analyses_of_a_trial_are_compared_each_within_itself():
    rows = [
        target("a", row(arm, value, analysis=analysis))
        for arm, value in (("drug", 7.0), ("none", 8.0))
        for analysis in ("ITT", "per protocol")
    ]
    assert [(one.treated, one.control) for one in effects_of(replays(rows))] == [(0, 2), (1, 3)]


def test_the_error_of_the_model_is_shared_by_the_arms_of_a_trial():
    """A contrast of the two arms is as sure as their patients; rows of other trials or times share nothing."""
    rows = [target("a", row("drug", 7.0)), target("a", row("none", 8.0), 0.4), target("b", row("drug", 7.0))]
    found = covariance_of(rows)
    assert found == pytest.approx(np.array([[25.09, 25, 0], [25, 25.16, 0], [0, 0, 25.09]]))
    contrast = np.array([1.0, -1.0, 0.0])
    assert contrast @ found @ contrast == pytest.approx(0.3**2 + 0.4**2)


@pytest.fixture
def found():
    targets = [target("a", row("drug", 7.0)), target("a", row("none", 8.0), 0.4)]
    shared = np.linspace(-2, 2, 41)[:, None]  # moves both arms alike
    apart = np.where(np.arange(41) % 2, 0.2, -0.2)[:, None]
    predicted = np.concatenate([7.4 + shared + apart, 8.0 + shared], axis=1)
    scores = np.linspace(-1, 1, 41)[:, None]
    one = Ensemble(0, np.arange(41), scores, predicted, 0.0)
    made = replays(targets)
    made.values = lambda scores: scores
    made.at_medians = made.on_days = np.zeros(2)
    title = SimpleNamespace(model_dump=lambda: {"en": "HbA1c", "zh": "糖化血红蛋白"})
    plan = SimpleNamespace(id="p", title=title, members=41, patients=5, seed=1)
    fit = SimpleNamespace(
        plan=plan,
        replays=made,
        iterations=(one,),
        prior=one,
        posterior=one,
        identified=identifiability(scores, scores),
        left_out={"a": one},
        identity={},
    )
    return answer_of(fit, SimpleNamespace(endpoints={ENDPOINT: SimpleNamespace(title=title)}))


def test_what_moves_both_arms_alike_makes_their_difference_no_less_sure(found):
    (effect,) = found["effects"]
    assert effect["published"] == -1
    told = effect["left_out"]
    assert told["predicted"] == pytest.approx(-0.6, abs=0.01)
    sd = np.hypot(0.2, 0.5)  # members apart, and the sampling of both arms; not the model error
    assert told["high"] - told["low"] == pytest.approx(2 * norm.ppf(0.95) * sd, rel=0.02)
    assert told["inside"]
    assert told["same_direction"]


def test_the_difference_stands_in_table_and_page_of_both_languages(found):
    heads, rows = effect_table(found, Writer("zh"))
    assert len(heads) == len(rows[0]) == 6
    assert rows[0][1] == "drug – none"
    for lang, title in (("en", "Treated less control"), ("zh", "治疗组减对照组")):
        assert title in render_calibration(found, lang)
