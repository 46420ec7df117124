"""What people do on an ordinary day."""

import numpy as np
import pytest

from insula.catalog import Catalog
from insula.core.units import convert
from insula.trial.day_plan import MINUTES_PER_DAY, Doses, People, basal_rows, meal_rows, occasion, rescue_rows

PATIENTS = 400


@pytest.fixture(scope="module")
def habits():
    return Catalog.open().habits["three_meals"]


def people(n=PATIENTS, missed=0.0, heeds=0.0, carbohydrate=200.0):
    columns = (np.full(n, value) for value in (carbohydrate, missed, 0.0, heeds))
    return People(np.arange(n), *columns)


def doses(n=PATIENTS, on=True):
    return Doses(*(np.full(n, 10.0) for _ in range(3)), np.full(n, on))


NUMBERS = {
    name: number for number, name in enumerate(("meal", "bolus_for_meal", "rescue", "rescue_with_alarm"))
}
FIVE_DAYS = np.arange(5)


def amounts(rows, action, n=PATIENTS):
    """Sum for each patient over rows and days."""
    tables = [row.table(n, NUMBERS) for row in rows]
    return sum(
        (amount * there * (which == NUMBERS[action])).sum(axis=1) for _, which, amount, there in tables
    )


def test_meals_lie_within_their_day_and_hold_the_day_s_carbohydrate_on_average(habits):
    rows = meal_rows(habits, people(), doses(), 1, FIVE_DAYS)
    clock = np.stack([row.time[:, :, 0] for row in rows]) - FIVE_DAYS * MINUTES_PER_DAY
    assert clock.min() >= 0.0
    assert clock.max() < MINUTES_PER_DAY
    eaten = amounts(rows, "meal") / 5
    assert eaten.mean() == pytest.approx(200.0, rel=0.02)  # five standard errors of 400 people's mean
    assert eaten.std() > 0.0


def test_counted_carbohydrate_is_right_on_average_but_not_each_time(habits):
    rows = meal_rows(habits, people(), doses(), 1, FIVE_DAYS)
    counted, eaten = amounts(rows, "bolus_for_meal"), amounts(rows, "meal")
    assert counted.mean() == pytest.approx(eaten.mean(), rel=0.03)
    assert not np.allclose(counted, eaten)


@pytest.mark.parametrize(("on", "missed"), [(False, 0.0), (True, 1.0)])
def test_who_is_off_insulin_or_misses_every_bolus_injects_for_no_meal(habits, on, missed):
    rows = meal_rows(habits, people(missed=missed), doses(on=on), 1, np.array([0]))
    assert amounts(rows, "bolus_for_meal").sum() == 0.0
    assert amounts(rows, "meal").min() > 0.0


def test_a_person_eats_the_same_meals_whatever_is_injected_and_whoever_is_there(habits):
    days = np.array([-6, -5])
    everybody = meal_rows(habits, people(), doses(), 1, days)
    alone = meal_rows(habits, people().take(np.array([17])), doses(1, on=False), 1, days[1:])
    for one, all_of_them in zip(alone, everybody, strict=True):
        if one.action == "meal":
            assert one.amount[0, 0] == all_of_them.amount[17, 1]
            assert one.time[0, 0] == all_of_them.time[17, 1] - MINUTES_PER_DAY


def test_days_differ_and_so_do_seeds(habits):
    first, tomorrow, elsewhere = (
        amounts(meal_rows(habits, people(), doses(), seed, np.array([day])), "meal")
        for seed, day in ((1, 0), (1, 1), (2, 0))
    )
    assert (first != tomorrow).all()
    assert (first != elsewhere).all()


def test_a_low_can_be_noticed_all_day_long_and_an_alarm_is_heeded_as_often_as_told(habits):
    (rows,) = rescue_rows(habits, people(heeds=0.25), 1, FIVE_DAYS)
    every = convert(habits.rescue.every.value, habits.rescue.every.unit, "min")
    times, action, _, there = rows.table(PATIENTS, NUMBERS)
    assert there.all()
    assert (times == np.arange(0.0, 5 * MINUTES_PER_DAY, every)).all()
    heeding = (action == NUMBERS["rescue_with_alarm"]).reshape(PATIENTS, 5, -1)
    assert (heeding == heeding[:, :, :1]).all(), "heeded or not for the whole day"
    assert heeding[:, :, 0].sum(axis=0) == pytest.approx(
        0.25 * PATIENTS, abs=5 * np.sqrt(PATIENTS * 0.25 * 0.75)
    )


def test_days_before_the_therapy_have_addresses_too():
    assert occasion(-500) >= 0
    assert len({occasion(day) for day in range(-500, 500)}) == 1000


@pytest.fixture(scope="module")
def pump():
    return Catalog.open().regimens["csii"]


def test_a_pump_gives_the_basal_dose_every_day_fastest_at_dawn(pump):
    rows = basal_rows(pump, people(3), doses(3), 1, FIVE_DAYS, "unused")
    begin = np.array([row.time[0, 0, 0] for row in rows])
    rate = np.stack([np.broadcast_to(row.amount, (3, 5, 1))[:, :, 0] for row in rows], axis=-1)
    hours = np.diff([*begin, MINUTES_PER_DAY]) / 60
    assert (rate * hours).sum(axis=-1) == pytest.approx(10.0)
    at_four = np.flatnonzero(begin <= 4 * 60)[-1]
    assert (rate.argmax(axis=-1) == at_four).all()


def test_who_is_off_insulin_wears_a_pump_that_stands_still(pump):
    for row in basal_rows(pump, people(3), doses(3, on=False), 1, FIVE_DAYS, "unused"):
        assert row.there.all(), "a rate goes on until another is set"
        assert not row.amount.any()
