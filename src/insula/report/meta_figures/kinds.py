"""Two kinds of studies, told apart by colour, by shape and by filling: grey print keeps two of the three."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D

from insula.report.figures.style import BLUE, INK, ORANGE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from insula.report.writing import Writer

PUBLISHED, VIRTUAL = "published", "virtual"
KINDS = (PUBLISHED, VIRTUAL)
_DASHES = (0, (3, 1.5))


def mark(kind: str) -> dict[str, Any]:
    """Return how the mark of a study of this kind looks."""
    if kind == VIRTUAL:
        return {"marker": "D", "markerfacecolor": "white", "markeredgecolor": ORANGE, "markeredgewidth": 1.3}
    return {"marker": "s", "markerfacecolor": BLUE, "markeredgecolor": BLUE, "markeredgewidth": 0.5}


def line(kind: str) -> dict[str, Any]:
    """Return how the interval of a study of this kind looks."""
    return {"color": ORANGE, "linestyle": _DASHES} if kind == VIRTUAL else {"color": BLUE, "linestyle": "-"}


def area(kind: str) -> dict[str, Any]:
    """Return how the diamond of a pooled effect looks; grey where it pools both kinds."""
    if kind == VIRTUAL:
        return {"facecolor": "white", "edgecolor": ORANGE, "hatch": "//////", "linewidth": 1.0}
    colour = BLUE if kind == PUBLISHED else INK
    return {"facecolor": colour, "edgecolor": colour, "linewidth": 0.8}


def flagged() -> dict[str, Any]:
    """Return how the mark of an influential study looks."""
    return {"marker": "^", "markerfacecolor": ORANGE, "markeredgecolor": INK, "markeredgewidth": 0.8}


def flagged_legend(writer: Writer) -> list[Line2D]:
    """Return the legend of marks that may be flagged."""
    looks = ((writer._("study"), mark(PUBLISHED)), (writer._("influential study"), flagged()))
    return [Line2D([], [], linestyle="none", markersize=5, label=name, **look) for name, look in looks]


def legend_points(kinds: Iterable[str], writer: Writer) -> list[Line2D]:
    """Return a legend entry for each kind that occurs, as points without an interval."""
    names, occurring = _names(writer), set(kinds)
    return [
        Line2D([], [], linestyle="none", markersize=5, label=names[kind], **mark(kind))
        for kind in KINDS
        if kind in occurring
    ]


def legend_marks(kinds: Iterable[str], writer: Writer) -> list[Line2D]:
    """Return a legend entry for each kind that occurs; nothing when there is only one."""
    occurring = set(kinds)
    found = [kind for kind in KINDS if kind in occurring]
    names = _names(writer)
    if len(found) < 2:
        return []
    return [Line2D([], [], markersize=6, label=names[kind], **line(kind), **mark(kind)) for kind in found]


def _names(writer: Writer) -> dict[str, str]:
    return {PUBLISHED: writer._("published study"), VIRTUAL: writer._("virtual trial")}
