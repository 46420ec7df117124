"""The disease clock knows what is prescribed, so that the averaged map speaks of the doses of the sampled days."""

import numpy as np
import pytest

from insula.population.sample import sample
from insula.trial.averaged_days import AveragedDays
from insula.trial.enrol import enrol
from insula.trial.follow_up import Record, follow, meet
from insula.trial.open_clinic import open_clinic
from insula.trial.two_clocks import prescribe
from tiny_study import STUDY, opened

PEOPLE = 12


@pytest.fixture(scope="module")
def clinic(small_science, cache):
    with opened(small_science, cache) as catalog:
        yield open_clinic(catalog, catalog.studies[STUDY])


@pytest.fixture(scope="module")
def reviewed(clinic):
    """People whose doses were changed at reviews."""
    people = sample(clinic.quantities, seed=clinic.seed, candidates=np.arange(PEOPLE), ensemble_members=5)
    cohort = enrol(clinic, people)
    follow(clinic, cohort, -56.0, [-28.0, 0.0], (), Record())
    return cohort


def test_simulated_and_averaged_days_tell_it_the_same(clinic, reviewed):
    told = reviewed.disease_parameters[:, clinic.disease.parameter(clinic.symbols.prescribed)]
    averaged = reviewed.copy()
    AveragedDays(sights=None).begin(clinic, averaged, 0.0)
    assert told.tolist() == averaged.daily_dose.tolist()
    assert (told != reviewed.daily_dose).any(), "chance moves what is injected, not what is prescribed"


def test_the_map_of_a_review_knows_the_doses_that_were_in_force(clinic, reviewed):
    said = []
    for share in (1.0, 0.5):
        cohort = reviewed.copy()
        cohort.doses.basal[:] *= share
        cohort.doses.carbohydrate_ratio[:] /= share
        prescribe(clinic, cohort)
        cohort.last_sampled[:] = -np.inf
        said.append({name: predicted for name, _, predicted, _ in meet(clinic, cohort, 0.0, 28.0, ())})
    usual, half = (said_of["averaged_day.mean_glucose"] for said_of in said)
    assert len(usual) == PEOPLE
    assert (half > usual).all()
