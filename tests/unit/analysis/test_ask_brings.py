"""A fact that brings something to virtual patients: only when it is true, and nothing else of them changes."""

import pytest
from pydantic import ValidationError

from insula.analysis.ask.ask import Inquiry, _brought
from insula.analysis.ask.patient import Asked
from insula.catalog import Catalog
from insula.catalog.records.questions import Fact

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
        ({"brings": BRINGS, "unit": "year"}, "present or absent"),
    ],
)
def test_a_fact_is_used_in_one_way(changes, message):
    with pytest.raises(ValidationError, match=message):
        Fact.model_validate({"title": TITLE, "unit": "dimensionless"} | changes)
