import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from insula.core.random_streams import _LONG, _key, normal, poisson_count, uniform

PINNED_UNIFORM = [0.6884486110027682, 0.4298404470700111, 0.022232820847237655]
PINNED_NORMAL = [0.2453045744790666]
whole = st.integers(0, 2**40)


@given(seed=whole, patient=whole, occasion=whole, size=st.integers(1, 9))
def test_the_words_are_those_of_numpys_philox(seed, patient, occasion, size):
    reference = np.random.Philox(key=_key_as_array(seed, "meal"), counter=[0, occasion, patient, 0])
    expected = (reference.random_raw(size) >> np.uint64(12)) * 2.0**-52
    drawn = uniform(seed, "meal", patient, occasion, size)
    assert np.all(np.abs(drawn - expected) <= 2.0**-52)


def _key_as_array(seed, purpose):
    return np.array(_key(seed, purpose), dtype=np.uint64)


@given(order=st.permutations(range(12)), kept=st.integers(1, 12))
def test_any_subset_in_any_order_gives_the_same_numbers(order, kept):
    everybody = normal(7, "trait.age", np.arange(12), occasion=3, size=5)
    some = normal(7, "trait.age", np.array(order[:kept]), occasion=3, size=5)
    assert np.array_equal(some, everybody[order[:kept]])


def test_the_array_form_equals_the_loop_and_a_longer_draw_starts_alike():
    patients = np.array([0, 5, 20_000])
    together = uniform(1, "x", patients, size=6)
    assert np.array_equal(together, np.stack([uniform(1, "x", int(p), size=6) for p in patients]))
    assert np.array_equal(uniform(1, "x", 5, size=100)[:6], together[1])


def test_days_drawn_together_are_those_drawn_one_by_one():
    patients, days = np.array([3, 0, 70]), np.array([99_990, 100_000])
    together = uniform(1, "x", patients, days, size=6)
    assert np.array_equal(together, np.stack([uniform(1, "x", patients, int(d), 6) for d in days], axis=1))
    assert np.array_equal(uniform(1, "x", 70, days, size=6), together[2])


def test_a_long_draw_goes_on_as_a_short_one_began():
    patients, days = np.array([3, 0, 2**40]), np.array([5, 2**33])
    longest_short = 4 * (_LONG - 1)
    begun = uniform(2**62, "x", patients, days, size=longest_short)
    assert np.array_equal(uniform(2**62, "x", patients, days, size=4 * _LONG)[..., :longest_short], begun)


def test_values_are_pinned():
    assert uniform(20251122, "glucose.k_p1", 3, occasion=2, size=3).tolist() == PINNED_UNIFORM
    assert normal(1, "a", 0).tolist() == PINNED_NORMAL


def test_purposes_occasions_and_patients_are_uncorrelated():
    patients = np.arange(20_000)
    columns = [normal(1, "a", patients)[:, 0], normal(1, "b", patients)[:, 0], normal(2, "a", patients)[:, 0]]
    columns += [normal(1, "a", patients, occasion=1)[:, 0], normal(1, "a", patients + 1)[:, 0]]
    correlations = np.corrcoef(columns)[np.triu_indices(5, 1)]
    assert np.abs(correlations).max() < 4.5 / np.sqrt(20_000)


def test_normals_have_mean_0_and_standard_deviation_1():
    drawn = normal(3, "z", np.arange(2000), size=50)
    assert abs(drawn.mean()) < 4.5 / np.sqrt(drawn.size)
    assert abs(drawn.std() - 1) < 4.5 / np.sqrt(2 * drawn.size)


@pytest.mark.parametrize("rate", [0.2, 3.0, 60.0, 480.0])
def test_counts_have_the_mean_and_variance_of_a_poisson(rate):
    counts = poisson_count(rate, 5, "hypo", np.arange(40_000))[:, 0]
    assert abs(counts.mean() - rate) < 4.5 * np.sqrt(rate / 40_000)
    assert abs(counts.var() / rate - 1) < 0.05


def test_counts_grow_with_the_rate_and_vanish_at_rate_0():
    patients = np.arange(500)
    few, many = (poisson_count(rate, 5, "hypo", patients) for rate in (1.0, np.linspace(1, 4, 500)))
    assert np.all(many >= few)
    assert not poisson_count(0.0, 5, "hypo", patients).any()


def test_a_rate_that_cannot_be_inverted_is_refused():
    with pytest.raises(ValueError, match="between 0 and 500"):
        poisson_count(-1.0, 1, "x", 0)
    with pytest.raises(ValueError, match="between 0 and 500"):
        poisson_count(np.nan, 1, "x", 0)


@pytest.mark.parametrize("patient", [-1, 1.5, np.array([[1]])])
def test_a_patient_that_is_no_whole_number_is_refused(patient):
    with pytest.raises(ValueError, match="whole numbers that are not negative"):
        uniform(1, "x", patient)
