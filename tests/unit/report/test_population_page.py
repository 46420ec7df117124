"""The page of a population says why its numbers are independent, and every one with a life states it."""

from pathlib import Path

import pytest
from rich.console import Console

import insula
from insula.catalog import Catalog
from insula.report.population import terminal_population

SCIENCE = Path(insula.__file__).parents[2] / "science"
EMPTY = ("screening", "judged_later", "matched", "matched_later", "marginals", "correlations")


@pytest.fixture
def catalog(monkeypatch):
    monkeypatch.setenv("INSULA_SCIENCE", str(SCIENCE))
    return Catalog.open(SCIENCE)


def page(text, lang):
    answer = {name: [] for name in EMPTY} | {"criteria": {}, "patients": 1, "candidates": 1, "seed": 1}
    answer |= {
        "effective_sample_size": 1.0,
        "address": "patients.csv",
        "sha256": "0",
        "population_text": text,
    }
    console = Console(width=4000)
    with console.capture() as printed:
        console.print(terminal_population(answer, lang))
    return printed.get()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_says_why_numbers_are_independent(catalog, lang):
    text = catalog.populations["stage_2"].model_dump(mode="json", by_alias=True, exclude_none=True)
    assert text["independence"][lang] in page(text, lang)
    del text["independence"]
    assert page(text, lang)


def test_every_population_with_a_life_states_correlations_or_why_there_are_none(catalog):
    silent = [
        name
        for name, one in catalog.populations.items()
        if one.history and not (one.correlations or one.independence)
    ]
    assert silent == []


def test_every_population_says_who_is_plausible(catalog):
    assert [name for name, one in catalog.populations.items() if not one.plausible] == []
