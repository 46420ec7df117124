"""What goes with the doses of a therapy: given anew with each, courses that meet are one, nothing else moves."""

import pytest

from insula.analysis.optimise.schedules import Limits, Schedule, space_of
from insula.catalog import Catalog
from insula.catalog.records import Give, Protocol, Study
from insula.trial.administrations import lower

LIMITS = Limits((0.25, 2.0), 4, (1, 365))
EVERY = ("dose", "infusions", "spacing")
CELLS, DRUG = "mesenchymal_stem_cells", "vitamin_d"


@pytest.fixture(scope="module")
def catalog():
    return Catalog.open()


def dose(day):
    return Give(therapy=CELLS, at={"value": day, "unit": "day"}, dose={"value": 1e6, "unit": "cell"})


def course(first, last, goes_with=CELLS):
    ends = {"from": {"value": first, "unit": "day"}, "to": {"value": last, "unit": "day"}}
    return Give(therapy=DRUG, target={"value": 1.0, "unit": "mg_per_day"}, goes_with=goes_with, **ends)


def space(catalog, *give):
    study = catalog.studies["protrans_repeat"]
    title = {"en": "Tried", "zh": "尝试"}
    arm = {"protocol": "tried", "size": 3, "title": title}
    text = study.model_dump(by_alias=True) | {"arms": {"tried": arm}}
    return space_of(
        catalog,
        Study.model_validate(text | {"protocols": {"tried": Protocol(id="tried", title=title, give=give)}}),
        CELLS,
        EVERY,
        LIMITS,
    )


def courses(found, schedule, catalog):
    """Days on which the drug begins and ends."""
    given = [one for one in lower(found.given(schedule), catalog.therapies) if DRUG in one.action]
    begins, ends = ([one.day for one in given if (one.amount > 0) is on] for on in (True, False))
    return list(zip(begins, ends, strict=True))


@pytest.mark.parametrize(
    ("give", "schedule", "expected"),
    [
        ([dose(0.0), course(-2.0, 90.0)], Schedule(1.0, 3, 200), [(-2, 90), (198, 290), (398, 490)]),
        ([dose(0.0), course(-2.0, 90.0)], Schedule(2.0, 3, 60), [(-2, 210)]),
        ([dose(0.0), course(-2.0, 90.0, None)], Schedule(1.0, 3, 200), [(-2, 90)]),
        ([dose(0.0), dose(28.0), course(0.0, 365.0)], Schedule(1.0, 2, 28), [(0, 365)]),
        ([dose(0.0), dose(28.0), course(0.0, 365.0)], Schedule(1.0, 4, 300), [(0, 1237)]),
        ([dose(0.0), dose(28.0), course(0.0, 365.0)], Schedule(1.0, 1, None), [(0, 337)]),
        (
            [dose(0.0), dose(100.0), course(0.0, 9.0), course(100.0, 109.0)],
            Schedule(1.0, 3, 50),
            [(0, 9), (50, 59), (100, 109)],
        ),
    ],
)
def test_courses_follow_the_doses(catalog, give, schedule, expected):
    assert courses(space(catalog, *give), schedule, catalog) == expected


def test_the_cells_of_a_trial_keep_their_origin_however_often_they_are_given(catalog):
    found = space_of(catalog, catalog.studies["izadi_2022"], None, EVERY, Limits((1.0, 1.0), 4, (1, 100)))
    assert sorted(lower(found.given(found.own), catalog.therapies), key=repr) == sorted(
        lower(found.protocol, catalog.therapies), key=repr
    )
    last = [one for one in lower(found.given(Schedule(1.0, 4, 100)), catalog.therapies) if one.amount == 0]
    assert {one.day for one in last} == {300.0 + 365.0 - 28.0}
