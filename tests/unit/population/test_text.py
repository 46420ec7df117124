"""The population of the catalog, drawn without the modules."""

import numpy as np
import pytest

from insula.catalog import Catalog
from insula.core.errors import UnknownName
from insula.population.quantities import quantities_of
from insula.population.sample import sample
from insula.population.screening import screen

CANDIDATES = np.arange(4000)


@pytest.fixture(scope="module")
def text():
    catalog = Catalog.open()
    population = catalog.populations["t1d_impaired_awareness"]
    rows = dict.fromkeys(population.parameters, next(iter(population.parameters.values())))
    return population, quantities_of(population, rows, catalog.habits[population.habits])


@pytest.fixture(scope="module")
def table(text):
    population, quantities = text
    return sample(
        quantities,
        seed=1,
        candidates=CANDIDATES,
        ensemble_members=population.ensemble_members,
        correlations=population.correlations,
    )


def test_published_means_come_back(table):
    assert table.column("trait.female").mean() == pytest.approx(0.66, abs=0.03)
    assert table.column("trait.age").mean() == pytest.approx(42.9, abs=1.0)
    assert table.column("trait.bmi").mean() == pytest.approx(23.1, abs=0.5)
    assert table.column("habits.carbohydrate_per_day").mean() == pytest.approx(166, abs=5)


def test_modules_get_the_traits(table):
    assert np.array_equal(table.column("body.weight"), table.column("trait.weight"))
    assert np.all(table.column("awareness_of_lows.unaware_threshold") == 45)


def test_most_candidates_are_plausible(text, table):
    values = {symbol: table.column(symbol) for symbol in table.symbols}
    units = dict(zip(table.symbols, table.units, strict=True))
    screening = screen(text[0].plausible, values, units, len(CANDIDATES))
    assert 0.8 < screening.passed_all.mean() < 1.0
    onset = table.rows(screening.passed_all).column("trait.age_at_diagnosis")
    assert onset.min() > 0
    assert onset.max() <= 40


def test_an_override_of_nothing_is_refused(text):
    with pytest.raises(
        UnknownName, match=r"overridden by the population t1d_impaired_awareness.*immunity\.precursors_auto"
    ):
        quantities_of(text[0], {}, None)
