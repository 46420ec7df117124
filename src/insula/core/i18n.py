"""Two languages: every text a person reads comes from a gettext catalogue or from a title ``{en, zh}``."""

from __future__ import annotations

import gettext
import io
import locale
import os
from functools import cache
from typing import TYPE_CHECKING, Protocol

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from insula.core.errors import UnknownName
from insula.core.paths import locale_dir

if TYPE_CHECKING:
    from collections.abc import Callable

LANGUAGES = ("en", "zh_CN")


def default_language() -> str:
    """Return zh_CN when the environment asks for Chinese, else en."""
    wished = [os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    first = next(filter(None, [*wished, locale.getlocale()[0]]), "en")
    return "zh_CN" if first.lower().startswith("zh") else "en"


def translator(language: str | None = None) -> Callable[[str], str]:
    """Return the function that translates an English text; a text without translation stays as it is.

    Parameters
    ----------
    language
        ``en`` or ``zh_CN`` (``zh`` is short for it); None asks the environment.
    """
    return _catalogue(_known(language or default_language())).gettext


class Titled(Protocol):
    """A title ``{en, zh}``: a mapping, or the catalog's record."""

    def get(self, language: str, /) -> str | None:
        """Return the text in a language; None when there is none."""

    def __getitem__(self, language: str, /) -> str: ...


def pick(title: Titled, language: str | None = None) -> str:
    """Return the title in a language; English stands in when there is no other."""
    short = _known(language or default_language()).split("_")[0]
    return title.get(short) or title["en"]


def _known(language: str) -> str:
    full = "zh_CN" if language == "zh" else language
    if full not in LANGUAGES:
        raise UnknownName("language", language, LANGUAGES)
    return full


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    path = locale_dir() / language / "LC_MESSAGES" / "insula.po"
    if not path.exists():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
