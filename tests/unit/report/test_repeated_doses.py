"""A dose with `every` and `times` is counted as often as it is given, whoever counts."""

from insula.analysis.optimise.schedules import doses_of
from insula.catalog import Catalog
from insula.report.science_text import read_science
from insula.trial.quantities import number
from insula.trial.risks import risks_of

CATALOG = Catalog.open()
WEEKLY = CATALOG.protocols["rituximab_four_infusions"]
DAYS = [0, 7, 14, 21]


def test_the_text_has_one_entry():
    assert [entry.times for entry in WEEKLY.give] == [4]


def test_a_report_tells_the_doses_one_by_one():
    text = read_science(CATALOG, CATALOG.studies["pescovitz_2009_ritux"])
    told = text.protocols["rituximab_four_infusions"]["give"]
    assert [step["at"]["value"] for step in told] == DAYS
    assert not any("every" in step or "times" in step for step in told)


def test_a_search_counts_them():
    assert [number(entry.at, "day") for entry in doses_of(WEEKLY, "b_cell_depletion")] == DAYS


def test_each_of_them_brings_its_risk():
    infusions = CATALOG.protocols["abatacept_two_years"]
    brought = [risk.days for risk in risks_of(infusions, CATALOG.harms) if risk.harm.per == "administration"]
    assert {len(days) for days in brought} == {27}
