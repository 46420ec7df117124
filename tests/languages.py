"""Which language a text is in."""

import re

CHINESE = range(0x4E00, 0x9FFF)
ENGLISH = re.compile(r"\b[A-Za-z]{2,} [a-z]{2,}\b")
# What a message cites as it stands in a text: in quotes, as code to write, as the dimensions of a unit.
CITED = re.compile(r"`[^`]*`|“[^”]*”|\"[^\"]*\"|(公式|请写|写法)：.*|\b(length|mass|substance|time)\b")


def has_chinese(text):
    return any(ord(letter) in CHINESE for letter in text)


def english_in(text):
    """The English words that stand together in a text, but for what it cites; names and units stand alone."""
    return ENGLISH.findall(CITED.sub(" 、", text))
