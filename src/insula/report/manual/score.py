"""What the numbers of a page rest on, counted and drawn as a bar that grey print tells apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from insula.report.manual.words import word
from insula.report.numbers_used import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from insula.catalog.records import ParameterRow
    from insula.report.writing import Writer

KINDS = ("measured", "fitted", "derived", "allometric", "steady_state", "assumed")
STATUS = ("checked", "proposed", "disputed")
_WIDTH, _HEIGHT = 600, 26
_GROUND = {
    "measured": "#22303a", "fitted": "#5d6b75", "derived": "#8a969e", "allometric": "#b4bdc3",
    "steady_state": "#d5dbdf", "assumed": "url(#hatched)",
    "checked": "#22303a", "proposed": "url(#hatched)", "disputed": "#8a969e",
}  # fmt: skip


@dataclass(frozen=True)
class Share:
    """How many of all numbers are of one kind, its name for the reader, and how the bar shows it."""

    kind: str
    count: int
    title: str
    swatch: Markup


def shares(rows: Iterable[ParameterRow], writer: Writer) -> tuple[list[Share], list[Share]]:
    """Return the shares by what a number rests on, and by whether someone read its source again without seeing it."""
    rows = list(rows)
    kinds = [kind_of(row.model_dump()) for row in rows]
    return _counted(kinds, KINDS, writer), _counted([row.status for row in rows], STATUS, writer)


def bar(found: Sequence[Share]) -> Markup:
    """Draw shares as one bar; empty where there are no numbers."""
    whole = sum(share.count for share in found)
    if not whole:
        return Markup()
    label = ", ".join(f"{share.title} {share.count}" for share in found)
    x, parts = 0.0, []
    for share in found:
        width = _WIDTH * share.count / whole
        parts.append(_rectangle(x, width, _HEIGHT, _GROUND[share.kind]))
        x += width
    return Markup(
        f'<svg role="img" aria-label="{escape(label)}" class="score" viewBox="-1 -1 {_WIDTH + 2} {_HEIGHT + 2}">'
        f"{''.join(parts)}</svg>"
    )


def _counted(words: Sequence[str], order: Sequence[str], writer: Writer) -> list[Share]:
    return [
        Share(kind, words.count(kind), word(kind, writer), _swatch(kind)) for kind in order if kind in words
    ]


def _swatch(kind: str) -> Markup:
    box = _rectangle(0, 26, 14, _GROUND[kind])
    return Markup(f'<svg viewBox="-1 -1 28 16" aria-hidden="true">{box}</svg>')


def _rectangle(x: float, width: float, height: int, ground: str) -> str:
    return f'<rect x="{x:.1f}" width="{width:.1f}" height="{height}" fill="{ground}" stroke="#22303a"/>'
