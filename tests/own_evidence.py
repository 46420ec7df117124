"""A user's own evidence tables and study file, outside the science text: a made-up trial with two arms."""

import csv

from insula.catalog import Catalog
from insula.core.paths import science_root
from tiny_study import CONTROL_ARM, FOLLOW_UP, THERAPY_ARM, study, write

STUDY = "tiny_2026"
MONTH = round(FOLLOW_UP / 30.4375, 2)
_ROLES = {CONTROL_ARM: "control"}
_THERAPIES = {CONTROL_ARM: "usual care", THERAPY_ARM: "zimislecel (VX-880)"}


def arm(name, study=STUDY):
    role, therapy = _ROLES.get(name, "treatment"), _THERAPIES.get(name, "")
    return {"study_id": study, "arm_id": name, "label": name, "role": role, "n": 12, "therapy": therapy}


def outcome(
    arm, name="tir", months=MONTH, *, value=70, study=STUDY, statistic="mean", unit="percent", **other
):
    about = {"study_id": study, "arm_id": arm, "outcome": name, "time_months": months}
    number = {
        "statistic": statistic,
        "value": value,
        "unit": unit,
        "spread_type": "none",
        "seen_in": "made up",
    }
    return about | number | other


OUTCOMES = (
    outcome(THERAPY_ARM, months=0, value=50, spread_type="sd", spread_low=15),
    outcome(CONTROL_ARM, months=0, value=51, spread_type="sd", spread_low=15),
    outcome(THERAPY_ARM),
    outcome(CONTROL_ARM, value=52),
    outcome(THERAPY_ARM, value=74, analysis="interim"),
    outcome(THERAPY_ARM, "hba1c", value=-0.9, statistic="change_from_baseline"),
    outcome(THERAPY_ARM, "insulin_independent", value=2, statistic="count", unit="patients"),
    outcome(THERAPY_ARM, months=12),
    outcome(THERAPY_ARM, "word_of_this_trial"),
)


def tables(
    folder, *, outcomes=OUTCOMES, study=STUDY, role="validation", arms=(THERAPY_ARM, CONTROL_ARM), doi=""
):
    """Write studies.csv, arms.csv and outcomes.csv; no pooled effects."""
    folder.mkdir(parents=True, exist_ok=True)
    about = {"study_id": study, "short_name": "Tiny", "design": "randomised", "disease": "T1D", "role": role}
    about["doi"] = doi
    rows = {
        "studies": [about | {"seen_in": "made up"}],
        "arms": [arm(name, study) for name in arms],
        "outcomes": outcomes,
    }
    schema = Catalog(science_root()).evidence_schema
    for name, lines in rows.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(schema[name].columns), restval="")
            writer.writeheader()
            writer.writerows(lines)


def study_file(folder, *, evidence=STUDY, control=None, **changes):
    """Write own.yaml: the tiny study, which names this evidence."""
    folder.mkdir(parents=True, exist_ok=True)
    text = study(id="own", **changes) | ({"evidence": evidence} if evidence else {})
    if control:
        text["arms"][CONTROL_ARM]["protocol"] = control
    return write(folder / "own.yaml", text)
