"""Rows of behaviour.csv: what they measure, and whether their protocol can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insula.catalog.behaviour_protocol import STATISTICS, read_protocol
from insula.checks.survey import Place
from insula.core.errors import ProtocolError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insula.catalog.records import BehaviourRow
    from insula.checks.survey import Survey
    from insula.core.problems import Problem

_ANY_STEP = 1.0


def behaviours_can_be_tried(survey: Survey) -> Iterator[Problem]:
    """The statistic of a row has a name that is known, its quantity a module, its protocol the right form."""
    for entry in survey.modules.values():
        for row in entry.record.behaviour if entry.record else ():
            place = Place(entry.path.with_name("behaviour.csv"), row=row.row, key=row.id)
            for trouble in _troubles(survey, row):
                yield place.error(trouble)


def _troubles(survey: Survey, row: BehaviourRow) -> Iterator[str]:
    if row.statistic not in STATISTICS:
        yield str(UnknownName("statistic", row.statistic, STATISTICS))
    module = row.quantity.partition(".")[0]
    if module not in survey.modules:
        yield str(UnknownName("module", module, survey.modules))
    try:
        read_protocol(row.protocol, _ANY_STEP)
    except ProtocolError as trouble:
        yield str(trouble)
