"""Trajectories of six public virtual patients, integrated finely by simglucose itself.

Run outside the project's environment (README.md). Writes values.json beside this file.
"""

import datetime
import json
import platform
from pathlib import Path

import numpy as np
import pandas as pd
import scipy
from simglucose.patient.t1dpatient import PATIENT_PARA_FILE, Action, T1DPatient

VERSION = "0.2.11"
PATIENTS = ["adult#001", "adult#005", "adolescent#002", "adolescent#007", "child#003", "child#008"]
END = 600  # min
EVERY = 10  # min
MEALS = {60: 0.8, 210: 0.5}  # minute -> g of carbohydrate per kg; the second falls into the first
UNITS_PER_GRAM = 0.06  # rapid insulin with a meal
TOLERANCE = 1e-11


def main() -> None:
    """Simulate every patient and write what was done and what came out."""
    table = pd.read_csv(PATIENT_PARA_FILE).set_index("Name")
    record = {
        "source": {
            "tool": "simglucose",
            "version": VERSION,
            "call": f"T1DPatient.step, dopri5, rtol = atol = {TOLERANCE:g}",
            "script": "reference/simglucose/run.py",
            "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
            "python": platform.python_version(),
            "scipy": scipy.__version__,
        },
        "eating_rate_g_per_min": T1DPatient.EAT_RATE,
        "time_min": list(range(0, END + 1, EVERY)),
        "patients": [simulate(name, table.loc[name]) for name in PATIENTS],
    }
    path = Path(__file__).with_name("values.json")
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def simulate(name: str, row: pd.Series) -> dict:
    """One patient: basal insulin throughout, two overlapping meals with a bolus each."""
    patient = T1DPatient.withName(name)
    solver = patient._odesolver  # the default tolerance (1e-6) is too coarse for a reference
    solver.set_integrator("dopri5", rtol=TOLERANCE, atol=TOLERANCE, nsteps=100_000)
    solver.set_initial_value(np.asarray(patient.init_state, dtype=float), 0)
    basal = row.u2ss * row.BW / 6000  # U/min
    meals = {minute: round(share * row.BW) for minute, share in MEALS.items()}
    boluses = {minute: UNITS_PER_GRAM * grams for minute, grams in meals.items()}
    readings = []
    for minute in range(END + 1):
        if minute % EVERY == 0:
            readings.append(np.array(patient.state, dtype=float))
        patient.step(Action(CHO=meals.get(minute, 0), insulin=basal + boluses.get(minute, 0.0)))
    state = np.array(readings)
    numbers = row.drop(labels=["i", "patient_history"]).filter(regex="^(?!x0)").astype(float)
    return {
        "name": name,
        "parameters": numbers.to_dict(),
        "basal_U_per_min": basal,
        "meals": [{"minute": m, "g": g, "bolus_U": boluses[m]} for m, g in meals.items()],
        "glucose_mg_per_dL": list(state[:, 3] / row.Vg),
        "interstitial_mg_per_dL": list(state[:, 12] / row.Vg),
        "insulin_pmol_per_L": list(state[:, 5] / row.Vi),
        "stomach_and_gut_mg": list(state[:, :3].sum(axis=1)),
    }


if __name__ == "__main__":
    main()
