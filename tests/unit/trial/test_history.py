"""A life before the study: when people enter, what their life tells, that nobody's depends on another's."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insula.catalog import Catalog
from insula.catalog.records import Criterion, Matches
from insula.core.calendar import DAYS_PER_YEAR
from insula.core.errors import ProtocolError
from insula.core.paths import science_root
from insula.endpoints.measure import measure
from insula.population.fixed import uncertain
from insula.population.sample import sample
from insula.trial.block import enrol_block, simulate_block
from insula.trial.history import live_until_entry
from insula.trial.lives import _by_weight, live_again, look_for
from insula.trial.map_replay import open_map_clinic, replay
from insula.trial.matching import weigh
from insula.trial.open_clinic import open_clinic
from tiny_history import AVERAGED, OLDEST, RUN_IN, SIMULATED, STEP, WAIT, history_science
from tiny_study import ASSUMED, opened
from tolerances import same_bits

MANY = 64
SYMBOL = "islet_graft.early_loss"
ENDPOINTS = ("tir", "hba1c", "mmtt_c_peptide_peak", "insulin_dose_total", "severe_hypoglycaemia_free",
             "progression_to_diabetes", "idaa1c")  # fmt: skip


@pytest.fixture(scope="module")
def clinic(tmp_path_factory, cache):
    science = history_science(tmp_path_factory.mktemp("born") / "science", ENDPOINTS)
    with opened(science, cache) as catalog:
        yield open_clinic(catalog, catalog.studies[AVERAGED])


def drawn(clinic, candidates):
    return sample(clinic.quantities, seed=clinic.seed, candidates=np.asarray(candidates), ensemble_members=5)


@pytest.fixture(scope="module")
def lives(clinic):
    people, past, (_, screening) = live_until_entry(clinic, drawn(clinic, range(MANY)))
    return people, past, screening


def with_stage(clinic, *reached, **diagnosis):
    """The same clinic with other criteria for entry or for the diagnosis."""
    history = clinic.population.history.model_copy(update={"reached": reached, "wait": None})
    people = clinic.population.model_copy(update={"history": history})
    quantities = {k: v for k, v in clinic.quantities.items() if k != "history.wait"}
    regimen = clinic.regimen.model_copy(update=diagnosis)
    life = replace(clinic.life, regimen=regimen)
    return replace(clinic, population=people, quantities=quantities, life=life)


def criterion(quantity, unit, **limits):
    bounds = {name: {"value": float(value), "unit": unit} for name, value in limits.items()}
    return Criterion.model_validate({"quantity": quantity, **bounds})


def test_people_enter_at_the_first_meeting_after_their_wait(lives):
    people, past, _ = lives
    assert 5 < len(past.born) < MANY - 5, "some reach the stage, some never"
    waited = -RUN_IN - past.diagnosed_on
    beyond = waited - people.column("history.wait")
    assert (waited >= WAIT[0]).all()
    assert ((beyond >= 0) & (beyond < STEP)).all()
    assert np.allclose((past.diagnosed_on - past.born) % STEP, 0)


def test_who_never_reaches_the_stage_is_counted_and_has_no_age(lives):
    people, past, screening = lives
    assert screening.passed.shape == (MANY, 1)
    assert screening.passed_all.sum() == len(people.candidates) == len(past.born)
    assert np.array_equal(np.isfinite(screening.values[:, 0]), screening.passed_all)
    assert screening.values[screening.passed_all].max() <= OLDEST + (WAIT[1] + 2 * STEP) / DAYS_PER_YEAR
    assert screening.names[0].startswith("history: history.diagnosed_for")


def test_a_life_tells_the_traits_of_day_0(lives):
    people, past, _ = lives
    age, duration = (people.column(f"trait.{name}") for name in ("age", "diabetes_duration"))
    assert age == pytest.approx(-past.born / DAYS_PER_YEAR)
    assert duration == pytest.approx(-past.diagnosed_on / DAYS_PER_YEAR)
    assert people.column("trait.age_at_diagnosis") == pytest.approx(age - duration)
    assert people.column("trait.weight") == pytest.approx(10 + 3 * age)


def test_whoever_is_diagnosed_takes_insulin_and_has_few_beta_cells(clinic, lives):
    people, past, _ = lives
    assert past.doses.on_insulin.all()
    assert (past.daily_dose > 0).all()
    mass = drawn(clinic, range(MANY)).column("beta_cells.mass_0")
    healthy = np.setdiff1d(np.arange(MANY), people.candidates)
    # people notice at different glucose: some of the diagnosed have more cells than some of the healthy
    assert people.column("beta_cells.mass_0").mean() < 0.65 * mass[healthy].mean()


def test_a_life_is_nobodys_neighbour(clinic, lives):
    people, past, _ = lives
    wanted = dict(zip(people.candidates.tolist(), range(len(past.born)), strict=True))

    @settings(max_examples=5, deadline=None)
    @given(some=st.permutations(range(MANY)), size=st.integers(1, 12))
    def for_some(some, size):
        chosen, found, _ = live_until_entry(clinic, drawn(clinic, some[:size]))
        rows = [wanted[candidate] for candidate in chosen.candidates.tolist()]
        assert set(chosen.candidates.tolist()) == set(some[:size]) & set(wanted)
        for name in ("disease_state", "born", "diagnosed_on", "daily_dose"):
            assert same_bits({name: getattr(found, name)}, {name: getattr(past, name)[rows]})

    for_some()


def test_a_stage_may_be_a_limit_of_the_disease(clinic):
    judged = replace(clinic.biography, judged=(*clinic.biography.judged, "beta_cells.capacity"),
                     units={**clinic.biography.units, "beta_cells.capacity": "dimensionless"})  # fmt: skip
    few = criterion("beta_cells.capacity", "dimensionless", at_most=0.05)
    staged = replace(with_stage(clinic, few), biography=judged)
    people, past, _ = live_until_entry(staged, drawn(staged, range(MANY)))
    capacity = past.observed[:, clinic.disease.column("beta_cells.capacity")]
    assert 5 < len(capacity) < MANY
    assert (capacity <= 0.05).all()
    at_birth = people.column("beta_cells.mass_0") <= 0.05
    assert people.column("trait.age")[at_birth] == pytest.approx(RUN_IN / DAYS_PER_YEAR), (
        "the birth is a meeting"
    )


def test_without_a_diagnosis_nobody_takes_insulin_however_high_glucose_is(clinic):
    never = (criterion("symptoms.felt", "dimensionless", at_least=9999),)
    grown = criterion("trait.age", "year", at_least=1)
    untreated = with_stage(clinic, grown, diagnosis=never)
    people, past, _ = live_until_entry(untreated, drawn(untreated, range(MANY)))
    assert len(people.candidates) == MANY
    assert np.isnan(past.diagnosed_on).all()
    assert (past.daily_dose == 0).all()
    assert np.isnan(people.column("trait.diabetes_duration")).all()
    enrolled = enrol_block(untreated, 0)
    assert (enrolled.baseline.hba1c > 9).any(), "somebody is ill"
    assert (enrolled.cohort.daily_dose == 0).all()
    assert (enrolled.baseline.insulin_dose == 0).all()


def test_diabetes_can_be_found_during_the_study(clinic):
    newborns = with_stage(clinic, criterion("trait.age", "year", at_least=0))
    block = simulate_block(newborns, 0)
    cohort, record = block.arms["control"]
    ill = [
        measure(seen, clinic.endpoints, record.visits[0])["progression_to_diabetes"] for seen in record.visits
    ]
    assert ill[0].mean() < ill[1].mean() <= ill[2].mean() < 1
    last, found = record.visits[-1], ill[-1] == 1
    assert np.array_equal(np.isfinite(last.since_diagnosis), found)
    assert (last.insulin_dose[found] > 0).all()
    assert (last.insulin_dose[~found] == 0).all()
    assert np.array_equal(np.isnan(measure(last, clinic.endpoints, None)["idaa1c"]), ~found)
    assert (ill[-1] >= ill[0]).all(), "nobody is cured"
    assert last.age == pytest.approx(block.people.column("trait.age") + 400 / DAYS_PER_YEAR)
    assert last.weight == pytest.approx(10 + 3 * last.age), "children grow in the study"
    size = cohort.disease_parameters[:, clinic.disease.parameter("exogenous_insulin.size")]
    assert size == pytest.approx(last.weight * clinic.quantities["body.need"].value)


def test_on_the_averaged_map_the_sensor_tells_nothing_and_blood_does(clinic):
    block = simulate_block(clinic, 0)
    assert len(block.people.candidates) > 5
    _, record = block.arms["control"]
    found = measure(record.visits[-1], clinic.endpoints, record.visits[0])
    assert np.isnan(found["tir"]).all()
    for name in ("hba1c", "mmtt_c_peptide_peak", "insulin_dose_total"):
        assert np.isfinite(found[name]).all()
    assert record.map_error == []


@pytest.fixture(scope="module")
def place(clinic, tmp_path_factory):
    catalog = Catalog.open(science_root())
    return open_map_clinic(catalog, catalog.studies[AVERAGED], 8)


def test_a_replay_with_the_medians_is_the_study(place):
    again = replay(place, {SYMBOL: np.array([place.quantities[SYMBOL].value] * 2)})
    for arm, days in place.people.measured.items():
        for day, endpoints in days.items():
            for row in (0, 1):
                assert same_bits(endpoints, {name: again[arm][day][name][row] for name in endpoints})


def test_an_ensemble_member_has_the_numbers_that_a_run_draws_for_it(place, clinic):
    members = np.array([3, 1])
    found = place.uncertain_of(members)
    run = sample(clinic.quantities, seed=clinic.seed, candidates=np.arange(20), ensemble_members=5)
    assert set(found) == set(uncertain(clinic.quantities))
    assert len(found) > 1
    for symbol, values in found.items():
        for member, value in zip(members, values, strict=True):
            assert (run.column(symbol)[run.members == member] == value).all(), symbol


def test_other_numbers_let_other_people_fall_ill(place):
    symbol = "beta_cells.glucose_death"
    row = place.quantities[symbol]
    some = replay(place, {symbol: row.value * np.array([0.3, 1.0, 3.0])})["control"][0.0]
    assert len(np.unique(some["mmtt_c_peptide_peak"][~np.isnan(some["mmtt_c_peptide_peak"])])) > 8
    assert some["hba1c"].shape == (3, 8)


@pytest.fixture
def matched(place):
    """The clinic of the place, whose people have a published mean age at diagnosis."""

    def with_mean_age(years):
        one = {"quantity": "trait.age_at_diagnosis", "mean": {"value": years, "unit": "year"}, **ASSUMED}
        matches = Matches.model_validate(
            {"fewest": {"value": 0.2, "unit": "dimensionless", **ASSUMED}, "marginals": [one]}
        )
        people = place.clinic.population.model_copy(update={"matches": matches})
        return replace(place.clinic, population=people)

    return with_mean_age


def test_a_replay_takes_people_by_the_weights_that_their_population_asks_for(place, matched):
    block = simulate_block(place.clinic, 0)
    ages = block.people.column("trait.age_at_diagnosis")
    wanted = 0.5 * (np.median(ages) + ages.mean()) * 1.15
    lives = look_for(matched(wanted), 40)
    again = live_again(matched(wanted), lives, {SYMBOL: np.array([place.quantities[SYMBOL].value])})
    weights = weigh(matched(wanted).population, matched(wanted).population.matches.marginals,
                    {"trait.age_at_diagnosis": ages}, place.clinic.units).weights  # fmt: skip
    hba1c = measure(block.baseline, place.clinic.endpoints, None)["hba1c"]
    found = again["control"][0.0]["hba1c"][0]
    assert found.size == 40
    assert found.mean() == pytest.approx(np.average(hba1c, weights=weights), abs=0.3 * hba1c.std())
    assert same_bits({"hba1c": found}, {"hba1c": lives.measured["control"][0.0]["hba1c"]})


def test_numbers_with_which_people_cannot_be_weighted_have_nobody(place, matched):
    with pytest.raises(ProtocolError, match="matches"):
        look_for(matched(30.0), 8)
    again = live_again(matched(30.0), place.people, {SYMBOL: np.array([1.0, 1.0])})
    assert np.isnan(again["control"][0.0]["hba1c"]).all()


@given(st.lists(st.floats(0.01, 5), min_size=2, max_size=30), st.integers(1, 200))
def test_people_are_taken_as_often_as_their_weight_says_but_for_one(weights, count):
    weights = np.array(weights)
    taken = np.bincount(_by_weight(weights, count), minlength=weights.size)
    assert taken.sum() == count
    assert np.all(np.abs(taken - count * weights / weights.sum()) <= 1 + 1e-9)


def test_simulated_days_of_people_with_a_history_are_not_replayed(clinic):
    catalog = Catalog.open(science_root())
    with pytest.raises(ProtocolError, match="days: averaged"):
        open_map_clinic(catalog, catalog.studies[SIMULATED], 8)


def test_quiet_years_are_lived_as_from_meeting_to_meeting(clinic, lives, monkeypatch):
    monkeypatch.setattr("insula.trial.history.may_be_quiet", lambda _: False)
    people, past, _ = live_until_entry(clinic, drawn(clinic, range(MANY)))
    assert np.array_equal(people.candidates, lives[0].candidates)
    for name in ("born", "diagnosed_on"):
        assert np.array_equal(getattr(past, name), getattr(lives[1], name))
    assert past.disease_state == pytest.approx(lives[1].disease_state, rel=1e-3, abs=1e-5)
    assert past.daily_dose == pytest.approx(lives[1].daily_dose, rel=1e-6)
