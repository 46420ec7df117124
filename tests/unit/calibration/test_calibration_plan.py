"""What a plan may not ask for is told before anything is compiled, all of it at once."""

import shutil

import pytest

from insula.calibration.plan import read_plan
from insula.calibration.replays import open_replays
from insula.catalog import Catalog
from insula.core.errors import InsulaError, InvalidText, UnknownName
from insula.core.paths import science_root
from insula.population.quantities import module_rows
from small_plan import SYMBOL
from tiny_study import change


def refusal(catalog, path):
    with pytest.raises(InvalidText) as found:
        read_plan(catalog, str(path))
    return str(found.value)


def test_a_plan_that_may_be_fitted_is_read(catalog, plan_file):
    assert read_plan(catalog, plan_file()).members == 12


def test_a_study_for_validation_is_refused_by_name(catalog, plan_file):
    told = refusal(catalog, plan_file(studies={"tiny": {}, "reichman_2025_zimislecel": {}}))
    assert "reichman_2025_zimislecel" in told
    assert "validation" in told
    assert "plan.yaml:" in told


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"studies": {"tinyy": {}}}, ['no study "tinyy"', 'Did you mean "tiny"']),
        ({"parameters": ["stem_cell_islets.potencie"]}, ["potencie", '"stem_cell_islets.potency"']),
        ({"parameters": ["stem_cell_islets.arrival"]}, ["does not vary by ensemble"]),
        ({"studies": {"tiny": {"endpoints": ["hba1d"]}}}, ['"hba1d"', '"hba1c"']),
        ({"members": 2}, ["members"]),
        ({"methode": "x"}, ["methode"]),
        (
            {
                "model_error": {
                    "hba1c": {
                        "value": 1.0,
                        "unit": "day",
                        "source": "assumed",
                        "place": "-",
                        "reason": "assumed",
                    }
                }
            },
            ["hba1c", "day"],
        ),
    ],
)
def test_what_is_wrong_is_named(catalog, plan_file, changes, words):
    told = refusal(catalog, plan_file(**changes))
    assert all(word in told for word in words), told


def test_everything_wrong_is_told_at_once(catalog, plan_file):
    told = refusal(catalog, plan_file(studies={"tyni": {}, "tiny": {}}, parameters=["no.such"]))
    assert "tyni" in told
    assert "no.such" in told


def test_a_plan_that_is_not_there(catalog, tmp_path):
    with pytest.raises(InsulaError, match="no file"):
        read_plan(catalog, str(tmp_path / "none.yaml"))


def test_every_plan_of_the_science_may_be_fitted():
    catalog = Catalog.open(science_root())
    assert catalog.calibrations
    for name in catalog.calibrations:
        assert read_plan(catalog, name).id == name


def test_a_plan_that_nobody_knows_is_told_with_those_there_are():
    with pytest.raises(UnknownName, match="donor_islets_smoke"):
        read_plan(Catalog.open(science_root()), "donor_islet_smoke")


@pytest.mark.parametrize("name", ["plan", "other"])
def test_an_ensemble_in_use_is_fitted_anew_by_its_own_plan_only(fitted_science, plan_file, tmp_path, name):
    science = shutil.copytree(fitted_science, tmp_path / "science")
    folder = science / "ensembles"
    folder.mkdir(exist_ok=True)
    values = [0.5, 1.0, 1.5, 2.5]
    rows = "".join(f"{k},{value}\n" for k, value in enumerate(values))
    (folder / f"{name}.csv").write_text(f"member,{SYMBOL}\n{rows}", encoding="utf-8")
    catalog = Catalog.open(science)
    population = catalog.studies["tiny"].population
    change(science / "populations" / f"{population}.yaml", ensemble=name, ensemble_members=len(values))
    catalog = Catalog.open(science)
    assert catalog.ensemble_of(catalog.populations[population]).values[SYMBOL] == pytest.approx(values)
    if name == "plan":
        assert read_plan(catalog, plan_file()).id == name
        place = open_replays(catalog.fitting(name), read_plan(catalog, plan_file())).places["tiny"]
        assert place.quantities[SYMBOL] == module_rows(catalog)[SYMBOL]
    else:
        assert "already taken from the ensemble other" in refusal(catalog, plan_file())
