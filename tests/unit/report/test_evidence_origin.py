"""Where numbers of a therapy come from: said when no people are among them, with every step, in both languages."""

import pytest

from insula.report.evidence_origin import origin
from insula.report.labels import Labels
from insula.report.writing import Writer

STEP = {
    "title": {"en": "Cells", "zh": "细胞"}, "dose": {"value": 5.0, "unit": "cell"}, "at": {"value": 0.0, "unit": "day"},
}  # fmt: skip


@pytest.mark.parametrize("silent", [(), ("people",), ("mouse", "people")])
def test_people_among_them_need_no_warning(silent):
    assert origin(silent, Writer("en")) == ""


@pytest.mark.parametrize(
    ("lang", "words"), [("en", ("mice", "rats", "cells in a dish")), ("zh", ("小鼠", "大鼠", "体外细胞"))]
)
def test_every_origin_has_a_word(lang, words):
    told = origin(("mouse", "rat", "dish"), Writer(lang))
    assert all(word in told for word in words)


def test_a_step_of_a_protocol_carries_the_warning():
    labels = Labels({"endpoints": {}, "arms": []}, Writer("en"))
    warned = labels.step({**STEP, "evidence_from": ["mouse"]})
    assert warned.startswith("Cells (evidence from mice; no number of its effect comes from people), 5")
    assert "evidence" not in labels.step(STEP)


def test_a_step_is_told_in_days_whatever_its_text_says():
    labels = Labels({"endpoints": {}, "arms": []}, Writer("en"))
    week = {**STEP, "at": {"value": 8.0, "unit": "week"}}
    assert labels.step(week).endswith("on day 56")
    level = {"title": STEP["title"], "target": {"value": 5.0, "unit": "ng_per_mL"}}
    span = {"from": {"value": 1.0, "unit": "week"}, "to": {"value": 48.0, "unit": "hour"}}
    assert labels.step({**level, **span}).endswith("from day 7 to day 2")


def test_a_step_for_some_says_how_many_got_it():
    labels = Labels({"endpoints": {}, "arms": []}, Writer("en"))
    assert "only to those who take insulin then (52 %)" in labels.step(
        {**STEP, "if_on_insulin": True, "share": 0.52}
    )


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "only to those who take insulin then"), ("zh", "仅给予届时仍用胰岛素者")]
)
def test_a_step_for_some_says_for_whom(lang, words):
    labels = Labels({"endpoints": {}, "arms": []}, Writer(lang))
    assert words in labels.step({**STEP, "if_on_insulin": True})
    assert words not in labels.step({**STEP, "if_on_insulin": False})
