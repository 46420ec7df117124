"""One look for all figures, and how a figure becomes text for a page or pixels."""

from __future__ import annotations

import io
import re
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from matplotlib.axes import Axes

# Okabe and Ito's palette: told apart with any colour vision; shapes and dashes tell apart what grey does not.
INK, QUIET = "#22303a", "#8a969e"
BLUE, ORANGE, GREEN = "#0072b2", "#d55e00", "#009e73"
SERIES = (BLUE, ORANGE)
OUTER_ALPHA, INNER_ALPHA = 0.16, 0.34
PANEL_INCHES = (4.6, 2.9)
_FRAME = (0.135, 0.155, 0.735, 0.81)  # left, bottom, width, height; room for the second unit on the right

_STACK = "system-ui, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "insula",
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "text.color": INK,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": "#e6eaed",
    "grid.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
}


@contextmanager
def drawing() -> Iterator[None]:
    """Set the look; a glyph that this machine's font lacks is drawn by the reader's font, so no warning."""
    with mpl.rc_context(_SETTINGS), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def panel() -> tuple[Figure, Axes]:
    """Return a figure with one set of axes, its frame at the same place in all: finding one takes half the time."""
    figure = Figure(figsize=PANEL_INCHES)
    return figure, figure.add_axes(_FRAME)


def to_svg(figure: Figure, name: str, label: str) -> str:
    """Return the figure as an ``<svg>`` element for a page.

    `name` makes its inner ids unique in the page; `label` is what a screen reader says.
    """
    buffer = io.StringIO()
    with drawing():
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r' (width|height)="[\d.]+pt"', "", text, count=2)
    text = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{name}-", text)
    text = text.replace("'DejaVu Sans'", _STACK)
    head = f'<svg role="img" aria-label="{_attribute(label)}" class="figure"'
    return text.replace("<svg", head, 1)


def save_png(figure: Figure, path: Path, dpi: int = 160) -> None:
    """Write the figure as a picture with a white ground."""
    with drawing():
        figure.savefig(path, format="png", dpi=dpi, facecolor="white", metadata={"Software": None})


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
