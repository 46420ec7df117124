"""The language in which errors are told: English, until a command says otherwise.

Problems are found where nobody knows who reads them, so the language is not handed from function to function.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Protocol

    class Titled(Protocol):
        """A text ``{en, zh}``."""

        def __getitem__(self, language: str, /) -> str: ...


def _english(text: str) -> str:
    return text


_TRANSLATE: ContextVar[Callable[[str], str]] = ContextVar("translate", default=_english)


@contextmanager
def speaking(translate: Callable[[str], str]) -> Iterator[None]:
    """Tell errors inside a ``with`` block with this function from English texts (see `insula.core.i18n.translator`)."""
    token = _TRANSLATE.set(translate)
    try:
        yield
    finally:
        _TRANSLATE.reset(token)


def _(text: str) -> str:
    """Return an English text in the language that is spoken; values are filled in afterwards."""
    return _TRANSLATE.get()(text)


def N_(text: str) -> str:
    """Mark a text that is translated later, where it is told."""
    return text


def picked(title: Titled) -> str:
    """Return a text ``{en, zh}`` in the language that is spoken: the catalogue translates the language's name too."""
    return title[_("en")]
