"""A review that names what does not exist, or cannot be pooled, is told with line and suggestion."""
# ruff: noqa: E501 (one row of the table of breakages reads best on one line)

import pytest

from insula.catalog import Catalog
from insula.checks import check
from small_review import REVIEW, add_review


def shown(science, review=REVIEW):
    add_review(science.root, review)
    return [problem.render(science.root) for problem in check(science.root)]


def test_a_good_review_has_no_problem(science):
    assert shown(science) == []
    assert Catalog.open().reviews["cells"].outcomes["range"].measure == "MD"


BROKEN = [
    ("question:", "questoin:", 'unknown key "questoin".\n      Did you mean "question"?'),
    ("topic: trials", "topic: trial", ':4  there is no topic of evidence "trial".\n      Did you mean "trials"?'),
    ("therapies: [cells]", "therapies: [cell]", ':7  there is no therapy of this topic "cell".'),
    ("diseases: [A, B]", "diseases: [A, B, C]", ':8  there is no disease of this topic "C".'),
    ("subgroups:\n", "left_out: [{study: plane, reason: {en: a, zh: b}}]\nsubgroups:\n",
     ':9  there is no study of this topic "plane".\n      Did you mean "plain"?'),
    ("subgroups:\n", "left_out: [{study: plain, arms: [cels], reason: {en: a, zh: b}}]\nsubgroups:\n",
     ':9  there is no arm of this study "cels".\n      Did you mean "cells"?'),
    ("diseases: [B]}", "diseases: [C]}", ':11  there is no disease of this review "C".'),
    ("of: [tir]", "of: [tirr]", ':18  there is no endpoint or outcome "tirr".\n      Did you mean "tir"?'),
    ("of: [tir]", "of: [tir, responder]", ":18  range: a difference of means cannot be pooled in dimensionless, percent."),
    ("of: [responder],", "of: [responder], words: [respnder],",
     ':19  there is no outcome printed in this topic "respnder".\n      Did you mean "responder"?'),
    ("measure: MD", "measure: MDD", 'outcomes.range.measure "MDD" is none of MD, SMD, RR, OR, RD.'),
    ("id: big_2020", "id: big_2021", ':24  there is no meta-analysis of this topic "big_2021".'),
    ("shift against control]", "shift against controls]", ':24  there is no measure of this meta-analysis "shift against controls".'),
    ("{all: overall}", "{every: overall}", ':24  there is no subgroup of this meta-analysis "every".'),
    ("{all: overall}", "{all: third}", ':24  there is no subgroup of this review "third".'),
    ("subgroup: second", "subgroup: secnd", ':30  there is no subgroup of this review "secnd".\n      Did you mean "second"?'),
    ("{outcome: range, months: 3", "{outcome: rnge, months: 3", ':31  there is no outcome of this review "rnge".'),
    ("{outcome: range, months: 3", "{outcome: range, months: 6", ":31  range is not pooled at 6.0 months.\n      Months: 3, 12."),
    ("{outcome: range, months: 3", "{outcome: range", ":31  range is pooled at times: key months is missing."),
    ("months: 3, significant: false", "months: 3", "claims.0.rows.2: direction, significant or no_events must be given."),
    ("value: 1.5, unit: month", "value: 9, unit: month", ":15  this window begins before the one above ends."),
    ("at: {value: 12, unit: month}", "at: {value: 12, unit: percent}", ':15  "percent" is no unit of time.'),
    ("  - source: smith2001", "  - source: smith2002", 'source "smith2002" is not in citations.bib.'),
    ("note: near enough}\n  - at: {value: 12", "note: ''}\n  - at: {value: 12", "is assumed, but the note is empty."),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), BROKEN, ids=[new[:40] for _, new, _ in BROKEN])
def test_what_is_wrong_in_a_review_is_told(science, old, new, message):
    assert REVIEW.count(old) == 1, old
    assert any(message in one for one in shown(science, REVIEW.replace(old, new)))


EXPLAINED = "explanations:\n  - {{{}, side: virtual, kind: admitted, why: {{en: Why., zh: 原因。}}}}\n"
LINE = REVIEW.count("\n") + 2  # of the first explanation
NAMED_WRONGLY = [
    ("outcome: rnge", 'there is no outcome of this review "rnge".\n      Did you mean "range"?'),
    ("outcome: range, subgroup: secnd", 'there is no subgroup of this review "secnd".\n      Did you mean "second"?'),
    ("outcome: range, months: [12, 6]", "range is not pooled at 6.0 months.\n      Months: 3, 12."),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "message"), NAMED_WRONGLY, ids=[cells for cells, _ in NAMED_WRONGLY])
def test_an_explanation_of_cells_that_the_review_lacks_is_told(science, cells, message):
    assert [one for one in shown(science, REVIEW + EXPLAINED.format(cells)) if f":{LINE}  {message}" in one]


@pytest.mark.parametrize(
    "cells", ["outcome: range", "outcome: range, months: [3, 12]", "outcome: responder, subgroup: overall"]
)
def test_an_explanation_may_name_any_cell_of_the_review(science, cells):
    assert shown(science, REVIEW + EXPLAINED.format(cells)) == []


def test_an_explanation_of_an_outcome_over_the_whole_follow_up_has_no_months(science):
    once = REVIEW.replace("{of: [responder], measure: RR}", "{of: [responder], measure: RR, when: follow_up}")
    told = shown(science, once + EXPLAINED.format("outcome: responder, months: [12]"))
    assert any("responder is not pooled at 12.0 months.\n      Months: none." in one for one in told)
