"""Imagined trials have the spread between truths, and within a trial, of the population they are drawn from."""

import numpy as np
import pytest

from insula.statistics.imagined_trials import imagine_answers, imagine_numbers, two_sides

MEMBERS, EACH = 40, 25
TRUTHS = (np.arange(2000) + 0.5) / 2000


def people(*, effect=-1.0, between=0.0, within=2.0, sizes=(12, 8), seed=1, each=EACH, members=MEMBERS):
    """Patients who gain nothing as controls; members differ in the effect of the treatment by a normal amount."""
    random = np.random.default_rng(seed)
    member = np.repeat(np.arange(members), each)
    control = random.normal(10.0, within, member.size)
    truth = random.normal(effect, between, members)[member]
    return two_sides((control + truth)[None], control[None], sizes, member)


def differences(treated, control):
    return treated.mean(axis=1) - control.mean(axis=1)


@pytest.mark.parametrize("between", [0.0, 0.8])
def test_the_effect_varies_between_truths_and_by_the_size_of_the_trial(between):
    drawn = differences(*imagine_numbers(people(between=between), TRUTHS, seed=3, purpose="a"))
    sampling = 4.0 / 12 + 4.0 / 8
    assert drawn.mean() == pytest.approx(-1.0, abs=0.3)
    assert drawn.var() == pytest.approx(sampling + between**2, rel=0.25)


def test_patients_of_a_trial_differ_as_within_one_member_even_where_members_are_small():
    small = people(between=3.0, each=2, members=300)
    treated, control = imagine_numbers(small, TRUTHS, seed=3, purpose="a")
    assert treated.std(axis=1, ddof=1).mean() == pytest.approx(2.0, rel=0.12)
    assert control.std(axis=1, ddof=1).mean() == pytest.approx(2.0, rel=0.12)


def test_trials_of_one_draw_share_their_truth_whatever_their_members_are_called():
    one, other = people(between=3.0, sizes=(200, 200)), people(between=3.0, sizes=(200, 200), seed=2)
    drawn = [differences(*imagine_numbers(p, TRUTHS, seed=s, purpose="a")) for s, p in ((3, one), (4, other))]
    assert np.corrcoef(drawn)[0, 1] > 0.9
    alike = [
        differences(*imagine_numbers(people(seed=s, sizes=(200, 200)), TRUTHS, seed=s, purpose="a"))
        for s in (1, 2)
    ]
    assert abs(np.corrcoef(alike)[0, 1]) < 0.15


def test_answers_stay_yes_and_no_and_have_the_share_of_the_population():
    random = np.random.default_rng(5)
    member = np.repeat(np.arange(20), 20)
    yes = (random.random((2, 400)) < [[0.7], [0.3]]).astype(float)
    treated, control = imagine_answers(
        two_sides(yes[:1], yes[1:], (30, 10), member), TRUTHS, seed=1, purpose="b"
    )
    assert treated.shape == (2000, 30)
    assert control.shape == (2000, 10)
    assert set(np.unique(treated)) == {0.0, 1.0}
    assert (treated.mean(), control.mean()) == pytest.approx((0.7, 0.3), abs=0.06)


def test_who_has_no_value_in_one_arm_stands_in_none():
    value = np.array([[1.0, 2.0, np.nan, 4.0]])
    found = two_sides(value, np.array([[np.nan, 1.0, 1.0, 1.0]]), (2, 2), np.array([0, 1, 1, 1]))
    assert found.treated.tolist() == [[2.0, 4.0]]
    assert found.member.tolist() == [1, 1]
    assert two_sides(value, value * np.nan, (2, 2), np.arange(4)) is None


def test_who_stands_for_more_people_is_drawn_as_much_more_often():
    """Half of the patients weigh three times the others: their effect counts three quarters."""
    random = np.random.default_rng(7)
    heavy = np.arange(600) % 2 == 0
    control = random.normal(0.0, 1.0, 600)
    treated = control + np.where(heavy, -4.0, 0.0)
    weights = np.where(heavy, 3.0, 1.0)
    side = two_sides(treated[None], control[None], (20, 20), np.arange(600) // 20, weights)
    drawn = differences(*imagine_numbers(side, TRUTHS, seed=2, purpose="c"))
    assert drawn.mean() == pytest.approx(-3.0, abs=0.15)
    yes = two_sides(heavy[None].astype(float), (~heavy)[None].astype(float), (40, 40), side.member, weights)
    shares = imagine_answers(yes, TRUTHS, seed=2, purpose="d")
    assert (shares[0].mean(), shares[1].mean()) == pytest.approx((0.75, 0.25), abs=0.04)
