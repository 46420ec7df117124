"""Comparisons that share a control group: the group is divided among them, so that no patient counts twice.

Source: Cochrane Handbook 5.1, 16.5.4 (split the shared group into as many groups of smaller size; means and standard
deviations stay). The remaining correlation is left to `--cluster`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from insula.core.spoken import _
from insula.statistics.meta.records import MetaAnalysisError, Note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from insula.statistics.meta.records import Floats

_DIVIDED = {
    "sd2i": ("n2i",),
    "ci": ("ci", "di"),
    "t2i": ("x2i", "t2i"),
}  # what tells a design, what is divided
_CONTROL = ("m2i", "sd2i", "n2i", "ci", "di", "x2i", "t2i")
_NOTE = Note(
    "Control groups that several comparisons share were divided evenly among them (Cochrane Handbook 5.1, "
    "16.5.4). Some correlation remains; --cluster takes account of it."
)


def check_control_group(measure: str, columns: Sequence[str]) -> None:
    """Refuse a measure that has no control group to divide."""
    if not set(_DIVIDED) & set(columns):
        raise MetaAnalysisError(
            _(
                "--shared-control: the measure {measure} has no control group that could be divided. "
                "Give the column to --cluster instead."
            ).format(measure=measure)
        )


def unlike_rows(columns: Mapping[str, Floats], shared: Sequence[str]) -> list[int]:
    """Return the rows, from 0, whose control differs from the first row that shares it; they are not one group."""
    control = np.array([values for name, values in columns.items() if name in _CONTROL]).T
    first: dict[str, int] = {}
    return [
        i
        for i, label in enumerate(shared)
        if label and not np.array_equal(control[i], control[first.setdefault(label, i)], equal_nan=True)
    ]


def divide(
    columns: Mapping[str, Floats], shared: Sequence[str]
) -> tuple[dict[str, Floats], tuple[Note, ...]]:
    """Divide each shared control evenly among its comparisons.

    Parameters
    ----------
    columns
        Of a two-group measure, (k,) each, counts complete.
    shared : (k,)
        Name of the control group; a row with an empty one shares none.

    Returns
    -------
    columns, and a note when anything was divided.
    """
    times = Counter(label for label in shared if label)
    parts = np.array([float(times.get(label, 1)) for label in shared])
    design = next(name for name in _DIVIDED if name in columns)
    divided = {name: columns[name] / parts for name in _DIVIDED[design]}
    return {**columns, **divided}, (_NOTE,) if (parts > 1).any() else ()
