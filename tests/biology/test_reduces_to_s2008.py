"""Without secretion, risk term and glucagon the metabolic clock is the S2008 simulator.

Held against simglucose (reference/simglucose): other people's code, their integrator, their 30 patients.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from insula.analysis.behaviour.bench import Bench, Course
from insula.catalog.behaviour_protocol import Act, Experiment

RECORD = json.loads(
    (Path(__file__).parents[2] / "reference" / "simglucose" / "values.json").read_text(encoding="utf-8")
)
OUTPUTS = ("glucose.G", "glucose.G_s", "insulin.I", "gut.Q_sto1", "gut.Q_sto2", "gut.Q_gut")
# Both sides solve the same equations (1e-11 there, 1e-8 here): 1e-5 is room for the integrators, for nothing else.
RTOL = 1e-5
NAMES = {
    "body.weight": "BW",
    "gut.k_max": "kmax", "gut.k_min": "kmin", "gut.k_abs": "kabs", "gut.b": "b", "gut.d": "d", "gut.f": "f",
    "glucose.G_b": "Gb", "glucose.V_G": "Vg", "glucose.EGP_b": "EGPb", "glucose.F_cns": "Fsnc",
    "glucose.k_1": "k1", "glucose.k_2": "k2", "glucose.k_sc": "ksc", "glucose.p_2U": "p2u", "glucose.k_i": "ki",
    "glucose.k_p2": "kp2", "glucose.k_p3": "kp3", "glucose.V_mx": "Vmx", "glucose.K_m0": "Km0",
    "glucose.k_e1": "ke1", "glucose.k_e2": "ke2",
    "insulin.I_b": "Ib", "insulin.V_I": "Vi", "insulin.m_1": "m1", "insulin.HE_b": "HEb",
    "subcutaneous_insulin.k_d": "kd", "subcutaneous_insulin.k_a1": "ka1", "subcutaneous_insulin.k_a2": "ka2",
}  # fmt: skip
OFF = {
    "glucose.r3": 0.0,
    "glucagon.xi": 0.0,
    "secretion.native_capacity": 0.0,
    "secretion.graft_capacity": 0.0,
}


PATIENTS = {patient["name"]: patient for patient in RECORD["patients"]}


def settings(patient):
    ours = {name: patient["parameters"][theirs] for name, theirs in NAMES.items()}
    ours["insulin.clearance"] = patient["parameters"]["CL"] / patient["parameters"]["BW"]
    ours["subcutaneous_insulin.pump_rate"] = 60.0 * patient["basal_U_per_min"]
    return ours | OFF


def actions(patient):
    """Return meals eaten minute by minute, with a bolus pumped within the first minute."""
    rate, basal = RECORD["eating_rate_g_per_min"], 60.0 * patient["basal_U_per_min"]
    events = []
    for meal in patient["meals"]:
        start, left = meal["minute"], float(meal["g"])
        events += [
            Act(start, "meal", 0.0),
            Act(start, "basal_rate", basal + 60.0 * meal["bolus_U"]),
            Act(start + 1, "basal_rate", basal),
        ]
        minute = start
        while left > 0:
            now = min(rate, left)
            events += [
                Act(minute, "set:gut.eating", 1000.0 * now),
                Act(minute, "add:gut.D", 1000.0 * now),
            ]
            left, minute = left - now, minute + 1
        events.append(Act(minute, "set:gut.eating", 0.0))
    return tuple(events)


@pytest.fixture(scope="module")
def courses(metabolic) -> dict[str, Course]:
    """All patients, side by side."""
    times = np.array(RECORD["time_min"], dtype=float)
    experiments = [Experiment(settings(p), actions(p), times) for p in PATIENTS.values()]
    found = Bench(metabolic, OUTPUTS).run(experiments, rtol=1e-8)
    return dict(zip(PATIENTS, found, strict=True))


@pytest.mark.parametrize("name", PATIENTS)
def test_a_public_virtual_patient_is_reproduced(courses, name):
    patient, (found, failure) = PATIENTS[name], courses[name]
    assert not failure, failure
    for column, quantity in enumerate(["glucose_mg_per_dL", "interstitial_mg_per_dL", "insulin_pmol_per_L"]):
        np.testing.assert_allclose(found[:, column], patient[quantity], rtol=RTOL, err_msg=quantity)
    np.testing.assert_allclose(found[:, 3:].sum(axis=1), patient["stomach_and_gut_mg"], rtol=RTOL, atol=0.1)
