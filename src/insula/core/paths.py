"""Where the science text and the cache lie; nothing else in insula knows a folder of the machine."""

from __future__ import annotations

import os
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from insula.core.errors import InsulaError
from insula.core.spoken import _

if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE = Path(__file__).resolve().parents[1]


_CHOSEN: ContextVar[Path | None] = ContextVar("science", default=None)


@contextmanager
def science_at(root: Path) -> Iterator[None]:
    """Read all science text from `root` inside a ``with`` block."""
    token = _CHOSEN.set(root)
    try:
        yield
    finally:
        _CHOSEN.reset(token)


def science_root() -> Path:
    """Return the folder ``science/``: INSULA_SCIENCE, else of the installed package or the repository."""
    asked = _CHOSEN.get() or os.environ.get("INSULA_SCIENCE")
    fixed = not asked or os.path.isabs(asked)  # noqa: PTH117 - every conversion of a unit comes here
    return _found(asked, None if fixed else Path.cwd())


@cache
def _found(asked: str | Path | None, here: Path | None) -> Path:
    """Return the folder that was asked for, seen from `here`, or the one of this installation."""
    candidates = [_PACKAGE / "science", _PACKAGE.parents[1] / "science"]
    if asked:
        candidates = [(here or Path()) / asked]
    for folder in candidates:
        if (folder / "biology").is_dir():
            return folder.resolve()
    looked = ", ".join(str(folder) for folder in candidates)
    raise InsulaError(
        _("No science text found: looked for a folder with biology/ in {looked}. Set INSULA_SCIENCE.").format(
            looked=looked
        )
    )


def cache_dir() -> Path:
    """Return (and make) the folder for things that can be computed again: INSULA_CACHE, else XDG."""
    asked = os.environ.get("INSULA_CACHE")
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(asked) if asked else Path(base) / "insula"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def package_dir() -> Path:
    """Return the folder of insula's own code."""
    return _PACKAGE


def locale_dir() -> Path:
    """Return the folder of the gettext catalogues."""
    return _PACKAGE / "locale"
