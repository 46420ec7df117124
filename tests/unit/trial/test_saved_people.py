"""Saved people in a study: the bits of a draw, their own lives and weights, and what is refused."""

import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
from published_people import amount, marginal, people

from insula.analysis.optimise.people import enrol_people
from insula.catalog import Catalog
from insula.catalog.saved_population import FILES, MANIFEST, PATIENTS, SPARE, address_of
from insula.catalog.shelf import Entry
from insula.checks import check_study
from insula.core.errors import InsulaError, InvalidText
from insula.core.provenance import tree_hashes
from insula.core.tables import read_numbers, read_parquet
from insula.trial.block import enrol_block
from insula.trial.conduct import conduct
from insula.trial.draw_patients import draw_patients
from insula.trial.map_replay import open_map_clinic
from insula.trial.open_clinic import open_clinic
from insula.trial.population_folder import write_population
from tiny_history import AVERAGED, BORN, SIMULATED, history_science
from tiny_study import change, opened

SIZE, SEED = 6, 7
ENDPOINTS = ("tir", "hba1c", "mmtt_c_peptide_peak", "insulin_dose_total",
             "severe_hypoglycaemia_free", "progression_to_diabetes")  # fmt: skip


@pytest.fixture(scope="module")
def catalog(tmp_path_factory, cache):
    science = history_science(tmp_path_factory.mktemp("born") / "science", ENDPOINTS)
    with opened(science, cache) as catalog:
        yield catalog


@pytest.fixture(scope="module")
def beside(catalog, tmp_path_factory):
    """A folder in which a study may lie, with people who were born and lived, saved."""
    folder = tmp_path_factory.mktemp("beside")
    drawn = draw_patients(catalog, catalog.populations[BORN], SIZE, SEED)
    write_population(catalog, drawn, folder / "populations" / "people")
    return folder


@pytest.fixture
def copied(beside, tmp_path):
    shutil.copytree(beside, tmp_path / "beside")
    return tmp_path / "beside"


def with_saved(catalog, beside, study=AVERAGED):
    """The catalog as the study's file sees it, and the study with the saved people."""
    own = catalog.beside_study(beside / "mine.yaml")
    return own, catalog.studies[study].model_copy(update={"id": "mine", "population": "people"})


def run(catalog, study, out, seed=SEED, patients=SIZE, **more):
    conduct(catalog, study, patients=patients, seed=seed, out=out, workers=1, **more)
    return tree_hashes(out / "results")


@pytest.fixture(scope="module")
def done(catalog, beside, tmp_path_factory):
    folder = tmp_path_factory.mktemp("done")
    return SimpleNamespace(folder=folder, results=run(*with_saved(catalog, beside), folder))


def test_saved_lives_give_the_bits_of_lives_that_are_lived_in_the_study(catalog, done, tmp_path):
    assert run(catalog, catalog.studies[AVERAGED], tmp_path) == done.results


@pytest.mark.slow
def test_so_they_do_on_simulated_days_with_a_therapy(catalog, beside, tmp_path):
    drawn = run(catalog, catalog.studies[SIMULATED], tmp_path / "drawn", patients=3)
    assert run(*with_saved(catalog, beside, SIMULATED), tmp_path / "saved", patients=3) == drawn


def test_the_manifest_names_the_hash(beside, done):
    made = json.loads((beside / "populations/people" / MANIFEST).read_text(encoding="utf-8"))
    told = json.loads((done.folder / "manifest.json").read_text(encoding="utf-8"))
    assert told["saved_population"] == made["sha256"]


def test_with_another_seed_they_are_the_same_people_with_other_chances(catalog, beside, done, tmp_path):
    other = run(*with_saved(catalog, beside), tmp_path, seed=SEED + 1)
    for table in ("patients.parquet", "parameters.parquet"):
        assert other[table] == done.results[table]
    assert other["endpoints.parquet"] != done.results["endpoints.parquet"]
    worn = [
        enrol_block(open_clinic(*with_saved(catalog, beside), seed), 0).cohort.people.heeds_alarm
        for seed in (SEED, SEED + 1)
    ]
    assert len(np.unique(worn[0])) == 2
    assert np.array_equal(*worn), "who wears an alarm is no chance of the study"


def test_a_run_that_was_interrupted_goes_on(catalog, beside, done, tmp_path):
    class Interrupted(Exception):
        pass

    def stop(stage, share):
        if stage == "collect":
            raise Interrupted

    with pytest.raises(Interrupted):
        run(*with_saved(catalog, beside), tmp_path, progress=stop)
    blocks = {path: path.stat().st_mtime_ns for path in (tmp_path / "parts").glob("block_*/patients.parquet")}
    assert blocks
    stages = []

    def look(stage, share):
        if stage == "collect":
            stages.append({path: path.stat().st_mtime_ns for path in blocks})

    assert run(*with_saved(catalog, beside), tmp_path, progress=look) == done.results
    assert stages == [blocks], "the finished block is not simulated again"


def test_fewer_patients_are_the_first_of_them(catalog, beside, done, tmp_path):
    run(*with_saved(catalog, beside), tmp_path, patients=2)
    few, all_ = (read_parquet(folder / "results/patients.parquet") for folder in (tmp_path, done.folder))
    assert set(few["candidate"]) == set(all_["candidate"][all_["patient"] < 2])


def test_their_weights_are_those_that_were_saved(catalog, tmp_path):
    matches = people(marginal("trait.age", mean=amount(0.5, "year")), fewest=0.1).matches
    weighted = catalog.populations[BORN].model_copy(update={"matches": matches})
    saved = tmp_path / "populations" / "people"
    write_population(catalog, draw_patients(catalog, weighted, SIZE, SEED), saved)
    run(*with_saved(catalog, tmp_path), tmp_path / "run")
    weights = read_numbers(saved / PATIENTS)["weight"]
    assert np.ptp(weights) > 0
    assert np.array_equal(read_parquet(tmp_path / "run/results/weights.parquet")["weight"], weights)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("missing", [False, True])
def test_a_changed_or_missing_file_is_named_with_what_to_do(catalog, copied, name, missing):
    file = copied / "populations/people" / name
    if missing:
        file.unlink()
    else:
        file.write_bytes(file.read_bytes() + b"\n")
    with pytest.raises(InvalidText, match=rf"people/{name}  missing, or not as it was") as told:
        open_clinic(*with_saved(catalog, copied))
    assert f"insula population {BORN} --size {SIZE} --seed {SEED}" in str(told.value)


@pytest.mark.parametrize("key", ["seed", "patients", "science", "population_text", "sha256"])
def test_what_decides_a_run_in_the_manifest_is_under_the_hash(catalog, copied, key):
    made = manifest(copied)
    new = {"seed": 8, "patients": 5, "science": "0" * 64, "sha256": "0" * 64}
    text = made["population_text"] | {"plausible": [], "eligible": []}
    write_manifest(copied, made | {key: new.get(key, text)})
    with pytest.raises(InvalidText, match=r"people/population\.json  missing, or not as it was"):
        open_clinic(*with_saved(catalog, copied))


@pytest.mark.parametrize("text", [None, "{", '{"schema": 1}'])
def test_a_folder_without_a_whole_manifest_is_told_and_not_overlooked(catalog, copied, text):
    path = copied / "populations/people" / MANIFEST
    path.unlink()
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidText, match=r"population\.json[\s\S]*Save it again"):
        open_clinic(*with_saved(catalog, copied))


def test_a_text_of_the_same_name_is_told(catalog, copied):
    shutil.copy(catalog.root / f"populations/{BORN}.yaml", copied / "populations/people.yaml")
    with pytest.raises(InvalidText, match=r"there twice: as this folder, and as people\.yaml"):
        open_clinic(*with_saved(catalog, copied))


def test_people_of_another_science_are_told_by_a_run_and_by_a_check(catalog, copied, tmp_path):
    science = shutil.copytree(catalog.root, tmp_path / "science")
    change(science / "studies/tiny.yaml", seed=99)
    own, study = Catalog(science, (copied,)), with_saved(catalog, copied)[1]
    with pytest.raises(InvalidText, match="saved with another science text") as told:
        open_clinic(own, study)
    assert f"insula population {BORN}" in str(told.value)
    found = check_study(own, Entry(copied / "mine.yaml", study, ()))
    assert ["another science text" in problem.message for problem in found] == [True]


def test_numbers_that_the_model_and_the_people_do_not_share_are_named(catalog, copied):
    folder = copied / "populations/people"
    for name in ("columns.csv", PATIENTS, SPARE):
        text = (folder / name).read_text(encoding="utf-8")
        assert "beta_cells.mass_0" in text
        (folder / name).write_text(text.replace("beta_cells.mass_0", "beta_cells.mess_0"), encoding="utf-8")
    columns = folder / "columns.csv"
    text = columns.read_text(encoding="utf-8")
    assert "\ntrait.weight,kg," in text
    columns.write_text(text.replace("\ntrait.weight,kg,", "\ntrait.weight,g,"), encoding="utf-8")
    seal(copied)
    with pytest.raises(InvalidText) as told:
        open_clinic(*with_saved(catalog, copied))
    assert "no model takes from them here: beta_cells.mess_0." in str(told.value)
    assert "lack numbers in which people differ here: beta_cells.mass_0." in str(told.value)
    assert "trait.weight is saved in g, and is in kg here." in str(told.value)


def test_a_life_that_lacks_a_state_of_the_model_is_told(catalog, copied):
    lives = copied / "populations/people/lives.csv"
    lives.write_text(lives.read_text(encoding="utf-8").replace("state.", "stale.", 1), encoding="utf-8")
    seal(copied)
    with pytest.raises(
        InsulaError, match=r"lack what the model has now: state\.\S+\. Save the population again"
    ):
        open_clinic(*with_saved(catalog, copied))


def test_more_patients_than_were_saved_are_refused_before_anything_runs(catalog, beside, tmp_path):
    with pytest.raises(
        InsulaError, match=f'"people" has {SIZE} patients.*{SIZE + 1}.*at most {SIZE}'
    ) as told:
        run(*with_saved(catalog, beside), tmp_path / "run", patients=SIZE + 1)
    assert f"insula population {BORN} --size {SIZE} --seed {SEED}" in str(told.value)
    assert not (tmp_path / "run").exists()


def test_too_few_whom_a_visit_finds_eligible_are_told(catalog, tmp_path):
    population = catalog.populations[BORN]
    (limit,) = population.eligible
    strict = limit.model_copy(update={"at_most": limit.at_most.model_copy(update={"value": 7.0})})
    drawn = draw_patients(catalog, population.model_copy(update={"eligible": (strict,)}), SIZE, SEED)
    write_population(catalog, drawn, tmp_path / "populations" / "people")
    with pytest.raises(InsulaError, match=rf"Only \d of the {SIZE} patients .* are eligible, not {SIZE}\."):
        run(*with_saved(catalog, tmp_path), tmp_path / "run")


def test_what_draws_people_of_its_own_refuses_saved_ones(catalog, beside):
    own, study = with_saved(catalog, beside)
    for ask in (
        lambda: open_map_clinic(own, study, SIZE),
        lambda: enrol_people(open_clinic(own, study), SIZE, 5, lambda _: None),
    ):
        with pytest.raises(InsulaError, match=f'"people" are saved ones.*such as {BORN}'):
            ask()


def manifest(beside):
    return json.loads((beside / "populations/people" / MANIFEST).read_text(encoding="utf-8"))


def write_manifest(beside, made):
    (beside / "populations/people" / MANIFEST).write_text(json.dumps(made), encoding="utf-8")


def seal(beside):
    """Give a folder the hashes of its files as they are, as if it had been saved so."""
    made = manifest(beside)
    made["results"] = tree_hashes(beside / "populations/people", FILES)
    write_manifest(beside, made | {"sha256": address_of(made)})
