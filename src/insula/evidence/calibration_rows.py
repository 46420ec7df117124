"""The only door through which code that fits may see published rows: no row for validation passes it.

A test walks the imports of the room ``calibration`` and lets it import nothing else of the evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from insula.core.errors import EvidenceError
from insula.core.spoken import _
from insula.evidence.disagreements import same_sources
from insula.evidence.published import PublishedRow, rows_of_study

if TYPE_CHECKING:
    from collections.abc import Iterable

    from insula.catalog import Catalog

__all__ = ["PublishedRow", "calibration_rows"]

CALIBRATION, VALIDATION = "calibration", "validation"


def calibration_rows(catalog: Catalog, studies: Iterable[str] | None = None) -> tuple[PublishedRow, ...]:
    """Return the published rows that may shape the model.

    Parameters
    ----------
    catalog
        The science text.
    studies
        Ids; None for every study that may be fitted.

    Returns
    -------
    Rows study after study, those that cannot be scored too, each with its reason.

    Raises
    ------
    UnknownName
        When the evidence has no such study.
    EvidenceError
        When a study is for validation, or is the same publication as one that is; all of them are named.
    """
    refused = _refused(catalog)
    if studies is None:
        asked = [name for name in _roles(catalog) if name not in refused]
    else:
        asked = list(studies)
        wrong = [f"{name} ({refused[name]})" for name in asked if name in refused]
        if wrong:
            raise EvidenceError(
                _("These studies may not be fitted: {studies}.").format(studies=", ".join(wrong))
            )
    return tuple(row for name in asked for row in rows_of_study(catalog, name))


def _roles(catalog: Catalog) -> dict[str, set[str]]:
    """Return the roles of each study; one that stands in several topics may wrongly have two."""
    roles: dict[str, set[str]] = {}
    for tables in catalog.topics.values():
        for row in tables.studies:
            roles.setdefault(row.cells["study_id"], set()).add(row.cells["role"])
    return roles


def _refused(catalog: Catalog) -> dict[str, str]:
    """Return the studies that may not be fitted, and why."""
    roles = _roles(catalog)
    held_out = {name for name, found in roles.items() if found != {CALIBRATION}}
    refused = dict.fromkeys(sorted(held_out), _("its role is {role}").format(role=VALIDATION))
    for source in same_sources(catalog):
        for other in held_out & set(source.studies):
            for name in set(source.studies) - held_out:
                refused.setdefault(
                    name,
                    _("the same publication as {other}, whose role is {role}").format(
                        other=other, role=VALIDATION
                    ),
                )
    return refused
