"""One thing in a list of harms is broken, and exactly that is told, on its line."""

import pytest

from insula.catalog import Catalog
from insula.checks.harms import (
    events_are_brought_by_something,
    harms_name_what_exists,
    levels_say_whether_harm_goes_on,
    rates_have_an_exposure,
)
from insula.core.problems import in_order

FILE = "biology/therapies/donor_islets/harms.yaml"
CHECKS = (
    harms_name_what_exists,
    rates_have_an_exposure,
    levels_say_whether_harm_goes_on,
    events_are_brought_by_something,
)


@pytest.fixture
def told(with_change):
    def told(old, new):
        """Problems of this file; one that is like it has the same."""
        survey = with_change(FILE, old, new)
        found = [*survey.catalog.harms.entry("donor_islets").problems]
        found += [problem for check in CHECKS for problem in check(survey)]
        path = survey.catalog.root / FILE
        return [(p.line, p.message) for p in in_order(found) if p.where == path and p.severity == "error"]

    return told


def test_the_harms_of_the_science_are_in_order(told):
    assert told("id: donor_islets", "id: donor_islets") == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  bleeding:", "  blood:", 'there is no adverse event "blood".'),
        ("[tacrolimus, sirolimus", "[tacro, sirolimus", 'there is no therapy "tacro".'),
        ("[tacrolimus, sirolimus", "[anti_cd3, sirolimus",
         "donor_antibodies comes after anti_cd3, which is not held at a level and has no end."),
        ("unless: [closed_device", "unless: [device", 'there is no therapy "device".'),
        ("per: administration", "per: year",
         "bleeding comes per year, but donor_islets is given as doses that never end."),
        ("per: administration", "per: week",
         'harms.bleeding.per "week" is none of administration, patient, year.'),
        ("events: 15, of: 128", "events: 150, of: 128",
         "harms.bleeding: 150 events of 128 are more than all."),
        ("    within: {value: 6, unit: year}\n", "",
         "harms.donor_antibodies: a harm per patient needs within, the others take none."),
        ("    per: administration\n", "",
         "harms.bleeding: give either per and observed, or unknown with the reason."),
        ("    after: [tacrolimus, sirolimus, mycophenolate, cyclosporin]\n", "",
         "harms.donor_antibodies: after needs until_then, why nothing is known before, and until_then needs after."),
        ("    per: administration\n", "    per: administration\n    goes_on: true\n",
         "harms.bleeding: goes_on is said of a harm per patient alone."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(told, old, new, message):
    ((line, found),) = told(old, new)
    assert found == message
    assert line > 1


def test_a_harm_of_a_drug_that_is_held_says_whether_it_goes_on(with_change):
    survey = with_change("biology/therapies/cyclosporin/harms.yaml", "    goes_on: true\n", "")
    (problem,) = levels_say_whether_harm_goes_on(survey)
    assert "kidney_damage comes per patient, but cyclosporin can be held for longer" in problem.message
    assert "goes_on" in problem.suggestion


def test_a_therapy_without_harms_says_why(science_copy, with_change):
    file = "biology/therapies/trial_care/harms.yaml"
    text = (science_copy / file).read_text(encoding="utf-8")
    survey = with_change(file, text, "id: trial_care\nharms: {}\n")
    (problem,) = survey.catalog.harms.entry("trial_care").problems
    assert problem.message == "no harms, and the note does not say why."


def test_a_list_of_harms_can_be_like_that_of_another_therapy(science_copy, with_change):
    catalog = Catalog(science_copy)
    own, other = catalog.harms["stem_cell_islets"].harms, catalog.harms["donor_islets"].harms
    assert set(own) == {*other, "tumour"}
    assert own["bleeding"] == other["bleeding"]
    file = "biology/therapies/stem_cell_islets/harms.yaml"
    survey = with_change(file, "like: donor_islets", "like: donor_islet")
    (problem,) = survey.catalog.harms.entry("stem_cell_islets").problems
    assert problem.message == 'there is no "donor_islet" to be like.'
    assert "donor_islets" in problem.suggestion
