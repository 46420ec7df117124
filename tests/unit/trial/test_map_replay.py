"""A replay on the averaged map: near the trial at the medians, and telling what other numbers change."""

import numpy as np
import pytest

from insula.catalog.records import Study
from insula.trial import many_replays, map_replay
from insula.trial.map_replay import open_map_clinic, replay
from tiny_study import CONTROL_ARM, FOLLOW_UP, THERAPY_ARM, opened, study
from tolerances import same_bits

# Without what the trial's own run taught of each patient, HbA1c is off by a fifth; a dose moves by 10 to 20 % a review,
# and a graft that is relieved by another dose secretes a few per cent more or less (7 % here, 8 % with 24 people).
NEAR, SECRETION, DOSE = 0.02, 0.08, 0.2

# The function of a stem-cell islet relative to a donor islet: the lower it is, the less the graft does.
SYMBOL = "stem_cell_islets.potency"


@pytest.fixture(scope="module")
def place(small_science, cache):
    with opened(small_science, cache) as catalog:
        yield open_map_clinic(catalog, Study.model_validate(study()), 12)


@pytest.fixture(scope="module")
def median(place):
    return place.clinic.quantities[SYMBOL].value


@pytest.fixture(scope="module")
def three(place, median):
    return replay(place, {SYMBOL: median * np.array([0.3, 1.0, 1.7])})


def last(found, arm, endpoint):
    return found[arm][FOLLOW_UP][endpoint]


@pytest.mark.parametrize("arm", [THERAPY_ARM, CONTROL_ARM])
@pytest.mark.parametrize(
    ("endpoint", "share"), [("hba1c", NEAR), ("mmtt_c_peptide_peak", SECRETION), ("insulin_dose_total", DOSE)]
)
def test_at_the_medians_the_replay_comes_near_the_simulated_days(place, three, arm, endpoint, share):
    simulated = place.people.measured[arm][FOLLOW_UP][endpoint].mean()
    assert last(three, arm, endpoint)[1].mean() == pytest.approx(simulated, rel=share, abs=1e-3)


def test_a_graft_that_does_more_gives_more_c_peptide_and_nothing_without_one(three):
    treated, control = (
        last(three, arm, "mmtt_c_peptide_peak").mean(axis=1) for arm in (THERAPY_ARM, CONTROL_ARM)
    )
    assert treated[0] < treated[1] < treated[2]
    assert control[0] == control[1] == control[2]


def test_a_vector_is_nobodys_neighbour(place, three, median):
    alone = replay(place, {SYMBOL: median * np.array([1.7])})
    for arm, days in alone.items():
        for when, endpoints in days.items():
            assert same_bits(endpoints, {k: three[arm][when][k][2:] for k in endpoints})


def test_what_only_a_sensor_can_tell_has_no_value(three):
    assert np.isnan(last(three, THERAPY_ARM, "tir")).all()
    assert np.isfinite(last(three, THERAPY_ARM, "hba1c")).all()


def secretion(study, replayed):
    return study, last(replayed, THERAPY_ARM, "mmtt_c_peptide_peak")


@pytest.mark.parametrize("workers", [1, 3])
def test_processes_share_the_vectors_and_keep_their_order(place, median, workers, monkeypatch):
    monkeypatch.setattr(many_replays, "default_workers", lambda: workers)
    monkeypatch.setattr(map_replay, "_AT_ONCE", 24)  # two vectors of the twelve people
    values = {SYMBOL: median * np.linspace(0.3, 1.7, 5)}
    shares = []
    found = many_replays.replay_many(
        {"a": place, "b": place}, {"a": values, "b": values}, secretion, shares.append
    )
    alone = secretion("", replay(place, values))[1]
    assert list(found) == ["a", "b"]
    for name, parts in found.items():
        assert {study for study, _ in parts} == {name}
        assert np.array_equal(np.concatenate([column for _, column in parts]), alone)
    assert shares == sorted(shares)
    assert shares[-1] == 1


def worse(study, replayed):
    raise ValueError(study)


def test_what_goes_wrong_in_a_process_is_told(place, median):
    with pytest.raises(ValueError, match="tiny"):
        many_replays.replay_many({"tiny": place}, {"tiny": {SYMBOL: np.array([median])}}, worse)
