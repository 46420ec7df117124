"""A population that names a fitted ensemble: its members are those of the file, together, and nothing else changes."""

import csv
import shutil

import numpy as np
import pytest

from insula.catalog import Catalog
from insula.checks import check
from insula.core.errors import InvalidText, UnknownName
from insula.core.paths import science_root
from insula.population.draw import draw
from insula.population.fixed import held
from insula.population.quantities import module_rows, quantities_of
from tiny_study import change

FIRST, SECOND, OTHER = "stem_cell_islets.potency", "islet_graft.early_loss", "islet_graft.engraftment"
MEMBERS = {FIRST: [0.5, 1.0, 1.5, 2.5], SECOND: [0.01, 0.02, 0.03, 0.05]}


def write_ensemble(science, columns, name="fitted", numbers=None):
    path = science / "ensembles" / f"{name}.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["member", *columns])
        rows = list(zip(*columns.values(), strict=True))
        writer.writerows([k, *row] for k, row in zip(numbers or range(len(rows)), rows, strict=True))
    return path


@pytest.fixture
def named(real_science, monkeypatch):
    """The real science with an ensemble that a population names."""
    monkeypatch.setenv("INSULA_SCIENCE", str(real_science))
    write_ensemble(real_science, MEMBERS)
    change(
        real_science / "populations" / "t1d_impaired_awareness.yaml", ensemble="fitted", ensemble_members=4
    )
    return real_science


@pytest.fixture
def real_science(tmp_path):
    return shutil.copytree(science_root(), tmp_path / "real")


def drawn(science, n=12):
    return draw("t1d_impaired_awareness", n, seed=3, catalog=Catalog.open(science))


def test_candidates_of_a_member_have_its_row(named):
    people = drawn(named)
    for k, member in enumerate(people.members):
        assert people.column(FIRST)[k] == MEMBERS[FIRST][member]
        assert people.column(SECOND)[k] == MEMBERS[SECOND][member]


def test_what_the_ensemble_does_not_hold_is_drawn_as_before(named):
    fitted = drawn(named)
    change(named / "populations" / "t1d_impaired_awareness.yaml", ensemble=None)
    before = drawn(named)
    for symbol in (OTHER, "trait.age", "glucose.k_1"):
        assert np.array_equal(fitted.column(symbol), before.column(symbol))
    assert not np.array_equal(fitted.column(FIRST), before.column(FIRST))


def test_what_is_drawn_beside_the_values_goes_with_the_member_of_the_fit(named):
    """Members 1 and 4 of six were lost in the fit: the other four keep their own draws, not those of the lost."""
    numbers = [0, 2, 3, 5]
    write_ensemble(named, MEMBERS, numbers=numbers)
    fitted = drawn(named)
    change(named / "populations" / "t1d_impaired_awareness.yaml", ensemble=None, ensemble_members=6)
    before = drawn(named)
    of_number = dict(zip(before.members, before.column(OTHER), strict=True))
    assert len(set(of_number.values())) == 6
    for k, member in enumerate(fitted.members):
        assert fitted.column(OTHER)[k] == of_number[numbers[member]]
        assert fitted.column(FIRST)[k] == MEMBERS[FIRST][member]


def test_members_beyond_the_fit_have_draws_of_their_own(named):
    change(named / "populations" / "t1d_impaired_awareness.yaml", ensemble_members=6)
    people = drawn(named)
    assert len(set(people.column(OTHER))) == 6
    assert set(people.column(FIRST)) == set(MEMBERS[FIRST])


def test_what_a_population_states_itself_stays(named):
    stated = {"value": 0.7, "unit": "dimensionless", "source": "assumed", "place": "-", "reason": "assumed"}
    population = Catalog.open(named).populations["t1d_impaired_awareness"]
    change(
        named / "populations" / "t1d_impaired_awareness.yaml",
        parameters={
            **{k: v.model_dump(exclude_none=True) for k, v in population.parameters.items()},
            FIRST: stated,
        },
    )
    assert set(drawn(named).column(FIRST)) == {0.7}


def test_the_median_of_the_members_stands_where_nothing_is_drawn(named):
    catalog = Catalog.open(named)
    people = catalog.populations["t1d_impaired_awareness"]
    rows = quantities_of(
        people, module_rows(catalog), catalog.habits[people.habits], catalog.ensemble_of(people)
    )
    assert held(rows, {})[FIRST].value == pytest.approx(1.25)


def test_the_check_is_content_with_it(named):
    assert [problem for problem in check(named) if "ensemble" in problem.message] == []


def test_an_ensemble_that_is_not_there_is_told(named):
    change(named / "populations" / "t1d_impaired_awareness.yaml", ensemble="fited")
    told = [problem.render() for problem in check(named) if "fited" in problem.message]
    assert any("t1d_impaired_awareness.yaml" in text for text in told)  # and the populations that are like it
    assert all('"fitted"' in text for text in told)
    with pytest.raises(UnknownName):
        drawn(named)


def test_a_column_that_is_no_uncertain_number_is_told(named):
    write_ensemble(named, {"islet_graft.nothing": [1.0, 2.0]}, "wrong")
    assert [problem for problem in check(named) if "islet_graft.nothing" in problem.message]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no ensemble"),
        ("a,b\n0,1\n", "no ensemble"),
        (f"member,{FIRST}\n0,1\n0,1\n", 'member "0" is no whole number from 1 on'),
        (f"member,{FIRST}\nfirst,1\n", 'member "first" is no whole number from 0 on'),
        (f"member,{FIRST}\n0,one\n1,nan\n", "no number"),
    ],
)
def test_a_damaged_file_is_told(named, text, words):
    (named / "ensembles" / "fitted.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidText, match=words):
        drawn(named)
