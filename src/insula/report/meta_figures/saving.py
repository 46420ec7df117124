"""Figures as files: SVG for the page and for editing, PNG for slides."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib import font_manager
from matplotlib.text import Text

from insula.report.figures.style import save_png

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FAMILY = "DejaVu Sans"
_DPI, _MOST_PIXELS = 160, 2**16 - 1  # the renderer takes no side that is longer
_CHINESE = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
)
_FILES = ("notosanscjk", "sourcehansans", "wqy-microhei", "msyh", "pingfang", "simhei")


def save_picture(figure: Figure, path: Path) -> None:
    """Write the figure as a PNG; its Chinese letters need a Chinese font on this machine."""
    for text in figure.findobj(Text):
        text.set_fontfamily([_FAMILY, *chinese_fonts()])
    save_png(figure, path, dpi=min(_DPI, int(_MOST_PIXELS / max(figure.get_size_inches()))))


@cache
def chinese_fonts() -> tuple[str, ...]:
    """Return the Chinese fonts of this machine, best first; empty when there is none.

    Matplotlib keeps a list of fonts from its first start; files that came later are added to it.
    """
    if not _known():
        for file in font_manager.findSystemFonts():
            if Path(file).name.lower().startswith(_FILES):
                font_manager.fontManager.addfont(file)
    return _known()


def _known() -> tuple[str, ...]:
    names = set(font_manager.fontManager.get_font_names())
    return tuple(name for name in _CHINESE if name in names)
