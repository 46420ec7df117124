import numpy as np
import pytest
from population_rows import Bound, Criterion

from insula.core.errors import UnitMismatch, UnknownName
from insula.population.screening import screen

AGE = Criterion("trait.age", Bound(18, "year"), Bound(65, "year"))
VALUES = {"trait.age": np.array([17.9, 18.0, 65.0, 66.0, np.nan])}
UNITS = {"trait.age": "year"}


def test_limits_are_included_and_what_is_missing_does_not_pass():
    screening = screen([AGE], VALUES, UNITS, 5)
    assert screening.passed_all.tolist() == [False, True, True, False, False]
    assert screening.names == ("trait.age from 18 year to 65 year",)


def test_one_failed_criterion_is_enough():
    young = Criterion("trait.age", at_most=Bound(30, "year"))
    screening = screen([AGE, young], VALUES, UNITS, 5)
    assert screening.passed.shape == (5, 2)
    assert screening.passed_all.tolist() == [False, True, False, False, False]
    assert screening.names[1] == "trait.age at most 30 year"


def test_limits_are_converted_to_the_unit_of_the_quantity():
    months = Criterion("trait.age", at_least=Bound(240, "month"))
    assert screen([months], VALUES, UNITS, 5).passed_all.tolist() == [False, False, True, True, False]


def test_without_criteria_everybody_passes():
    assert screen([], {}, {}, 3).passed_all.tolist() == [True, True, True]


def test_unknown_quantities_and_wrong_units_are_refused():
    with pytest.raises(UnknownName, match='Did you mean "trait.age"'):
        screen([Criterion("trait.ages", Bound(1, "year"))], VALUES, UNITS, 5)
    with pytest.raises(UnitMismatch):
        screen([Criterion("trait.age", Bound(1, "kg"))], VALUES, UNITS, 5)


def test_what_has_run_away_to_infinity_does_not_pass():
    beyond = Criterion("trait.age", at_least=Bound(18, "year"))
    assert screen([beyond], {"trait.age": np.array([np.inf])}, UNITS, 1).passed_all.tolist() == [False]
