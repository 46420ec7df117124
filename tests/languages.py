"""Which language a text is in."""

import re

CHINESE = range(0x4E00, 0x9FFF)
# Two words in a row; names, paths, units and formulas stand alone or between other signs.
ENGLISH = re.compile(r"\b[A-Za-z]{2,}[,.:;]? [a-z]{2,}\b")


def has_chinese(text):
    return any(ord(letter) in CHINESE for letter in text)


def english_in(text):
    """The English words that stand together in a text, but for what it cites in quotes or backquotes."""
    return ENGLISH.findall(re.sub(r"`[^`]*`|“[^”]*”|\"[^\"]*\"", " ", text))
