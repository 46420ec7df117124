"""Saved people are people of the science as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insula.core.errors import InsulaError
from insula.population.quantities import module_rows, quantities_of
from insula.population.saved import misfits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insula.checks.survey import Survey
    from insula.core.problems import Problem
    from insula.population.records import Sourced


def saved_people_fit_the_science(survey: Survey) -> Iterator[Problem]:
    """The science of a saved population is this one, and its models take the numbers that its people have."""
    catalog = survey.catalog
    for name in catalog.saved:
        people = catalog.populations.readable().get(name)
        if people is None:
            continue
        try:
            habits, ensemble = catalog.habits[people.habits], catalog.ensemble_of(people)
            quantities: dict[str, Sourced] | None = quantities_of(
                people, module_rows(catalog), habits, ensemble
            )
        except InsulaError:
            quantities = None  # what it names and is not there is told elsewhere
        yield from misfits(catalog, name, quantities)
