"""A meal test has every sample that endpoints need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insula.checks.survey import Place, Survey
from insula.core.spoken import _
from insula.endpoints.definitions import minutes_needed, read_definitions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insula.core.problems import Problem


def meal_tests_have_every_sample(survey: Survey) -> Iterator[Problem]:
    """Each minute that an endpoint names is among the readings of every procedure."""
    definitions, _problems = read_definitions(survey.catalog.root / "endpoints.yaml")
    needing: dict[float, list[str]] = {}
    for name, definition in definitions.items():
        for minute in minutes_needed(definition):
            needing.setdefault(minute, []).append(name)
    for entry in survey.catalog.procedures.entries().values():
        if entry.record is None:
            continue
        place = Place(entry.path, entry.line("readings"))
        for minute in sorted(needing.keys() - set(entry.record.readings.value)):
            told = _("there is no sample at {minute:g} min, which these endpoints need: {names}.")
            hint = _("Add it to the readings, or take the endpoints out of endpoints.yaml.")
            yield place.error(told.format(minute=minute, names=", ".join(needing[minute])), hint)
