"""People with a life before the study on the quick science of `tiny_study`: some are born with few beta cells.

Who has too few is diagnosed within months, who has enough never is. Numbers are no prediction of anything.
"""

from insula.core.yaml_lines import read_yaml
from tiny_study import ASSUMED, day, study, tiny_science, write

BORN, AVERAGED, SIMULATED = "tiny_born", "tiny_averaged", "tiny_days"
OLDEST, WAIT, STEP, RUN_IN = 2.0, (10.0, 100.0), 56.0, 28.0


def history_science(folder, endpoints):
    """Write the quick science with a population that is born, and two studies of it."""
    tiny_science(folder, endpoints)
    people = read_yaml(folder / "populations/tiny.yaml").data
    write(folder / f"populations/{BORN}.yaml", born(people))
    visits = [{"at": day(at), "measure": ["mmtt", "hba1c"]} for at in (0, 56, 400)]
    averaged = study(id=AVERAGED, population=BORN, days="averaged", follow_up=day(400), visits=visits)
    del averaged["arms"]["treated"]
    write(folder / f"studies/{AVERAGED}.yaml", averaged)
    write(folder / f"studies/{SIMULATED}.yaml", study(id=SIMULATED, population=BORN))
    return folder


def stage(quantity, **limits):
    return {"quantity": quantity, **limits, **ASSUMED}


def number(value, unit, **more):
    return {"value": value, "unit": unit, **ASSUMED, **more}


def told(source, unit):
    return {"unit": unit, "source": source, "place": "-", "reason": "measured"}


def born(people):
    """Give the tiny population a life from birth, in the words of the text."""
    lived = {
        name: told(f"history:{name}", "year") for name in ("age", "diabetes_duration", "age_at_diagnosis")
    }
    small = {
        "weight": told("derived:min(65, 10 + 3*trait.age)", "kg"),
        "height": told("derived:0.7 + 0.1*trait.age", "m"),
    }
    spread = {"spread_type": "range", "distribution": "uniform", "varies_by": "patient"}
    return people | {
        "id": BORN,
        "run_in": number(RUN_IN, "day"),
        "history": {
            "oldest": number(OLDEST, "year"),
            "reached": [stage("history.diagnosed_for", at_least={"value": 0.0, "unit": "day"})],
            "wait": number(50.0, "day", spread_low=WAIT[0], spread_high=WAIT[1], **spread),
        },
        "traits": people["traits"] | lived | small,
        "parameters": people["parameters"]
        | {
            "beta_cells.mass_0": number(0.15, "dimensionless", spread_low=0.0, spread_high=0.3, **spread),
            "beta_cells.sigma_0": number(1.0, "dimensionless"),
            "immunity.memory_auto_0": number(0.0, "dimensionless"),
            "immunity.avidity_0": number(0.0, "dimensionless"),
            "glycated_haemoglobin.glucose_before": number(100.0, "mg_per_dL"),
        },
        "correlations": [],
        "plausible": [],
        "eligible": [stage("endpoint.hba1c", at_most={"value": 25.0, "unit": "percent"})],
    }  # fmt: skip
