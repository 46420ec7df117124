"""How wide a text is, before any font is known: a page is read with the reader's fonts, not with ours."""

from __future__ import annotations

import math
import unicodedata

POINTS_PER_INCH = 72.0
_ROUNDING = 1e-9
_SMALL_RATIO, _LARGE_RATIO, _HUGE_RATIO = 1e-3, 100.0, 1e5
_WIDE, _NARROW, _BOLD = 1.0, 0.6, 1.08  # of the font size; DejaVu Sans is the broadest of the usual fonts


def text_inches(text: str, points: float, *, bold: bool = False) -> float:
    """Return how much room the longest line of a text takes; Chinese letters are as wide as they are high."""
    lengths = (sum(_letter(letter) for letter in line) for line in text.split("\n"))
    return max(lengths) * points / POINTS_PER_INCH * (_BOLD if bold else 1.0)


def wrap(text: str, points: float, inches: float, *, bold: bool = False) -> str:
    """Break a text into lines that fit: at spaces where there are any, else between letters."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and text_inches((line + piece).rstrip(), points, bold=bold) > inches:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return "\n".join([*lines, line.rstrip()])


def shorten(text: str, letters: int) -> str:
    """Cut a text that is longer, as many narrow letters as given, with an ellipsis."""
    widths = [_letter(letter) for letter in text]
    fitting = sum(sum(widths[: n + 1]) <= letters * _NARROW + _ROUNDING for n in range(len(text)))
    return text if fitting == len(text) else text[:fitting].rstrip() + "…"


def decimals_for(smallest: float) -> int:
    """Return the decimals that show a size with two digits, at least 0 and at most 4."""
    if not math.isfinite(smallest) or smallest <= 0:
        return 2
    return max(0, min(4, 1 - math.floor(math.log10(smallest))))


def fixed(value: float | None, decimals: int) -> str:
    """Write a number with fixed decimals and a real minus; an en dash where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    text = f"{value:.{decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text.replace("-", "−")


def ratio(value: float | None) -> str:
    """Write a ratio: two decimals, more for small ones and none for large ones."""
    if value is None or not math.isfinite(value):
        return "–"
    if value >= _LARGE_RATIO:
        return f"{value:,.0f}" if value < _HUGE_RATIO else f"{value:.1e}"
    return fixed(value, max(2, decimals_for(value))) if value >= _SMALL_RATIO else f"<{_SMALL_RATIO:g}"


def _letter(letter: str) -> float:
    return _WIDE if unicodedata.east_asian_width(letter) in "WF" else _NARROW


def _pieces(text: str) -> list[str]:
    """Words with the space after them (one that does not break holds them together); every wide letter on its own."""
    pieces = [""]
    for letter in text:
        if pieces[-1].endswith(" ") or _WIDE in (_letter(letter), *map(_letter, pieces[-1][-1:])):
            pieces.append("")
        pieces[-1] += letter
    return pieces
