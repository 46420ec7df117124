"""The lines of a protocol: in days, with a warning, for whom, and regular doses on one line; in both languages."""

import pytest

from insula.report.protocol_steps import protocol_lines
from insula.report.writing import Writer

STEP = {
    "title": {"en": "Cells", "zh": "细胞"}, "dose": {"value": 5.0, "unit": "cell"}, "at": {"value": 0.0, "unit": "day"},
}  # fmt: skip
LEVEL = {"title": {"en": "Drug", "zh": "药"}, "target": {"value": 5.0, "unit": "ng_per_mL"}}


def lines(*steps, lang="en"):
    return protocol_lines(steps, Writer(lang))


def on(day, unit="day", **more):
    return {**STEP, "at": {"value": day, "unit": unit}, **more}


def test_a_step_carries_the_warning():
    (warned,) = lines({**STEP, "evidence_from": ["mouse"]})
    assert warned.startswith("Cells (evidence from mice; no number of its effect comes from people), 5")
    assert "evidence" not in lines(STEP)[0]


def test_a_step_is_told_in_days_whatever_its_text_says():
    assert lines(on(8.0, "week"))[0].endswith("on day 56")
    span = {"from": {"value": 1.0, "unit": "week"}, "to": {"value": 48.0, "unit": "hour"}}
    assert lines({**LEVEL, **span})[0].endswith("from day 7 to day 2")


def test_a_step_for_some_says_how_many_got_it():
    (told,) = lines({**STEP, "if_on_insulin": True, "share": 0.52})
    assert "only to those who take insulin then (52 %)" in told


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "only to those who take insulin then"), ("zh", "仅给予届时仍用胰岛素者")]
)
def test_a_step_for_some_says_for_whom(lang, words):
    assert words in lines({**STEP, "if_on_insulin": True}, lang=lang)[0]
    assert words not in lines({**STEP, "if_on_insulin": False}, lang=lang)[0]


def test_regular_doses_are_one_line_and_others_their_own():
    weeks = [on(14.0 * k) for k in range(2, 27)]
    start = on(0.0, dose={"value": 9.0, "unit": "cell"})
    told = lines(start, *weeks, on(400.0))
    assert [line.partition(", ")[2].partition(", ")[2] for line in told] == [
        "on day 0", "every 14 days from day 28 to day 364, 25 times", "on day 400",
    ]  # fmt: skip
    assert lines(*weeks, lang="zh")[0].endswith("第 28 天至第 364 天每 14 天一次，共 25 次")


def test_two_doses_stay_two_lines_and_three_days_running_are_every_day():
    assert [line[-9:] for line in lines(on(0.0), on(7.0))] == [" on day 0", " on day 7"]
    assert lines(on(0.0), on(1.0), on(2.0))[0].endswith("every day from day 0 to day 2")


def test_doses_of_one_day_stay_their_own_lines():
    assert [line[-9:] for line in lines(*(on(3.0),) * 3)] == [" on day 3"] * 3


def test_two_drugs_given_together_are_two_lines():
    other = {"title": {"en": "Other", "zh": "另"}}
    told = lines(*(on(7.0 * k, **more) for k in range(4) for more in ({}, other)))
    assert [line.partition(",")[0] for line in told] == ["Cells", "Other"]
    assert all("every 7 days from day 0 to day 21, 4 times" in line for line in told)


def test_a_dose_for_some_does_not_hide_among_those_for_all():
    assert len(lines(on(0.0), on(7.0), on(14.0, if_on_insulin=True))) == 3
