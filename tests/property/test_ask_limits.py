"""A limit is taken away from the same people under the same chance events, and nothing else changes."""

import numpy as np
import pytest

from insula.analysis.ask.clinic import horizon_days, open_question, variant_of
from insula.analysis.ask.courses import Start, follow_arms, follow_without_limits
from insula.analysis.ask.pool import live
from insula.catalog.base import Sourced
from insula.catalog.records import Question
from insula.core.errors import UnknownName
from insula.population.sample import sample
from small_question import question
from tiny_study import ASSUMED
from tolerances import same_bits

CELLS, CARE, NOTHING = "zimislecel_full_dose", "usual_care", "stromal_cells_placebo"
LAST = 56.0


def limit(symbol, value, unit):
    title = {"en": symbol, "zh": symbol}
    return {"title": title, "without": title, "set": {symbol: {"value": value, "unit": unit, **ASSUMED}}}


@pytest.fixture(scope="module")
def text():
    own = limit(
        "islet_graft.fresh_function", 0.28, "dimensionless"
    )  # the value of its table, the same for everybody
    return Question.model_validate(
        question(
            limits=question()["limits"]
            | {"own": own, "loss": limit("islet_graft.early_loss", 1.0, "per_day")}
        )
    )


@pytest.fixture(scope="module")
def asked(catalog, text):
    return open_question(catalog, text, "type_1", [CELLS, CARE, NOTHING])


@pytest.fixture(scope="module")
def start(asked):
    people = sample(asked.quantities, seed=asked.seed, candidates=np.arange(6), ensemble_members=5)
    _, cohort, baseline = live(asked, people)
    return Start(cohort, baseline).take(cohort.alive)


@pytest.fixture(scope="module")
def followed(asked, start):
    return follow_arms(asked, start, [CELLS, CARE], 2, lambda _: None)


@pytest.fixture(scope="module")
def without(asked, text, start):
    return follow_without_limits(asked, text, {CELLS: list(text.limits)}, {CELLS: start}, 2, lambda _: None)


def test_a_limit_set_to_what_it_was_changes_nothing(followed, without):
    for day in (0.0, 28.0, LAST):
        assert same_bits(without[CELLS, "own"][day], followed[CELLS][day])


def test_worse_early_loss_leaves_less_c_peptide(followed, without):
    peak = followed[CELLS][LAST]["mmtt_c_peptide_peak"]
    assert (without[CELLS, "loss"][LAST]["mmtt_c_peptide_peak"] < peak).all()


def test_twice_the_cells_lower_glucose_or_make_more_c_peptide_and_the_drugs_stay(asked, followed, without):
    """Who is in range nearly all day may give less C-peptide with more cells: glucose is lower, and each cell rests."""
    once, twice = followed[CELLS][LAST], without[CELLS, "dose"][LAST]
    assert (twice["hba1c"] < once["hba1c"]).all()
    short_of_cells = once["tir"] < 95
    assert short_of_cells.sum() > 3
    assert (twice["mmtt_c_peptide_peak"] > once["mmtt_c_peptide_peak"])[short_of_cells].all()
    plain, more = asked.arms[CELLS].given, asked.arms[variant_of(CELLS, "dose")].given
    doubled = {
        b.action
        for a, b in zip(plain, more, strict=True)
        if b.amount == pytest.approx(2 * a.amount) and a.amount
    }
    assert doubled == {"add:stem_cell_islets.infused"}
    assert all(a == b for a, b in zip(plain, more, strict=True) if b.action not in doubled)


def test_the_day_of_the_therapy_is_the_same_in_every_arm(followed):
    assert same_bits(followed[CELLS][0.0], followed[CARE][0.0])


def test_patients_cut_into_pieces_live_the_same_lives(asked, start, followed, monkeypatch):
    monkeypatch.setattr("insula.analysis.ask.courses._AT_ONCE", 2)
    again = follow_arms(asked, start, [CELLS], 1, lambda _: None)
    assert same_bits(again[CELLS][LAST], followed[CELLS][LAST])


def test_insulin_is_weaned_without_any_therapy_where_own_beta_cells_allow(asked, start):
    """Who tolerated lows at home may need a little more at first: habits of home end as well."""
    healthy = {"beta_cells.mass": Sourced(value=1.0, unit="dimensionless", **ASSUMED)}
    as_before, weaned = start.with_values(asked, healthy), start.with_values(asked, healthy)
    weaned.cohort.weaned = True
    need = [
        follow_arms(asked, one, [CARE], 1, lambda _: None)[CARE][LAST]["insulin_dose_total"]
        for one in (as_before, weaned)
    ]
    assert (need[0] > 0).all()
    assert need[1].sum() < 0.95 * need[0].sum()


def test_cells_in_a_dose_of_nothing_are_the_arm_without_where_all_are_weaned(asked, start):
    weaned = start.with_values(asked, {})
    weaned.cohort.weaned = True
    found = follow_arms(asked, weaned, [CARE, NOTHING], 1, lambda _: None)
    assert same_bits(found[NOTHING][LAST], found[CARE][LAST])


def test_states_and_parameters_are_set_others_refused(asked, start):
    changes = {
        "immunity.avidity": Sourced(value=0.0, unit="dimensionless", **ASSUMED),
        "islet_graft.attrition": Sourced(value=0.0, unit="per_day", **ASSUMED),
    }
    changed = start.with_values(asked, changes).cohort
    state = asked.disease.kernel.states.index("immunity.avidity")
    assert (changed.disease_state[:, state] == 0).all()
    assert (start.cohort.disease_state[:, state] > 0).all(), "the patients themselves are left as they were"
    assert (changed.disease_parameters[:, asked.disease.parameter("islet_graft.attrition")] == 0).all()
    with pytest.raises(UnknownName, match="avidty"):
        start.with_values(asked, {"immunity.avidty": changes["immunity.avidity"]})


def test_horizons_are_whole_days_in_order(text):
    several = [{"value": 5.0, "unit": "year"}, {"value": 1.0, "unit": "year"}]
    assert horizon_days(Question.model_validate(question(horizons=several))) == (365.0, 1826.0)
