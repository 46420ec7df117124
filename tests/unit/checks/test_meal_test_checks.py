"""Samples of the meal test that endpoints need and nobody takes are told before anything runs."""

import pytest

from insula.checks import check_study
from insula.checks.meal_tests import meal_tests_have_every_sample

TEST = "procedures/mixed_meal_test.yaml"
READINGS = "[0, 15, 30, 60, 90, 120, 180, 240]"


@pytest.mark.parametrize(
    ("kept", "minute", "endpoint"),
    [
        ("[15, 30, 60, 90, 120, 180, 240]", 0, "fasting_glucose, fasting_c_peptide"),
        ("[0, 15, 30, 60, 120, 180, 240]", 90, "stimulated_c_peptide_90min"),
        ("[0, 15, 30, 60, 90, 120, 180]", 240, "mmtt_c_peptide_auc_4h"),
    ],
)
def test_a_sample_that_is_not_taken_is_told(with_change, kept, minute, endpoint):
    (found,) = meal_tests_have_every_sample(with_change(TEST, READINGS, kept))
    assert found.message.startswith(f"there is no sample at {minute} min, which these endpoints need:")
    assert endpoint in found.message
    assert (found.where.name, found.line) == ("mixed_meal_test.yaml", 8)


def test_the_science_has_every_sample_and_more_are_no_problem(with_change):
    assert list(meal_tests_have_every_sample(with_change(TEST, READINGS, "[-10, " + READINGS[1:]))) == []


@pytest.mark.parametrize(("kept", "problems"), [("[0, 90, 120, 240]", 0), ("[0, 90, 120]", 1)])
def test_a_study_is_refused_for_it(with_change, kept, problems):
    catalog = with_change(TEST, READINGS, kept).catalog
    assert len(check_study(catalog, catalog.studies.entry("reichman_2025_zimislecel"))) == problems
