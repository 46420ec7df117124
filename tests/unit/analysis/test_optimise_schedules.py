"""What a search may vary in a protocol, and which trials make the front."""

import shutil

import numpy as np
import pytest

from insula.analysis.optimise.schedules import Limits, Schedule, control_of, space_of
from insula.analysis.optimise.search import Tried, front, search
from insula.catalog import Catalog
from insula.core.errors import InsulaError, UnknownName
from insula.trial.administrations import lower

LIMITS = Limits((0.25, 2.0), 4, None)
EVERY = ("dose", "infusions", "spacing")


@pytest.fixture(scope="module")
def catalog():
    return Catalog.open()


@pytest.fixture(scope="module")
def space(catalog):
    return space_of(catalog, catalog.studies["protrans_repeat"], None, EVERY, LIMITS)


def given(catalog, space, schedule):
    return [(one.day, one.amount) for one in lower(space.given(schedule), catalog.therapies)]


def test_the_protocols_own_schedule_is_the_protocol(catalog, space):
    assert space.own == Schedule(1.0, 2, 456)
    own = [(one.day, one.amount) for one in lower(space.protocol, catalog.therapies)]
    assert given(catalog, space, space.own) == own == [(0.0, 25e6), (456.0, 25e6)]
    assert space.cost(space.own) == 1.0


def test_another_schedule_gives_what_it_says(catalog, space):
    schedule = Schedule(0.5, 3, 30)
    assert given(catalog, space, schedule) == [(0.0, 12.5e6), (30.0, 12.5e6), (60.0, 12.5e6)]
    assert space.total(schedule) == 37.5e6
    assert space.cost(schedule) == 0.75


def test_other_therapies_of_the_protocol_stay(catalog):
    study = catalog.studies["reichman_2025_zimislecel"]
    with pytest.raises(InsulaError, match="--therapy"):
        space_of(catalog, study, None, ("dose",), LIMITS)
    found = space_of(catalog, study, "stem_cell_islets", ("dose",), LIMITS)
    rest = [entry for entry in found.protocol.give if entry.therapy != found.therapy]
    assert rest
    assert [e for e in found.given(Schedule(2.0, 1, None)).give if e.therapy != found.therapy] == rest


def test_unequal_doses_can_only_be_multiplied(catalog):
    study = catalog.studies["herold_2013_abate"]
    with pytest.raises(InsulaError, match="--over dose"):
        space_of(catalog, study, None, EVERY, LIMITS)
    found = space_of(catalog, study, None, ("dose",), LIMITS)
    whole, half = (
        [one.amount for one in lower(found.given(Schedule(dose, 0, None)), catalog.therapies)]
        for dose in (1.0, 0.5)
    )
    assert len(set(whole)) > 1
    assert half == [amount / 2 for amount in whole]


def test_doses_only_for_those_on_insulin_stay_so(catalog):
    study = catalog.studies["ryan_2005_edmonton5y"]
    with pytest.raises(InsulaError, match="only to those on insulin"):
        space_of(catalog, study, "donor_islets", EVERY, LIMITS)
    found = space_of(catalog, study, "donor_islets", ("dose",), LIMITS)
    doses = [entry for entry in found.given(Schedule(0.5, 0, None)).give if entry.therapy == "donor_islets"]
    assert [entry.if_on_insulin for entry in doses] == [False, False, True]


def test_the_last_infusion_comes_before_the_last_visit(catalog, space):
    assert space.spacing == (7, 456)
    assert space.holds(space.own)
    rarely = space_of(catalog, catalog.studies["protrans_repeat"], None, EVERY, Limits((1, 1), 8, None))
    assert rarely.spacing == (7, 313)
    study = catalog.studies["protrans_repeat"]
    assert space_of(catalog, study, None, EVERY, Limits((1, 1), 4, (7, 730))).spacing[1] == 730
    with pytest.raises(InsulaError, match="at most 730 days"):
        space_of(catalog, study, None, EVERY, Limits((1, 1), 4, (7, 731)))


def test_one_infusion_has_no_spacing(catalog):
    study = catalog.studies["protrans_1_2"]
    for over in (("infusions",), ("spacing",)):
        with pytest.raises(InsulaError, match="once"):
            space_of(catalog, study, None, over, LIMITS)


def control_for(catalog, name, therapy=None):
    study = catalog.studies[name]
    found = control_of(catalog, study, space_of(catalog, study, therapy, ("dose",), LIMITS))
    return found.arm, found.protocol.id


def test_a_study_that_treats_everybody_is_held_against_usual_care(catalog):
    assert control_for(catalog, "reichman_2025_zimislecel", "stem_cell_islets") == (None, "usual_care")


def test_the_protocol_that_gives_nothing_is_known_by_its_text_not_by_its_name(catalog, tmp_path):
    science = shutil.copytree(catalog.root, tmp_path / "science")
    protocols = science / "protocols"
    (protocols / "usual_care.yaml").unlink()
    assert control_or_none(Catalog(science)) is None
    text = "id: at_home\ntitle: {en: At home, zh: 居家}\ngive: []\n"
    (protocols / "at_home.yaml").write_text(text, encoding="utf-8")
    found = control_or_none(Catalog(science))
    assert (found.arm, found.protocol.id) == (None, "at_home")


def control_or_none(catalog):
    study = catalog.studies["reichman_2025_zimislecel"]
    return control_of(catalog, study, space_of(catalog, study, "stem_cell_islets", ("dose",), LIMITS))


@pytest.mark.parametrize(
    ("study", "therapy", "control"),
    [
        ("zang_2022", "mesenchymal_stem_cells", ("placebo", "stromal_cells_zang_placebo")),
        ("islets_with_stromal_cells", "stromal_cells_with_islets", ("alone", "edmonton_one_infusion")),
        ("stromal_cells_with_vitamin_d", "mesenchymal_stem_cells", ("control", "usual_care")),
    ],
)
def test_the_control_is_given_what_the_treated_are_given_too_and_not_the_therapy(
    catalog, study, therapy, control
):
    assert control_for(catalog, study, therapy) == control


def test_who_is_treated_and_who_is_not(catalog):
    study = catalog.studies["protrans_1_2"]
    assert control_for(catalog, "protrans_1_2") == ("p2_placebo", "stromal_cells_placebo")
    with pytest.raises(UnknownName, match="mesenchymal_stem_cells"):
        space_of(catalog, study, "mesenchymal_stem_cell", ("dose",), LIMITS)
    with pytest.raises(InsulaError, match="no dose to vary"):
        space_of(catalog, catalog.studies["ukgrid_lt7"], None, ("dose",), LIMITS)


def tried(cost, benefit):
    return Tried(Schedule(cost, 1, None), cost, np.array([benefit]))


def test_the_front_holds_what_nothing_beats():
    found = [tried(2, 5.0), tried(1, 1.0), tried(1, 3.0), tried(3, 5.0), tried(3, 4.0), tried(4, 6.0)]
    assert front(found, lower_is_better=False) == [2, 0, 5]
    assert front(found, lower_is_better=True) == [1]


@pytest.mark.parametrize("dies_at", [0, 3, 14])
def test_a_search_that_died_goes_on_as_if_it_had_not(space, tmp_path, dies_at):
    def run(journal, trials, dies_at=None):
        evaluated = []

        def evaluate(schedule, _):
            if len(evaluated) == dies_at:
                raise KeyboardInterrupt
            evaluated.append(schedule)
            return np.array(
                [schedule.dose * schedule.infusions**0.5 - 1e-3 * (schedule.spacing or 0), np.nan]
            )

        options = {"seed": 5, "lower_is_better": False, "evaluate": evaluate, "progress": lambda _: None}
        return search(tmp_path / journal, space, trials=trials, **options), evaluated

    whole, every = run("whole.log", 18)
    assert len({one.schedule.infusions for one in whole}) == 4
    with pytest.raises(KeyboardInterrupt):
        run("parts.log", 18, dies_at)
    resumed, rest = run("parts.log", 18)
    assert [one.schedule for one in resumed] == [one.schedule for one in whole]
    assert rest == every[dies_at:]
    again, none = run("parts.log", 18)
    assert none == []
    assert [one.benefit for one in again] == [one.benefit for one in whole]
    assert np.isnan(again[0].values[1])
