"""Where results are printed: standard output, wide enough for tables also when nobody looks at a terminal."""

from __future__ import annotations

from rich.console import Console

_WIDTH = 130  # of a file or a pipe, which has no width of its own


def output() -> Console:
    """Return the console of standard output."""
    console = Console()
    return console if console.is_terminal else Console(width=_WIDTH)
