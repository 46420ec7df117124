"""A protocol as timed changes."""

import numpy as np
import pytest

from insula.catalog.records import Protocol, Therapy
from insula.core.errors import ProtocolError
from insula.trial.administrations import lower

TITLE = {"en": "x", "zh": "x"}
CELLS = Therapy.model_validate(
    {"id": "cells", "title": TITLE, "dose": {"target": "graft.infused", "operation": "add", "unit": "cell"}}
)
ANTIBODY = Therapy.model_validate(
    {
        "id": "antibody",
        "title": TITLE,
        "dose": {"target": "antibody.amount", "operation": "set", "unit": "mg"},
    }
)
DRUG = Therapy.model_validate(
    {"id": "drug", "title": TITLE, "level": {"target": "drug.trough", "unit": "ng_per_mL"}}
)
THERAPIES = {therapy.id: therapy for therapy in (CELLS, ANTIBODY, DRUG)}


def quantity(value, unit):
    return {"value": float(value), "unit": unit}


def given(*entries):
    protocol = Protocol.model_validate({"id": "p", "title": TITLE, "give": list(entries)})
    return [(g.day, g.action, g.amount) for g in lower(protocol, THERAPIES)]


def level(start, end, amount, unit="ng_per_mL"):
    days = {"from": quantity(start, "day"), "to": quantity(end, "day")}
    return {"therapy": "drug", **days, "target": quantity(amount, unit)}


def dose(therapy, at, amount, unit):
    return {"therapy": therapy, "at": at, "dose": quantity(amount, unit)}


def test_a_dose_is_added_on_its_day_in_the_unit_of_the_target():
    assert given(dose("cells", quantity(2, "week"), 800, "cell")) == [(14.0, "add:graft.infused", 800.0)]


def test_a_dose_that_is_repeated_is_what_its_doses_are_one_by_one():
    first = dose("cells", quantity(4, "day"), 800, "cell")
    alone = [dose("cells", quantity(day, "day"), 800, "cell") for day in (4, 11, 18)]
    assert given({**first, "every": quantity(1, "week"), "times": 3}) == given(*alone)
    later = dose("cells", quantity(1, "week"), 800, "cell")
    assert [day for day, *_ in given({**later, "every": quantity(12, "hour"), "times": 4})] == [
        7,
        7.5,
        8,
        8.5,
    ]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({**dose("cells", quantity(4, "day"), 8, "cell"), "times": 3}, "every and times go together"),
        ({**level(0, 9, 8), "every": quantity(1, "day"), "times": 3}, "every and times repeat a dose"),
        (
            {**dose("cells", quantity(4, "day"), 8, "cell"), "every": quantity(0, "day"), "times": 3},
            "every is",
        ),
        (
            {**dose("cells", quantity(4, "day"), 8, "cell"), "every": quantity(2, "mg"), "times": 3},
            "every is",
        ),
        (
            {**dose("cells", quantity(4, "day"), 8, "cell"), "every": quantity(2, "fortnite"), "times": 3},
            "every is",
        ),
        (
            {**dose("cells", quantity(4, "day"), 8, "cell"), "every": quantity(2, "day"), "times": 1},
            "equal to 2",
        ),
    ],
)
def test_a_repetition_that_says_too_little_is_refused(entry, message):
    with pytest.raises(ValueError, match=message):
        given(entry)


def test_a_level_that_follows_another_on_the_same_day_is_not_undone_by_its_end():
    found = given(level(30, 90, 8), level(0, 30, 13))
    assert found == [
        (0.0, "set:drug.trough", 13.0),
        (30.0, "set:drug.trough", 0.0),
        (30.0, "set:drug.trough", 8.0),
        (90.0, "set:drug.trough", 0.0),
    ]


def test_units_are_converted():
    assert given(level(0, 1, 13, "ug_per_L"))[0][2] == pytest.approx(13.0)


def test_a_dose_per_weight_is_multiplied_by_each_patient_s_weight():
    entry = dose("antibody", quantity(0, "day"), 1.5, "mg_per_kg")
    protocol = Protocol.model_validate({"id": "p", "title": TITLE, "give": [entry]})
    (administration,) = lower(protocol, THERAPIES)
    assert administration.amounts(np.array([60.0, 80.0])).tolist() == [90.0, 120.0]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (dose("drug", quantity(0, "day"), 1, "ng_per_mL"), "protocol p: drug is given as a level"),
        ({**level(0, 1, 1, "cell"), "therapy": "cells"}, "protocol p: cells is given as a dose"),
        (dose("cells", quantity(0, "day"), 1, "mg"), "protocol p: 1 mg cannot be given as cell"),
        (
            dose("cells", quantity(0, "day"), 1, "mg_per_kg"),
            "protocol p: 1 mg_per_kg cannot be given as cell",
        ),
    ],
)
def test_what_cannot_be_given_is_refused(entry, message):
    with pytest.raises(ProtocolError, match=message):
        given(entry)


@pytest.mark.parametrize("entry", [dose("cells", quantity(0, "day"), 800, "cell"), level(0, 30, 13)])
def test_dose_and_level_tell_whether_insulin_is_weaned(entry):
    protocol = Protocol.model_validate({"id": "p", "title": TITLE, "give": [entry]})
    weaning = {
        name: therapy.model_copy(update={"weans_insulin": True}) for name, therapy in THERAPIES.items()
    }
    assert lower(protocol, weaning)[0].weans_insulin
    assert not lower(protocol, THERAPIES)[0].weans_insulin


def test_what_differs_between_lots_is_drawn_before_each_dose_and_once_for_all_doses_of_a_day():
    target = CELLS.dose.model_copy(update={"drawn_anew": ("graft.lot",)})
    lots = {**THERAPIES, "cells": CELLS.model_copy(update={"dose": target})}
    days = [dose("cells", quantity(day, "day"), amount, "cell") for day, amount in ((68, 2), (0, 1), (0, 3))]
    protocol = Protocol.model_validate({"id": "p", "title": TITLE, "give": [*days, level(0, 30, 13)]})
    found = [g for g in lower(protocol, lots) if g.action != "set:drug.trough"]
    assert [(g.day, g.action, g.occasion) for g in found if g.drawn] == [
        (0.0, "set:graft.lot", 0),
        (68.0, "set:graft.lot", 1),
    ]
    assert [g.drawn for g in found] == ["graft.lot", None, None, "graft.lot", None]


def test_what_only_those_on_insulin_get_is_marked_and_so_is_its_preparation():
    lot = ANTIBODY.model_copy(
        update={"dose": ANTIBODY.dose.model_copy(update={"drawn_anew": ("antibody.lot",)})}
    )
    entries = [
        {**dose("antibody", quantity(day, "day"), 1, "mg"), "if_on_insulin": conditional}
        for day, conditional in ((0, False), (68, False), (68, True), (273, True))
    ]
    protocol = Protocol.model_validate({"id": "p", "title": TITLE, "give": entries})
    found = lower(protocol, {**THERAPIES, "antibody": lot})
    assert [(one.day, one.if_on_insulin) for one in found if one.drawn is None] == [
        (0.0, False), (68.0, False), (68.0, True), (273.0, True),
    ]  # fmt: skip
    assert [(one.day, one.if_on_insulin) for one in found if one.drawn] == [
        (0.0, False), (68.0, False), (273.0, True),
    ]  # fmt: skip
    on_insulin = np.array([True, False])
    assert [one.gets(on_insulin).tolist() for one in found if one.drawn] == [
        [True, True],
        [True, True],
        [True, False],
    ]
