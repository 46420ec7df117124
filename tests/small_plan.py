"""A calibration plan on the tiny study, whose published rows are made up in a copy of the science text."""

import csv
import shutil

from tiny_study import FOLLOW_UP, STUDY, THERAPY_ARM, study, write

SYMBOL = "stem_cell_islets.potency"
DAYS_PER_MONTH = 365.25 / 12


def published(folder, rows):
    """Give the tiny study published rows: (outcome, value, unit, statistic, sd)."""
    topic = folder / "evidence" / "made_up"
    source = folder / "evidence" / "beta_replacement"
    for name in ("studies", "arms", "outcomes"):
        with (source / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            header, first = list(csv.reader(file))[:2]
        mine = dict(zip(header, first, strict=True)) | {"study_id": STUDY}
        lines = [mine]
        if name == "studies":
            unique = dict.fromkeys(
                ("doi", "pmid", "registration"), ""
            )  # else it were the publication that is copied
            mine |= {"role": "calibration", "n_total": "40", "short_name": "made up"} | unique
        if name == "arms":
            mine |= {"arm_id": THERAPY_ARM, "n": "40"}
        if name == "outcomes":
            months = f"{FOLLOW_UP / DAYS_PER_MONTH:.4f}"
            blank = dict.fromkeys(mine, "")
            kept = {key: mine[key] for key in ("source", "place") if key in mine}
            lines = [
                blank
                | kept
                | {
                    "study_id": STUDY,
                    "arm_id": THERAPY_ARM,
                    "outcome": outcome,
                    "time_months": months,
                    "n": "40",
                }
                | {"statistic": statistic, "value": repr(value), "unit": unit, "spread_type": "sd"}
                | {"spread_low": repr(sd), "analysis": "all patients"}
                for outcome, value, unit, statistic, sd in rows
            ]
        topic.mkdir(exist_ok=True)
        with (topic / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header)
            writer.writeheader()
            writer.writerows(lines)


def plan(**changes):
    title = {"en": "Tiny", "zh": "小型"}
    return {
        "id": "plan",
        "title": title,
        "parameters": [SYMBOL],
        "studies": {STUDY: {}},
        "patients": 4,
        "members": 12,
        "iterations": 3,
        "seed": 5,
    } | changes


def fitted_science(folder, source):
    """Copy the tiny science in ``source``, with an HbA1c published for the treated arm of its study."""
    shutil.copytree(source, folder)
    write(folder / "studies" / f"{STUDY}.yaml", study(evidence=STUDY))
    published(folder, [("hba1c", 7.0, "percent", "mean", 0.8)])
    return folder
