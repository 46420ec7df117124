"""Insulin titration, on the regimen of the science text: what a clinic would do with what it sees."""

from dataclasses import replace

import numpy as np
import pytest

from insula.catalog import Catalog
from insula.trial.day_plan import Doses
from insula.trial.titration import OwnLimits, Review, review, start, titrate

REGIMEN = Catalog.open().regimens["basal_bolus"]
HABITS = Catalog.open().habits["three_meals"]
RULE = REGIMEN.titration
UP, DOWN = 1 + RULE.step_up.value, 1 - RULE.step_down.value
WELL = Review(*(np.array([value]) for value in (100.0, 130.0, 0.0, 0.0)))
STRICT = OwnLimits(np.zeros(1), np.zeros(1), np.array([RULE.hypoglycaemia.share.value]))
WEIGHT = np.array([70.0])


def doses(on=True):
    return Doses(np.array([20.0]), np.array([10.0]), np.array([40.0]), np.array([on]))


def after(seen=WELL, *, on=True, daily=35.0, weaned=False, after_therapy=False, own=STRICT):
    limits = {"weaned": weaned, "after_therapy": after_therapy}
    return titrate(REGIMEN, doses(on), seen, own, WEIGHT, np.array([daily]), **limits)


def seen(**changes):
    return replace(WELL, **{name: np.array([value]) for name, value in changes.items()})


def test_the_first_dose_follows_the_weight():
    light, heavy = (start(REGIMEN, np.array([kg])) for kg in (50.0, 100.0))
    assert heavy.basal == pytest.approx(2 * light.basal)
    assert heavy.carbohydrate_ratio == pytest.approx(light.carbohydrate_ratio / 2)


def test_insulin_that_waits_begins_with_the_first_dose_once_a_limit_is_passed():
    waiting = REGIMEN.model_copy(update={"start": REGIMEN.start.model_copy(update={"waits": True})})
    first, nothing = start(waiting, WEIGHT), np.zeros(1)
    well, ill = (
        titrate(waiting, first, now, STRICT, WEIGHT, nothing, weaned=False, after_therapy=False)
        for now in (WELL, seen(fasting=300.0))
    )
    assert not first.on_insulin
    assert not well.on_insulin
    assert ill.on_insulin
    assert ill.basal == start(REGIMEN, WEIGHT).basal


def test_at_target_nothing_changes():
    found = after()
    assert found.basal == 20.0
    assert found.carbohydrate_ratio == 10.0


def test_a_high_fasting_glucose_raises_the_basal_dose_alone():
    found = after(seen(fasting=250.0))
    assert found.basal == pytest.approx(20.0 * UP)
    assert found.carbohydrate_ratio == 10.0


def test_a_high_glucose_after_meals_raises_the_rapid_dose_alone():
    found = after(seen(after_meal=250.0))
    assert found.carbohydrate_ratio == pytest.approx(10.0 / UP)
    assert found.basal == 20.0


def test_a_dose_that_was_cut_far_down_rises_by_a_step_of_the_first_dose():
    first = start(REGIMEN, WEIGHT)
    little = replace(first, basal=first.basal / 8, carbohydrate_ratio=first.carbohydrate_ratio * 8)
    high = seen(fasting=250.0, after_meal=250.0)
    found = titrate(REGIMEN, little, high, STRICT, WEIGHT, np.array([5.0]), weaned=False, after_therapy=False)
    assert found.basal - little.basal == pytest.approx((UP - 1) * first.basal)
    rapid = 1 / found.carbohydrate_ratio - 1 / little.carbohydrate_ratio
    assert rapid == pytest.approx((UP - 1) / first.carbohydrate_ratio)


def test_lows_win_over_highs():
    found = after(seen(fasting=250.0, after_meal=250.0, share_low=0.5))
    assert found.basal == pytest.approx(20.0 * DOWN)
    assert found.carbohydrate_ratio == pytest.approx(10.0 / DOWN)


def test_a_person_who_aims_higher_is_left_there():
    higher = replace(STRICT, shift=np.array([40.0]))
    assert after(seen(fasting=150.0), own=higher).basal == 20.0
    assert after(seen(fasting=150.0)).basal > 20.0


def test_aiming_higher_does_not_cut_insulin_while_glucose_is_normal():
    high, both = (replace(STRICT, shift=np.array([40.0]), shift_low=np.array([low])) for low in (0.0, 40.0))
    assert after(seen(fasting=100.0), own=high).basal == 20.0
    assert after(seen(fasting=100.0), own=both).basal == pytest.approx(20.0 * DOWN)


def test_insulin_is_neither_weaned_nor_stopped_before_a_therapy():
    found = after(daily=1.0)
    assert found.on_insulin.all()
    assert found.basal == 20.0


def test_after_a_therapy_insulin_is_weaned_while_glucose_is_well():
    found = after(weaned=True)
    assert found.basal == pytest.approx(20.0 * DOWN)
    assert found.on_insulin.all()


@pytest.mark.parametrize(("after_therapy", "factor"), [(False, 1.0), (True, UP)])
def test_targets_are_lower_only_after_a_therapy_however_insulin_is_weaned(after_therapy, factor):
    """Between the two upper ends, and too high after meals to be weaned."""
    found = after(seen(fasting=122.0, after_meal=155.0), weaned=True, after_therapy=after_therapy)
    assert found.basal == pytest.approx(20.0 * factor)


def test_a_small_dose_is_stopped_when_glucose_is_well():
    assert not after(weaned=True, daily=1.0).on_insulin.any()
    assert after(seen(fasting=200.0), weaned=True, daily=1.0).on_insulin.all()


@pytest.mark.parametrize("sign", [{"fasting": 200.0}, {"after_meal": 250.0}, {"share_high": 0.5}])
def test_any_sign_of_failure_resumes_insulin_at_the_dose_at_which_it_was_stopped(sign):
    found = after(seen(**sign), on=False, weaned=True, daily=0.0)
    assert found.on_insulin.all()
    assert found.basal == 20.0
    assert np.isfinite(found.correction_factor).all()


def test_someone_off_insulin_and_well_stays_off():
    assert not after(on=False, weaned=True, daily=0.0).on_insulin.any()


def test_a_review_reads_fasting_before_breakfast_and_lows_over_the_whole_day():
    time = np.arange(0.0, 1440.0, 15.0)
    glucose = np.full((1, time.size), 150.0)
    breakfast = HABITS.meals[0].at.value * 60.0
    glucose[0, (time >= breakfast - 60.0) & (time < breakfast)] = 100.0
    glucose[0, -24:] = 50.0
    found = review(REGIMEN, HABITS, time, glucose)
    assert found.fasting == 100.0
    assert found.share_low == 0.25
