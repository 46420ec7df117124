"""The chance of a yes: weights, members, intervals."""

import numpy as np
import pytest

from insula.statistics.chance import chance, effective_number

LEVEL = 0.9


def drawn(rng, correlation, mean, members, patients):
    """Yes or no of patients whose member's chance follows a beta distribution."""
    size = 1 / correlation - 1
    truth = rng.beta(mean * size, (1 - mean) * size, members)
    member = rng.integers(0, members, patients)
    return (rng.random(patients) < truth[member]).astype(float), member


@pytest.mark.parametrize(
    ("weights", "number"),
    [([1, 1, 1, 1], 4.0), ([5, 5], 2.0), ([1, 0, 0], 1.0), ([3, 1], 1.6), ([0, 0], 0.0), ([], 0.0)],
)
def test_effective_number(weights, number):
    assert effective_number(np.array(weights, dtype=float)) == pytest.approx(number)


def test_the_interval_covers_the_chance_of_another_truth():
    """Whatever share lies between members; a little too often, because that share is not known."""
    rng = np.random.default_rng(1)
    for correlation, mean in ((0.05, 0.3), (0.3, 0.5), (0.7, 0.3)):
        size = 1 / correlation - 1
        inside = []
        for _ in range(60):
            yes, member = drawn(rng, correlation, mean, 30, 90)
            found = chance(yes, np.ones(90), member, LEVEL)
            truth = rng.beta(mean * size, (1 - mean) * size, 100)
            inside.append(np.mean((truth >= found.low) & (truth <= found.high)))
        assert np.mean(inside) > LEVEL - 0.05


def test_members_that_disagree_are_told_from_patients_who_do():
    member = np.repeat(np.arange(20), 10)
    by_member = chance((member % 2).astype(float), np.ones(200), member, LEVEL)
    by_patient = chance(np.tile([0.0, 1.0], 100), np.ones(200), member, LEVEL)
    assert by_member.between_members > 0.8
    assert by_patient.between_members < 0.1
    assert by_member.share == by_patient.share == 0.5
    assert by_member.high - by_member.low > 0.8
    assert by_patient.high - by_patient.low < 0.35


def test_many_patients_of_one_mind_leave_little_doubt_but_some():
    found = chance(np.zeros(400), np.ones(400), np.arange(400) % 40, LEVEL)
    assert found.share == found.low == 0.0
    assert 0.0 < found.high < 0.1
    assert found.between_members is None, "agreement tells nothing of what lies between members"


def test_only_the_proportions_of_weights_count():
    yes, member = np.array([1.0, 0, 1, 0, 0, 1]), np.array([0, 0, 1, 1, 2, 2])
    weights = np.array([1.0, 2, 3, 1, 2, 1])
    assert chance(yes, weights, member, LEVEL) == pytest.approx(chance(yes, 7 * weights, member, LEVEL))


def test_patients_drawn_twice_tell_no_more_than_once():
    yes, member = drawn(np.random.default_rng(2), 0.2, 0.4, 10, 60)
    even = chance(yes, np.ones(60), member, LEVEL)
    assert chance(yes, np.full(60, 2.0), member, LEVEL) == pytest.approx(even)
    uneven = chance(yes, np.where(np.arange(60) < 10, 20.0, 0.1), member, LEVEL)
    assert uneven.effective < 15
    assert uneven.high - uneven.low > even.high - even.low


def test_patients_without_a_value_are_left_out():
    yes, member = np.array([1.0, 0, 1, np.nan, np.nan]), np.array([0, 1, 2, 3, 4])
    assert chance(yes, np.ones(5), member, LEVEL) == chance(yes[:3], np.ones(3), member[:3], LEVEL)


def test_one_patient_has_no_chance():
    assert chance(np.array([1.0, np.nan]), np.ones(2), np.arange(2), LEVEL) is None
