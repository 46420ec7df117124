"""The grid that metafor judges may grow, never shrink."""

from metafor import FOLDER, said

LEAST = {
    "effects": 98, "pooling": 700, "regression": 150, "subgroups": 21, "sensitivity": 29, "bias": 7, "rare": 29,
    "glmm": 25, "levels": 9, "robust": 6,
}  # fmt: skip
METHODS = {"EE", "DL", "HE", "HS", "SJ", "ML", "REML", "EB", "PM"}


def test_grid_does_not_shrink():
    short = {name: len(said()[name]) for name, least in LEAST.items() if len(said()[name]) < least}
    assert short == {}
    assert {row.split("|")[1] for row in said()["pooling"]} == METHODS
    assert {row.split("|")[2] for row in said()["pooling"]} == {"z", "knha", "adhoc"}
    models = {row.rsplit(" ", 1)[0] for row in said()["glmm"]}
    assert models >= {
        f"{measure} {kind}" for measure in ("OR", "IRR") for kind in ("CM.EL", "UM.FS", "UM.RS")
    }
    assert models >= {"OR CM.AL", "PLO", "IRLN"}
    assert len(list((FOLDER / "data").glob("*.csv"))) >= 19


def test_the_judge_is_named():
    assert said()["packages"]["metafor"] == "3.8.1"
    assert said()["R"].startswith("R version ")
    assert said()["call"] == "Rscript run.R"
