"""What a question makes of a patient: what a fact brings, which therapies are compared, which limits are tried."""

from types import SimpleNamespace

import numpy as np
import pytest
from pydantic import ValidationError

from insula.analysis.ask.answer import _not_asked_about, _spread
from insula.analysis.ask.ask import Alike, Inquiry, _brought, comparable
from insula.analysis.ask.clinic import is_tried, limits_of
from insula.analysis.ask.patient import Asked
from insula.analysis.ask.pool import Stage, _foretold
from insula.catalog import Catalog
from insula.catalog.records.questions import Fact, WhatIf
from insula.population.quantities import WAIT
from insula.population.sample import ParameterTable

TITLE = {"en": "A", "zh": "甲"}
VALUE = {"value": 1.0, "unit": "dimensionless", "source": "assumed", "place": "-", "reason": "assumed"}
BRINGS = {"title": TITLE, "set": {"immunity.memory_allo": VALUE}}


@pytest.mark.parametrize(
    ("stated", "expected"),
    [({"sensitised": 1.0}, {"immunity.memory_allo": 1.0}), ({"sensitised": 0.0}, {}), ({"age": 40.0}, {})],
)
def test_memory_is_brought_by_who_is_sensitised(stated, expected):
    question = Catalog.open().questions["stop_insulin"]
    found = _brought(Inquiry(question, Asked("type_1", stated, frozenset(), frozenset(), ()), {}))
    assert {symbol: value.value for symbol, value in found.items()} == expected


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"brings": BRINGS, "not_used": TITLE}, "give either of, brings or not_used"),
        ({}, "give either of, brings or not_used"),
        ({"brings": BRINGS}, "write values: yes_or_no"),
    ],
)
def test_a_fact_is_used_in_one_way(changes, message):
    with pytest.raises(ValidationError, match=message):
        Fact.model_validate({"title": TITLE, "unit": "dimensionless"} | changes)


LIMIT = {"title": TITLE, "without": TITLE}
SET = {"set": {"islet_graft.attrition": VALUE | {"unit": "per_day"}}}
CELLS = {"doses": {"therapies": ["mesenchymal_stem_cells"], "factor": VALUE}}
DOSES = {"doses": {"therapies": ["donor_islets"], "factor": VALUE}}


@pytest.mark.parametrize(
    ("limit", "protocol", "tried"),
    [
        (SET, "donor_islets_potent_induction", True),
        (SET, "usual_care", False),
        (SET | {"only_with": ["donor_islets"]}, "donor_islets_potent_induction", True),
        (SET | {"only_with": ["stem_cell_islets"]}, "donor_islets_potent_induction", False),
        (DOSES, "donor_islets_potent_induction", True),
        (DOSES, "zimislecel_full_dose", False),
        (CELLS, "stromal_cells_zang", True),
        (CELLS, "stromal_cells_zang_placebo", False),
        (SET | {"only_with": ["mesenchymal_stem_cells"]}, "stromal_cells_zang_placebo", False),
        (SET, "stromal_cells_placebo", False),
        (SET | {"not_with": ["stem_cells_of_the_patient"]}, "zimislecel_full_dose", True),
        (SET | {"not_with": ["stem_cells_of_the_patient"]}, "cipsc_islets", False),
        (SET | {"types": ["type_1", "type_2"]}, "zimislecel_full_dose", True),
        (SET | {"types": ["type_2"]}, "zimislecel_full_dose", False),
    ],
)
def test_a_limit_is_tried_where_it_can_be_one(limit, protocol, tried):
    what_if = WhatIf.model_validate(LIMIT | limit)
    assert is_tried(what_if, Catalog.open().protocols[protocol], "type_1") is tried


@pytest.mark.parametrize(
    ("kind", "protocol", "limit", "tried"),
    [
        ("type_1", "cipsc_islets", "rejection", False),
        ("type_1", "zimislecel_full_dose", "rejection", True),
        ("type_1", "zimislecel_full_dose", "toxicity", True),
        ("type_1", "zimislecel_full_dose", "lost_beta_cells", False),
        ("type_1_recent", "stromal_cells_200_million", "lost_beta_cells", True),
        ("type_1_recent", "stromal_cells_200_million", "autoimmunity", True),
        ("type_2", "stromal_cells_zang", "autoimmunity", False),
        ("type_2", "stromal_cells_zang", "lost_beta_cells", True),
        ("type_2", "stromal_cells_zang_placebo", "dose", False),
    ],
)
def test_what_can_limit_whom(kind, protocol, limit, tried):
    catalog = Catalog.open()
    question = catalog.questions["stop_insulin"]
    assert (limit in limits_of(question, catalog.protocols[protocol], kind)) is tried


def test_nobody_is_left_out_for_their_age_of_those_who_are_titled_by_it():
    """Candidates of a question meet no criterion of a trial, so one who is younger must not be a surprise."""
    catalog = Catalog.open()
    lived = [one.population for one in catalog.questions["stop_insulin"].types.values() if one.population]
    for name in lived:
        population = catalog.populations[name]
        if population.history is None:
            continue
        youngest = [c.at_least.value for c in population.eligible if c.quantity == "trait.age" and c.at_least]
        assert max(youngest, default=0.0) <= 1.0, name


def test_therapies_that_are_not_asked_about_are_named_without_their_variants():
    catalog = Catalog.open()
    question = catalog.questions["stop_insulin"]
    asked = Asked("type_1_recent", {"age": 20.0}, frozenset(), frozenset(), ())
    judged = {name: [] for name in comparable(question, "type_1_recent")}
    named = [title["en"] for title in _not_asked_about(catalog, Inquiry(question, asked, judged))]
    titles = {name: one.title["en"] for name, one in catalog.therapies.items()}
    assert {titles["donor_islets"], titles["cyclosporin"]} <= set(named)
    assert not {titles[name] for name in ("anti_cd3", "mesenchymal_stem_cells", "graft_in_muscle")} & set(
        named
    )


def test_a_therapy_is_compared_for_its_types_of_diabetes():
    question = Catalog.open().questions["stop_insulin"]
    types = {name: one.types for name, one in question.protocols.items()}
    assert types["usual_care"] == ()
    assert types["zimislecel_full_dose"] == ("type_1", "type_1_established")
    for kind in ("type_1", "type_1_recent", "type_1_established"):
        found = comparable(question, kind)
        assert "usual_care" in found
        assert ("zimislecel_full_dose" in found) is (kind != "type_1_recent")


def life_of(name):
    """A clinic for the people of a population who wait a year and ten years, as far as their lives go."""
    told = {"trait.age": "age", "trait.diabetes_duration": "diabetes_duration"}
    units = {WAIT: "day", **dict.fromkeys(told, "year")}
    clinic = SimpleNamespace(
        population=Catalog.open().populations[name],
        quantities={symbol: SimpleNamespace(unit=unit) for symbol, unit in units.items()},
        biography=SimpleNamespace(lived=told),
        run_in=28.0,
    )
    waits = np.array([[337.0], [3622.0]])
    return clinic, ParameterTable(np.arange(2), np.arange(2), (WAIT,), waits, ("day",))


def test_who_enters_a_time_after_the_diagnosis_has_a_duration_before_they_are_born():
    found = _foretold(*life_of("t1d_four_months_to_ten_years"))
    assert set(found) == {"trait.diabetes_duration"}, "their age is still to be lived"
    assert found["trait.diabetes_duration"] == pytest.approx([1.0, 10.0], abs=0.01)


@pytest.mark.parametrize("name", ["t1d_adults_two_years", "stage_2", "t1d_impaired_awareness"])
def test_who_enters_at_another_stage_has_none(name):
    assert _foretold(*life_of(name)) == {}


def people(*ages):
    numbers = np.arange(len(ages))
    table = ParameterTable(numbers, numbers, ("trait.age",), np.array([ages], dtype=float).T, ("year",))
    return Stage(table, np.ones(len(ages)), {}, {})


@pytest.mark.parametrize(
    ("early", "expected"), [((20.0, 30.0, 40.0), np.std([20, 30, 40])), ((np.nan,) * 3, np.std([10, 12]))]
)
def test_what_a_life_tells_is_spread_over_those_who_lived(early, expected):
    alike = Alike(people(*early), people(10.0, 12.0), np.ones(3, bool), None, np.ones(1), np.zeros(1))
    assert _spread(alike, "trait.age") == pytest.approx(expected)
