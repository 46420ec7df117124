"""What follows from age: formulas with limits, what they move, and quantities that a life fills later."""

import numpy as np
import pytest
from population_rows import Row

from insula.population.derived import FormulaError, consequences, evaluate
from insula.population.sample import lived, sample, with_values

WEIGHT = "min(trait.adult, 3.5 + 3*trait.age)"


def test_a_child_grows_until_its_adult_weight():
    values = {"trait.age": np.array([0.0, 10.0, 40.0]), "trait.adult": np.array([60.0, 60.0, 60.0])}
    assert evaluate("trait.weight", WEIGHT, values).tolist() == [3.5, 33.5, 60.0]
    assert evaluate("x", "max(trait.age, 5, 12)", values).tolist() == [12.0, 12.0, 40.0]


def test_other_functions_are_refused_by_name():
    with pytest.raises(FormulaError, match="min and max"):
        evaluate("x", "abs(trait.age)", {"trait.age": np.zeros(1)})


def test_consequences_are_what_moves_with_a_cause_in_order():
    formulas = {"bmi": "weight / height^2", "weight": "3*age", "other": "2*drawn", "dose": "bmi*drawn"}
    assert consequences(formulas, {"age"}) == ["weight", "bmi", "dose"]
    assert consequences(formulas, {"nothing"}) == []


def test_what_a_life_tells_is_missing_until_it_is_filled_and_all_that_follows_is_computed_then():
    rows = {
        "trait.weight": Row(unit="kg", source=f"derived:{WEIGHT}"),
        "trait.age": Row(unit="year", source="history:age"),
        "trait.adult": Row(60.0, "kg", "sd", 5.0, None, "normal", "patient"),
    }
    people = sample(rows, seed=1, candidates=np.arange(3), ensemble_members=1)
    assert lived(rows) == {"trait.age": "age"}
    assert np.isnan(people.column("trait.age")).all()
    assert np.isnan(people.column("trait.weight")).all()
    told = with_values(people, rows, {"trait.age": np.array([0.0, 2.0, 50.0])})
    assert told.column("trait.weight")[:2].tolist() == [3.5, 9.5]
    assert told.column("trait.weight")[2] == people.column("trait.adult")[2]
