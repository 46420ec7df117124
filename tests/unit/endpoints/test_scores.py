"""Scores against hand-made patients read off the published tables."""

import numpy as np
import pytest

from insula.endpoints.definitions import load_definitions
from insula.endpoints.scores import beta_score, igls_1, igls_graft, igls_treatment

NAN = np.nan
MG = 18.01562  # mg/dL in 1 mmol/L of glucose, rounded up
DEFINITIONS = load_definitions()


def one(score, name, *values):
    limits = DEFINITIONS[name].limits
    return score(*(np.array([float(value)]) for value in values), **limits)[0]


# fasting glucose mmol/L, HbA1c %, insulin U/kg/d, fasting and stimulated C-peptide nmol/L -> points
# (ryan2005, table 1)
@pytest.mark.parametrize(
    ("patient", "points"),
    [
        ((5.5, 6.1, 0, 0.25, 0.9), 8),
        ((5.6, 6.1, 0, 0.25, 0.9), 7),
        ((6.9, 6.2, 0.01, 0.05, 0.29), 4),
        ((7.0, 6.9, 0.24, 0.05, 0.1), 3),
        ((7.0, 7.0, 0.25, 0.05, 0.1), 1),
        ((5.0, 6.0, 0, 0.0, 0.09), 0),  # without C-peptide the score is 0
        ((5.0, 6.0, 0, 0.3, 0.05), 8),  # fasting C-peptide stands for stimulated
        ((5.0, 6.0, 0, 0.3, NAN), 8),
        ((9.0, 8.4, 0.6, 0.0, 0.0), 0),
    ],
)
def test_beta_score(patient, points):
    glucose, *others = patient
    assert one(beta_score, "beta_score", glucose * MG, *others) == points


def test_beta_score_needs_every_component():
    for place in range(4):
        patient = [5.0 * MG, 6.0, 0, 0.2, 0.5]
        patient[place] = NAN
        assert np.isnan(one(beta_score, "beta_score", *patient))


# HbA1c, events/y, U/kg/d, C-peptide | baseline events, U/kg/d, C-peptide -> class (rickels2018, table 3)
@pytest.mark.parametrize(
    ("patient", "grade"),
    [
        ((6.5, 0, 0.0, 0.9, 5, 0.5, 0.0), 3),
        ((6.6, 0, 0.0, 0.9, 5, 0.5, 0.0), 2),
        ((6.5, 0, 0.24, 0.9, 5, 0.5, 0.0), 2),
        ((6.5, 0, 0.25, 0.9, 5, 0.5, 0.0), 1),  # half of the baseline dose is not less than half
        ((6.5, 0, 0.55, 0.9, 5, 1.4, 0.0), 1),  # more than 0.5 U/kg
        ((7.0, 0, 0.0, 0.9, 5, 0.5, 0.0), 1),
        ((6.0, 1, 0.0, 0.9, 5, 0.5, 0.0), 1),
        ((6.0, 5, 0.2, 0.9, 5, 0.5, 0.0), 0),  # hypoglycaemia did not improve
        ((6.0, 0, 0.0, 0.17, 5, 0.5, 0.0), 0),  # C-peptide not above its limit
        ((6.0, 0, 0.0, 0.3, 5, 0.5, 0.3), 0),  # ... nor above baseline
    ],
)
def test_igls_1(patient, grade):
    assert one(igls_1, "igls_1", *patient) == grade


# HbA1c, TIR, events/y, TBR54 | the same at baseline -> class (landstra2021, table 2)
BASELINE = (7.8, 50, 3, 4.0)


@pytest.mark.parametrize(
    ("patient", "grade"),
    [
        ((6.5, 80, 0, 0), 3),
        ((6.5, 79.9, 0, 0), 2),
        ((6.6, 90, 0, 0), 2),
        ((6.0, 90, 0, 0.5), 2),
        ((6.9, 70, 0, 0.99), 2),
        ((6.9, 70, 0, 1.0), 1),
        ((6.9, 69, 0, 0.2), 1),
        ((6.0, 95, 1, 0), 1),
        ((7.8, 51, 2, 3.9), 1),
        ((7.9, 51, 2, 3.9), 0),
        ((7.8, 50, 2, 3.9), 0),
        ((7.8, 51, 3, 3.9), 0),
    ],
)
def test_igls_treatment(patient, grade):
    assert one(igls_treatment, "igls_treatment", *patient, *BASELINE) == grade


def test_a_patient_without_events_before_can_still_be_marginal():
    assert one(igls_treatment, "igls_treatment", 7.2, 60, 0, 0.0, 7.8, 50, 0, 0.0) == 1


# treatment class, insulin, fasting, stimulated C-peptide -> class (landstra2021, table 2, lower part)
@pytest.mark.parametrize(
    ("patient", "grade"),
    [
        ((3, 0, 0.01, 0.02), 3),
        ((3, 5, 0.05, 0.18), 2),
        ((3, 5, 0.07, 0.10), 2),
        ((3, 5, 0.05, 0.17), 1),
        ((3, 5, 0.04, 0.05), 1),
        ((3, 5, 0.03, 0.09), 0),
        ((2, 0, 0.5, 1.5), 2),  # never above the treatment outcome
        ((0, 0, 0.5, 1.5), 0),
        ((NAN, 0, 0.5, 1.5), NAN),
    ],
)
def test_igls_graft(patient, grade):
    np.testing.assert_equal(one(igls_graft, "igls_graft", *patient), float(grade))
