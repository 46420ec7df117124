"""Every row and every number that a contradiction names exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from insula.checks.names import exists
from insula.checks.survey import Place, Survey
from insula.core.spoken import _
from insula.evidence.contradictions import rows_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from insula.catalog.records.contradictions import CarriedBy, Contradiction
    from insula.catalog.shelf import Entry
    from insula.core.problems import Problem


def contradictions_name_what_exists(survey: Survey) -> Iterator[Problem]:
    """Rows of the tables, symbols of modules and errors of calibrations that a contradiction names exist."""
    topics = survey.catalog.topics.readable().values()
    for name, entry in survey.catalog.contradictions.entries().items():
        if entry.record is None:
            continue
        for number, named in enumerate(entry.record.rows):
            if not rows_named(topics, named):
                wanted = ", ".join(
                    f"{key} {value}" for key, value in named.model_dump(exclude_none=True).items()
                )
                place = Place(entry.path, entry.line(name, "rows", number))
                yield place.error(
                    _("no published row has {wanted}.").format(wanted=wanted),
                    _("Write the cells as they stand in the table."),
                )
        for number, carried in enumerate(entry.record.carried_by):
            yield from _carried(survey, entry, (name, "carried_by", number), carried)


def _carried(
    survey: Survey, entry: Entry[Contradiction], keys: tuple[str | int, ...], carried: CarriedBy
) -> Iterator[Problem]:
    if carried.symbol is not None:
        module, _, symbol = carried.symbol.partition(".")
        modules = survey.catalog.modules.readable()
        rows = [row.symbol for row in modules[module].parameters] if module in modules else []
        known = [f"{module}.{row}" for row in rows] or [f"{name}." for name in modules]
        yield from exists(entry, keys, "number of a module", f"{module}.{symbol}", known)
        return
    plans = survey.catalog.calibrations
    yield from exists(entry, keys, "calibration", carried.calibration or "", plans)
    plan = plans.readable().get(carried.calibration or "")
    if plan is not None:
        yield from exists(entry, keys, "model error of it", carried.model_error or "", plan.model_error)
