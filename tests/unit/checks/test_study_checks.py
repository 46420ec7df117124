"""A user's study with own texts beside it, and the science below: what is wrong in either is told before a run."""

import shutil
from types import SimpleNamespace

import pytest

from insula.catalog import Catalog, find_study
from insula.checks import check_population, check_study, sound_study
from insula.core.errors import InvalidText

STUDY = "mine.yaml"
TEXTS = {
    "populations/mine.yaml": "populations/adults.yaml",
    "protocols/mine.yaml": "protocols/pump_protocol.yaml",
    "habits/mine.yaml": "habits/one_meal.yaml",
    "regimens/mine.yaml": "regimens/boluses.yaml",
    STUDY: "studies/smith_2001_pump.yaml",
}
ALL_MINE = ("id", "population", "habits", "regimen")  # keys of the texts that then name the user's own
PEOPLE, PROTOCOL, HABITS, REGIMEN = list(TEXTS)[:4]


@pytest.fixture
def own(science, tmp_path):
    """A good folder of a user: own study, people, protocol, habits and regimen, all called `mine`."""
    folder = tmp_path / "user"
    for name, taken_from in TEXTS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(science.root / taken_from, folder / name)
        text = (
            (folder / name).read_text(encoding="utf-8").replace("protocol: pump_protocol", "protocol: mine")
        )
        lines = text.splitlines(keepends=True)
        keyed = [f"{key}: mine\n" if (key := line.partition(":")[0]) in ALL_MINE else line for line in lines]
        (folder / name).write_text("".join(keyed), encoding="utf-8")

    def edit(name, old, new):
        text = (folder / name).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")

    return SimpleNamespace(folder=folder, edit=edit, catalog=lambda: _catalog(science, folder))


def _catalog(science, folder):
    return Catalog(science.root).beside_study(folder / STUDY)


def shown(own):
    catalog = own.catalog()
    return [
        problem.render(own.folder)[6:]
        for problem in check_study(catalog, find_study(own.folder / STUDY, catalog))
    ]


def test_a_good_folder_has_no_problem(own):
    assert shown(own) == []
    assert sound_study(own.catalog(), str(own.folder / STUDY)).population == "mine"


BROKEN = [
    # a text that cannot be read
    (PEOPLE, "habits: mine", "habbits: mine",
     ["populations/mine.yaml:4  unknown key", 'populations/mine.yaml:1  key "habits" is missing.']),
    (PEOPLE, "value: 0.4,", "value: 1.4,", ["populations/mine.yaml:17  correlations.0.value must be below 1"]),
    (PROTOCOL, "title:", "titel:", ["protocols/mine.yaml:2  unknown key", 'protocols/mine.yaml:1  key "title" is']),
    (HABITS, "title:", "titel:", ["habits/mine.yaml:2  unknown key", 'habits/mine.yaml:1  key "title" is']),
    (REGIMEN, "title:", "titel:", ["regimens/mine.yaml:2  unknown key", 'regimens/mine.yaml:1  key "title" is']),
    # a number that is no such number
    (PEOPLE, "unit: L_per_pmol_min", "unit: kg", ['populations/mine.yaml:15  glucose.S_I is given in "kg"']),
    (PEOPLE, "unit: L_per_pmol_min, source: smith2001", "unit: L_per_pmol_min, source: nosuchsource",
     ['populations/mine.yaml:15  source "nosuchsource" is not in citations.bib.']),
    (PEOPLE, "L_per_pmol_min, source: smith2001, place: Table 4, reason: measured",
     "L_per_pmol_min, source: assumed, place: Table 4, reason: assumed",
     ["populations/mine.yaml:15  parameters.glucose.S_I is assumed, but the note is empty."]),
    (PEOPLE, "trait.age - trait.duration", "trait.age - trait.durations",
     ['populations/mine.yaml:11  traits.onset is derived from "trait.durations", which does not exist.']),
    (PEOPLE, "at_least: {value: 18, unit: year}", "at_least: {value: 18, unit: kg}",
     ['populations/mine.yaml:21  trait.age is in "year", into which "kg" of at_least cannot be converted.']),
    (STUDY, "{value: 50, unit: percent,", "{value: 50, unit: kg,",
     ['mine.yaml:13  tir is in "percent", into which the published "kg" cannot be converted.']),
    (HABITS, "share: {value: 1,", "share: {value: 0.9,", ["habits/mine.yaml:3  the shares of the meals sum to 0.9"]),
    (REGIMEN, "bolus: {action: bolus}", "bolus: {action: bollus}",
     ['regimens/mine.yaml:4  there is no action "bollus"']),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "told"), BROKEN, ids=[f"{b[0]}: {b[2][:40]}" for b in BROKEN])
def test_what_is_wrong_in_own_texts_is_told_and_refused(own, file, old, new, told):
    own.edit(file, old, new)
    found = shown(own)
    assert len(found) == len(told), found
    for text in told:
        assert any(one.startswith(text) for one in found), found
    with pytest.raises(InvalidText):
        sound_study(own.catalog(), str(own.folder / STUDY))


def test_own_texts_that_no_study_names_do_not_hold_it_up(own):
    text = (own.folder / PEOPLE).read_text(encoding="utf-8")
    (own.folder / "populations" / "other.yaml").write_text(
        text.replace("habits:", "habbits:"), encoding="utf-8"
    )
    assert shown(own) == []


def test_a_population_is_held_to_the_same(science):
    science.edit("habits/one_meal.yaml", "title:", "titel:")
    science.edit("populations/adults.yaml", "unit: L_per_pmol_min", "unit: kg")
    found = [problem.message for problem in check_population(Catalog(science.root), "adults")]
    assert 'glucose.S_I is given in "kg", its module declares "L_per_pmol_min".' in found
    assert 'unknown key "titel".' in found
