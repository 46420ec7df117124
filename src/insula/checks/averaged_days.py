"""What a study on averaged days would leave out without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insula.checks.survey import Place, Survey
from insula.core.spoken import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insula.core.problems import Problem


def averaged_days_use_every_number(survey: Survey) -> Iterator[Problem]:
    """No population of a study on averaged days spreads a number that only simulated days would use.

    The averaged map is learnt from the minute clock with the numbers that the population states, one for all. What it
    derives from traits and habits says how its people differ, which the map leaves out as stated; a spread of its own
    is lost, but for weight and need, by which doses and C-peptide of the map are scaled.
    """
    symbols = survey.catalog.clocks.symbols
    scaling = (symbols.weight, symbols.need)
    people = survey.catalog.populations.readable()
    for study in survey.studies.values():
        if study.record is None or study.record.days == "simulated" or study.record.population not in people:
            continue
        name = study.record.population
        for symbol, number in people[name].parameters.items():
            minutes, days = (survey.unit_of(symbol, model) for model in ("metabolic", "disease"))
            alone = minutes is not None and days is None and symbol not in scaling
            if alone and number.value is not None and number.spread_type is not None:
                message = _(
                    "{symbol}, which populations/{name}.yaml spreads over its people, is the same for all of "
                    "them: averaged days are learnt with one number."
                ).format(symbol=symbol, name=name)
                hint = _("Write days: simulated, or give {symbol} no spread.").format(symbol=symbol)
                yield Place(study.path, study.line("days")).error(message, hint)
