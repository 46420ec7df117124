"""The real science with coarser clocks, a quickly learnt averaged day, few eligible people and a study of eight weeks.

Whatever is proved with it holds for the machinery; its numbers are no prediction of anything.
"""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager

import pytest
import yaml

from insula.catalog import Catalog
from insula.core.paths import science_root
from insula.core.provenance import tree_hashes
from insula.core.yaml_lines import read_yaml

STUDY, THERAPY_ARM, CONTROL_ARM = "tiny", "treated", "control"
FOLLOW_UP = 56.0
ASSUMED = {"source": "assumed", "place": "-", "reason": "assumed", "note": "for tests"}


def day(value):
    return {"value": float(value), "unit": "day"}


# Most of a report's time goes into its figures, one for each endpoint and arm.
FEW_ENDPOINTS = (
    "tir", "mean_glucose", "hba1c", "mmtt_c_peptide_peak", "insulin_dose_total", "insulin_independent",
    "severe_hypoglycaemia_rate", "severe_hypoglycaemia_free",
)  # fmt: skip


def tiny_science(folder, endpoints=FEW_ENDPOINTS):
    """Copy the science text into ``folder`` and make it quick to simulate; ``endpoints`` None keeps all of them."""
    shutil.copytree(science_root(), folder)
    if endpoints is not None:
        every = read_yaml(folder / "endpoints.yaml").data
        write(folder / "endpoints.yaml", {name: every[name] for name in endpoints})
    change(folder / "biology/models/averaged_map.yaml", degree=2, points=128, days=1)
    settings = {"grid": 14, "review": 56, "after_therapy": 14, "fortnight": 2}
    minutes = {"every": 30, "cgm_every": 15}
    clocks = folder / "biology/models/clocks.yaml"
    change(
        clocks,
        course=read_yaml(clocks).data["course"][:1],
        **{name: day(value) for name, value in settings.items()},
        **{name: {"value": value, "unit": "min"} for name, value in minutes.items()},
    )
    people = read_yaml(folder / "populations/t1d_impaired_awareness.yaml").data
    people |= {
        "id": "tiny",
        "run_in": {**day(28), **ASSUMED},
        "ensemble_members": 5,
        "eligible": eligible(40, 40.7),
    }
    write(folder / "populations/tiny.yaml", people)
    write(folder / "studies/tiny.yaml", study())
    return folder


def eligible(youngest, oldest):
    """Criteria that a few candidates of a block meet: one known from the start, one measured."""
    limits = {
        name: {"value": age, "unit": "year"} for name, age in (("at_least", youngest), ("at_most", oldest))
    }
    readable = {"at_most": {"value": 25.0, "unit": "percent"}}
    return [
        {"quantity": "trait.age", **limits, **ASSUMED},
        {"quantity": "endpoint.hba1c", **readable, **ASSUMED},
    ]


def study(**changes):
    """Two arms, two visits."""
    title = {"en": "Tiny", "zh": "小型"}
    arms = {THERAPY_ARM: "zimislecel_full_dose", CONTROL_ARM: "usual_care"}
    return {
        "id": STUDY,
        "title": title,
        "question": title,
        "population": "tiny",
        "arms": {name: {"protocol": protocol, "size": 3, "title": title} for name, protocol in arms.items()},
        "follow_up": day(FOLLOW_UP),
        "visits": [{"at": day(at), "measure": ["cgm", "mmtt", "hba1c"]} for at in (0, FOLLOW_UP)],
        "failure_limit": 0.05,
        "seed": 7,
    } | changes


def change(path, **changes):
    """Give top keys of a YAML file other values."""
    write(path, read_yaml(path).data | changes)


def write(path, data):
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def command(*arguments):
    return [sys.executable, "-m", "insula.cli.main", *map(str, arguments)]


def environment(science, cache):
    return os.environ | {"INSULA_SCIENCE": str(science), "INSULA_CACHE": str(cache), "LC_ALL": "C.UTF-8"}


def insula(*arguments, science, cache, cwd=None):
    """Run the command as a person would."""
    return subprocess.run(
        command(*arguments),
        env=environment(science, cache),
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


@contextmanager
def opened(science, cache):
    """The catalog of a science folder, in this process; what is compiled meanwhile lies in the cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSULA_SCIENCE", str(science))
        patch.setenv("INSULA_CACHE", str(cache))
        yield Catalog.open(science)


def hashes(run):
    """SHA-256 of every result file of a run."""
    found = tree_hashes(run / "results")
    assert found, f"{run} has no results"
    return found
