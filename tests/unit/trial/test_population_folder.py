"""A population that can be shared: who is in it, what is told of it, and a hash that changes with any number."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from published_people import amount, marginal, people
from rich.console import Console

from insula.analysis.population_marginals import answer_of, correlations, marginals
from insula.catalog import Catalog
from insula.catalog.records import Correlation, Criterion
from insula.catalog.saved_population import altered, read_made
from insula.core.errors import NotReproducible, ProtocolError
from insula.core.tables import read_parquet
from insula.population.draw import draw
from insula.report.population import terminal_population
from insula.trial.draw_patients import draw_patients
from insula.trial.population_folder import repeat, write_population

NAME, SIZE, SEED = "t1d_impaired_awareness", 300, 5
MANY = 6000


@pytest.fixture(scope="module")
def catalog():
    return Catalog.open()


@pytest.fixture(scope="module")
def patients(catalog):
    return draw_patients(catalog, catalog.populations[NAME], SIZE, SEED)


@pytest.fixture
def folder(catalog, patients, tmp_path):
    write_population(catalog, patients, tmp_path / "people")
    return tmp_path / "people"


def written(catalog, patients, out):
    return write_population(catalog, patients, out)["sha256"]


def test_everybody_meets_the_criteria_and_is_the_candidate_of_a_study(catalog, patients):
    people = patients.people
    assert len(people.candidates) == SIZE
    assert (people.column("trait.bmi") <= 33).all()
    assert (people.column("trait.awareness") <= 0.5).all()
    same = draw(NAME, int(people.candidates.max()) + 1, seed=SEED, catalog=catalog)
    for symbol in people.symbols:
        assert np.array_equal(people.column(symbol), same.column(symbol)[people.candidates])
    left_out = np.setdiff1d(np.arange(people.candidates.max()), people.candidates)
    bad = (
        (same.column("trait.awareness") > 0.5)
        | (same.column("trait.bmi") > 33)
        | (same.column("trait.bmi") < 18)
    )
    bad |= (same.column("trait.age_at_diagnosis") < 0.5) | (same.column("trait.age_at_diagnosis") > 40)
    assert bad[left_out].all()


def test_what_cannot_differ_is_no_column_and_what_differs_is(catalog, patients):
    drawn = draw(NAME, 500, seed=SEED, catalog=catalog)
    differs = {s for s in drawn.symbols if np.ptp(drawn.column(s)) > 0}
    assert differs == set(patients.people.symbols)


def test_every_step_begins_with_whom_the_last_one_left(patients):
    steps = patients.steps
    assert steps[0].judged == len(patients.candidates.candidates)
    assert [step.judged for step in steps[1:]] == [step.judged - step.lost for step in steps[:-1]]
    bmi = next(step for step in steps if step.criterion.startswith("trait.bmi"))
    everybody, onset = (
        patients.candidates.column("trait.bmi"),
        patients.candidates.column("trait.age_at_diagnosis"),
    )
    came = (onset >= 0.5) & (onset <= 40)
    assert (bmi.judged, bmi.lost) == (came.sum(), (came & ((everybody < 18) | (everybody > 33))).sum())
    assert bmi.lost > 0


def test_criteria_that_nobody_meets_are_told(catalog):
    nobody = Criterion.model_validate(
        {"quantity": "trait.bmi", "at_least": {"value": 99.0, "unit": "kg_per_m2"}}
    )
    people = catalog.populations[NAME].model_copy(update={"plausible": (nobody,)})
    with pytest.raises(ProtocolError, match="Look at history, plausible and eligible"):
        draw_patients(catalog, people, 1, SEED)


def test_both_tables_hold_the_same_numbers(folder, patients):
    with (folder / "patients.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    table = read_parquet(folder / "patients.parquet")
    assert list(rows[0]) == list(table)
    for name, column in table.items():
        assert np.array_equal(column, np.array([float(row[name]) for row in rows]))
    assert np.array_equal(table["trait.bmi"], patients.people.column("trait.bmi"))


def test_every_number_has_its_unit(folder):
    with (folder / "columns.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["column"]: row for row in csv.DictReader(file)}
    assert set(rows) == set(read_parquet(folder / "patients.parquet")) - {
        "patient", "candidate", "ensemble_member", "weight",
    }  # fmt: skip
    assert (rows["trait.weight"]["unit"], rows["trait.weight"]["varies_by"]) == ("kg", "patient")
    assert rows["trait.bmi"]["varies_by"] == "derived"


def test_the_hash_changes_with_any_number(catalog, patients, tmp_path):
    first = written(catalog, patients, tmp_path / "a")
    values = patients.people.values.copy()
    values[17, 3] = np.nextafter(values[17, 3], np.inf)
    moved = replace(patients, people=replace(patients.people, values=values))
    heavier = replace(patients, weights=np.where(np.arange(SIZE) == 4, 2.0, 1.0))
    assert (
        len({first, written(catalog, moved, tmp_path / "b"), written(catalog, heavier, tmp_path / "c")}) == 3
    )
    again = draw_patients(catalog, patients.population, SIZE, SEED)
    assert written(catalog, again, tmp_path / "d") == first
    for name in ("patients.parquet", "columns.csv", "population.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "d" / name).read_bytes()


def test_weights_that_differ_make_the_sample_effectively_smaller(catalog, patients, tmp_path):
    whole = write_population(catalog, patients, tmp_path / "a")
    half = replace(patients, weights=(np.arange(SIZE) < SIZE / 2).astype(float))
    assert whole["effective_sample_size"] == SIZE
    assert write_population(catalog, half, tmp_path / "b")["effective_sample_size"] == pytest.approx(SIZE / 2)


def test_a_folder_that_is_as_written_is_drawn_again(catalog, folder):
    assert altered(folder, read_made(folder)) == []
    assert repeat(catalog, folder, lambda *_: None).results == []


def test_another_seed_is_another_population(catalog, folder):
    change(folder, seed=SEED + 1)
    assert altered(folder, read_made(folder)) == ["population.json"]
    found = repeat(catalog, folder, lambda *_: None)
    assert found.results == ["patients.csv", "patients.parquet", "screened.csv", "spare.csv"]


def test_altered_and_missing_tables_are_named(folder):
    table = folder / "patients.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("1", "2", 1), encoding="utf-8")
    (folder / "columns.csv").unlink()
    assert altered(folder, read_made(folder)) == ["columns.csv", "patients.csv"]


def test_another_hash_in_the_manifest_is_named(folder):
    change(folder, sha256="0" * 64)
    assert altered(folder, read_made(folder)) == ["population.json"]


@pytest.mark.parametrize("text", [None, "{", "[]", '{"schema": 99}', '{"schema": 1}', '{"schema": 2}'])
def test_what_is_no_population_is_refused(tmp_path, text):
    if text is not None:
        (tmp_path / "population.json").write_text(text, encoding="utf-8")
    with pytest.raises(NotReproducible, match=r"population\.json"):
        read_made(tmp_path)


def test_marginals_hold_the_text_against_candidates_and_patients(patients):
    rows = {row["symbol"]: row for row in marginals(patients)}
    female = rows["trait.female"]
    assert (female["statistic"], female["stated"]) == ("share", [0.66])
    assert female["candidates"] == pytest.approx([0.66], abs=0.08)
    target = rows["habits.target_shift"]  # uniform from 0 to 50 mg/dL
    assert target["stated"] == pytest.approx([12.5, 25.0, 37.5])
    assert target["candidates"] == pytest.approx(target["stated"], abs=5)
    aware = rows["trait.awareness"]
    assert aware["patients"][2] < aware["candidates"][2] - 0.02, "only people with impaired awareness stay"
    assert rows["trait.bmi"]["stated"] is None
    assert rows["trait.bmi"]["candidates"][1] == pytest.approx(
        np.median(patients.candidates.column("trait.bmi"))
    )
    assert rows["trait.bmi"]["n"] == SIZE


def test_correlations_of_the_candidates_are_those_of_the_text(catalog):
    many = draw_patients(catalog, catalog.populations[NAME], MANY, SEED)
    found = {tuple(pair["between"]): pair for pair in correlations(many)}
    age = found["trait.age", "trait.diabetes_duration"]
    assert age["stated"] == 0.47
    assert age["candidates"] == pytest.approx(0.47, abs=0.04)
    assert age["patients"] > age["candidates"] + 0.05, "nobody is diagnosed before birth or after 40"


def test_correlations_are_of_scores_whatever_the_scale(patients):
    other = replace(patients.candidates, values=np.exp(np.minimum(patients.candidates.values, 1000.0) / 10.0))
    first, second = correlations(patients), correlations(replace(patients, candidates=other))
    assert [pair["candidates"] for pair in first] == [pair["candidates"] for pair in second]


def test_what_is_uncertain_counts_once_for_each_member(patients):
    uncertain = [s for s in patients.people.symbols if patients.quantities[s].varies_by == "ensemble"][:2]
    pair = Correlation(
        between=uncertain, value=0.1, source="assumed", place="-", reason="assumed", note="test"
    )
    people = patients.population.model_copy(update={"correlations": (pair,)})
    (told,) = correlations(replace(patients, population=people))
    two = patients.candidates.rows(patients.candidates.candidates < patients.population.ensemble_members)
    (once,) = correlations(replace(patients, population=people, candidates=two))
    assert told["candidates"] == once["candidates"]


def test_what_nobody_has_is_told_as_none(catalog, patients):
    symbol = "trait.bmi"
    values = patients.people.values.copy()
    values[:, patients.people.symbols.index(symbol)] = np.nan
    unknown = replace(patients, people=replace(patients.people, values=values))
    row = next(row for row in marginals(unknown) if row["symbol"] == symbol)
    assert (row["patients"], row["n"]) == (None, 0)
    json.dumps(answer_of(catalog, unknown, {}), allow_nan=False)


def change(folder, **changes):
    path = folder / "population.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


def test_a_population_that_matches_published_people_is_shared_with_its_weights(catalog, patients, tmp_path):
    wanted = (
        marginal("trait.age", mean=amount(40, "year")),
        marginal("endpoint.hba1c", mean=amount(7, "percent")),
    )
    matching = patients.population.model_copy(update={"matches": people(*wanted).matches})
    weighed = draw_patients(catalog, matching, SIZE, SEED)
    assert np.array_equal(weighed.people.values, patients.people.values), "the same people are drawn"
    age = weighed.people.column("trait.age")
    assert np.average(age, weights=weighed.weights) == pytest.approx(40, rel=1e-4)
    made = write_population(catalog, weighed, tmp_path)
    assert made["effective_sample_size"] < 0.99 * SIZE
    assert read_parquet(tmp_path / "patients.parquet")["weight"].tolist() == weighed.weights.tolist()
    answer = answer_of(catalog, weighed, made)
    assert answer["matched_later"] == ["endpoint.hba1c"]
    shown, plain = (
        next(row["patients"][1] for row in marginals(who) if row["symbol"] == "trait.age")
        for who in (weighed, patients)
    )
    assert (shown - plain) * (40 - age.mean()) > 0, "the median goes where the mean goes"
    for lang, word in (("en", "Unweighted"), ("zh", "未加权")):
        console = Console(width=200, file=io.StringIO())
        console.print(terminal_population(answer, lang))
        assert word in console.file.getvalue()
