"""What is said of a therapy whose numbers come from animals or dishes and not from people."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from insula.report.writing import Writer

_PEOPLE = "people"


def origin(evidence_from: Sequence[str], w: Writer) -> str:
    """Return the warning, as ``evidence from mice, cells in a dish; no number of its effect comes from people``.

    Empty where nothing is stated, or where people are among those it comes from.
    """
    if not evidence_from or _PEOPLE in evidence_from:
        return ""
    words = {"mouse": w._("mice"), "rat": w._("rats"), "dish": w._("cells in a dish")}
    told = w._(", ").join(words[name] for name in evidence_from)
    return w._("evidence from {sources}; no number of its effect comes from people").format(sources=told)
