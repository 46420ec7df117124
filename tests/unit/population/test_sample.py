import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from population_rows import Pair, Row

from insula.core.errors import UnknownName
from insula.population.correlation import CorrelationError
from insula.population.derived import FormulaError
from insula.population.sample import draw_anew, sample
from insula.population.spread import SpreadError

QUANTITIES = {
    "trait.age": Row(42.9, "year", "sd", 9.7, None, "truncated_normal", "patient", low=18, high=65),
    "trait.duration": Row(27.1, "year", "sd", 10.5, None, "truncated_normal", "patient", low=5, high=60),
    "trait.onset": Row(unit="year", source="derived:trait.age - trait.duration"),
    "glucose.k": Row(2.0, "per_min", "se", 0.3, None, "lognormal", "ensemble"),
    "glucose.b": Row(90.0, "mg_per_dL", varies_by="none"),
}
TIED = [Pair(["trait.age", "trait.duration"], 0.5)]


def draw(candidates, quantities=QUANTITIES, seed=1, members=20, pairs=()):
    return sample(
        quantities, seed=seed, candidates=np.asarray(candidates), ensemble_members=members, correlations=pairs
    )


@settings(max_examples=25)
@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=30, unique=True))
def test_a_candidate_is_the_same_in_any_batch(candidates):
    together = draw(candidates, pairs=TIED)
    alone = draw([candidates[-1]], pairs=TIED)
    assert np.array_equal(together.values[-1], alone.values[0])


def test_another_quantity_or_seed_changes_nothing_and_everything():
    more = QUANTITIES | {"trait.extra": Row(1.0, "g", "sd", 1.0, None, "normal", "patient")}
    assert np.array_equal(draw(range(9), more).column("trait.age"), draw(range(9)).column("trait.age"))
    assert not np.any(draw(range(9), seed=2).column("trait.age") == draw(range(9)).column("trait.age"))


def test_members_of_an_ensemble_share_what_is_uncertain_but_not_what_differs_between_people():
    table = draw(range(60))
    uncertain = table.column("glucose.k")
    assert np.array_equal(uncertain[:20], uncertain[20:40])
    assert len(np.unique(uncertain)) == 20
    assert len(np.unique(table.column("trait.age"))) == 60
    assert table.members[45] == 5


def test_what_varies_by_occasion_is_a_person_s_own_each_time_and_the_same_each_time_it_is_asked():
    lot = Row(1.0, "dimensionless", "range", 0.1, 10.0, "lognormal", "occasion")
    first, second = (draw_anew("graft.lot", lot, 1, np.arange(4000), k) for k in (0, 1))
    assert np.median(first) == pytest.approx(1, rel=0.1)
    assert abs(np.corrcoef(np.log(first), np.log(second))[0, 1]) < 0.05
    assert np.array_equal(draw_anew("graft.lot", lot, 1, np.array([17, 3]), 1), second[[17, 3]])
    assert not np.any(draw_anew("graft.lot", lot, 2, np.arange(9), 0) == first[:9])


def test_a_population_may_hold_at_a_value_what_varies_by_occasion():
    held = Row(0.5, "dimensionless", varies_by="none")
    assert draw_anew("graft.lot", held, 1, np.arange(3), 0).tolist() == [0.5, 0.5, 0.5]


def test_what_does_not_vary_keeps_its_value():
    assert np.all(draw(range(5)).column("glucose.b") == 90.0)


def test_correlation_is_recovered_and_marginals_stay():
    free, tied = draw(range(20_000)), draw(range(20_000), pairs=TIED)
    correlation = np.corrcoef(tied.column("trait.age"), tied.column("trait.duration"))[0, 1]
    assert correlation == pytest.approx(0.5, abs=0.03)  # sampling error 0.006; the cut-off takes a little
    for symbol in ("trait.age", "trait.duration"):
        quantiles = [np.quantile(table.column(symbol), [0.1, 0.5, 0.9]) for table in (free, tied)]
        assert quantiles[0] == pytest.approx(quantiles[1], rel=0.02)


def test_derived_is_computed_from_what_was_drawn():
    table = draw(range(5), pairs=TIED)
    row = {symbol: table.column(symbol)[3] for symbol in table.symbols}
    assert row["trait.onset"] == row["trait.age"] - row["trait.duration"]


def test_formulas_know_powers_and_each_other():
    quantities = {
        "a.bmi": Row(unit="kg_per_m2", source="derived:a.w / a.h^2"),
        "a.w": Row(80.0),
        "a.h": Row(source="derived:a.double / 1"),
        "a.double": Row(source="derived:sqrt(4)"),
    }
    assert draw([0], quantities).column("a.bmi")[0] == 20.0


@pytest.mark.parametrize(
    ("pairs", "error", "message"),
    [
        ([Pair(["trait.age", "trait.durations"], 0.5)], UnknownName, 'Did you mean "trait.duration"'),
        ([Pair(["trait.age", "glucose.k"], 0.5)], UnknownName, 'drawn at this level.*"glucose.k"'),
        ([Pair(["trait.age", "glucose.b"], 0.5)], SpreadError, r"glucose\.b is correlated .* does not vary"),
        ([Pair(["trait.age", "trait.duration"], 1.2)], CorrelationError, r"smallest eigenvalue -0\.2"),
    ],
)
def test_impossible_correlations_are_refused(pairs, error, message):
    with pytest.raises(error, match=message):
        draw([0], pairs=pairs)


def test_correlations_that_contradict_each_other_are_refused():
    quantities = {name: Row(0.0, "g", "sd", 1.0, None, "normal", "patient") for name in ("a", "b", "c")}
    pairs = [Pair(["a", "b"], 0.9), Pair(["b", "c"], 0.9), Pair(["a", "c"], -0.9)]
    with pytest.raises(CorrelationError, match="between a, b, c contradict each other"):
        draw([0], quantities, pairs=pairs)


@pytest.mark.parametrize(
    ("quantities", "error", "message"),
    [
        ({"a": Row(source="derived:b"), "b": Row(source="derived:a")}, FormulaError, "in a circle: a, b"),
        ({"a": Row(source="derived:b + 1")}, UnknownName, r'needed to derive a.*"b"'),
        ({"a": Row(source="derived:open(b)"), "b": Row(1.0)}, FormulaError, r'"open\(b\)" is not allowed'),
        (
            {"a": Row(source="derived:b +"), "b": Row(1.0)},
            FormulaError,
            'derived by "b [+]", which is no formula',
        ),
        ({"a": Row()}, SpreadError, "a has neither a value nor a formula"),
    ],
)
def test_impossible_quantities_are_refused(quantities, error, message):
    with pytest.raises(error, match=message):
        draw([0], quantities)


def test_a_wrong_name_gets_a_suggestion():
    with pytest.raises(UnknownName, match='Did you mean "trait.age"'):
        draw([0]).column("trait.ages")
