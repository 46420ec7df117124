"""Adverse events come as often as their sources say, while people are exposed, and from nothing but their address."""

import numpy as np
import pytest

from insula.catalog.records import Protocol
from insula.catalog.records.harms import Harms
from insula.trial.adverse_events import ANY, SERIOUS, adverse_events
from insula.trial.risks import risks_of

TITLE = {"en": "x", "zh": "x"}
YEAR, SEED = 365.25, 3
MANY = np.arange(20_000)


def day(value):
    return {"value": float(value), "unit": "day"}


def counted(events, of, **more):
    return {"events": events, "of": of, "source": "ryan2005", "place": "abstract", **more}


def harms(**by_event):
    return {"drug": Harms.model_validate({"id": "drug", "harms": by_event})}


def risks(brings, *given):
    protocol = Protocol.model_validate({"id": "p", "title": TITLE, "give": list(given)})
    return risks_of(protocol, brings)


def dose(at, amount=1.0, therapy="drug"):
    return {"therapy": therapy, "at": day(at), "dose": {"value": amount, "unit": "mg"}}


def level(start, end, amount=1.0, therapy="drug"):
    return {
        "therapy": therapy, "from": day(start), "to": day(end), "target": {"value": amount, "unit": "ng_per_mL"},
    }  # fmt: skip


def drawn(found, until=YEAR, who=MANY, passed_over=None):
    return adverse_events(found, SEED, who, who % 50, until, passed_over or {})


def harm(per, events, of, **more):
    return {"serious": True, "per": per, "observed": [counted(events, of)], **more}


def share_of(found, until=YEAR):
    return float((drawn(found, until).before(until)["bleeding"] > 0).mean())


def test_as_many_bleed_at_each_infusion_as_the_source_counted():
    once = risks(harms(bleeding=harm("administration", 1500, 12800)), dose(0))
    twice = risks(harms(bleeding=harm("administration", 1500, 12800)), dose(0), dose(68))
    assert share_of(once) == pytest.approx(0.117, abs=0.01)
    assert share_of(twice) == pytest.approx(1 - (1 - 0.117) ** 2, abs=0.012)


def test_the_share_follows_the_source_when_its_count_is_moved():
    few, many = (risks(harms(bleeding=harm("administration", n, 128)), dose(0)) for n in (15, 60))
    assert share_of(few) == pytest.approx(0.12, abs=0.03)
    assert share_of(many) == pytest.approx(0.47, abs=0.03)


def test_members_differ_as_much_as_a_small_count_leaves_open():
    def spread(events, of):
        (risk,) = risks(harms(bleeding=harm("administration", events, of)), dose(0))
        return np.std(risk.rates(SEED, np.arange(4000)))

    assert spread(2, 16) == pytest.approx(np.sqrt(2.5 * 14.5 / (17**2 * 18)), rel=0.06)  # variance of a beta
    assert spread(200, 1600) < spread(2, 16) / 5


@pytest.mark.parametrize("nothing", [dose(0, 0.0), level(0, 100, 0.0), dose(0, therapy="other")])
def test_nothing_given_does_no_harm(nothing):
    everything = harms(
        bleeding=harm("administration", 9, 10), rash=harm("year", 9, 1, lasts=None),
        tumour={"serious": True, "unknown": TITLE},
    )  # fmt: skip
    assert risks(everything, nothing) == ()
    assert drawn(()).before(YEAR)[ANY].sum() == 0


def test_a_rate_holds_while_a_drug_is_held_and_stops_with_it():
    brings = harms(bleeding=harm("year", 3000, 1000))
    short, long = risks(brings, level(10, 110)), risks(brings, level(10, 60), level(60, 110), level(200, 300))
    first, more = drawn(short), drawn(long)
    assert first.day.min() > 10
    assert first.day.max() < 110
    assert len(first.day) / len(MANY) == pytest.approx(3.0 * 100 / YEAR, rel=0.03)
    assert not ((more.day > 110) & (more.day < 200)).any()
    assert len(more.day) / len(MANY) == pytest.approx(3.0 * 200 / YEAR, rel=0.03)
    early = more.day < 110
    np.testing.assert_array_equal(more.patient[early], first.patient, "the same people in the same days")
    np.testing.assert_allclose(more.day[early], first.day)


def test_a_dose_counts_for_as_long_as_the_text_says():
    lasts = {**day(30), "source": "assumed", "place": "-", "reason": "assumed"}
    found = drawn(risks(harms(bleeding=harm("year", 5000, 1000, lasts=lasts)), dose(0), dose(20), dose(200)))
    when = found.day[(found.day > 50) & (found.day < 200)]
    assert when.size == 0
    assert len(found.day) / len(MANY) == pytest.approx(5.0 * 80 / YEAR, rel=0.03)


def test_a_harm_per_patient_comes_once_within_its_time():
    found = drawn(risks(harms(bleeding=harm("patient", 800, 1000, within=day(14))), dose(5), dose(6)))
    assert len(np.unique(found.patient)) == len(found.patient)
    assert 5 <= found.day.min() < found.day.max() < 19
    assert len(found.patient) / len(MANY) == pytest.approx(0.8, abs=0.02)


def test_what_is_held_off_begins_when_the_last_drug_ends():
    brings = harms(
        bleeding=harm("patient", 900, 1000, within=day(50), after=["guard", "other"], until_then=TITLE)
    )
    found = drawn(
        risks(brings, dose(0), level(0, 80, therapy="guard"), level(60, 120, therapy="other")), 3 * YEAR
    )
    assert 120 <= found.day.min() < 121
    assert drawn(risks(brings, dose(0))).day.min() < 1


def test_nobody_knows_an_event_while_a_drug_holds_it_off():
    brings = harms(bleeding=harm("patient", 900, 1000, within=day(50), after=["guard"], until_then=TITLE))
    events = drawn(risks(brings, dose(0), level(0, 80, therapy="guard")), 3 * YEAR, who=np.arange(50))
    assert not events.before(0.0)["bleeding"].any(), "the first visit comes before the dose"
    for until in (30.0, 80.0):
        assert np.isnan(events.before(until)["bleeding"]).all()
        assert not events.before(until)[SERIOUS].any()
    assert events.before(YEAR)["bleeding"].mean() > 0.7


def test_a_count_that_goes_on_is_of_a_part_once_the_drug_is_held_for_longer():
    brings = harms(bleeding=harm("patient", 90, 100, within=day(50), goes_on=True))
    (long,), (short,) = (risks(brings, level(10, end)) for end in (200, 60))
    assert [long.counted_in_part(until) for until in (50.0, 60.0, 61.0, YEAR)] == [False, False, True, True]
    assert not short.counted_in_part(YEAR)
    (once,) = risks(harms(bleeding=harm("patient", 90, 100, within=day(50), goes_on=False)), level(10, 200))
    assert not once.counted_in_part(YEAR)


def test_what_another_therapy_prevents_does_not_come():
    brings = harms(bleeding=harm("administration", 9, 10, unless=["guard"]))
    assert len(risks(brings, dose(0))) == 1
    assert risks(brings, dose(0), level(0, 9, therapy="guard")) == ()


def test_only_what_controls_did_not_have_is_the_therapys():
    one = {"serious": False, "per": "administration"}
    brings = harms(
        bleeding={**one, "observed": [counted(400, 1000, control={"events": 300, "of": 1000})]},
        rash={**one, "observed": [counted(100, 1000, control={"events": 300, "of": 1000})]},
    )
    had = drawn(risks(brings, dose(0))).before(YEAR)
    assert had["bleeding"].mean() == pytest.approx(0.1, abs=0.015)
    assert had["rash"].sum() == 0


def test_the_diary_counts_before_a_day_by_event_and_in_all():
    brings = harms(
        bleeding=harm("administration", 999, 1000),
        rash={"serious": False, "per": "patient", "within": day(1), "observed": [counted(999, 1000)]},
    )
    events = drawn(risks(brings, dose(0), dose(10)), who=np.arange(3))
    assert not any(column.any() for column in events.before(0.0).values()), (
        "the first visit comes before the dose"
    )
    last = events.before(YEAR)
    np.testing.assert_array_equal(last["bleeding"], 2)
    np.testing.assert_array_equal(last["rash"], 1)
    np.testing.assert_array_equal(last[ANY], 3)
    np.testing.assert_array_equal(last[SERIOUS], 2)


def test_a_person_does_not_depend_on_who_else_is_drawn():
    brings = harms(bleeding=harm("administration", 30, 100), rash=harm("year", 200, 100))
    found = risks(brings, dose(0), level(0, 200))
    some = np.array([7, 4000, 19_999])
    whole, part = drawn(found), drawn(found, who=some)
    for place, who in enumerate(some):
        np.testing.assert_array_equal(part.day[part.patient == place], whole.day[whole.patient == who])


def test_who_is_passed_over_has_no_harm_of_what_was_not_given():
    brings = harms(
        bleeding=harm("administration", 999, 1000),
        rash=harm("year", 4000, 100),
        tumour=harm("patient", 99, 100, within=day(60)),
    )
    found = risks(brings, dose(0), dose(68), level(200, 300))
    nobody, everybody = np.zeros(MANY.size, dtype=bool), np.ones(MANY.size, dtype=bool)
    half = MANY % 2 == 0
    usual = drawn(found).before(YEAR)
    spared = drawn(found, passed_over={("drug", 68.0): half, ("drug", 200.0): half}).before(YEAR)
    for event in ("bleeding", "rash", "tumour"):
        np.testing.assert_array_equal(spared[event][~half], usual[event][~half])
    np.testing.assert_array_equal(spared["tumour"], usual["tumour"])  # the first dose is enough
    assert usual["bleeding"].mean() == pytest.approx(3, abs=0.01)
    assert spared["bleeding"][half].mean() == pytest.approx(1, abs=0.01)
    assert usual["rash"][half].mean() > 5
    assert not spared["rash"][half].any()
    nothing = {("drug", 0.0): everybody, ("drug", 68.0): everybody, ("drug", 200.0): everybody}
    assert not drawn(found, passed_over=nothing).before(YEAR)[ANY].any()
    same = drawn(found, passed_over={key: nobody for key in nothing}).before(YEAR)
    assert all((same[event] == usual[event]).all() for event in usual)


@pytest.mark.parametrize("until", [30.0, 90.0, YEAR])
def test_the_expected_share_is_that_of_the_people_who_are_drawn(until):
    brings = harms(
        bleeding=harm("administration", 15, 128), rash=harm("year", 20, 30),
        fever=harm("patient", 30, 60, within=day(60)),
    )  # fmt: skip
    found = risks(brings, dose(0), dose(68), level(10, 80))
    members = np.unique(MANY % 50)
    had = drawn(found).before(until)
    for risk in found:
        expected = risk.shares(risk.rates(SEED, members), until).mean()
        assert (had[risk.event] > 0).mean() == pytest.approx(expected, abs=0.012), risk.event
