"""Which studies take no part, and why: said beside the numbers, and in a refusal that comes from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from insula.core.spoken import _
from insula.statistics.meta.effect_sizes import COLUMNS
from insula.statistics.meta.records import Note, joined, known_studies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from insula.analysis.meta_analysis.studies import Studies
    from insula.statistics.meta.records import Effects, Floats

# Pooled from what is observed above expectation: 1/2 in a count would be no event.
AS_COUNTED = frozenset({"PETO"})
_UNINFORMATIVE = Note(
    "Where nobody, or everybody, had the event the odds ratio is not informed (Peto's variance is 0); left out: {0}."
)
_NO_CORRELATION = Note(
    "Left out, the correlation ri of before and after is missing: {0}. --correlation gives one that stands in for it."
)
_MOST_NAMES = 10  # of a refusal; the tables name all


def reasons(
    measure: str, columns: dict[str, Floats], effects: Effects, labels: Sequence[str]
) -> tuple[Note, ...]:
    """Return a note for each reason why studies with numbers have no effect.

    Parameters
    ----------
    measure
    columns
        That the measure takes, (k,) each, as the table has them.
    effects, labels : (k,)
    """
    none = np.isnan(effects.estimate)
    found = []
    if measure in AS_COUNTED:
        same = (columns["ai"] + columns["ci"] == 0) | (columns["bi"] + columns["di"] == 0)
        found.append((_UNINFORMATIVE, none & same))
    if "ri" in columns and "ni" in columns and "m1i" in COLUMNS[measure]:
        others = [np.isfinite(columns[name]) for name in COLUMNS[measure] if name != "ri"]
        found.append((_NO_CORRELATION, none & np.isnan(columns["ri"]) & np.all(others, axis=0)))
    return tuple(Note(note.text, (_named(labels, rows),)) for note, rows in found if rows.any())


def told(studies: Studies) -> str:
    """Return sentences on the studies that have no effect, with a space before; empty where all have one."""
    missing = ~known_studies(studies.effects)
    if not missing.any():
        return ""
    names = [label for label, out in zip(studies.labels, missing, strict=True) if out]
    more = _(" and {count} more").format(count=len(names) - _MOST_NAMES) if len(names) > _MOST_NAMES else ""
    first = joined(names[:_MOST_NAMES])
    texts = {_UNINFORMATIVE.text, _NO_CORRELATION.text}
    notes = [note for note in studies.effects.notes if note.text in texts]
    why = "".join(f" {_(note.text).format(*note.values)}" for note in notes)
    text = _(" {count} of {all} studies have no effect or variance and were left out: {first}{more}.{why}")
    return text.format(count=len(names), all=len(studies.labels), first=first, more=more, why=why)


def told_of_moderators(studies: Studies) -> str:
    """Return sentences on moderators that are texts or that studies miss, with a space before each; else empty."""
    found = []
    for name in studies.roles.moderators:
        if name not in studies.moderators:
            labels = 1 + sum(column.startswith(f"{name}=") for column in studies.moderators)
            found.append(
                _(
                    ' The moderator "{name}" is a text with {labels} labels: each but the first has a coefficient.'
                ).format(name=name, labels=labels)
            )
    columns = list(studies.moderators.values())
    missing = known_studies(studies.effects) & np.any([np.isnan(values) for values in columns], axis=0)
    if missing.any():
        found.append(
            _(" Left out, a moderator is missing: {labels}.").format(labels=_named(studies.labels, missing))
        )
    return "".join(found)


def _named(labels: Sequence[str], rows: NDArray[np.bool_]) -> str:
    return joined(label for label, out in zip(labels, rows, strict=True) if out)
