"""Study files and finished runs of the trials of the small review, made up: nothing was simulated."""

import json

import numpy as np

from insula.core.tables import write_parquet

PATIENTS, MEMBERS, LAST = 60, 20, 365.0
STUDY = """id: {id}_again
title: {{en: Again, zh: 再次}}
question: {{en: Does it work?, zh: 有效吗？}}
population: adults
arms:
{arms}
follow_up: {{value: 365, unit: day}}
visits:
  - {{at: {{value: 0, unit: day}}, measure: [cgm]}}
  - {{at: {{value: 365, unit: day}}, measure: [cgm]}}
evidence: {id}
failure_limit: 0.05
seed: 1
"""
ARMS = {
    "two_doses": {"low": 10, "high": 10, "placebo": 20},
    "plain": {"cells": 16, "placebo": 16},
    "changes": {"cells": 25, "placebo": 25},
}


def add_study_files(root, *studies):
    """Write a study file for each of these trials, with the sizes that were published."""
    for study in studies:
        arm = "  {0}: {{protocol: pump_protocol, size: {1}, title: {{en: Arm, zh: 组}}}}"
        arms = "\n".join(arm.format(name, size) for name, size in ARMS[study].items())
        text = STUDY.format(id=study, arms=arms)
        (root / "studies" / f"{study}_again.yaml").write_text(text, encoding="utf-8")


def add_run(runs, study, effect, *, sd=2.0):
    """Write a finished run in which every treated patient gains `effect` of what the same patient has untreated."""
    folder = runs / f"{study}_again"
    (folder / "results").mkdir(parents=True)
    random = np.random.default_rng(len(study))
    before, untreated = random.normal(60, sd, PATIENTS), random.normal(60, sd, PATIENTS)
    patients, endpoints = [], []
    for arm in ARMS[study]:
        patients += [(arm, k, k, k % MEMBERS, "ok") for k in range(PATIENTS)]
        gain = 0.0 if arm == "placebo" else effect
        for day, values in ((0.0, before), (LAST, untreated + gain)):
            endpoints += [(arm, k, day, "tir", values[k]) for k in range(PATIENTS)]
    _write(folder, "patients", ("arm", "patient", "candidate", "ensemble_member", "status"), patients)
    _write(folder, "endpoints", ("arm", "patient", "day", "endpoint", "value"), endpoints)
    manifest = {"study": f"{study}_again", "seed": 1, "patients": PATIENTS, "science": "other"}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def _write(folder, name, columns, rows):
    write_parquet(
        folder / "results" / f"{name}.parquet", dict(zip(columns, zip(*rows, strict=True), strict=True))
    )
