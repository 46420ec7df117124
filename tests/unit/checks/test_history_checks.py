"""A population with a history in a good science folder; one thing is broken, and exactly that is told."""

import pytest

from insula.checks import check

PEOPLE = "populations/adults.yaml"
REGIMEN = "regimens/boluses.yaml"
SOURCE = "source: smith2001, place: Table 4, reason: measured"

HISTORY = f"""history:
  oldest: {{value: 20, unit: year, {SOURCE}}}
  reached:
    - {{quantity: store.level, at_least: {{value: 3, unit: pmol_per_L}}, {SOURCE}}}
    - {{quantity: trait.age, at_least: {{value: 18, unit: month}}, {SOURCE}}}
    - {{quantity: history.diagnosed_for, at_least: {{value: 1, unit: week}}, {SOURCE}}}
  wait: {{value: 60, unit: day, {SOURCE}}}
"""
LIVED = """  age: {unit: year, source: "history:age", place: the life before, reason: measured}
"""
DIAGNOSIS = f"""diagnosis:
  - {{quantity: store.level, at_least: {{value: 5, unit: pmol_per_L}}, {SOURCE}}}
"""
READ = """
level:
  title: {en: Level, zh: 水平}
  family: reading_of
  of: store.level
  unit: pmol_per_L
  source: smith2001
  place: Table 5
"""


@pytest.fixture
def born(science):
    """The good folder, whose adults are born and live to be ill."""
    path = science.root / PEOPLE
    before, _, after = path.read_text(encoding="utf-8").partition("  age:\n")
    after = after.partition("\n")[2]  # the drawn age
    lines = [line for line in after.splitlines(keepends=True) if "between" not in line]
    text = before + LIVED + "".join(lines).replace("correlations:\n", "")
    path.write_text(text.replace("traits:", HISTORY + "traits:"), encoding="utf-8")
    for file, more in ((REGIMEN, DIAGNOSIS), ("endpoints.yaml", READ)):
        with (science.root / file).open("a", encoding="utf-8") as out:
            out.write(more)
    return science


def shown(science):
    return [problem.render(science.root) for problem in check(science.root)]


def test_lives_that_can_be_lived_have_no_problem(born):
    assert shown(born) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (PEOPLE, "quantity: store.level", "quantity: store.levels", 'no quantity to judge by, called "store.levels"'),
        (PEOPLE, "history.diagnosed_for", "history.diagnosed", 'judge by, called "history.diagnosed"'),
        (PEOPLE, "{value: 3, unit: pmol_per_L}", "{value: 3, unit: day}", 'store.level is given in "day"'),
        (PEOPLE, "{value: 1, unit: week}", "{value: 1, unit: kg}", 'history.diagnosed_for is given in "kg"'),
        (PEOPLE, "oldest: {value: 20, unit: year,", "oldest: {value: 20, unit: kg,", 'history.oldest is given in "kg"'),
        (PEOPLE, "{value: 60, unit: day,", "{value: 60, unit: kg,", 'history.wait is given in "kg"'),
        (PEOPLE, '"history:age"', '"history:aged"', 'no fact of a life called "aged"'),
        (PEOPLE, HISTORY, "", "trait.age comes from a history, but there is none."),
        (PEOPLE, LIVED, LIVED.replace('source: "history:age"', f"value: 3, {SOURCE}").replace(
            ", place: the life before, reason: measured", ""), "no trait is the age that it leads to"),
        (REGIMEN, "quantity: store.level", "quantity: glucose.G", 'judge by, called "glucose.G"'),
        (REGIMEN, "{value: 5, unit: pmol_per_L}", "{value: 5, unit: kg}", 'store.level is given in "kg"'),
        (REGIMEN, DIAGNOSIS, "", "never diagnosed by this regimen"),
        ("endpoints.yaml", "of: store.level", "of: store.levels", 'there is no symbol "store.levels"'),
        ("endpoints.yaml", "of: store.level", "of: tir", '"of" must name a symbol of the disease model'),
        ("endpoints.yaml", "unit: pmol_per_L", "unit: kg", 'store.level has "pmol_per_L"'),
    ],
)  # fmt: skip
def test_what_is_broken_is_told(born, file, old, new, told):
    born.edit(file, old, new)
    found = shown(born)
    assert any(told in problem for problem in found), found


def test_a_history_needs_a_criterion(born):
    stage = HISTORY.partition("  reached:\n")[2].partition("  wait:")[0]
    born.edit(PEOPLE, f"reached:\n{stage}", "reached: []\n")
    assert any("reached" in problem for problem in shown(born))
