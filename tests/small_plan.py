"""A calibration plan on the tiny study, whose published rows are made up in a copy of the science text."""

import csv
import shutil

from tiny_study import FOLLOW_UP, STUDY, THERAPY_ARM, study, write

SYMBOL = "stem_cell_islets.potency"
SECOND = "tiny_again"
DAYS_PER_MONTH = 365.25 / 12
SIZE = 40
HBA1C = {
    STUDY: 6.6,
    SECOND: 7.6,
}  # mean of the treated arm at the last visit, per cent: on both sides of the prediction
SD = 0.8


def fitted_science(folder, source):
    """Copy the tiny science in ``source``, with two studies whose treated arms have a published HbA1c."""
    shutil.copytree(source, folder)
    for name in HBA1C:
        write(folder / "studies" / f"{name}.yaml", study(id=name, evidence=name))
    topic = folder / "evidence" / "made_up"
    topic.mkdir()
    for table, cells in (("studies", of_study), ("arms", of_arm), ("outcomes", of_row)):
        with (folder / "evidence" / "beta_replacement" / f"{table}.csv").open(
            encoding="utf-8", newline=""
        ) as file:
            header = next(csv.reader(file))
        with (topic / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, header, restval="")
            writer.writeheader()
            writer.writerows({"study_id": name, **cells(name)} for name in HBA1C)
    return folder


def of_study(name):
    return {"short_name": name, "disease": "T1D", "n_total": SIZE, "role": "calibration"}


def of_arm(_):
    return {"arm_id": THERAPY_ARM, "role": "treatment", "n": SIZE, "therapy": "islets"}


def of_row(name):
    when = {"arm_id": THERAPY_ARM, "time_months": round(FOLLOW_UP / DAYS_PER_MONTH, 4), "n": SIZE}
    value = {
        "statistic": "mean",
        "value": HBA1C[name],
        "unit": "percent",
        "spread_type": "sd",
        "spread_low": SD,
    }
    return {"outcome": "hba1c", "analysis": "all patients", **when, **value}


def plan(**changes):
    return {
        "id": "plan",
        "title": {"en": "Tiny", "zh": "小型"},
        "parameters": [SYMBOL],
        "studies": {STUDY: {}},
        "patients": 4,
        "members": 12,
        "iterations": 3,
        "seed": 5,
    } | changes
